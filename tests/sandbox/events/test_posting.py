"""Posting: signed, again until it is taken, several at once, and nothing lost on the way."""

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook

from sandbox import clock
from sandbox.control import faults
from sandbox.events import emitting, flooding, posting, signing
from sandbox.events.models import Attempt, Event
from sandbox.people.models import Person
from tests.sandbox.events.receiver import SECRET, Receiver

pytestmark = pytest.mark.django_db(transaction=True)

type Post = Callable[[], None]


def emit(person: Person, **facts: Any) -> list[Event]:
    body = {"sub": person.sub, "type": "transaction.completed", **facts}
    return emitting.emit(body, clock.now())


def attempts() -> list[tuple[int, int | None, str]]:
    rows = Attempt.objects.order_by("pk")
    return [(row.number, row.status, row.error) for row in rows]


def test_it_posts_what_happened_signed(ada: Person, receiver: Receiver, post: Post) -> None:
    event = emit(ada)[0]
    post()
    assert receiver.events[0]["id"] == event.wire_id == receiver.headers[0]["webhook-id"]
    assert receiver.bodies[0] == Event.objects.get().content()
    assert receiver.headers[0]["Content-Type"] == "application/json"
    assert attempts() == [(1, 202, "")]


def test_both_live_secrets_sign(receiver: Receiver) -> None:
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
    keys = signing.keys(f"{other} {SECRET}")
    made = signing.headers(keys, "evt_1", int(time.time()), b'{"a":1}')
    for secret in (SECRET, other):
        assert Webhook(secret).verify(b'{"a":1}', made) == {"a": 1}


