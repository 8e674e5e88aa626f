"""The tables of notifications, a module for each concern."""

from selfcare.notifications.models.addresses import Address, CodeSending
from selfcare.notifications.models.deliveries import Attempt, AuditEntry, Delivery, Notification
from selfcare.notifications.models.rules import Rule, Settings

__all__ = [
    "Address",
    "Attempt",
    "AuditEntry",
    "CodeSending",
    "Delivery",
    "Notification",
    "Rule",
    "Settings",
]
