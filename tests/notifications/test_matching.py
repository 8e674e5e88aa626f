"""From event to notification and deliveries: once, and never an old state over a newer one."""

import inspect
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from selfcare.events import matching_loop
from selfcare.events.models import Event
from selfcare.notifications import categories, deciding, facts, matching, security_words, words
from selfcare.notifications.facts import BadFacts
from selfcare.notifications.models import Delivery, Notification, Settings
from tests.notifications.happenings import HER, outcomes, reachable, rule, taken, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "facts", "category"),
    [
        ("transaction.completed", {}, "money_out"),
        ("transaction.completed", {"direction": "in", "kind": "payout"}, "money_in"),
        ("transaction.completed", {"direction": "in", "kind": "refund"}, "cases"),
        ("transaction.action_required", {}, "needs_action"),
        ("transaction.failed", {"reason_code": "AC04"}, "failed"),
        ("transaction.expired", {}, "failed"),
        ("transaction.cancelled", {"reason_code": "TM01"}, "failed"),
        ("transaction.cancelled", {"reason_code": "CUST"}, None),
        ("transaction.processing", {}, None),
        ("transaction.undone", {}, None),
        ("case.answered", {"actor": "merchant"}, "cases"),
        ("case.opened", {"actor": "user"}, None),
        ("case.needs_user", {"actor": "platform", "waiting_for": "user"}, "needs_action"),
        ("permission.granted", {}, "permissions"),
        ("permission.revoked", {}, "permissions"),
        ("statement.ready", {}, "statements"),
        ("news.published", {}, "news"),
        ("session.started", {}, None),
        ("security.new_device", {}, "security"),
        ("security.address_off", {}, "security"),
        ("weather.changed", {}, None),
        ("transactions.completed", {}, None),
    ],
)
def test_it_knows_what_an_event_is_about(
    kind: str, facts: dict[str, Any], category: str | None
) -> None:
    made = told(kind, **facts)
    assert (made.category if made else None) == category


def test_it_tells_by_the_defaults() -> None:
    reachable()
    made = told(direction="in", kind="payout")
    assert outcomes(made) == {
        "in_app": ("sent", "default"),
        "email": ("waiting", "default"),
        "sms": ("not_wanted", "mode_off"),
        "push": ("waiting", "default"),
    }
    assert made
    assert made.in_inbox
    assert "subject" not in made.facts
    assert made.facts["amount_minor"] == 6490


def test_a_channel_without_an_address_says_so() -> None:
    reachable("email")
    rule("money_out", "sms", "at_once")
    made = outcomes(told())
    assert made["email"] == ("waiting", "default")
    assert made["sms"] == ("not_wanted", "no_address")
    assert made["push"] == ("not_wanted", "mode_off")


def test_it_goes_to_the_primary_address_that_is_in_use() -> None:
    mail = reachable("email")["email"]
    made = told()
    assert made
    assert made.deliveries.get(channel="email").address == mail
    mail.state = "off"
    mail.save()
    assert outcomes(told(object_id="txn_2"))["email"] == ("not_wanted", "no_address")


def test_what_is_off_in_the_inbox_is_kept_to_say_why() -> None:
    rule("money_out", "in_app", "off")
    made = told()
    assert made
    assert not made.in_inbox
    assert outcomes(made)["in_app"] == ("not_wanted", "mode_off")


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [(1999, "EUR", "below_threshold"), (2000, "EUR", "chosen"), (1, "USD", "chosen")],
)
def test_a_threshold_counts_in_its_currency(amount: int, currency: str, reason: str) -> None:
    reachable()
    rule("money_out", "email", "at_once", above={"EUR": 2000, "JPY": 5000})
    assert outcomes(told(amount_minor=amount, currency=currency))["email"][1] == reason


@pytest.mark.parametrize(
    ("merchants", "merchant", "reason"),
    [
        ("only", "mer_nordlicht", "chosen"),
        ("only", "mer_tandem", "merchant_not_chosen"),
        ("only", None, "merchant_not_chosen"),
        ("except", "mer_nordlicht", "merchant_left_out"),
        ("except", "mer_tandem", "chosen"),
        ("except", None, "chosen"),
    ],
)
def test_only_some_merchants_or_not_some(merchants: str, merchant: str, reason: str) -> None:
    reachable()
    rule("money_out", "email", "at_once", merchants=merchants, merchant_ids=["mer_nordlicht"])
    assert outcomes(told(merchant_id=merchant))["email"][1] == reason


def test_the_same_event_again_changes_nothing() -> None:
    reachable()
    event = taken()
    first = matching.match(event)
    again = matching.match(event)
    assert first == again
    assert Delivery.objects.count() == 4


def test_a_newer_state_ends_what_waits() -> None:
    asked = told("transaction.action_required", version=1)
    assert asked
    assert asked.waits
    assert told("transaction.processing", version=2) is None
    asked.refresh_from_db()
    assert not asked.waits
    assert asked.over_at


