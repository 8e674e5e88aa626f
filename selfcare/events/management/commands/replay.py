"""Matches again what lies in the archive, without telling anybody twice."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from selfcare.events import replaying
from selfcare.events.models import Event


def moment(text: str) -> datetime:
    """RFC 3339; a date alone is its midnight in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        told = f"{text!r} is no date or instant, such as 2026-11-21T09:00Z"
        raise ArgumentTypeError(told) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Matches events of the archive again, as after a mistake in the rules was mended. "
        "Who was told of one already isn't told twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="since", type=moment, required=True, help="received at or after this"
        )
        parser.add_argument("--until", type=moment, required=True, help="received before this")
        parser.add_argument("--type", help="only events of this type")
        parser.add_argument("--subject", help="only those of this person")

    def handle(self, *args: Any, **options: Any) -> None:
        since, until = options["since"], options["until"]
        if since >= until:
            raise CommandError("--from has to be before --until.")
        events = Event.objects.filter(received_at__gte=since, received_at__lt=until)
        for name in ("type", "subject"):
            if options[name]:
                events = events.filter(**{name: options[name]})
        done = replaying.replay(events, tell=self._tell if options["verbosity"] > 1 else None)
        self.stdout.write(f"{done.matched} events matched again, {done.failed} failed.")
        if done.left_out:
            self.stdout.write(f"{done.left_out} left out: older than notifications are kept.")
        if done.failed:
            raise CommandError("Some failed; the log says which and why.")

    def _tell(self, done: replaying.Replayed) -> None:
        self.stdout.write(f"{done.matched + done.failed} so far")
