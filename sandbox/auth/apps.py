"""Registers the auth service; its label leaves `auth` to Django's own app."""

from django.apps import AppConfig


class AuthServiceConfig(AppConfig):
    name = "sandbox.auth"
    label = "auth_service"
