"""Registers what the platform tells others: its events, and how they were posted."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "sandbox.events"
    label = "events"
