"""Registers the scenarios and their runs."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "sandbox.scenarios"
    label = "scenarios"