def test_an_older_ask_comes_too_late() -> None:
    reachable()
    told("transaction.completed", version=3)
    late = told("transaction.action_required", version=1)
    assert late
    assert not late.waits
    assert late.over_at
    found = outcomes(late)
    assert found["in_app"] == ("sent", "default")
    assert {found[c] for c in ("email", "sms", "push")} == {("not_wanted", "over")}


def test_a_newer_state_that_waits_to_be_matched_counts_already() -> None:
    taken("transaction.completed", version=2)
    late = told("transaction.action_required", version=1)
    assert late
    assert not late.waits


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("weather.changed", {}),
        ("transaction.exploded", {}),
        ("transaction.completed", {"amount_minor": "a lot"}),
        ("transaction.completed", {"counterparty_name": "x" * 2001}),
    ],
)
@pytest.mark.parametrize("first", ["ask", "newer"])
def test_a_newer_state_that_is_set_aside_ends_what_waits(
    kind: str, facts: dict[str, Any], first: str
) -> None:
    stop = threading.Event()
    if first == "newer":
        taken(kind, version=3, object="transaction", **facts)
        matching_loop.run_due(stop)
    asks = taken("transaction.action_required", version=2, object="transaction")
    matching_loop.run_due(stop)
    if first == "ask":
        assert Notification.objects.get(event_id=asks.pk).waits
        taken(kind, version=3, object="transaction", **facts)
        matching_loop.run_due(stop)
    assert not Notification.objects.get(event_id=asks.pk).waits
    assert Event.objects.get(version=3).state == Event.State.SET_ASIDE


@pytest.mark.parametrize(
    "changes", [{"version": 1}, {"object_id": "txn_2"}, {"subject": "usr_bob"}]
)
def test_what_is_set_aside_ends_nothing_else(changes: dict[str, Any]) -> None:
    taken("transaction.action_required", version=2, object="transaction")
    matching_loop.run_due(threading.Event())
    taken("transaction.exploded", **{"version": 3, "object": "transaction", **changes})
    matching_loop.run_due(threading.Event())
    assert Notification.objects.get().waits


def test_another_persons_newer_state_ends_nothing() -> None:
    asked = told("transaction.action_required", version=1)
    told("transaction.completed", version=2, subject="usr_bob")
    assert asked
    asked.refresh_from_db()
    assert asked.waits


def test_a_message_in_a_case_leaves_the_wish_open() -> None:
    case = {"object_id": "cas_1", "waiting_for": "user", "actor": "merchant"}
    asked = told("case.needs_user", version=1, **case)
    told("case.message", version=2, **case)
    assert asked
    asked.refresh_from_db()
    assert asked.waits
    again = told("case.needs_user", version=3, **case)
    asked.refresh_from_db()
    assert again
    assert again.waits
    assert not asked.waits


def test_what_lapsed_before_we_heard_of_it_waits_for_nobody() -> None:
    reachable()
    past = (timezone.now() - timedelta(minutes=1)).isoformat()
    made = told("transaction.action_required", expires_at=past)
    assert made
    assert not made.waits
    assert outcomes(made)["push"] == ("not_wanted", "over")


def test_history_lies_in_the_inbox_read_and_is_sent_nowhere() -> None:
    reachable()
    made = told(occurred_at=timezone.now() - timedelta(days=8))
    assert made
    assert made.in_inbox
    assert made.read_at
    assert outcomes(made)["email"] == ("not_wanted", "too_old")
    notice = told("security.new_device", occurred_at=timezone.now() - timedelta(days=8))
    assert notice
    assert notice.in_inbox
    assert notice.read_at
    found = outcomes(notice)
    assert found["in_app"] == ("sent", "security")
    assert {found[c] for c in ("email", "push")} == {("not_wanted", "too_old")}
    late = told("security.new_device", occurred_at=timezone.now() - timedelta(days=6))
    assert outcomes(late)["email"] == ("waiting", "security")


def test_digests_gather_by_kind_and_channel() -> None:
    reachable()
    rule("money_out", "email", "daily")
    rule("cases", "email", "daily")
    rule("failed", "email", "weekly")
    for n in range(3):
        told(object_id=f"txn_{n}")
    told("case.answered", object_id="cas_1", actor="merchant")
    told("transaction.failed", object_id="txn_9")
    open_ones = {one.digest_kind: one for one in Delivery.objects.filter(notification=None)}
    assert set(open_ones) == {"daily", "weekly"}
    assert open_ones["daily"].parts.count() == 4
    assert {part.state for part in open_ones["daily"].parts.all()} == {"in_digest"}
    assert open_ones["daily"].due_at > timezone.now()


def test_quiet_hours_hold_all_but_security_and_what_waits_for_her() -> None:
    reachable()
    now = timezone.now()
    Settings.objects.create(
        subject=HER,
        quiet_from=(now - timedelta(hours=2)).time(),
        quiet_until=(now + timedelta(hours=2)).time(),
    )
    assert outcomes(told())["email"] == ("in_digest", "quiet_hours")
    assert outcomes(told("security.new_device"))["email"] == ("waiting", "security")
    asked = outcomes(told("transaction.action_required", object_id="txn_2"))
    assert asked["push"] == ("waiting", "default")
    soon = (now + timedelta(hours=5)).isoformat()
    later = (now + timedelta(days=9)).isoformat()
    case = {"object_id": "cas_1", "waiting_for": "user"}
    assert outcomes(told("case.needs_user", respond_by=soon, **case))["push"][0] == "waiting"
    held = outcomes(told("case.needs_user", version=2, respond_by=later, **case))
    assert held["push"] == ("in_digest", "quiet_hours")
    held_until = Delivery.objects.get(notification=None, channel="email").due_at
    assert abs(held_until - now - timedelta(hours=2)) < timedelta(seconds=2)


