"""Any number of transactions: the count, the ledger, and that they can be found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account
from sandbox.people.models import Person
from sandbox.seeds import bulk
from sandbox.transactions.models import Transaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def grow(count: int, person: str = "bob@example.com") -> str:
    told = StringIO()
    call_command("grow", "--person", person, "--transactions", str(count), stdout=told)
    return told.getvalue()


def test_it_grows_exactly_as_many_and_leaves_the_balance() -> None:
    bob = Person.objects.get(email="bob@example.com")
    held = Account.objects.get(person=bob).balance_minor
    there = bob.transaction_set.count()
    told = grow(1234)
    assert "1234 of 1234 (100 %)" in told
    assert bob.transaction_set.count() == there + 1234
    # A block's first row brings in what it spends, and never less than a euro.
    assert Account.objects.get(person=bob).balance_minor - held in range(1235)
    assert verify_ledger() == []


def test_it_can_be_searched() -> None:
    grow(500, "alice@example.com")
    grown = Transaction.objects.filter(end_to_end_id__contains="G-")
    row = grown.filter(kind="payment").first()
    assert row is not None
    assert row.search == row.build_search()
    assert row.end_to_end_id.casefold() in row.search
    assert len(set(grown.values_list("remittance_information", flat=True))) > 50


def test_it_refunds_only_what_was_paid() -> None:
    grow(1000)
    backs = Transaction.objects.filter(kind="refund", person__email="bob@example.com")
    grown = backs.filter(end_to_end_id__contains="G-").select_related("refund_of")
    assert grown.exists()
    for back in grown:
        assert back.refund_of is not None
        assert back.refund_of.refunded_minor == back.amount_minor
        assert back.refund_of.created_at < back.created_at


def test_it_puts_indexes_and_foreign_keys_back(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps its indexes while it grows")
    monkeypatch.setattr(bulk, "WORTH_REBUILDING", 1)

    def schema() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            found = []
            for sql in (bulk._INDEXES, bulk._FOREIGN_KEYS):
                cursor.execute(sql, [[model._meta.db_table for model in bulk.TABLES]])
                found += cursor.fetchall()
            return found

    before = schema()
    grow(100)
    assert schema() == before


def test_it_names_an_unknown_person() -> None:
    with pytest.raises(CommandError, match="Nobody here"):
        grow(1, "nobody@example.com")
