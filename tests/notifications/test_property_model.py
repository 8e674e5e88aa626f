"""A model of a person's days: events, changed minds, clocks that jump, and what goes out.

What may be told is written down here a second time, in another way than the product has it. The
provider is a list: what is tried is who is told when, not how it is carried.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from selfcare.notifications import channels
from selfcare.notifications.deciding import Choice
from selfcare.notifications.delivery import gathering, leases, sending
from selfcare.notifications.inbox import why_words
from selfcare.notifications.models import Address, Delivery, Notification
from selfcare.notifications.settings import choosing
from selfcare.preferences import actions as preferences
from selfcare.preferences.models import Preferences
from tests.notifications.happenings import reachable, told

SENDING = ("email", "sms", "push")
MERCHANTS = ("mer_a", "mer_b")
COUNTER = itertools.count(1)
# Days before clocks are changed: in Europe, in New York, on Lord Howe by half an hour; and none.
STARTS = [
    ("2026-03-27T20:00:00+00:00", "Europe/Berlin"),
    ("2026-10-24T09:00:00+00:00", "Europe/Berlin"),
    ("2026-03-07T15:00:00+00:00", "America/New_York"),
    ("2026-10-31T22:00:00+00:00", "America/New_York"),
    ("2026-04-03T22:00:00+00:00", "Australia/Lord_Howe"),
    ("2026-11-21T16:00:00+00:00", "Asia/Kathmandu"),
]
TOLD_BY_DEFAULT = {
    *((category, "email") for category in ("money_in", "money_out", "failed", "cases")),
    *((category, "push") for category in ("money_in", "failed", "cases")),
    *((category, "in_app") for category in ("money_in", "money_out", "failed", "cases")),
}
KINDS = {
    "money_out": ("transaction.completed", {"direction": "out"}),
    "money_in": ("transaction.completed", {"direction": "in", "kind": "payout"}),
    "failed": ("transaction.failed", {}),
    "cases": ("case.answered", {"actor": "merchant"}),
    "needs_action": ("transaction.action_required", {}),
    "security": ("security.new_device", {}),
    "": ("transaction.processing", {}),
}

clocks = st.sampled_from([time(0), time(2, 30), time(7), time(12, 15), time(22), time(23, 59)])
rules = st.tuples(
    st.just("rule"),
    st.sampled_from(["money_out", "money_in", "failed", "cases", "needs_action", "security"]),
    st.sampled_from(["in_app", *SENDING]),
    st.sampled_from(["off", "at_once", "daily", "weekly"]),
    st.sampled_from([None, 0, 5000]),
    st.sampled_from(["all", "only", "except"]),
)
steps = st.one_of(
    st.tuples(
        st.just("event"),
        st.sampled_from(list(KINDS)),
        st.integers(1, 3),
        st.sampled_from([100, 4999, 5000, 90_000]),
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from([*MERCHANTS, None]),
    ),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 90, 600, 1500, 4000])),
    rules,
    rules,
    st.tuples(st.just("quiet"), st.none() | st.tuples(clocks, clocks)),
    st.tuples(st.just("digest"), clocks, st.integers(0, 6)),
    st.tuples(st.just("address"), st.sampled_from(SENDING), st.booleans()),
    st.tuples(st.just("zone"), st.sampled_from([zone for _, zone in STARTS])),
    st.tuples(st.just("flood"), st.integers(21, 30)),
    st.tuples(st.just("trouble"), st.integers(1, 3)),
    st.tuples(
        st.just("second thoughts"),
        st.sampled_from(["money_out", "money_in", "failed", "cases"]),
        st.sampled_from(["email", "push"]),
        st.sampled_from(["off", "daily", "weekly"]),
    ),
)


@dataclass
class Cell:
    """What holds on one channel for one category, and since when."""

    mode: str
    above: int | None = None
    merchants: str = "all"


@dataclass
class World:
    """What we know of the person beside the product's tables."""

    subject: str
    traveller: Any
    zone: str
    quiet: tuple[time, time] | None = None
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    on: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(SENDING, True))
    versions: dict[str, int] = field(default_factory=dict)
    # So often the provider says "later".
    trouble: int = 0
    handed_over: list[str] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)
    minds: list[datetime] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return timezone.now()

    def may(self, notification: Notification, channel: str) -> bool:
        """Whether this may go out here now, as people would say it."""
        category = notification.category
        cell = self.cells.get((category, channel))
        if not self.on[channel]:
            return False
        if category == "security":
            default = {"email": "at_once", "push": "at_once", "sms": "off"}[channel]
            chosen = cell.mode if cell and channel != "email" else default
            return chosen != "off" or not self.on["email"]
        if cell is None:
            return category == "needs_action" or (category, channel) in TOLD_BY_DEFAULT
        facts = notification.facts
        if cell.mode == "off":
            return False
        in_euros = facts["currency"] == "EUR"
        if cell.above is not None and in_euros and facts["amount_minor"] < cell.above:
            return False
        is_a = facts["merchant_id"] == "mer_a"
        return {"all": True, "only": is_a, "except": not is_a}[cell.merchants]

    def is_quiet(self) -> bool:
        """By nothing but the clock on the wall."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        clock = self.now.astimezone(ZoneInfo(self.zone)).time()
        return begin <= clock < end if begin < end else clock >= begin or clock < end


class Recorder:
    """A provider that takes everything, now or when it is asked again."""

    def __init__(self, world: World) -> None:
        self.world = world

    def send(self, address: Address, message: channels.Message, **_more: Any) -> channels.Result:
        if self.world.trouble:
            self.world.trouble -= 1
            return channels.later("list", "451")
        self.world.handed_over.append(f"{message.id} {address.value}")
        return channels.sent("list")


def act(world: World, step: tuple[Any, ...]) -> None:
    name, *rest = step
    # No two things happen at one instant, so that each is before or after a changed mind.
    world.traveller.shift(timedelta(seconds=1))
    {
        "event": happen,
        "wait": wait,
        "rule": choose,
        "quiet": be_quiet,
        "digest": time_digests,
        "address": switch,
        "zone": move,
        "flood": flood,
        "trouble": be_troubled,
        "second thoughts": think_again,
    }[name](world, *rest)
    post(world)


def happen(
    world: World, kind: str, thing: int, amount: int, currency: str, merchant: str | None
) -> None:
    event_type, facts = KINDS[kind]
    name = f"{'cas' if kind == 'cases' else 'txn'}_{world.subject}_{thing}"
    world.versions[name] = world.versions.get(name, 0) + 1
    made = told(
        event_type,
        subject=world.subject,
        object_id=name,
        version=world.versions[name],
        **{"amount_minor": amount, "currency": currency, "merchant_id": merchant, **facts},
    )
    assert (made is None) == (kind == "")
    if made is not None:
        cell = world.cells.get((made.category, "in_app"))
        wanted = made.category == "security" or cell is None or _in_app(world, cell, made)
        assert made.in_inbox == wanted
    if kind == "security":
        assert made is not None
        post(world)
        for row in made.deliveries.exclude(channel="in_app"):
            assert row.digest_id is None
            is_told = row.state == "sent" or (row.state == "waiting" and row.tries > 0)
            assert is_told == world.may(made, row.channel), row.reason


def _in_app(world: World, cell: Cell, made: Notification) -> bool:
    on, world.on = world.on, {**world.on, "in_app": True}
    try:
        return world.may(made, "in_app")
    finally:
        world.on = on


def flood(world: World, count: int) -> None:
    for _ in range(count):
        happen(world, "money_out", next(COUNTER), 90_000, "USD", None)


def be_troubled(world: World, times: int) -> None:
    world.trouble = times


def think_again(world: World, category: str, channel: str, mode: str) -> None:
    """What was tried in vain is to be told otherwise by now."""
    be_troubled(world, 3)
    happen(world, category, 1, 90_000, "USD", "mer_a")
    post(world)
    world.traveller.shift(timedelta(seconds=1))
    choose(world, category, channel, mode, None, "all")


def wait(world: World, minutes: int) -> None:
    until = world.now + timedelta(minutes=minutes)
    while True:
        waiting = Delivery.objects.filter(subject=world.subject, state="waiting")
        due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
        if due is None or due > until:
            break
        world.traveller.move_to(max(due, world.now))
        post(world)
    world.traveller.move_to(until)


def choose(
    world: World, category: str, channel: str, mode: str, above: int | None, merchants: str
) -> None:
    if category == "security":
        above, merchants = None, "all"
        mode = "at_once" if channel in {"in_app", "email"} or mode != "off" else "off"
    elif channel == "in_app" and mode != "off":
        mode = "at_once"
    plan = choosing.plan_of(world.subject)
    choice = Choice(
        mode,
        {} if above is None else {"EUR": above},
        merchants,
        () if merchants == "all" else ("mer_a",),
    )
    choosing.save(subject=world.subject, plan=plan.with_choices({(category, channel): choice}))
    world.cells[category, channel] = Cell(mode, above, merchants)
    world.minds.append(world.now)


def be_quiet(world: World, quiet: tuple[time, time] | None) -> None:
    if quiet and quiet[0] == quiet[1]:
        return
    plan = choosing.plan_of(world.subject)
    begin, end = quiet or (None, None)
    changed = choosing.Plan(
        plan.choices, begin, end, plan.digest_at, plan.digest_weekday, plan.version
    )
    choosing.save(subject=world.subject, plan=changed)
    world.quiet = quiet


def time_digests(world: World, at: time, weekday: int) -> None:
    plan = choosing.plan_of(world.subject)
    changed = choosing.Plan(
        plan.choices, plan.quiet_from, plan.quiet_until, at, weekday, plan.version
    )
    choosing.save(subject=world.subject, plan=changed)


def switch(world: World, channel: str, on: bool) -> None:
    state = Address.State.ACTIVE if on else Address.State.OFF
    Address.objects.filter(subject=world.subject, channel=channel).update(state=state)
    world.on[channel] = on
    world.minds.append(world.now)


def move(world: World, zone: str) -> None:
    seen = preferences.of(world.subject).version
    preferences.save(subject=world.subject, version=seen, changes={"zone": zone})
    world.zone = zone


def post(world: World) -> None:
    """What is due goes out, and is looked at with other eyes."""
    for channel in SENDING:
        gathering.close_due(channel, world.now)
        while ids := leases.carry(channel, 100):
            for pk in ids:
                sending.send(pk)
            gathering.close_due(channel, world.now)
    gathered = Delivery.objects.filter(subject=world.subject, state="in_digest")
    for row in gathered.filter(digest__closed_at=None):
        kind = row.digest.digest_kind if row.digest else ""
        cell = world.cells.get((row.category, row.channel))
        assert kind in {"quiet", "burst"} or (cell and cell.mode in {kind, "off"}), row.reason
    fresh = (
        Delivery.objects.filter(subject=world.subject, state="sent", notification__isnull=False)
        .exclude(channel="in_app")
        .exclude(pk__in=world.seen)
        .select_related("notification", "digest")
    )
    for row in fresh:
        world.seen.add(row.pk)
        assert row.notification is not None
        assert world.may(row.notification, row.channel), (row.channel, row.reason)
        urgent = row.notification.event_type in {"transaction.action_required"}
        is_alone = row.digest_id is None
        if row.category != "security" and not (urgent and is_alone):
            assert not world.is_quiet(), (row.channel, row.reason)
        assert row.category != "security" or is_alone
        assert not row.notification.is_over(world.now)
        if is_alone:
            cell = world.cells.get((row.category, row.channel))
            is_at_once = cell is None or cell.mode in {"at_once", "off"}
            # What was tried by itself may have arrived, and is in no digest.
            assert is_at_once or row.category == "security" or row.tries > 1


def close(world: World) -> None:
    """In the end nothing waits, nothing went out twice, and what was wanted all along went."""
    wait(world, 60 * 24 * 9)
    rows = Delivery.objects.filter(subject=world.subject).select_related("notification")
    assert not rows.filter(state__in=["waiting", "in_digest", "dead"]).exists()
    assert len(world.handed_over) == len(set(world.handed_over))
    single = rows.filter(notification__isnull=False)
    assert {row.reason for row in single} <= why_words.REASONS.keys()
    last = max(world.minds, default=None)
    for row in single.exclude(channel="in_app"):
        assert row.notification is not None
        settled = last is None or row.created_at >= last
        if not settled or row.notification.over_at is not None:
            continue
        wanted = world.may(row.notification, row.channel)
        assert (row.state == "sent") == wanted, (row.category, row.channel, row.state, row.reason)
        event(f"{row.state} {row.reason}")


@contextmanager
def a_world(start: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    subject = f"usr_model_{next(COUNTER)}"
    with time_machine.travel(datetime.fromisoformat(start).astimezone(dt.UTC), tick=False) as t:
        world = World(subject, t, zone)
        with monkeypatch.context() as patched:
            patched.setattr(channels, "of", lambda _channel: Recorder(world))
            patched.setattr(channels, "on", lambda: frozenset({"in_app", *SENDING}))
            reachable(subject=subject)
            Preferences.objects.create(subject=subject, zone=zone)
            for merchant in MERCHANTS:
                happen(world, "money_in", 0, 90_000, "USD", merchant)
            post(world)
            yield world


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(start=st.sampled_from(STARTS), days=st.lists(steps, min_size=3, max_size=14))
def test_nothing_goes_against_a_rule_nothing_is_lost_and_no_notice_is_held(
    monkeypatch: pytest.MonkeyPatch, start: tuple[str, str], days: list[tuple[Any, ...]]
) -> None:
    with a_world(*start, monkeypatch) as world:
        for step in days:
            act(world, step)
        close(world)
