"""The whole way from something that happens in the box to a row of ours, over real HTTP."""

from collections.abc import Callable

import pytest

from selfcare.events import catching_up
from selfcare.events.models import Event, Refusal
from selfcare.notifications.models import Notification
from tests.events.test_matching_loop import run
from tests.support.control import Control, Person
from tests.support.servers import Server
from tools.children import wait_until

Instances = Callable[..., list[Server]]


@pytest.fixture
def posting(box_worker: Server, instances: Instances) -> Server:
    """An instance of ours that the box posts to."""
    (site,) = instances(1)
    box_worker.env["SANDBOX_HOOK_URL"] = f"{site.url}/hooks/platform"
    box_worker.start()
    return site


def came(count: int, seconds: float = 20) -> bool:
    return wait_until(lambda: Event.objects.count() >= count, seconds=seconds, every=0.1)


def test_what_happens_to_a_transaction_reaches_its_person(
    control: Control, alice: Person, posting: Server
) -> None:
    made = control.add_transaction(alice)
    assert wait_until(
        lambda: Event.objects.filter(type="transaction.action_required").exists(), seconds=20
    )
    run()
    told = Notification.objects.get(subject=alice.sub)
    assert (told.object_id, told.waits) == (made["id"], True)
    control.advance(made["id"], "cancelled")
    assert wait_until(
        lambda: Event.objects.filter(type="transaction.cancelled").exists(), seconds=20
    )
    run()
    told.refresh_from_db()
    assert not told.waits
    assert not Event.objects.filter(state=Event.State.SET_ASIDE).exists()


def test_each_kind_of_event_of_the_box_can_be_read(
    control: Control, alice: Person, posting: Server
) -> None:
    types = (
        "session.started",
        "permission.granted",
        "permission.revoked",
        "statement.ready",
        "news.published",
    )
    for type_ in types:
        control.emit(alice, type_)
    assert came(len(types))
    run()
    assert {event.type for event in Event.objects.filter(state=Event.State.MATCHED)} == set(types)


def test_a_lost_answer_doubles_nothing(control: Control, alice: Person, posting: Server) -> None:
    control.fault("hook", "cut_after_commit", count=3)
    made = control.emit(alice, "transaction.completed")
    assert wait_until(
        lambda: len(control.events(sub=alice.sub)[0]["attempts"]) >= 4, seconds=20, every=0.2
    )
    assert [event.source_id for event in Event.objects.all()] == made


def test_what_the_box_gives_up_is_caught_up(
    control: Control, alice: Person, posting: Server
) -> None:
    control.fault("hook", "refuse")
    made = control.emit(alice, "transaction.completed", count=3)
    assert not Event.objects.exists()
    assert catching_up.catch_up(since=0) >= 3
    control.clear_faults()
    assert wait_until(
        lambda: all(e["state"] == "posted" for e in control.events(sub=alice.sub)), seconds=30
    )
    assert set(Event.objects.filter(subject=alice.sub).values_list("source_id", flat=True)) == set(
        made
    )
    assert not Refusal.objects.exists()


def test_signed_nonsense_is_kept_and_posted_once(control: Control, posting: Server) -> None:
    ids = [control.emit_raw(raw) for raw in ("{", "[]", '{"id": 7}', "ümläut")]
    assert came(len(ids))
    run()
    aside = Event.objects.filter(state=Event.State.SET_ASIDE)
    assert {event.source_id for event in aside} == set(ids)
    assert all(event.reason for event in aside)
