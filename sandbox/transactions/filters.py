"""What a read is narrowed to: one parser for query parameters and JSON bodies; runs no query."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict

from sandbox import clock, ids
from sandbox.problems import ProblemError
from sandbox.transactions import bodies, search
from sandbox.transactions.models import COMMON_DIGITS, Transaction

LARGEST_BODY = 4 * 1024 * 1024
LONGEST_TEXT = 200
MOST_IDS = 1000
MOST_SETS = 5
CHOICES: dict[str, list[str]] = {
    "status": list(Transaction.Status.values),
    "kind": list(Transaction.Kind.values),
}
# How often one name may be given.
SEVERAL = {"status": 20, "kind": 20, "currency": 20, "merchant": 100, "account": 100,
           "ids": MOST_IDS}  # fmt: skip
# An address holds fewer: servers refuse one of more than 8 kB.
SEVERAL_IN_QUERY = dict.fromkeys(SEVERAL, 20)
RANGES = (
    ("created_from", "created_until"),
    ("completed_from", "completed_until"),
    ("amount_from", "amount_until"),
)
SET_LISTS = ("merchants", "counterparties", "ids", "except_ids")
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,4})?")
_PUBLIC_ID = re.compile(r"[a-z]{3}_[A-Za-z0-9_]{1,36}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Z0-9]{1,34}")


@dataclass(frozen=True, slots=True)
class Named:
    """Of one of the merchants, of one of the names, or one of `ids`; but none of `except_ids`."""

    merchants: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()
    except_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """All that is set must hold; of several values of one name, one must.

    `*_from` is inclusive, instants `*_until` exclusive; amounts are inclusive and in the scale of
    `Transaction.amount_common`. Texts are as they came.
    """

    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    direction: str | None = None
    currency: tuple[str, ...] = ()
    created_from: datetime | None = None
    created_until: datetime | None = None
    completed_from: datetime | None = None
    completed_until: datetime | None = None
    amount_from: int | None = None
    amount_until: int | None = None
    merchant: tuple[str, ...] = ()
    counterparty: str | None = None
    reference: str | None = None
    iban: str | None = None
    account: tuple[str, ...] = ()
    needs_me: bool = False
    q: str = ""
    ids: tuple[UUID, ...] = ()
    changed_since: datetime | None = None
    sets: tuple[Named, ...] = ()

    @property
    def picky(self) -> bool:
        """Whether it names what or who is meant: then it is a small part of all."""
        named = (self.merchant, self.q, self.counterparty, self.reference, self.iban, self.ids)
        return any(named) or bool(self.sets) or self.changed_since is not None

    def told(self) -> dict[str, Any]:
        """What is set, in a form to fingerprint."""
        return {name: value for name, value in asdict(self).items() if value}


def bad(field: str, told: str) -> ProblemError:
    return ProblemError(400, "bad_filter", f"{field} {told}.", field=field)


def from_query(params: QueryDict) -> dict[str, Any]:
    """Query parameters in the types that JSON would have given them."""
    facts: dict[str, Any] = {}
    for name, values in params.lists():
        if name in SEVERAL and len(values) <= SEVERAL_IN_QUERY[name]:
            facts[name] = values
            continue
        if len(values) > 1:
            raise bad(name[:40], "is given too often")
        (value,) = values
        if name == "needs_me":
            facts[name] = {"true": True, "false": False}.get(value, value)
        elif name == "limit":
            whole = value.isascii() and value.isdecimal() and len(value) <= 9
            facts[name] = int(value) if whole else value
        elif name == "cursor":
            facts[name] = value or None
        elif name == "sets":
            raise bad(name, "needs a JSON body")
        else:
            facts[name] = value
    return facts


def from_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a read's body; what is null is left out."""
    facts = bodies.read_json(request, largest=LARGEST_BODY)
    if not isinstance(facts, dict):
        raise bad("body", "must be a JSON object")
    return {name: value for name, value in facts.items() if value is not None}


def read(facts: Mapping[str, Any], *, also: frozenset[str] = frozenset()) -> Filters:
    """The filters among `facts`; any other name than theirs and `also` is refused.

    Raises ProblemError 400 `bad_filter` with the field's name.
    """
    for name in facts:
        if name not in READERS and name not in also:
            raise bad(name[:40].replace("\0", "?"), "is not a filter")
    found = Filters(**{name: READERS[name](name, facts[name]) for name in facts if name in READERS})
    for low, high in RANGES:
        first, last = getattr(found, low), getattr(found, high)
        if first is not None and last is not None and first > last:
            raise bad(high, f"lies before {low}")
    return found


def period(params: QueryDict) -> tuple[datetime, datetime]:
    """`from` and `until` of a statement: both needed, nothing else known."""
    facts = from_query(params)
    for name in sorted({*facts, "from", "until"}):
        if name not in {"from", "until"}:
            raise bad(name[:40].replace("\0", "?"), "is not a filter")
        if name not in facts:
            raise bad(name, "is missing")
    since, until = _instant("from", facts["from"]), _instant("until", facts["until"])
    if since > until:
        raise bad("until", "lies before from")
    return since, until


