"""The monthly sums are what the rows come to, whoever wrote these and however."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Sum

from sandbox import clock
from sandbox.control import making
from sandbox.people.models import Person
from sandbox.transactions import tally
from sandbox.transactions.filters import Filters, Named
from sandbox.transactions.models import Tally, Transaction
from sandbox.transactions.narrowing import narrowed

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite reads the rows themselves"
    ),
]
BY = ("account_id", "merchant_id", "kind", "direction", "status", "currency")
NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)


def person(count: int = 0) -> Person:
    made = making.person({"email": "ada@example.com", "name": "Ada North"}, clock.now())
    for place in range(count):
        facts = {
            "kind": "deposit" if place % 3 else "payment", "currency": "EUR", "fee_minor": place,
            "amount_minor": 100 + place, "status": ("completed", "failed")[place % 2],
        }  # fmt: skip
        making.transaction(made, facts, NOW - timedelta(days=9 * place))
    return made


def agree() -> None:
    kept = Tally.objects.values_list("person_id", *BY).annotate(
        n=Sum("count"), amount=Sum("amount_minor"), fee=Sum("fee_minor")
    )
    counted = Transaction.objects.values_list("person_id", *BY).annotate(
        n=Count("pk"), amount=Sum("amount_minor"), fee=Sum("fee_minor")
    )
    assert {row for row in kept if row[-3]} == set(counted)


def test_they_follow_every_kind_of_write() -> None:
    made = person(12)
    agree()
    rows = Transaction.objects.filter(person=made)
    rows.filter(status="failed").update(amount_minor=7, currency="GBP")
    agree()
    rows.filter(kind="deposit").delete()
    agree()
    rows.update(created_at=NOW - timedelta(days=400))
    agree()
    assert {row.strftime("%Y-%m") for row in settled_months(made)} == {"2025-02"}


def settled_months(made: Person) -> set[datetime]:
    tally.settle(made)
    return set(Tally.objects.filter(person=made).values_list("month", flat=True))


def test_settling_changes_no_sum() -> None:
    made = person(12)
    before = tally.grouped(made, Filters(), ("month", "currency", "status"))
    assert Tally.objects.filter(person=made).count() > 12
    tally.settle(made)
    assert tally.grouped(made, Filters(), ("month", "currency", "status")) == before
    assert not Tally.objects.filter(person=made, settled=False).exists()
    agree()


@pytest.mark.parametrize("since", [None, 0, 1, 17, 31, 60, 200])
@pytest.mark.parametrize("until", [None, 0, 3, 45, 90])
def test_parts_of_months_are_read_row_by_row(since: int | None, until: int | None) -> None:
    made = person(24)
    wanted = Filters(
        created_from=None if since is None else NOW - timedelta(days=since),
        created_until=None if until is None else NOW - timedelta(days=until),
    )
    found = tally.grouped(made, wanted, ("currency", "status"))
    by_hand = narrowed(made, wanted).order_by().values_list("status").annotate(n=Count("pk"))
    assert {status: sums.count for (_, status), sums in found.items()} == dict(by_hand)


def test_a_set_of_merchants_keeps_its_exceptions() -> None:
    made = person(24)
    shop = making.opened_shop(None)
    rows = list(Transaction.objects.filter(person=made).order_by("created_at"))
    paid = [row.pk for row in rows if row.merchant_id]
    other = [row.pk for row in rows if not row.merchant_id]
    one = Named(
        merchants=(shop.public_id,), ids=(paid[0], *other[:3]), except_ids=(paid[1], other[0])
    )
    wanted = Filters(sets=(one,))
    assert tally.may_use(wanted)
    for some in (wanted, replace(wanted, created_from=NOW - timedelta(days=100))):
        found = tally.grouped(made, some, ("currency",))
        assert sum(sums.count for sums in found.values()) == narrowed(made, some).count()


def test_an_emptied_table_has_no_sums() -> None:
    person(3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE transactions_transaction CASCADE")
    assert not Tally.objects.exists()
