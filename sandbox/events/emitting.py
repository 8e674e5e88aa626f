"""Events by hand: nothing has happened but them, unless a transaction is named; no HTTP."""

import random
import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sandbox import clock, ids
from sandbox.events import telling
from sandbox.events.models import Event
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant, Person
from sandbox.transactions.models import Transaction

type Json = dict[str, Any]

MOST = 50_000
TYPE = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,39}")
OBJECTS = {"news": "news", "permission": "permission", "statement": "statement"}
NEWS = {
    "en": "Statements are here on the first of the month",
    "de": "Auszüge kommen jetzt am Ersten des Monats",
    "es": "Los extractos llegan el primer día del mes",
    "cs": "Výpisy přicházejí prvního dne v měsíci",
}


def emit(facts: Json, now: datetime) -> list[Event]:
    """`count` events of `type` for the person `sub`; ValueError says what is wrong.

    {"type", "sub", "facts"?, "id"?, "version"?, "occurred_at"?, "count"?, "copies"?,
    "after_seconds"?} or {"raw": "any text"}. `facts` win over what is made up. With a count and
    without an id each is about another object. A real transaction is told of by its id. `copies`
    is how often each is posted in all, `after_seconds` how late at the earliest.
    """
    late = timedelta(seconds=_whole(facts, "after_seconds", 0, 86_400) or 0)
    count = _whole(facts, "count", 1, MOST) or 1
    events = [_one(facts, now, place) for place in range(count)]
    for event in events:
        event.due_at = now + late
        event.again = (_whole(facts, "copies", 1, 20) or 1) - 1
    with transaction.atomic():
        Event.objects.bulk_create(events, batch_size=1000)
    return events


def _one(facts: Json, now: datetime, place: int) -> Event:
    raw = facts.get("raw")
    if raw is not None:
        if not isinstance(raw, str) or not raw or len(raw) > 2**20 or "\0" in raw:
            raise ValueError("raw must be text of at most a megabyte")
        return Event(id=ids.uuid7(now), type="raw", occurred_at=now, data="{}", raw=raw)
    type_, own = facts.get("type"), {} if facts.get("facts") is None else facts["facts"]
    if not isinstance(type_, str) or not TYPE.fullmatch(type_):
        raise ValueError("type must be like noun.past_participle")
    if not isinstance(own, dict):
        raise ValueError("facts must be an object")
    at = clock.parse(str(facts["occurred_at"])) if facts.get("occurred_at") else now
    if at is None:
        raise ValueError("occurred_at must be an RFC 3339 instant")
    person = _person(facts.get("sub"))
    kind = str(facts.get("object") or OBJECTS.get(type_.split(".")[0], type_.split(".")[0]))
    id_ = facts.get("id")
    if id_ is not None and (not isinstance(id_, str) or not 0 < len(id_) <= 120 or "\0" in id_):
        raise ValueError("id must be text of 1 to 120 characters")
    made_id, version, made = _made_up(type_, kind, person, id_, now)
    return telling.drafted(
        type_, subject=person.sub, kind=kind, id_=id_ or made_id, at=at,
        version=_whole(facts, "version", 0, 2**53) or version, facts={**made, **own},
    )  # fmt: skip


def _made_up(
    type_: str, kind: str, person: Person, id_: str | None, now: datetime
) -> tuple[str, int, Json]:
    """Id, version and facts of something that could be so."""
    match kind:
        case "transaction":
            return _transaction(type_, person, id_, now)
        case "permission":
            shop = Merchant.objects.order_by("?").first()
            id_ = shop.public_id if shop else "mer_corner_shop"
            name = shop.name if shop else "Corner Shop"
            scope = ["See your name", "Take payments you agreed to"]
            return id_, int(now.timestamp()), {
                "merchant_id": id_, "merchant_name": name, "scope": scope,
            }  # fmt: skip
        case "statement":
            account = Account.objects.filter(kind=Account.Kind.PERSON, person=person).first()
            month = f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"
            name, public_id = (account.name, account.public_id) if account else ("", "acc_none")
            return public_id, int(month.replace("-", "")), {"account_name": name, "month": month}
        case "news":
            return ids.wire("nws", ids.uuid7(now)), 1, {"title": NEWS, "url": "/"}
        case "session":
            return ids.wire("sid", ids.uuid7(now)), 1, {
                "browser": "Firefox on Linux", "acr": "urn:openbanking:psd2:ca",
            }  # fmt: skip
    return ids.wire("obj", ids.uuid7(now)), 1, {}


def _transaction(
    type_: str, person: Person, id_: str | None, now: datetime
) -> tuple[str, int, Json]:
    pk = ids.unwire("txn", id_) if id_ else None
    rows = Transaction.objects.select_related("merchant", "person")
    row = rows.filter(pk=pk, person=person).first() if pk else None
    if row:
        return row.wire_id, row.version, telling.transaction_facts(row, by="platform")
    step = type_.split(".")[1]
    lapses = clock.rfc3339(now + timedelta(hours=1)) if step == "action_required" else None
    status = step if step in Transaction.Status.values else "processing"
    return ids.wire("txn", ids.uuid7(now)), 2, {
        "kind": "payment", "direction": "out", "status": status,
        "amount_minor": random.randrange(100, 100_00), "currency": "EUR", "fee_minor": 0,
        "counterparty_name": "Nordlicht Books", "merchant_id": None, "merchant_name": None,
        "expires_at": lapses, "reason_code": "AC04" if step == "failed" else None,
        "actor": "platform",
    }  # fmt: skip


def _person(sub: Any) -> Person:
    found = (
        Person.objects.filter(sub=sub).first() if isinstance(sub, str) and "\0" not in sub else None
    )
    if found is None:
        raise ValueError("sub must be a person's sub")
    return found


def _whole(facts: Json, name: str, low: int, high: int) -> int | None:
    value = facts.get(name)
    if value is None:
        return None
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value
