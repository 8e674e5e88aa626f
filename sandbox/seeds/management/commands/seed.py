"""`python -m sandbox seed --seed 1`: makes the world; does nothing where there is one."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandbox.seeds import world
from sandbox.seeds.cast import CAST, PASSWORD


def moment(text: str) -> datetime:
    """An RFC 3339 instant; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Make the people, shops and two years of history of a seed number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--now", type=moment, help="reference time, RFC 3339; default: now")
        parser.add_argument("--reset", action="store_true", help="empty the world first")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            if options["reset"]:
                world.reset(options["seed"], options["now"])
            elif not world.seed(options["seed"], options["now"]):
                self.stdout.write("The world is there already; --reset starts it over.")
                return
        except OverflowError as error:
            raise CommandError(f"--now: {error}") from error
        people = ", ".join(role.email for role in CAST)
        self.stdout.write(
            f"Seeded world {options['seed']} in {time.monotonic() - begun:.1f} s: {people}; "
            f"password {PASSWORD}"
        )
