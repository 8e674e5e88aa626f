"""How much a person may keep, and the lock that makes two requests count one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from selfcare.annotations.models import Shelf
from selfcare.web import formats

LABELS = 100
RULES = 200
BY_HAND = 1000
FILES = 20
PIXELS = 50_000_000


@contextmanager
def held(subject: str) -> Iterator[None]:
    """A database transaction in which no other request of this person looks at their limits.

    On SQLite every writing transaction is alone anyway.
    """
    with transaction.atomic():
        Shelf.objects.get_or_create(subject=subject)
        Shelf.objects.select_for_update().get(subject=subject)
        yield


def largest() -> str:
    """How large one file may be, in words."""
    return megabytes(settings.ATTACHMENT_BYTES)


def megabytes(size: int) -> str:
    """`10 MB`, `0.4 MB`: as people read it."""
    tenths = round(size / 100_000)
    shown = Decimal(tenths) / 10 if tenths % 10 else tenths // 10
    return f"{formats.number(shown)} MB"
