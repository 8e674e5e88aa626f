"""Several events matched and several messages sent at once come to the same as one by one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from selfcare.notifications import deciding, matching
from selfcare.notifications.delivery import leases, sending
from selfcare.notifications.models import Delivery, Notification, Rule
from tests.notifications.happenings import reachable, taken, told
from tests.notifications.post import send, the, tries
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_tells_each_by_their_own_wishes() -> None:
    names = ("usr_alice", "usr_bob", "usr_carol")
    for name in names[:2]:
        reachable("email", subject=name)
    Rule.objects.create(subject="usr_bob", category="money_out", channel="email", mode="off")
    made = matching.match_all([taken(subject=name, object_id=name) for name in names])
    found = {
        one.subject: (one.object_id, one.deliveries.get(channel="email").reason)
        for one in made.values()
    }
    assert found == {
        "usr_alice": ("usr_alice", "default"),
        "usr_bob": ("usr_bob", "mode_off"),
        "usr_carol": ("usr_carol", "no_address"),
    }


def test_it_ends_an_older_wish_of_each_and_no_other() -> None:
    asks = {
        name: told("transaction.action_required", subject=name, object_id="txn_shared")
        for name in ("usr_alice", "usr_bob", "usr_carol")
    }
    matching.match_all(
        [
            taken(subject="usr_alice", object_id="txn_shared", version=2),
            taken(subject="usr_bob", object_id="txn_other", version=2),
        ]
    )
    waits = dict(
        Notification.objects.filter(
            pk__in=[one.pk for one in asks.values() if one is not None]
        ).values_list("subject", "waits")
    )
    assert waits == {"usr_alice": False, "usr_bob": True, "usr_carol": True}


def test_an_event_that_comes_too_late_is_over_among_others() -> None:
    taken(subject="usr_alice", object_id="txn_1", version=3)
    made = matching.match_all(
        [
            taken("transaction.action_required", subject="usr_alice", object_id="txn_1"),
            taken("transaction.action_required", subject="usr_bob", object_id="txn_1"),
        ]
    )
    waits = {one.subject: one.waits for one in made.values()}
    assert waits == {"usr_alice": False, "usr_bob": True}


def test_a_flood_of_one_is_none_of_another() -> None:
    for name in ("usr_alice", "usr_bob"):
        reachable("email", subject=name)
    for number in range(deciding.MOST_A_MINUTE):
        told(subject="usr_alice", object_id=f"txn_{number}")
    made = matching.match_all(
        [taken(subject=name, object_id="txn_last") for name in ("usr_alice", "usr_bob")]
    )
    reasons = {one.subject: the("email", one).reason for one in made.values()}
    assert reasons == {"usr_alice": "burst", "usr_bob": "default"}


def test_a_flood_in_one_go_is_one_message_but_for_the_first() -> None:
    reachable("email", "push")
    told("transaction.failed", object_id="txn_before")
    many = deciding.MOST_A_MINUTE + 5
    made = matching.match_all([taken(object_id=f"txn_{number}") for number in range(many)])
    assert len(made) == many
    reasons = [the("email", one).reason for one in made.values()]
    assert reasons == ["default"] * (deciding.MOST_A_MINUTE - 1) + ["burst"] * 6
    digest = Delivery.objects.get(digest_kind="burst")
    assert digest.parts.count() == 6


def test_states_of_one_thing_in_one_go_leave_the_newest_in_any_order() -> None:
    asked = told("transaction.action_required", object_id="txn_1")
    made = matching.match_all(
        [
            taken("transaction.action_required", object_id="txn_2", version=2),
            taken("transaction.completed", object_id="txn_1", version=3),
            taken("transaction.action_required", object_id="txn_2", version=1),
            taken("transaction.action_required", object_id="txn_1", version=2),
        ]
    )
    assert asked
    asked.refresh_from_db()
    assert not asked.waits
    waits = {(one.object_id, one.version): one.waits for one in made.values()}
    assert waits == {
        ("txn_1", 2): False,
        ("txn_1", 3): False,
        ("txn_2", 1): False,
        ("txn_2", 2): True,
    }


def test_what_a_slow_provider_left_is_given_back(
    box_worker: Server, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    box_worker.start()
    names = ("usr_alice", "usr_bob", "usr_carol")
    for name in names:
        reachable("email", subject=name)
    ours = [the("email", told(subject=name, object_id=name)) for name in names]
    monkeypatch.setattr(sending, "FRESH_SECONDS", 0)
    assert not sending.send_all(leases.carry("email", 10), lambda: False)
    rest = Delivery.objects.filter(channel="email", state="waiting")
    assert set(rest.values_list("lease_holder", "tries")) == {("", 0)}
    assert rest.count() == 2
    assert not rest.filter(due_at__gt=timezone.now() + timedelta(seconds=1)).exists()
    send("email")
    assert [len(tries(one)) for one in ours] == [1, 1, 1]
