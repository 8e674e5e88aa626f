"""Statements by others, beside the project; without them these tests say so and skip."""

from pathlib import Path

import mt940
import pytest

from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account
from sandbox.people.models import Person
from sandbox.statements.actions import import_statements
from sandbox.statements.reading import read_file
from sandbox.statements.statement import StatementError
from sandbox.transactions.models import Transaction

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "statements"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="../shared/data/statements is not beside the project"
)
# File: statements, entries, the sum of its entries in cents, statements that don't add up.
GOOD = {
    "ASNB-mt940.txt": (31, 8, 5694, 0),
    "betterplace-sepa_mt9401.sta": (26, 97, None, 0),
    "camt053.v2.minimal.xml": (1, 1, 885, 1),
    "camt053.v8.xml": (1, 1, 885, 1),
    "jejik-abnamro.sta": (2, 10, -34593, 2),
    "jejik-ing.sta": (1, 7, -4559, 1),
}
BROKEN = {
    "self-provided-february_30.sta": (6, "30 February 2016 is not a date"),
    "self-provided-invalid_statement.sta": (1, "not a statement"),
    "camt053.v2.wrong.xml": (3, "holds no Stmt"),
}


@pytest.mark.parametrize("name", GOOD)
def test_it_reads_all_that_is_well_formed(name: str) -> None:
    count, entries, total, odd = GOOD[name]
    statements = read_file(FOLDER / name)
    found = [entry for statement in statements for entry in statement.entries]
    assert (len(statements), len(found)) == (count, entries)
    assert total in (None, sum(entry.amount_minor for entry in found))
    assert sum(bool(statement.mismatches()) for statement in statements) == odd


@pytest.mark.parametrize("name", BROKEN)
def test_it_refuses_what_is_broken_with_its_line(name: str) -> None:
    line, words = BROKEN[name]
    with pytest.raises(StatementError, match=words) as refused:
        read_file(FOLDER / name)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "name", ["betterplace-sepa_mt9401.sta", "jejik-abnamro.sta", "jejik-ing.sta"]
)
def test_it_agrees_with_the_library(name: str) -> None:
    theirs = mt940.parse((FOLDER / name).read_text(encoding="utf-8"))
    # The library turns RC and RD into a sign of its own, so sizes are compared.
    expected = [(row.data["date"], abs(int(row.data["amount"].amount.scaleb(2)))) for row in theirs]
    ours = [
        (entry.value_on, abs(entry.amount_minor))
        for statement in read_file(FOLDER / name)
        for entry in statement.entries
    ]
    assert ours == expected


@pytest.mark.django_db
def test_it_imports_them_once_and_ends_at_their_closing_balances() -> None:
    ada = Person.objects.create_user("ada@example.com", "x", sub="usr_ada", name="Ada North")
    for name in GOOD:
        import_statements(ada, read_file(FOLDER / name))
    # The camt files hold the same statement in two versions.
    assert Transaction.objects.filter(person=ada).count() == 8 + 97 + 1 + 10 + 7
    for name in GOOD:
        assert import_statements(ada, read_file(FOLDER / name)).imported == 0
    closing = {
        (statement.account, balance.currency): balance.amount_minor
        for name in ("ASNB-mt940.txt", "betterplace-sepa_mt9401.sta")
        for statement in read_file(FOLDER / name)
        for balance in statement.closing
    }
    held = {
        (account.iban, account.currency): account.balance_minor
        for account in Account.objects.filter(person=ada)
    }
    assert closing.items() <= held.items()
    assert verify_ledger() == []
