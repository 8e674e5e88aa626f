"""Registers what arrives here instead of at people: mails, texts and pushes."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "sandbox.outbox"
    label = "outbox"
