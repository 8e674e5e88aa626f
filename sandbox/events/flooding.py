"""Many events at once, with what a network and other people's bugs do to them; no HTTP.

None of these transactions exists: what matters is what the other side makes of the events.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sandbox import clock, ids
from sandbox.control import making
from sandbox.events import telling
from sandbox.events.models import Event, compact
from sandbox.people.models import Person

type Json = dict[str, Any]

MOST = 200_000
AT_ONCE = 200  # stories that go on side by side
# How a transaction may go: direction, steps; the version is the step's place, from 1.
STORIES = (
    ("in", ("created", "processing", "completed")),
    ("in", ("created", "completed")),
    ("out", ("created", "action_required", "confirmed", "processing", "completed")),
    ("out", ("created", "processing", "completed")),
    ("out", ("created", "processing", "failed")),
    ("out", ("created", "action_required", "expired")),
    ("out", ("created", "action_required")),
)
STATUS = {"confirmed": "processing"}
SHOPS = ("Nordlicht Books", "Tandem Bikes", "Studio Halm", "Corner Shop", "Café Ořech")


@dataclass(slots=True)
class Flood:
    """What was written so far, and what has to come of it."""

    rng: random.Random
    begun: datetime
    per_second: float
    events: list[Event] = field(default_factory=list)
    last: dict[str, Event] = field(default_factory=dict)
    by_person: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    poison: list[Json] = field(default_factory=list)

    def now(self) -> datetime:
        """When the next event happens, and is posted at the earliest."""
        if not self.per_second:
            return self.begun
        return self.begun + timedelta(seconds=len(self.events) / self.per_second)


def flood(facts: Json, now: datetime) -> Json:
    """Write them; says what a receiver that loses and doubles nothing has to end up with.

    {"events": how many good ones, "people"?: how many new people or "subs"?: whose,
    "duplicates"?, "out_of_order"?, "poison"?: shares of "events", "per_second"?: all at once
    without it, "seed"?, "poisons"?: names out of POISONS}. ValueError says what is wrong.
    """
    count = _number(facts, "events", 1, MOST)
    hows = facts.get("poisons") or list(POISONS)
    if not isinstance(hows, list) or not set(hows) <= set(POISONS):
        raise ValueError(f"poisons are out of {', '.join(POISONS)}")
    made = Flood(random.Random(facts.get("seed", 1)), now, _number(facts, "per_second", 0, 10_000))
    people = _people(facts, made.rng, now)
    poisoned = round(count * _number(facts, "poison", 0, 1))
    where = set(made.rng.sample(range(int(count)), min(int(count), poisoned)))
    stories = [_story(made.rng, people) for _ in range(AT_ONCE)]
    for place in range(int(count)):
        if place in where:
            _poison(made, made.rng.choice(people), hows[len(made.poison) % len(hows)])
        which = made.rng.randrange(AT_ONCE)
        if not stories[which].steps:
            stories[which] = _story(made.rng, people)
        _step(made, stories[which])
    doubled = _double(made, _number(facts, "duplicates", 0, 1))
    late = _disorder(made, _number(facts, "out_of_order", 0, 1))
    with transaction.atomic():
        Event.objects.bulk_create(made.events, batch_size=1000)
    return _expected(made, int(count), doubled, late)


@dataclass(slots=True)
class Story:
    id: str
    sub: str
    facts: Json
    steps: list[str]
    version: int = 0


def _story(rng: random.Random, people: list[str]) -> Story:
    direction, steps = rng.choice(STORIES)
    shop = rng.choice(SHOPS)
    facts = {
        "kind": "payment" if direction == "out" else "deposit", "direction": direction,
        "status": "", "amount_minor": rng.randrange(1, 500_00),
        "currency": rng.choice(("EUR", "EUR", "GBP", "CZK")), "fee_minor": 0,
        "counterparty_name": shop, "merchant_id": None, "merchant_name": None,
        "expires_at": None, "reason_code": None, "actor": "platform",
    }  # fmt: skip
    id_ = f"txn_{rng.getrandbits(128):032x}"
    return Story(id_, rng.choice(people), facts, list(steps))


def _step(made: Flood, story: Story) -> None:
    step, at = story.steps.pop(0), made.now()
    story.version += 1
    facts = {**story.facts, "status": STATUS.get(step, step)}
    if step == "action_required":
        facts["expires_at"] = clock.rfc3339(at + timedelta(hours=1))
    event = telling.drafted(
        f"transaction.{step}", subject=story.sub, kind="transaction", id_=story.id,
        version=story.version, at=at, facts=facts,
    )  # fmt: skip
    event.due_at = at
    made.events.append(event)
    made.last[story.id] = event
    made.by_person[story.sub][event.type] += 1


# What is wrong with an event that is signed as it should be.
POISONS: dict[str, Json] = {
    "amount_is_text": {"amount_minor": "a lot"},
    "currency_is_missing": {"currency": None},
    "version_is_text": {"version": "two"},
    "subject_is_missing": {"subject": ""},
    "type_is_unknown": {},
}


def _poison(made: Flood, sub: str, how: str) -> None:
    story = _story(made.rng, [sub])
    type_ = "transaction.completed" if how != "type_is_unknown" else "weather.changed"
    at = made.now()
    facts = {**story.facts, "status": "completed"}
    event = telling.drafted(
        type_, subject=sub, kind="transaction", id_=story.id, version=1, at=at, facts=facts
    )
    event.data = compact({**telling.data_of(event), **POISONS[how]})
    event.due_at = at
    made.events.append(event)
    made.poison.append({"id": event.wire_id, "how": how, "sub": sub, "object_id": story.id})


def _double(made: Flood, share: float) -> int:
    """Posted twice, as a sender does that lost the answer."""
    chosen = made.rng.sample(made.events, round(len(made.events) * share))
    for event in chosen:
        event.again = 1
    return len(chosen)


def _disorder(made: Flood, share: float) -> int:
    """Posted after what happened later to the same object."""
    followed = [
        event
        for event in made.events
        if event.object_id in made.last and made.last[event.object_id] is not event
    ]
    chosen = made.rng.sample(followed, min(len(followed), round(len(made.events) * share)))
    for event in chosen:
        last = made.last[event.object_id].due_at
        event.due_at = last + timedelta(seconds=made.rng.uniform(0.5, 3))
    return len(chosen)


def _expected(made: Flood, count: int, doubled: int, late: int) -> Json:
    return {
        "events": count,
        "posts": len(made.events) + doubled,
        "duplicates": doubled,
        "out_of_order": late,
        "poison": made.poison,
        "people": {sub: dict(types) for sub, types in made.by_person.items()},
        "objects": {
            id_: {"sub": event.subject, "type": event.type, "version": event.version}
            for id_, event in made.last.items()
        },
    }


def _people(facts: Json, rng: random.Random, now: datetime) -> list[str]:
    subs = facts.get("subs")
    if subs is None:
        count = int(_number({"people": 1, **facts}, "people", 1, 1000))
        mark = ids.uuid7(now).hex
        people = [
            {"email": f"flood-{mark}-{place}@example.com", "name": f"Flood {place}"}
            for place in range(count)
        ]
        return [making.person(one, now).sub for one in people]
    if not isinstance(subs, list) or not subs or not all(isinstance(sub, str) for sub in subs):
        raise ValueError("subs is a list of people's subs")
    known = set(Person.objects.filter(sub__in=subs[:5000]).values_list("sub", flat=True))
    if known != set(subs):
        raise ValueError("subs has somebody whom nobody knows")
    return subs


def _number(facts: Json, name: str, low: float, high: float) -> float:
    value = facts.get(name, 0)
    if type(value) not in {int, float} or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low} to {high}")
    return float(value)
