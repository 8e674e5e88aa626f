"""`python -m sandbox grow --person alice@example.com --transactions 1000000`."""

import random
import time
from argparse import ArgumentParser
from itertools import batched
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from sandbox.ledger import journal
from sandbox.ledger.models import Account
from sandbox.people.models import Person
from sandbox.seeds import bulk, world
from sandbox.seeds.growth import Grower, Purse
from sandbox.seeds.proof import prove

BLOCKS_AT_ONCE = 400


def whole(text: str) -> int:
    """A number of transactions, "1_000_000" too."""
    number = int(text)
    if not 0 < number <= 20_000_000:
        raise ValueError
    return number


class Command(BaseCommand):
    help = "Give a person any number of finished transactions; balances stay what they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", required=True, help="e-mail address")
        parser.add_argument("--transactions", type=whole, required=True)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email=options["person"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['person']}.")
        count = options["transactions"]
        begun = time.monotonic()
        with transaction.atomic():
            # Two people grown alike would share ids.
            rng = random.Random(f"grow:{options['seed']}:{person.email}")
            grower = Grower(person, _purses(person), rng)
            done = 0
            with bulk.without_indexes(count):
                blocks = grower.blocks(count, timezone.now())
                for some in batched(blocks, BLOCKS_AT_ONCE):
                    done += bulk.write(some)
                    self._progress(done, count, begun)
                self.stdout.write("putting indexes in order and proving the ledger")
            prove()
        bulk.tidy(count)
        self.stdout.write(f"{done} transactions in {time.monotonic() - begun:.1f} s")

    def _progress(self, done: int, count: int, begun: float) -> None:
        rate = done / max(time.monotonic() - begun, 0.001)
        self.stdout.write(f"{done:>10} of {count} ({100 * done // count} %), {rate:.0f} a second")
        self.stdout.flush()


def _purses(person: Person) -> list[Purse]:
    accounts = list(Account.objects.filter(person=person, kind=Account.Kind.PERSON))
    if not accounts:
        raise CommandError(f"{person.email} has no account to grow in.")
    accounts.sort(key=lambda account: account.currency != "EUR")
    return [_purse(account) for account in accounts]


def _purse(account: Account) -> Purse:
    shops = [
        (shop, merchant, journal.merchant_account(merchant, account.currency), bank)
        for shop, merchant, bank in world.shops_for(account.currency)
    ]
    return Purse(account, journal.platform_account(Account.Kind.WORLD, account.currency), shops)
