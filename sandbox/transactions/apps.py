"""Registers the transaction service."""

from django.apps import AppConfig


class TransactionsConfig(AppConfig):
    name = "sandbox.transactions"
    label = "transactions"
