"""Registers what merchants are told, and where."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "sandbox.webhooks"
    label = "webhooks"
