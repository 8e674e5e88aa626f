"""`python -m sandbox rotate_signing_key`: sign with a new key, keep publishing the old ones."""

from django.core.management.base import BaseCommand

from sandbox.auth.keys import rotate


class Command(BaseCommand):
    help = "Makes a new signing key. The ones before it stay published."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(rotate().kid)
