"""Registers the check of the place where files are kept."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    name = "selfcare.annotations"

    def ready(self) -> None:
        from selfcare.annotations import checks  # noqa: F401 - importing registers it
