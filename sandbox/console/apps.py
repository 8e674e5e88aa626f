"""Registers the console's part of the box."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "sandbox.console"
    label = "console"
