"""Writes grown blocks as fast as the database takes them; knows nothing of what they mean."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.db import connection, models
from django.db.models import F, Max

from sandbox.ledger.models import Account, Entry, Posting
from sandbox.seeds.growth import Block
from sandbox.transactions.models import Transaction, TransactionEvent

TABLES = (Transaction, TransactionEvent, Entry, Posting)
# Below this, building indexes anew costs more than keeping them.
WORTH_REBUILDING = 50_000


def write(blocks: Iterable[Block]) -> int:
    """Write some blocks and the balances they make; says how many transactions."""
    blocks = list(blocks)
    transactions = [row for block in blocks for row in block.transactions]
    _insert(Transaction, transactions, with_id=True)
    _insert(TransactionEvent, [row for block in blocks for row in block.events])
    entries, postings = [], []
    posted = [line for block in blocks for line in block.entries]
    for number, (at, transaction_id, account, peer, amount) in zip(
        _entry_ids(len(posted)), posted, strict=True
    ):
        entries.append((number, at, "transaction.completed", transaction_id))
        postings += [(number, account, amount), (number, peer, -amount)]
    _insert(Entry, entries, with_id=True)
    _insert(Posting, postings)
    changes: dict[int, int] = {}
    for block in blocks:
        for account, amount in block.changes.items():
            changes[account] = changes.get(account, 0) + amount
    for account, amount in sorted(changes.items()):
        Account.objects.filter(pk=account).update(balance_minor=F("balance_minor") + amount)
    return len(transactions)


def _insert(model: type[models.Model], rows: list[tuple[Any, ...]], with_id: bool = False) -> None:
    """COPY on PostgreSQL, else Django's bulk insert; values in the order of the written fields."""
    written = [field for field in model._meta.concrete_fields if not field.generated]
    fields = written[0 if with_id else 1 :]
    if connection.vendor != "postgresql":
        names_of = [field.attname for field in fields]
        for part in batched(rows, 5000):
            model._default_manager.bulk_create(
                [model(**dict(zip(names_of, row, strict=True))) for row in part]
            )
        return
    names = ", ".join(f'"{field.column}"' for field in fields)
    sql = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def _entry_ids(count: int) -> Iterable[int]:
    if connection.vendor != "postgresql":
        last = Entry.objects.aggregate(last=Max("id"))["last"] or 0
        return range(last + 1, last + 1 + count)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Entry._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


@contextmanager
def without_indexes(count: int) -> Iterator[None]:
    """On PostgreSQL take indexes and foreign keys off for a big load and put them back on.

    Changes of the schema are part of the transaction there: an interrupted load leaves both as
    they were. Putting a foreign key back on checks every row, so nothing goes unchecked.
    """
    if connection.vendor != "postgresql" or count < WORTH_REBUILDING:
        yield
        return
    tables = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN_KEYS, [tables])
        foreign_keys = cursor.fetchall()
        cursor.execute(_INDEXES, [tables])
        indexes = cursor.fetchall()
        for table, name, _ in foreign_keys:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in foreign_keys:
            cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        cursor.execute("ANALYZE " + ", ".join(f'"{table}"' for table in tables))


def tidy(count: int) -> None:
    """After a big load, so that sums are read from indexes alone at once and not in a minute."""
    big = connection.vendor == "postgresql" and count >= WORTH_REBUILDING
    if big and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f'VACUUM "{Transaction._meta.db_table}"')


_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
ORDER BY conname
"""
# Not those that a constraint (primary key, unique) stands on, nor any other unique one.
_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisunique
ORDER BY c.relname
"""
