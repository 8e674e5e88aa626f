"""Registers notifications as an app of Django's."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "selfcare.notifications"

    def ready(self) -> None:
        from selfcare.notifications import checks  # noqa: F401 - importing registers them
