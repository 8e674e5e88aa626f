"""`python -m sandbox register_client`: make Selfcare known, from the environment."""

from django.core.management.base import BaseCommand

from sandbox.auth.clients import forget_expired, register_first_party
from sandbox.auth.keys import signing_key


class Command(BaseCommand):
    help = "Registers Selfcare as a client (again), and makes the first signing key."

    def handle(self, *args: object, **options: object) -> None:
        client = register_first_party()
        signing_key()
        forget_expired()
        self.stdout.write(f"{client.client_id}: {', '.join(client.redirect_uris)}")
