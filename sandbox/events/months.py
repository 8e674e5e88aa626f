"""Says of each account, once a month is over, that its statement is there; makes no statement."""

from datetime import datetime

from django.db import transaction

from sandbox import clock
from sandbox.events import telling
from sandbox.events.sequence import locked_mark
from sandbox.ledger.models import Account, Posting


def tell_ended(now: datetime | None = None) -> int:
    """Tell of the months that ended since we looked last, each once; says how many events.

    Months are of UTC, as statements are. The first look only remembers where we are.
    """
    now = now or clock.now()
    this = f"{now:%Y-%m}"
    with transaction.atomic():
        mark = locked_mark()
        if mark.statements_until == this:
            return 0
        told = 0
        month = mark.statements_until
        while month and month < this:
            told += _tell(month, now)
            month = _next(month)
        mark.statements_until = this
        mark.save(update_fields=["statements_until"])
    return told


def of_account(account: Account, month: str, at: datetime) -> None:
    """The statement of an account for a month such as "2026-10"; later months are newer."""
    if account.person is None:
        raise ValueError("statements are for people's accounts")
    telling.tell(
        "statement.ready", subject=account.person.sub, kind="statement", id_=account.public_id,
        version=int(month.replace("-", "")), at=at,
        facts={"account_name": account.name, "month": month},
    )  # fmt: skip


def _tell(month: str, now: datetime) -> int:
    """Only where something was booked: an empty month has a statement too, but it's no news."""
    first = clock.parse(f"{month}-01T00:00:00Z")
    after = clock.parse(f"{_next(month)}-01T00:00:00Z")
    booked = Posting.objects.filter(entry__at__gte=first, entry__at__lt=after)
    accounts = Account.objects.filter(
        kind=Account.Kind.PERSON, pk__in=booked.values("account")
    ).select_related("person")
    for account in accounts:
        of_account(account, month, now)
    return len(accounts)


def _next(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"
