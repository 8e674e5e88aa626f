"""Registers the box's levers and its log."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "sandbox.control"
    label = "control"
