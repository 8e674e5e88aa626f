"""Takes in from the platform's feed what was never posted, now and to its end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from selfcare import errors
from selfcare.events import catching_up


class Command(BaseCommand):
    help = "Takes in what the platform's feed has and we don't. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--after", type=int, help="a sequence to begin behind, in place of where we are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        after = options["after"]
        if after is not None and not 0 <= after < 2**63:
            raise CommandError("--after is a sequence: a whole number from 0 on.")
        try:
            count = catching_up.catch_up(since=after)
        except errors.CallFailed as failure:
            raise CommandError(
                f"The feed can't be read ({failure}). What came before that is kept; run it again."
            ) from failure
        self.stdout.write(f"{count} new events.")
