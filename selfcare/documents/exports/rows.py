"""Rows on their way into a file: kept as JSON Lines, counted, and told as plain cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, BinaryIO, cast

import pydantic_core

from selfcare import money
from selfcare.clients.stream import Row

# Name in CSV, and heading in a workbook. Names are those of the JSON API where it has one.
COLUMNS = (
    ("id", "Transaction"),
    ("created_at", "Begun (UTC)"),
    ("completed_at", "Completed (UTC)"),
    ("status", "Status"),
    ("kind", "Kind"),
    ("direction", "In or out"),
    ("amount", "Amount"),
    ("currency", "Currency"),
    ("fee", "Fee"),
    ("refunded", "Refunded"),
    ("counterparty", "With"),
    ("counterparty_iban", "Their IBAN"),
    ("merchant", "Merchant"),
    ("account", "Your account"),
    ("account_iban", "Your IBAN"),
    ("original_amount", "Original amount"),
    ("original_currency", "Original currency"),
    ("rate", "Rate"),
    ("end_to_end_id", "End-to-end id"),
    ("merchant_reference", "Merchant's reference"),
    ("remittance_information", "Message"),
    ("reason_code", "Reason"),
)
NAMES = tuple(name for name, _ in COLUMNS)
AMOUNTS = frozenset({"amount", "fee", "refunded", "original_amount"})
MOMENTS = frozenset({"created_at", "completed_at"})


@cache
def digits(currency: str) -> int:
    """How many digits stand behind the decimal mark; two for a code that nobody knows."""
    try:
        return money.exponent(currency)
    except money.BadAmount:
        return 2


def decimal(minor: int, currency: str) -> str:
    """Plain decimal text, `-64.90`: the same as Money.decimal, a million times over."""
    behind = digits(currency)
    if not behind:
        return str(minor)
    text = str(abs(minor)).rjust(behind + 1, "0")
    return f"{'-' if minor < 0 else ''}{text[:-behind]}.{text[-behind:]}"


def signed(row: Row) -> int:
    """Its amount in minor units, below zero for what goes out."""
    return row["amount_minor"] if row["direction"] == "in" else -row["amount_minor"]


def cells(row: Row) -> list[str]:
    """One text for each of COLUMNS; empty where there is nothing."""
    currency = row["currency"]
    account, other = row["account"], row["counterparty"]
    merchant, references = row.get("merchant"), row["references"]
    original = row.get("original_amount")
    return [
        row["id"],
        row["created_at"],
        row.get("completed_at") or "",
        row["status"],
        row["kind"],
        row["direction"],
        decimal(signed(row), currency),
        currency,
        decimal(row["fee_minor"], currency),
        decimal(row["refunded_minor"], currency),
        other["name"],
        other.get("iban") or "",
        merchant["name"] if merchant else "",
        account["name"],
        account.get("iban") or "",
        decimal(original["amount_minor"], original["currency"]) if original else "",
        original["currency"] if original else "",
        (original.get("rate") or "") if original else "",
        references.get("end_to_end_id") or "",
        references.get("merchant_reference") or "",
        references.get("remittance_information") or "",
        row.get("reason_code") or "",
    ]


def as_lines(rows: Iterable[Row]) -> bytes:
    """JSON Lines: one transaction a line, with the names of the JSON API."""
    return b"".join(pydantic_core.to_json(row) + b"\n" for row in rows)


def from_lines(parts: Iterable[BinaryIO]) -> Iterator[Row]:
    """The rows that `as_lines` kept; they were checked when they came."""
    for part in parts:
        for line in part:
            yield cast("Row", pydantic_core.from_json(line))


@dataclass
class Tally:
    """How many rows and how much, by currency and status, as the service's own totals tell it."""

    sums: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Iterable[dict[str, Any]]) -> "Tally":
        return cls(
            {
                (one["currency"], one["status"]): [
                    *(one["count"], one["in_minor"], one["out_minor"], one["fee_minor"])
                ]
                for one in told
            }
        )

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            key = (row["currency"], row["status"])
            sums = self.sums.get(key)
            if sums is None:
                sums = self.sums[key] = [0, 0, 0, 0]
            sums[0] += 1
            sums[1 if row["direction"] == "in" else 2] += row["amount_minor"]
            sums[3] += row["fee_minor"]

    @property
    def rows(self) -> int:
        return sum(count for count, *_ in self.sums.values())

    def told(self) -> list[dict[str, Any]]:
        """As JSON, in a fixed order."""
        names = ("count", "in_minor", "out_minor", "fee_minor")
        return [
            {"currency": currency, "status": status, **dict(zip(names, sums, strict=True))}
            for (currency, status), sums in sorted(self.sums.items())
        ]