def test_security_is_told_another_way_where_no_mail_can_be() -> None:
    reachable("sms")
    rule("security", "email", "off")
    rule("security", "sms", "off")
    found = outcomes(told("security.address_off"))
    assert found["email"] == ("not_wanted", "no_address")
    assert found["sms"] == ("waiting", "instead")
    reachable("email")
    found = outcomes(told("security.new_device"))
    assert found["email"] == ("waiting", "security")
    assert found["sms"] == ("not_wanted", "mode_off")


def test_a_flood_becomes_one_message_and_no_notice_is_in_it() -> None:
    reachable()
    made = [told(object_id=f"txn_{n}") for n in range(25)]
    reasons = [outcomes(one)["email"] for one in made]
    most = deciding.MOST_A_MINUTE
    assert reasons[:most] == [("waiting", "default")] * most
    assert set(reasons[most:]) == {("in_digest", "burst")}
    assert Delivery.objects.get(digest_kind="burst", channel="email").parts.count() == 25 - most
    assert outcomes(told("security.new_device"))["email"] == ("waiting", "security")
    assert all(one and one.in_inbox for one in made)


@pytest.mark.parametrize(
    "facts",
    [
        {"amount_minor": -1},
        {"amount_minor": "6490"},
        {"amount_minor": 64.9},
        {"amount_minor": True},
        {"amount_minor": 2**63},
        {"currency": "euro"},
        {"currency": None},
        {"counterparty_name": "x" * 2001},
        {"expires_at": "tomorrow"},
        {"expires_at": "9999-12-31T23:59:59Z"},
        {"expires_at": "0001-01-01T00:00:00+14:00"},
        {"respond_by": "2026-11-21T10:00:00"},
        {"granted_minor": -5},
        {"reason_code": "x" * 2001},
    ],
)
def test_what_cannot_be_told_is_refused_whole(facts: dict[str, Any]) -> None:
    event = taken("transaction.action_required", **facts)
    with pytest.raises(BadFacts):
        matching.match(event)
    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"cancelled_by": "merchant"},
        {"looked_at": "at its desk"},
        {"balance_minor": -5},
        {"fee_minor": None},
        {"terms": "x" * 30_000},
        {"lines": ["x" * 100] * 100},
    ],
)
def test_what_nobody_reads_here_spoils_nothing(more: dict[str, Any]) -> None:
    made = told(**more)
    assert made
    assert made.facts["amount_minor"] == 6490
    assert len(str(made.facts)) < 3000


def test_all_that_sentences_are_made_of_is_looked_at() -> None:
    read = set()
    for room in (words, security_words):
        source = inspect.getsource(room)
        read |= set(re.findall(r"""facts(?:\.get\(|\[|, )["'](\w+)["']""", source))
    assert {"amount_minor", "granted_minor", "expires_at", "title", "browser"} <= read | facts.SAID
    assert read <= facts.READ
    assert len(read) > 12


def test_data_that_is_no_object_is_refused() -> None:
    event = taken()
    event.data = ["a", "list"]
    with pytest.raises(BadFacts):
        matching.match(event)


def test_each_category_has_its_line() -> None:
    for name, about in categories.TABLE.about.items():
        assert set(about.defaults) == {"in_app", "email", "sms", "push"}, name
        for channel, mode in about.defaults.items():
            assert mode in about.modes(channel), (name, channel)
        for channel in about.always:
            assert about.defaults[channel] == "at_once"
    assert categories.about("news").defaults["in_app"] == "off"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [1, 2])
def test_two_workers_at_one_thing_never_leave_an_old_wish(first: int) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time")
    events = {
        1: taken("transaction.action_required", version=1),
        2: taken("transaction.completed", version=2),
    }
    Event.objects.filter(version=2).delete()
    begun, go_on = threading.Event(), threading.Event()

    def slowly(version: int) -> None:
        with transaction.atomic():
            if version == 2:
                events[2].save(force_insert=True)
            matching.match(events[version])
            begun.set()
            go_on.wait(5)
        connections.close_all()

    def at_the_same_time(version: int) -> None:
        with transaction.atomic():
            if version == 2:
                events[2].save(force_insert=True)
            matching.match(events[version])
        connections.close_all()

    one = threading.Thread(target=slowly, args=[first])
    two = threading.Thread(target=at_the_same_time, args=[3 - first])
    one.start()
    assert begun.wait(5)
    two.start()
    two.join(0.3)
    assert two.is_alive()
    go_on.set()
    one.join(5)
    two.join(5)
    asked = Notification.objects.get(event_type="transaction.action_required")
    assert not asked.waits
    assert asked.over_at
