"""Bounded guessing: so many wrong passwords or codes, then a pause; knows no page."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.utils import timezone

from .models import Tries


@dataclass(frozen=True)
class Limit:
    name: str
    tries: int
    pause: timedelta

    def _key(self, subject: str) -> str:
        return hashlib.sha256(f"{self.name}:{subject}".encode()).hexdigest()

    @transaction.atomic
    def take(self, subject: str) -> bool:
        """Count a try before it is judged, so that guesses sent at once can't slip past."""
        Tries.objects.get_or_create(key=self._key(subject))
        row = Tries.objects.select_for_update().get(key=self._key(subject))
        now = timezone.now()
        if row.paused_until and row.paused_until > now:
            return False
        row.count = 1 if row.paused_until else row.count + 1
        row.paused_until = now + self.pause if row.count >= self.tries else None
        row.save()
        return True

    def left(self, subject: str) -> int:
        row = Tries.objects.filter(key=self._key(subject)).first()
        return max(0, self.tries - row.count) if row else self.tries

    def pause_minutes(self, subject: str) -> int:
        """Minutes until the next try, 0 where one may try now."""
        row = Tries.objects.filter(key=self._key(subject)).first()
        if row is None or row.paused_until is None:
            return 0
        return max(0, ceil((row.paused_until - timezone.now()).total_seconds() / 60))

    def forget(self, subject: str) -> None:
        # The row stays: somebody else may be waiting for its lock.
        Tries.objects.filter(key=self._key(subject)).update(count=0, paused_until=None)


PASSWORDS = Limit("password", tries=10, pause=timedelta(minutes=5))
CODES = Limit("code", tries=5, pause=timedelta(minutes=5))
