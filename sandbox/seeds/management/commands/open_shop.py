"""`python -m sandbox open_shop`: gives the demo shop a key and a webhook endpoint."""

from typing import Any

from django.core.management.base import BaseCommand

from sandbox.seeds import opening


class Command(BaseCommand):
    help = "Open the demo shop at /shop/, anew if its key was revoked."

    def handle(self, *args: Any, **options: Any) -> None:
        opened = opening.open_shop(anew=True)
        self.stdout.write("The shop is open." if opened else "There is no Tandem Bikes here.")