def matches(query: str, text: str) -> bool:
    """Whether a text has all words of a query."""
    return all(word in search.fold(text) for word in search.fold(query).split())


def whole(facts: Mapping[str, Any], name: str, default: int, most: int) -> int:
    value = facts.get(name, default)
    if type(value) is not int or not 1 <= value <= most:
        raise bad(name, f"must be a whole number from 1 to {most}")
    return value


def choice(facts: Mapping[str, Any], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = facts.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise bad(name, f"must be one of {', '.join(allowed)}")
    return value


def named(field: str, facts: Any, *, also: frozenset[str] = frozenset()) -> Named:
    """One set of the body."""
    if not isinstance(facts, dict):
        raise bad(field, "must be an object")
    for name in facts:
        if name not in SET_LISTS and name not in also:
            raise bad(field, "has a name that is not known")
    lists = {name: facts.get(name) or [] for name in SET_LISTS}
    return Named(
        merchants=_list(f"{field}.merchants", lists["merchants"], MOST_IDS, _public_id("mer")),
        counterparties=_list(f"{field}.counterparties", lists["counterparties"], MOST_IDS, _text),
        ids=_list(f"{field}.ids", lists["ids"], MOST_IDS, _transaction_id),
        except_ids=_list(f"{field}.except_ids", lists["except_ids"], MOST_IDS, _transaction_id),
    )


def _list[V](
    name: str, value: Any, most: int, one: Callable[[str, Any], V], least: int = 0
) -> tuple[V, ...]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise bad(name, f"must be a list of {least} to {most}")
    return tuple(dict.fromkeys(one(name, item) for item in value))


def _several[V](one: Callable[[str, Any], V]) -> Callable[[str, Any], tuple[V, ...]]:
    return lambda name, value: _list(name, value, SEVERAL[name], one, least=1)


def _one_of(allowed: list[str]) -> Callable[[str, Any], str]:
    def read_choice(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise bad(name, f"must be one of {', '.join(allowed)}")
        return value

    return read_choice


def _public_id(prefix: str) -> Callable[[str, Any], str]:
    def read_id(name: str, value: Any) -> str:
        if not isinstance(value, str) or not (
            _PUBLIC_ID.fullmatch(value) and value.startswith(f"{prefix}_")
        ):
            raise bad(name, f"must be ids that begin with {prefix}_")
        return value

    return read_id


def _transaction_id(name: str, value: Any) -> UUID:
    found = ids.unwire("txn", value) if isinstance(value, str) else None
    if found is None:
        raise bad(name, "must be ids of transactions")
    return found


def _currency(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise bad(name, "must be three capital letters")
    return value


def _instant(name: str, value: Any) -> datetime:
    at = clock.parse(value) if isinstance(value, str) else None
    if at is None:
        raise bad(name, "must be an RFC 3339 instant")
    return at


def _amount(rounding: str) -> Callable[[str, Any], int]:
    def read_amount(name: str, value: Any) -> int:
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
            raise bad(name, "must be a decimal number like 49.90, without a sign")
        # The scale holds bigint; beyond it every amount is smaller anyway.
        return min(int(Decimal(value).scaleb(COMMON_DIGITS).to_integral(rounding)), 2**63 - 1)

    return read_amount


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise bad(name, f"must be text of 1 to {LONGEST_TEXT} characters")
    if "\0" in value:
        raise bad(name, "contains a NUL character")
    return value


def _query(name: str, value: Any) -> str:
    if value == "":
        return ""
    if isinstance(value, str) and not value.strip() and len(value) <= LONGEST_TEXT:
        return ""
    return _text(name, value)


def _iban(name: str, value: Any) -> str:
    found = "".join(value.split()).upper() if isinstance(value, str) else ""
    if not _IBAN.fullmatch(found):
        raise bad(name, "must be 1 to 34 letters and digits")
    return found


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise bad(name, "must be one of true, false")
    return value


def _sets(name: str, value: Any) -> tuple[Named, ...]:
    if not isinstance(value, list) or len(value) > MOST_SETS:
        raise bad(name, f"must be a list of up to {MOST_SETS}")
    return tuple(named(f"{name}.{place}", facts) for place, facts in enumerate(value))


READERS: dict[str, Callable[[str, Any], Any]] = {
    "status": _several(_one_of(CHOICES["status"])),
    "kind": _several(_one_of(CHOICES["kind"])),
    "direction": _one_of(list(Transaction.Direction.values)),
    "currency": _several(_currency),
    "created_from": _instant,
    "created_until": _instant,
    "completed_from": _instant,
    "completed_until": _instant,
    "amount_from": _amount(ROUND_CEILING),
    "amount_until": _amount(ROUND_FLOOR),
    "merchant": _several(_public_id("mer")),
    "counterparty": _text,
    "reference": _text,
    "iban": _iban,
    "account": _several(_public_id("acc")),
    "needs_me": _flag,
    "q": _query,
    "ids": _several(_transaction_id),
    "changed_since": _instant,
    "sets": _sets,
}
