"""Many transactions as lines of JSON (NDJSON) in flat memory; the last line says it is the end."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import batched

from django.core.exceptions import EmptyResultSet
from django.db import connection

from sandbox import clock, ids
from sandbox.people.models import Person
from sandbox.transactions import wire
from sandbox.transactions.listing import Question
from sandbox.transactions.models import Transaction
from sandbox.transactions.narrowing import had_to_do_with

MOST = 50_000
LINES_AT_ONCE = 500
LEFT_OUT = {"refund_request", "allowed_actions"}
COLUMNS = [field.attname for field in Transaction._meta.concrete_fields if field.name != "search"]


def lines(asked: Question, now: datetime) -> Iterator[bytes]:
    """Chunks of whole lines, and as the last chunk the end line alone."""
    made = _by_database(asked) if connection.vendor == "postgresql" else _by_row(asked, now)
    count, last, more = 0, b"", False
    for some in batched(made, LINES_AT_ONCE):
        taken = some[: asked.limit - count]
        more = len(taken) < len(some)
        if taken:
            yield b"".join(taken)
            count, last = count + len(taken), taken[-1]
    next_cursor = _place(asked, last) if more else None
    as_of = clock.rfc3339(now)
    yield _line({"end": True, "count": count, "next_cursor": next_cursor, "as_of": as_of})


def lean(row: Transaction, now: datetime) -> wire.Json:
    """A transaction as in a list, without what only its page needs."""
    whole = wire.transaction(row, now)
    return {name: value for name, value in whole.items() if name not in LEFT_OUT}


def _by_row(asked: Question, now: datetime) -> Iterator[bytes]:
    rows = asked.rows.select_related("account", "merchant__world", "refund_request", "person")
    for row in rows[: asked.limit + 1].iterator(chunk_size=LINES_AT_ONCE):
        yield _line(lean(row, now))


def _by_database(asked: Question) -> Iterator[bytes]:
    """The lines as the database writes them: no row becomes an object here.

    COPY in the form of CSV with a quote and a delimiter that JSON never contains: so nothing is
    quoted or escaped once more.
    """
    try:
        inner, params = asked.rows.values(*COLUMNS)[: asked.limit + 1].query.sql_with_params()
    except EmptyResultSet:
        return
    given = (asked.person.sub, *_others(asked.person), *params)
    sql = f"COPY (SELECT {_LEAN} FROM ({inner}) AS t) TO STDOUT {_PLAIN}"  # noqa: S608 (no values)
    with connection.cursor() as cursor, cursor.copy(sql, given) as copy:
        for line in copy:
            yield bytes(line)


def _others(person: Person) -> tuple[str, str]:
    """Accounts and merchants as JSON by their keys: few, and looked up for each row twice as fast
    as in their tables."""
    accounts = {str(row.pk): wire.own(row) for row in person.accounts.all()}
    shops = {str(row.pk): wire.merchant(row) for row in had_to_do_with(person)}
    return json.dumps(accounts), json.dumps(shops)


def _place(asked: Question, line: bytes) -> str | None:
    """The cursor after a line; a transaction's place never changes."""
    pk = ids.unwire("txn", json.loads(line)["id"])
    row = Transaction.objects.filter(pk=pk).first() if pk else None
    return asked.cursor(row) if row else None


def _line(facts: wire.Json) -> bytes:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _instant(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


_PLAIN = r"""(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ESCAPE E'\x02')"""
# As `wire.py` spells it; a test holds one against the other.
_LEAN = f"""json_build_object(
    'id', 'txn_' || replace(t.id::text, '-', ''),
    'owner', %s::text,
    'version', t.version,
    'kind', t.kind,
    'direction', t.direction,
    'status', t.status,
    'reason_code', nullif(t.reason_code, ''),
    'amount_minor', t.amount_minor,
    'currency', t.currency,
    'fee_minor', t.fee_minor,
    'original_amount', CASE WHEN t.original_amount_minor IS NOT NULL THEN json_build_object(
        'amount_minor', t.original_amount_minor, 'currency', t.original_currency, 'rate', t.rate
    ) END,
    'created_at', {_instant("t.created_at")},
    'updated_at', {_instant("t.updated_at")},
    'completed_at', {_instant("t.completed_at")},
    'scheduled_for', {_instant("t.scheduled_for")},
    'expires_at', {_instant("t.expires_at")},
    'account', %s::jsonb -> t.account_id::text,
    'counterparty', json_build_object(
        'kind', t.counterparty_kind, 'name', t.counterparty_name,
        'iban', nullif(t.counterparty_iban, '')
    ),
    'merchant', %s::jsonb -> t.merchant_id::text,
    'references', json_build_object(
        'end_to_end_id', nullif(t.end_to_end_id, ''),
        'merchant_reference', nullif(t.merchant_reference, ''),
        'remittance_information', nullif(t.remittance_information, '')
    ),
    'refunded_minor', t.refunded_minor
)::text"""
