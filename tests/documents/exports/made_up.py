"""Rows as the service streams them, made up for the writers of files."""

import io
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from selfcare.documents.exports.formats import BY_NAME
from selfcare.documents.exports.manifest import About, Books
from selfcare.documents.exports.rows import Tally

NUMBERS = itertools.count(1)
AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
OWN_IBAN = {"EUR": "DE89370400440532013000", "JPY": "GB29NWBK60161331926819"}


def row(**facts: Any) -> dict[str, Any]:
    """A completed payment of 64.90 euros, unless told otherwise."""
    number = next(NUMBERS)
    at = (AS_OF - timedelta(hours=number % 2000 + 1)).isoformat().replace("+00:00", "Z")
    currency = facts.get("currency", "EUR")
    return {
        "id": f"txn_{number:032x}",
        "owner": "usr_1",
        "version": 1,
        "kind": "payment",
        "direction": "out",
        "status": "completed",
        "reason_code": None,
        "amount_minor": 6490,
        "currency": currency,
        "fee_minor": 0,
        "original_amount": None,
        "created_at": at,
        "updated_at": at,
        "completed_at": at if facts.get("status", "completed") == "completed" else None,
        "scheduled_for": None,
        "expires_at": None,
        "account": {
            "id": f"acc_{currency}",
            "name": "Everyday",
            "currency": currency,
            "iban": OWN_IBAN.get(currency),
        },
        "counterparty": {"kind": "merchant", "name": "Nordlicht Books", "iban": None},
        "merchant": {"id": "mer_1", "name": "Nordlicht Books"},
        "references": {
            "end_to_end_id": f"E2E-{number}",
            "merchant_reference": None,
            "remittance_information": "Thanks",
        },
        "refunded_minor": 0,
        **facts,
    }


def some(count: int = 40) -> list[dict[str, Any]]:
    """All statuses, both directions, two currencies, fees, odd names."""
    statuses = ("completed", "processing", "failed", "completed", "action_required", "completed")
    names = ("Nordlicht Books", "Köhler & Söhne <GmbH>", "=HYPERLINK(1)", "株式会社", "O’Brien; -5")
    return [
        row(
            status=statuses[n % len(statuses)],
            direction="in" if n % 3 == 0 else "out",
            currency="JPY" if n % 5 == 0 else "EUR",
            amount_minor=(n * 7919) % 100_000,
            fee_minor=n % 4,
            counterparty={
                "kind": "merchant",
                "name": names[n % len(names)],
                "iban": "FR1420041010050500013M02606" if n % 2 else None,
            },
        )
        for n in range(count)
    ]


def about(name: str, rows: list[dict[str, Any]], **facts: Any) -> About:
    tally = Tally()
    tally.add(rows)  # type: ignore[arg-type]
    kind = BY_NAME[name]
    told: dict[str, Any] = {
        "id": f"exp_{7:032x}",
        "format": name,
        "format_words": kind.words,
        "media_type": kind.media_type,
        "file_name": f"export.{kind.extension}",
        "words": "All transactions",
        "query_string": "",
        "sort": "-created_at",
        "holder": "Alice Marlow",
        "zone": ZoneInfo("Europe/Berlin"),
        "as_of": AS_OF,
        "made_at": AS_OF,
        "rows": len(rows),
        "totals": tally.told(),
    }
    return About(**{**told, **facts})


def written(name: str, rows: list[dict[str, Any]], **facts: Any) -> tuple[bytes, About]:
    """The file of these rows in a format, kept in two parts as a job keeps them."""
    kind, out, told = BY_NAME[name], io.BytesIO(), about(name, rows, **facts)
    half = len(rows) // 2
    parts = [io.BytesIO(kind.keep(some_rows)) for some_rows in (rows[:half], rows[half:])]  # type: ignore[arg-type]
    kind.write(out, iter(parts), told)
    return out.getvalue(), told


def signed(one: dict[str, Any]) -> int:
    return int(one["amount_minor"]) * (1 if one["direction"] == "in" else -1)


def booked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in rows if one["status"] == "completed"]


def books_for(
    rows: list[dict[str, Any]], opening: int
) -> Callable[[str, datetime, datetime], Books]:
    """What a service that knows exactly these rows says of each account."""

    def ask(account_id: str, _start: datetime, _end: datetime) -> Books:
        own = [one for one in booked(rows) if one["account"]["id"] == account_id]
        came = sum(one["amount_minor"] for one in own if one["direction"] == "in")
        went = sum(one["amount_minor"] for one in own if one["direction"] == "out")
        fees = sum(one["fee_minor"] for one in own)
        return Books(opening, opening + came - went - fees, len(own), came, went, fees)

    return ask