@pytest.mark.parametrize("secret", ["nonsense", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"])
def test_it_knows_a_secret_that_is_none(secret: str) -> None:
    with pytest.raises(signing.BadSecretError):
        signing.keys(secret)


@pytest.mark.parametrize("refusal", [500, 503, 429, 401, 302, 0])
def test_it_tries_again(ada: Person, receiver: Receiver, post: Post, refusal: int) -> None:
    receiver.answers = [refusal, refusal]
    emit(ada)
    post()
    assert len(receiver.events) == 1
    assert [number for number, _, _ in attempts()] == [1, 2, 3]
    assert [status for _, status, _ in attempts()] == [refusal or None, refusal or None, 202]


def test_it_waits_longer_each_time(ada: Person, receiver: Receiver, post: Post) -> None:
    receiver.answers = [500, 500, 500]
    emit(ada)
    post()
    at = [row.at.timestamp() for row in Attempt.objects.order_by("number")]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    for gap, wait in zip(gaps, (0.1, 0.2, 0.3), strict=True):
        assert wait <= gap < wait + 1


def test_it_gives_up_after_the_last_and_the_feed_still_has_it(
    ada: Person, receiver: Receiver, post: Post
) -> None:
    receiver.answers = [500] * 4
    emit(ada)
    post()
    event = Event.objects.get()
    assert (event.state, event.tries, event.sequence) == (Event.State.GIVEN_UP, 4, 1)


def test_nobody_listening_is_survived(
    ada: Person, receiver: Receiver, post: Post, settings: Settings
) -> None:
    there, settings.SANDBOX_HOOK_URL = settings.SANDBOX_HOOK_URL, "http://127.0.0.1:9/"
    emit(ada)
    poster = posting.Poster()
    for _ in range(20):
        poster.round(0.05)
        if attempts():
            break
    poster.finish(5)
    assert attempts() == [(1, None, "ConnectionError")]
    settings.SANDBOX_HOOK_URL = there
    post()
    assert len(receiver.events) == 1


def test_one_that_is_refused_holds_nobody_up(
    ada: Person, receiver: Receiver, post: Post, settings: Settings
) -> None:
    settings.SANDBOX_HOOK_WAITS = (3.0,)
    receiver.answers = [500]
    emit(ada, count=30)
    post()
    assert len(receiver.taken) == 30
    first = Attempt.objects.filter(status=500).get()
    assert receiver.events[-1]["id"] == first.event.wire_id


def test_a_copy_is_posted_as_often_as_wanted(ada: Person, receiver: Receiver, post: Post) -> None:
    emit(ada, copies=3)
    post()
    assert list(receiver.taken.values()) == [3]
    assert len(set(receiver.bodies)) == 1


def test_what_is_raw_goes_out_as_it_is(ada: Person, receiver: Receiver, post: Post) -> None:
    emitting.emit({"raw": '[1, "not an event"]'}, clock.now())
    receiver.answers = [400]
    poster = posting.Poster()
    for _ in range(20):
        poster.round(0.05)
        if attempts():
            break
    poster.finish(5)
    assert receiver.refused == [[1, "not an event"]]
    assert Event.objects.get().sequence is None


def test_two_posters_share_the_work(ada: Person, receiver: Receiver) -> None:
    emit(ada, count=60)
    posters = [posting.Poster(), posting.Poster()]
    for _ in range(200):
        for poster in posters:
            poster.round(0.01)
        if not Event.objects.filter(state="waiting").exists():
            break
    for poster in posters:
        poster.finish(5)
    assert set(receiver.taken.values()) == {1}
    assert len(receiver.taken) == 60


def test_a_claim_of_a_dead_poster_runs_out(ada: Person, receiver: Receiver, post: Post) -> None:
    emit(ada)
    posting.sequence.number()
    assert len(posting.claim(10)) == 1
    assert posting.claim(10) == []
    Event.objects.update(due_at=clock.now() - timedelta(seconds=1))
    post()
    assert len(receiver.events) == 1


def test_a_lost_answer_is_posted_once_more(ada: Person, receiver: Receiver, post: Post) -> None:
    faults.switch_on({"operation": "hook", "mode": "cut_after_commit", "count": 1})
    emit(ada)
    post()
    assert list(receiver.taken.values()) == [2]
    assert [status for _, status, _ in attempts()] == [None, 202]


@pytest.mark.parametrize(("mode", "status"), [("refuse", None), ("error", 500)])
def test_a_fault_keeps_it_from_being_posted(
    ada: Person, receiver: Receiver, post: Post, mode: str, status: int | None
) -> None:
    faults.switch_on({"operation": "hook", "mode": mode, "count": 1, "sub": ada.sub})
    emit(ada)
    post()
    assert len(receiver.events) == 1
    assert attempts()[0][:2] == (1, status)


def test_a_reset_while_something_is_under_way_is_survived(ada: Person, receiver: Receiver) -> None:
    emit(ada)
    poster = posting.Poster()
    poster.round()
    Event.objects.all().delete()
    poster.finish(5)
    assert not Attempt.objects.exists()


def test_a_flood_comes_to_what_was_expected(ada: Person, receiver: Receiver, post: Post) -> None:
    wanted = {
        "events": 300, "subs": [ada.sub], "duplicates": 0.1, "out_of_order": 0.05, "poison": 0.02,
    }  # fmt: skip
    expected = flooding.flood(wanted, clock.now())
    assert expected["events"] == 300
    assert len(expected["poison"]) == 6
    assert expected["duplicates"] == 31
    assert expected["out_of_order"] == 15
    post()
    assert sum(receiver.taken.values()) == expected["posts"] == 300 + 6 + 31
    poison = {one["id"] for one in expected["poison"]}
    good = [event for event in receiver.events if event["id"] not in poison]
    newest: dict[str, dict[str, Any]] = {}
    for event in good:
        data = event["data"]
        if data["version"] >= newest.get(data["id"], {"version": 0})["version"]:
            newest[data["id"]] = {
                "sub": data["subject"], "type": event["type"], "version": data["version"],
            }  # fmt: skip
    assert newest == expected["objects"]
    versions: dict[str, int] = {}
    older = 0
    for event in good:
        data = event["data"]
        older += data["version"] < versions.get(data["id"], 0)
        versions[data["id"]] = max(data["version"], versions.get(data["id"], 0))
    assert older >= 15
