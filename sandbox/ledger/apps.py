"""Registers the ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sandbox.ledger"
    label = "ledger"
