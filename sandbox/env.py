"""Read the box's environment, loudly: a wrong value stops the start and names its variable."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE points to."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {path} can't be read: {error}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set (nor {name}_FILE)")
    return value


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it may be {', '.join(allowed)}")
    return value


def whole(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        told = f"a whole number from {least} on"
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be {told}")
    return int(value)


def spans(name: str, default: str) -> tuple[float, ...]:
    """Seconds with spaces between them."""
    try:
        found = tuple(float(part) for part in text(name, default).split())
    except ValueError:
        found = (-1.0,)
    if not all(0 <= span < 10**7 for span in found):
        raise ImproperlyConfigured(f"{name} must be seconds with spaces between them")
    return found


def origin(name: str, default: str) -> str:
    """An http(s) origin without a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be like https://host:port")
    return value


def database(name: str, default: str, base: Path) -> dict[str, object]:
    """Django's settings for sqlite:///path or postgresql://user:password@host:port/name."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme == "sqlite":
        return _sqlite(base / unquote(parts.path.removeprefix("/")))
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or "") or _socket_folder(parts.query),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,  # the pool keeps the connections
            # A restart of the database breaks no request after it.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "pool": {"min_size": 1, "max_size": 40, "timeout": 15, "reconnect_timeout": 1}
            },
        }
    raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgresql://")


def _socket_folder(query: str) -> str:
    """The folder of the socket in postgresql:///name?host=/folder."""
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key == "host":
            return unquote(value)
    return ""


def _sqlite(path: Path) -> dict[str, object]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # A transaction that reads and then writes must own the write lock from its start:
            # SQLite has no row locks, and this one lock stands in for all of them.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
