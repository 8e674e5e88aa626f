"""Registers the transaction service."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "sandbox.cases"
    label = "cases"
