"""Reads the environment, loudly: a missing or wrong value stops the start with its name."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

REQUIRED = object()


def text(name: str, default: object = REQUIRED) -> str:
    """The value of `name`; without a default it has to be there and not be empty."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is REQUIRED:
        raise ImproperlyConfigured(f"The environment variable {name} is missing.")
    return str(default)


def secret(name: str) -> str:
    """A secret from `name`, or from the file that `name`_FILE names; never a default."""
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        if not os.environ.get(name):
            raise ImproperlyConfigured(f"The secret {name} is missing (set {name} or {name}_FILE).")
        return os.environ[name]
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE can't be read: {error}") from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file.")
    return value


def secret_or_text(name: str, default: object = REQUIRED) -> str:
    """A value that may hold a password, such as a database URL: `name`_FILE, `name`, default."""
    return secret(name) if os.environ.get(f"{name}_FILE") else text(name, default)


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it has to be one of {', '.join(allowed)}."
        )
    return value


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false", "1", "0", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it has to be true or false.")
    return value in {"true", "1", "yes"}


def integer(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, default)
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if number < least:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it has to be a whole number from {least}."
        )
    return number


def origin(name: str, default: object = REQUIRED) -> str:
    """An http(s) address without a slash at its end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is {value!r}; it has to be an http(s) address.")
    return value
