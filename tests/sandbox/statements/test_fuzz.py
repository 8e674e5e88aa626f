"""Whatever bytes come: statements or the clear refusal, nothing else, and never a part."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.ledger.journal import verify_ledger
from sandbox.people.models import Person
from sandbox.statements.actions import import_statements
from sandbox.statements.reading import read_bytes
from sandbox.statements.statement import Statement, StatementError
from sandbox.transactions.models import Transaction
from tests.sandbox.statements.samples import ENTRY, MT940, camt

SEEDS = [MT940.encode(), (MT940 * 2).encode("latin-1"), camt(ENTRY * 2, closing="975.00")]
PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([b":61:", b"\n-\n", b":62F:", b"\x00", b"&a;", b"<Stmt>", b"9" * 30, b"\xc3"]),
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 40), PIECES), min_size=1, max_size=5
)


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for anywhere, length, piece in changes:
        place = anywhere % (len(data) + 1)
        data = data[:place] + piece + data[place + length :]
    return data


def read(data: bytes) -> list[Statement] | None:
    refused: StatementError | None = None
    try:
        return read_bytes(data)
    except StatementError as error:
        refused = error
    assert refused.what
    # A carriage return alone ends a line too.
    last = data.count(b"\n") + data.count(b"\r") + 2
    assert refused.line is None or 1 <= refused.line <= last
    return None


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), CHANGES)
def test_it_reads_or_refuses_mutated_files(data: bytes, changes: list) -> None:
    for statement in read(mutated(data, changes)) or []:
        assert statement.account
        for entry in statement.entries:
            assert entry.amount_minor != 0
            assert len(entry.counterparty_name) <= 140
            assert len(entry.counterparty_iban) <= 34
            assert "\0" not in entry.remittance_information


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_it_reads_or_refuses_any_bytes(data: bytes) -> None:
    read(data)


@pytest.mark.parametrize("data", SEEDS)
def test_it_refuses_or_reads_every_truncation(data: bytes) -> None:
    whole = sum(len(statement.entries) for statement in read_bytes(data))
    for length in range(len(data)):
        statements = read(data[:length])
        count = sum(len(statement.entries) for statement in statements or [])
        # A file of two statements may be cut between them; within one, never a part.
        assert count in {0, whole // 2, whole}


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), CHANGES)
def test_it_imports_what_it_read_and_the_ledger_holds(data: bytes, changes: list) -> None:
    statements = read(mutated(data, changes))
    if statements is None:
        return
    with transaction.atomic():
        ada = Person.objects.create_user("ada@example.com", None, sub="usr_ada", name="Ada")
        outcome = import_statements(ada, statements)
        there = Transaction.objects.filter(person=ada).count()
        assert outcome.imported == there
        assert outcome.imported + outcome.already_there == sum(len(s.entries) for s in statements)
        assert verify_ledger() == []
        assert import_statements(ada, statements).imported == 0
        transaction.set_rollback(True)
