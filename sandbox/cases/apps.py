"""Registers the other side of putting right."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "sandbox.cases"
    label = "cases"
