"""Makes an event of the bytes that came, whatever they are; asks no database and no network.

What can't be read becomes an event too: set aside at once, with its text and the reason.
"""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from selfcare.events import kinds
from selfcare.events.kinds import Instant, Poison
from selfcare.events.models import Event

UNREADABLE = "unreadable"
LARGEST_BYTES = 65_536
# Clocks differ a little; what lies a day ahead is no clock's fault.
FARTHEST_AHEAD = timedelta(days=1)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
# PostgreSQL keeps no NUL in a text, however it is spelt.
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Data(BaseModel):
    """What every event says; the facts of its type are `kinds`' affair."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    subject: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    object: Name
    id: Name
    version: Annotated[int, Field(ge=0, le=2**63 - 1)]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$", max_length=80)]
    timestamp: Instant
    data: Data


def event_of(body: bytes, source_id: str, now: datetime) -> Event:
    """The event that these bytes tell of, not yet saved; it waits, or is set aside."""
    try:
        told = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError:
        return _unreadable(body, source_id, now, "body: no JSON")
    return of_told(told, source_id, now)


def of_told(told: Any, source_id: str, now: datetime) -> Event:
    """The same for JSON that somebody has parsed already, such as an entry of the feed."""
    spelt = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    raw = spelt.encode("utf-8", "backslashreplace")
    try:
        _no_infinity(told)
        read = _read(told, spelt, source_id, now)
    except Poison as poison:
        return _unreadable(raw, source_id, now, str(poison))
    return Event(
        source=Event.Source.PLATFORM,
        source_id=source_id,
        digest=digest(raw),
        type=read.type,
        subject=read.data.subject,
        object_id=read.data.id,
        version=read.data.version,
        occurred_at=datetime.fromisoformat(read.timestamp),
        received_at=now,
        due_at=now,
        data=told["data"],
    )


def check(event: Event) -> None:
    """Raises Poison for what can't be matched; one that can be read by now is completed."""
    if event.source == Event.Source.SELFCARE:
        return
    if event.type == UNREADABLE:
        text = str(event.data.get("body", ""))
        again = event_of(text.encode("utf-8", "replace"), event.source_id, event.received_at)
        if again.type == UNREADABLE:
            raise Poison(again.reason)
        for name in ("type", "subject", "object_id", "version", "occurred_at", "data"):
            setattr(event, name, getattr(again, name))
        event.save(update_fields=["type", "subject", "object_id", "version", "occurred_at", "data"])
    kinds.check(event.type, event.data)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _no_infinity(told: Any) -> None:
    """`1e999` is JSON, and read as a number that no JSON can hold."""
    try:
        json.dumps(told, allow_nan=False)
    except ValueError:
        raise Poison("body: a number beyond all bounds") from None


def _read(told: Any, spelt: str, source_id: str, now: datetime) -> Body:
    if NUL.search(spelt):
        raise Poison("body: holds NUL")
    try:
        read = Body.model_validate(told)
    except ValidationError as error:
        raise Poison(kinds.not_as_agreed(error)) from None
    if read.id != source_id:
        raise Poison("id: another than it was signed for")
    try:
        occurred_at = datetime.fromisoformat(read.timestamp).astimezone(UTC)
    except OverflowError:
        raise Poison("timestamp: absurd") from None
    if not FIRST <= occurred_at <= now + FARTHEST_AHEAD:
        raise Poison("timestamp: absurd")
    return read


def _unreadable(body: bytes, source_id: str, now: datetime, reason: str) -> Event:
    return Event(
        source=Event.Source.PLATFORM,
        source_id=source_id,
        digest=digest(body),
        type=UNREADABLE,
        occurred_at=now,
        received_at=now,
        due_at=now,
        data={"body": body.decode("utf-8", "backslashreplace").replace("\x00", "\ufffd")},
        state=Event.State.SET_ASIDE,
        reason=reason,
    )
