"""Says of what happens inside that it is no news, or none for people; knows no event."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_silent: ContextVar[bool] = ContextVar("silent", default=False)
_merchants_only: ContextVar[bool] = ContextVar("merchants_only", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """What is made up as somebody's past is no news."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


@contextmanager
def merchants_only() -> Iterator[None]:
    """What happens on a scenario's stage is news for its merchant, and for no person."""
    token = _merchants_only.set(True)
    try:
        yield
    finally:
        _merchants_only.reset(token)


def is_silent() -> bool:
    return _silent.get()


def is_for_merchants_only() -> bool:
    return _merchants_only.get()
