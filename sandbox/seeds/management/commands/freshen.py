"""`python -m sandbox freshen`: gives Alice something to do again when all has lapsed."""

from typing import Any

from django.core.management.base import BaseCommand

from sandbox.seeds import world


class Command(BaseCommand):
    help = "Add waiting, pending and scheduled transactions for Alice where none is open."

    def handle(self, *args: Any, **options: Any) -> None:
        added = world.freshen()
        self.stdout.write(f"{added} fresh transactions" if added else "Enough is open already.")
