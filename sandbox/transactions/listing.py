"""Pages of a person's transactions in each order, by keyset: a page costs the same at any depth."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.fields import BigIntegerField, DateTimeField, UUIDField

from sandbox.people.models import Person
from sandbox.problems import ProblemError
from sandbox.transactions import filters
from sandbox.transactions.filters import Filters
from sandbox.transactions.models import Transaction
from sandbox.transactions.narrowing import narrowed

SORTS = ("-created_at", "created_at", "-amount", "amount")
NEWEST = "-created_at"
ALSO = frozenset({"limit", "cursor", "sort"})
MOST = 100

type Key = F | CombinedExpression


@dataclass(frozen=True, slots=True)
class Question:
    """Whose transactions, which of them, in which order, and after which place."""

    person: Person
    filters: Filters
    sort: str
    limit: int
    after: "Place | None"

    @property
    def rows(self) -> QuerySet[Transaction]:
        """In order, from the place on, without an end."""
        found = narrowed(self.person, self.filters)
        keys, op = _keys(self.sort, walks=not self.filters.picky)
        if self.after:
            found = found.filter(_Row(op, keys, self.after.values(self.sort)))
        newest = op == "<"
        return found.order_by(*(key.desc() if newest else key.asc() for key in keys))

    def cursor(self, row: "Transaction | Place") -> str:
        """The place right after a row."""
        place = row if isinstance(row, Place) else Place(row.amount_common, row.created_at, row.pk)
        text = f"{place.amount}|{place.at.isoformat()}|{place.pk.hex}|{self._stamp()}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _stamp(self) -> str:
        return _stamp(self.person, self.filters, self.sort)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in every order."""

    amount: int
    at: datetime
    pk: UUID

    def values(self, sort: str) -> list[Value]:
        at = [Value(self.at, DateTimeField()), Value(self.pk, UUIDField())]
        if sort in {"-created_at", "created_at"}:
            return at
        amount = self.amount if sort == "-amount" else -self.amount
        return [Value(amount, BigIntegerField()), *at]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Transaction]
    next_cursor: str | None


class _Row(Func):
    """(a, b, c) < (x, y, z): what an index walks to in one step."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, op: str, keys: list[Key], values: list[Value]) -> None:
        marks = ", ".join(["%s"] * len(keys))
        self.template_text = f"({marks}) {op} ({marks})"
        super().__init__(*keys, *values)

    def as_sql(  # type: ignore[override]  # it has no template to vary
        self, compiler: Any, connection: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        params = tuple(param for _, given in parts for param in given)
        return self.template_text % tuple(sql for sql, _ in parts), params


def question(person: Person, facts: Mapping[str, Any], *, most: int = MOST, default: int = 25,
             place: str = "cursor") -> Question:  # fmt: skip
    """What is asked for. Raises ProblemError 400 `bad_filter` or `bad_cursor`."""
    wanted = filters.read(facts, also=frozenset({"limit", "sort", place}))
    limit = filters.whole(facts, "limit", default, most)
    sort = filters.choice(facts, "sort", NEWEST, SORTS)
    cursor = facts.get(place)
    after = _read_cursor(cursor, _stamp(person, wanted, sort)) if cursor is not None else None
    return Question(person, wanted, sort, limit, after)


def page(asked: Question) -> Page:
    rows = asked.rows.select_related("account", "merchant__world", "refund_request", "person")
    found = list(rows[: asked.limit + 1])
    if len(found) <= asked.limit:
        return Page(found, None)
    return Page(found[: asked.limit], asked.cursor(found[asked.limit - 1]))


def _keys(sort: str, *, walks: bool) -> tuple[list[Key], str]:
    """What rows are ordered by, all keys in one direction, and how the next ones compare.

    Few rows that are scattered over all amounts are found and sorted rather than come across on a
    walk through an index: so without `walks` the first key is one that no index knows.
    """
    rest: list[Key] = [F("created_at"), F("id")]
    if sort in {"-created_at", "created_at"}:
        return rest, "<" if sort == NEWEST else ">"
    # Small amounts first but newest first among equals: so the amount is turned round.
    amount: Key = F("amount_common") if sort == "-amount" else F("amount_common") * Value(-1)
    return [amount if walks else amount + Value(0), *rest], "<"


def _stamp(person: Person, wanted: Filters, sort: str) -> str:
    """What a cursor is bound to: the person, every filter and the order."""
    text = json.dumps([person.sub, sort, wanted.told()], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_cursor(text: Any, stamp: str) -> Place:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        told = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        amount, at, pk, bound = told.split("|")
        if bound != stamp:
            raise ProblemError(400, "bad_cursor", "The cursor belongs to another list.")
        place = Place(int(amount), datetime.fromisoformat(at), UUID(hex=pk))
        if place.at.tzinfo is None or abs(place.amount) >= 2**63:
            raise ValueError("a cursor's instant has its zone, its amount its bounds")
    except (AttributeError, ValueError, binascii.Error, OverflowError):
        raise ProblemError(400, "bad_cursor", "The cursor is broken.") from None
    return place
