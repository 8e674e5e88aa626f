"""Registers the people of the platform."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "sandbox.people"
    label = "people"
