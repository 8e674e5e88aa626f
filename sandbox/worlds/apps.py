"""Registers how far merchants' worlds are ahead."""

from django.apps import AppConfig


class WorldsConfig(AppConfig):
    name = "sandbox.worlds"
    label = "worlds"
