"""The only writer of the ledger: balanced entries, reservations and the check of both."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db.models import F, Q, Sum

from sandbox.ledger.models import Account, Entry, Posting
from sandbox.people.models import Merchant

PLATFORM_NAMES = {"fees": "Platform fees", "world": "Outside the platform", "fx": "Exchange"}


class UnbalancedError(Exception):
    """Postings that don't sum to zero in every currency; a bug of the caller."""


class InsufficientFundsError(Exception):
    """A person's available money doesn't cover it; nothing was changed."""


type Line = tuple[Account, int]


def platform_account(kind: Account.Kind, currency: str) -> Account:
    """The platform's own account for a purpose, opened at first need."""
    return Account.objects.get_or_create(
        kind=kind,
        currency=currency,
        defaults={
            "public_id": f"acc_{kind}_{currency.lower()}",
            "name": f"{PLATFORM_NAMES[kind]} {currency}",
        },
    )[0]


def merchant_account(merchant: Merchant, currency: str) -> Account:
    return Account.objects.get_or_create(
        kind=Account.Kind.MERCHANT,
        merchant=merchant,
        currency=currency,
        defaults={
            "public_id": f"acc_{merchant.public_id.removeprefix('mer_')}_{currency.lower()}",
            "name": f"{merchant.name[:76]} {currency}",
        },
    )[0]


def post(
    *,
    at: datetime,
    name: str,
    transaction_id: UUID | None,
    lines: Iterable[Line],
    release: Line | None = None,
) -> Entry:
    """Write one entry and its balances; `release` gives back a reservation in the same breath.

    Must run inside a database transaction. The accounts are locked in the order of their ids, so
    two entries never wait for each other in a circle.
    """
    wanted = [(account.pk, amount) for account, amount in lines if amount]
    accounts = lock({pk for pk, _ in wanted} | ({release[0].pk} if release else set()))
    _check_balanced((accounts[pk].currency, amount) for pk, amount in wanted)
    changes: dict[int, int] = defaultdict(int)
    for pk, amount in wanted:
        changes[pk] += amount
    for pk, account in accounts.items():
        account.balance_minor += changes[pk]
        if release and release[0].pk == pk:
            account.reserved_minor -= release[1]
        takes = changes[pk] < 0 and account.kind == Account.Kind.PERSON
        if takes and account.available_minor < 0:
            raise InsufficientFundsError
    entry = Entry.objects.create(at=at, name=name, transaction_id=transaction_id)
    Posting.objects.bulk_create(
        Posting(entry=entry, account_id=pk, amount_minor=amount) for pk, amount in wanted
    )
    for account in accounts.values():
        account.save(update_fields=["balance_minor", "reserved_minor"])
    return entry


def take_out(entries: Iterable[Entry]) -> None:
    """As if these entries had never been: their postings go, and what they made of balances.

    Must run inside a database transaction, with `concerned(entries)` locked if other accounts are
    as well. What a merchant's test world did is undone like this, nothing else is.
    """
    pks = [entry.pk for entry in entries]
    lock(concerned(pks))
    for some in batched(pks, 500):
        postings = Posting.objects.filter(entry__in=some)
        sums = dict(postings.order_by().values_list("account").annotate(Sum("amount_minor")))
        for pk, amount in sums.items():
            changed = {"balance_minor": F("balance_minor") - amount}
            Account.objects.filter(pk=pk).update(**changed)
        postings.delete()
        Entry.objects.filter(pk__in=some).delete()


def reserve(account: Account, amount_minor: int) -> None:
    """Hold money back; `InsufficientFundsError` if a person hasn't that much available."""
    locked = lock({account.pk})[account.pk]
    if locked.kind == Account.Kind.PERSON and locked.available_minor < amount_minor:
        raise InsufficientFundsError
    Account.objects.filter(pk=account.pk).update(reserved_minor=F("reserved_minor") + amount_minor)


def release(account: Account, amount_minor: int) -> None:
    Account.objects.filter(pk=account.pk).update(reserved_minor=F("reserved_minor") - amount_minor)


def concerned(entry_pks: Iterable[int]) -> set[int]:
    """The accounts that these entries post to."""
    pks: set[int] = set()
    for some in batched(entry_pks, 500):
        postings = Posting.objects.filter(entry__in=some).order_by()
        pks |= set(postings.values_list("account", flat=True).distinct())
    return pks


def lock(pks: set[int]) -> dict[int, Account]:
    """Hold these accounts until the database transaction ends, in the order that all keep."""
    rows = Account.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return {account.pk: account for account in rows}


def _check_balanced(amounts: Iterable[tuple[str, int]]) -> None:
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in amounts:
        sums[currency] += amount
    if any(sums.values()):
        raise UnbalancedError(dict(sums))


def verify_ledger() -> list[str]:
    """Recompute all from the postings; says each thing that doesn't agree, [] if all does."""
    # Reserved money belongs to transactions, which know the ledger and not the reverse.
    from sandbox.transactions.models import Transaction

    wrong = [
        f"{row['account__currency']} sums to {row['total']}, not to zero"
        for row in Posting.objects.values("account__currency").annotate(total=Sum("amount_minor"))
        if row["total"]
    ]
    uneven = (
        Posting.objects.values("entry", "account__currency")
        .annotate(total=Sum("amount_minor"))
        .filter(~Q(total=0))
    )
    wrong += [f"entry {row['entry']} is out by {row['total']}" for row in uneven]
    posted = dict(Posting.objects.values_list("account").annotate(Sum("amount_minor")))
    held = dict(
        Transaction.objects.filter(reserved_minor__gt=0)
        .values_list("account")
        .annotate(Sum("reserved_minor"))
    )
    for account in Account.objects.order_by("pk"):
        if account.balance_minor != posted.get(account.pk, 0):
            told = f"{account.balance_minor}, its postings {posted.get(account.pk, 0)}"
            wrong.append(f"{account.public_id} says {told}")
        if account.reserved_minor != held.get(account.pk, 0):
            told = f"{account.reserved_minor}, transactions {held.get(account.pk, 0)}"
            wrong.append(f"{account.public_id} holds {told}")
    return wrong
