"""Registers the checks of our own settings with Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "selfcare.web"

    def ready(self) -> None:
        from selfcare.web import checks  # noqa: F401 - importing registers them
