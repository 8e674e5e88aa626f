"""Registers the check of the hook's secrets."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "selfcare.events"

    def ready(self) -> None:
        from selfcare.events import checks  # noqa: F401 - importing registers it
