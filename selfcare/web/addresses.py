"""Finds the address of another room's page by name, where that room is open; builds no links."""

from django.urls import NoReverseMatch, reverse


def address(name: str, *args: str) -> str:
    """The address, or nothing where no page of that name is there: then nobody is led to it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
