"""`python -m sandbox tell_past`: puts the last weeks of the cast into the feed of events."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sandbox.events import past


class Command(BaseCommand):
    help = "Tell the feed of what happened to the seeded people lately; nothing is posted."

    def handle(self, *args: Any, **options: Any) -> None:
        told = past.tell(timezone.now())
        self.stdout.write(f"{told} events of the past" if told else "The feed knows it all.")
