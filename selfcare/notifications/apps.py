"""Registers notifications as an app of Django's."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "selfcare.notifications"
