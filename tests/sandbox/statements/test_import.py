"""A file becomes history whole or not at all, and twice gives no doubles."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account, Posting
from sandbox.people.models import Person
from sandbox.statements.actions import import_statements
from sandbox.statements.reading import read_bytes
from sandbox.transactions.models import Transaction
from tests.sandbox.statements.samples import ENTRY, MT940, camt, changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return Person.objects.create_user("ada@example.com", "x", sub="usr_ada", name="Ada North")


def bring(person: Person, data: bytes) -> tuple[int, int]:
    outcome = import_statements(person, read_bytes(data))
    assert verify_ledger() == []
    return outcome.imported, outcome.already_there


def test_it_ends_at_the_closing_balance(ada: Person) -> None:
    assert bring(ada, MT940.encode()) == (6, 0)
    account = Account.objects.get(person=ada)
    assert (account.balance_minor, account.kind) == (379_420, "statement")
    rows = Transaction.objects.filter(person=ada)
    assert {row.status for row in rows} == {"completed"}
    assert sorted(row.kind for row in rows) == ["deposit"] + ["transfer"] * 2 + ["withdrawal"] * 3


def test_it_brings_nothing_twice(ada: Person) -> None:
    bring(ada, MT940.encode())
    assert bring(ada, MT940.encode()) == (0, 6)
    assert bring(ada, MT940.replace("\n", "\r\n").encode()) == (0, 6)


def test_it_knows_a_statement_again_in_another_file(ada: Person) -> None:
    second = MT940.replace("00007/001", "00008/001").replace("2603", "2604")
    bring(ada, MT940.encode())
    assert bring(ada, (second + MT940 + MT940).encode()) == (6, 12)


def test_it_knows_an_entry_again_in_the_other_format(ada: Person) -> None:
    bring(ada, MT940.encode())
    assert bring(ada, camt()) == (0, 1)


def test_it_keeps_entries_apart_that_contradict_each_other(ada: Person) -> None:
    bring(ada, camt())
    assert bring(ada, camt(ENTRY.replace("B4711", "B4712"))) == (1, 0)


def test_it_keeps_the_balance_when_an_older_statement_comes_later(ada: Person) -> None:
    older = changed("C260301EUR1000,00", "C260201EUR800,00").decode()
    older = older.replace("2603", "2602").replace("3794,20", "3594,20")
    bring(ada, MT940.encode())
    bring(ada, older.encode())
    assert Account.objects.get(person=ada).balance_minor == 379_420


def test_it_belongs_to_one_person(ada: Person) -> None:
    bob = Person.objects.create_user("b@example.com", "x", sub="usr_b", name="Bob")
    bring(ada, MT940.encode())
    assert bring(bob, MT940.encode()) == (6, 0)


def test_it_takes_several_accounts_and_currencies(ada: Person) -> None:
    pounds = MT940.replace("EUR", "GBP").replace("0001234567", "7")
    assert bring(ada, (MT940 + pounds).encode()) == (12, 0)
    assert set(Account.objects.filter(person=ada).values_list("currency", "balance_minor")) == {
        ("EUR", 379_420),
        ("GBP", 379_420),
    }


def test_it_leaves_nothing_behind_of_a_broken_file(ada: Person, tmp_path: Path) -> None:
    good, broken = tmp_path / "good.sta", tmp_path / "broken.sta"
    good.write_text(MT940)
    broken.write_bytes(MT940.encode() + changed(":61:2603060306D2,90", ":61:2602300306D2,90"))
    told, complaints = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command(
            "import_statement", "--person", "ada@example.com", broken, good,
            stdout=told, stderr=complaints,
        )  # fmt: skip
    assert "broken.sta: not imported, line 36: 30 February 2026" in complaints.getvalue()
    assert "good.sta: 1 statements, imported: 6, already there: 0" in told.getvalue()
    assert Transaction.objects.count() == 6


def test_it_rolls_back_when_the_database_fails_half_way(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Posting.objects, "bulk_create", fail)
    with pytest.raises(OSError, match="disk full"):
        import_statements(ada, read_bytes(MT940.encode()))
    assert not Transaction.objects.exists()
    assert not Account.objects.filter(person=ada).exists()


def test_it_names_an_unknown_person() -> None:
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("import_statement", "--person", "nobody@example.com", "x.sta")
