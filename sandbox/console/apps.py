"""The console's app; it has no tables."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "sandbox.console"
    label = "console"
