"""Takes back what happened in a merchant's world, so that the ledger never knew of it."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction as database
from django.db.models import Q

from sandbox import clock
from sandbox.cases.models import Case
from sandbox.ledger import journal
from sandbox.ledger.models import Account, Entry
from sandbox.people.models import Merchant, Person
from sandbox.transactions.models import Transaction

MADE_UP = "balance.made_up"


def wipe_stage(merchant: Merchant | None, people: Iterable[Person]) -> None:
    """A merchant (if it was made) and people who exist for a scenario alone go, with all they did.

    They are among themselves: of others only the platform's own accounts are concerned.
    """
    subs = [person.pk for person in people]
    with database.atomic():
        whose = Q(person__in=subs) | (Q(merchant=merchant) if merchant else Q())
        accounts = Account.objects.filter(whose)
        pks = list(accounts.values_list("pk", flat=True))
        entries = Entry.objects.filter(postings__account__in=pks).distinct()
        journal.take_out(list(entries))
        _delete(list(Transaction.objects.filter(person__in=subs).values_list("pk", flat=True)))
        if merchant:
            merchant.delete()
        Account.objects.filter(pk__in=pks).delete()
        Person.objects.filter(pk__in=subs).delete()


def wipe(transactions: Iterable[Transaction]) -> int:
    """These and the refunds of them go; who spent what they had got by them is made whole.

    Must run inside a database transaction. Says how many went.
    """
    roots = [row.pk for row in transactions]
    pks = [*roots, *Transaction.objects.filter(refund_of__in=roots).values_list("pk", flat=True)]
    entries = list(Entry.objects.filter(transaction_id__in=pks))
    whose = set(Transaction.objects.filter(pk__in=pks).values_list("account", flat=True))
    worlds = {
        currency: journal.platform_account(Account.Kind.WORLD, currency)
        for currency in _currencies(whose)
    }
    # All at once and in their order: who pays meanwhile waits, and never for one who waits.
    outside = {account.pk for account in worlds.values()}
    journal.lock(whose | outside | journal.concerned(entry.pk for entry in entries))
    for row in Transaction.objects.filter(pk__in=pks, reserved_minor__gt=0):
        journal.release(row.account, row.reserved_minor)
    journal.take_out(entries)
    _delete(pks)
    for account in Account.objects.filter(pk__in=whose, kind=Account.Kind.PERSON):
        if account.available_minor < 0:
            world = worlds[account.currency]
            lines = [(account, -account.available_minor), (world, account.available_minor)]
            journal.post(at=clock.real_now(), name=MADE_UP, transaction_id=None, lines=lines)
    return len(pks)


def _currencies(accounts: set[int]) -> list[str]:
    rows = Account.objects.filter(pk__in=accounts).order_by("currency")
    return list(rows.values_list("currency", flat=True).distinct())


def _delete(pks: list[UUID]) -> None:
    rows = Transaction.objects.filter(pk__in=pks)
    Case.objects.filter(transaction__in=pks).delete()
    rows.exclude(refund_of=None).delete()
    rows.delete()
