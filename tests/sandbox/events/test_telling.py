"""Each change writes its event, in the database transaction of the change."""

import json
from typing import Any

import pytest
from django.db import transaction

from sandbox import clock
from sandbox.cases import answering, life
from sandbox.control import making
from sandbox.events.models import Event
from sandbox.people.models import Person
from sandbox.seeds import world
from tests.sandbox.running import Platform

pytestmark = pytest.mark.django_db
NOW = clock.now()


def told(**filters: Any) -> list[tuple[str, int]]:
    """Types and versions, in the order of writing."""
    rows = Event.objects.filter(**filters).order_by("serial")
    return [(row.type, row.version) for row in rows]


def paid(person: Person, **facts: Any) -> Any:
    facts = {"amount_minor": 6490, "currency": "EUR", "status": "completed", **facts}
    return making.transaction(person, facts, NOW)


def test_it_tells_of_each_step_with_the_version_it_led_to(ada: Person) -> None:
    row = paid(ada, fee_minor=10)
    assert told() == [
        ("transaction.created", 1), ("transaction.processing", 2), ("transaction.completed", 3),
    ]  # fmt: skip
    last = Event.objects.latest("serial")
    assert json.loads(last.data) == {
        "subject": ada.sub, "object": "transaction", "id": row.wire_id, "version": row.version,
        "kind": "payment", "direction": "out", "status": "completed", "amount_minor": 6490,
        "currency": "EUR", "fee_minor": 10, "counterparty_name": "Corner Shop",
        "merchant_id": "mer_corner_shop", "merchant_name": "Corner Shop", "expires_at": None,
        "reason_code": None, "actor": "bank",
    }  # fmt: skip


def test_it_tells_the_receiver_of_a_transfer_too(ada: Person) -> None:
    bob = making.person({"email": "bob@example.com", "name": "Bob South"}, NOW)
    paid(ada, kind="transfer", to_sub=bob.sub)
    assert told(subject=bob.sub) == [("transaction.created", 1), ("transaction.completed", 1)]
    got = json.loads(Event.objects.filter(subject=bob.sub).latest("serial").data)
    assert (got["direction"], got["counterparty_name"]) == ("in", "Ada North")


def test_what_is_rolled_back_was_never_told(ada: Person) -> None:
    with transaction.atomic():
        paid(ada)
        assert told()
        transaction.set_rollback(True)
    assert told() == []


def test_it_tells_of_a_case_and_of_the_money_that_comes_back(ada: Person) -> None:
    row = paid(ada)
    Event.objects.all().delete()
    case = life.opened(
        row, "refund_request", at=NOW, reason="other", amount_minor=6490, message="Hm."
    )
    answering.grant(case, row, NOW)
    names = [name for name, _ in told()]
    assert names == [
        "case.opened", "transaction.created", "transaction.completed", "case.accepted",
        "case.money_returned",
    ]  # fmt: skip
    back = json.loads(Event.objects.get(type="case.money_returned").data)
    assert (back["granted_minor"], back["state"], back["actor"]) == (6490, "accepted", "merchant")
    assert back["transaction_id"] == row.wire_id
    refund = json.loads(Event.objects.get(type="transaction.completed").data)
    assert (refund["kind"], refund["direction"]) == ("refund", "in")


def test_a_contested_dispute_needs_its_person(ada: Person) -> None:
    row = paid(ada)
    case = life.opened(row, "dispute", at=NOW, reason="not_received", amount_minor=6490, message="")
    answering.contest(case, row, NOW, note="Signed.")
    assert told(object_id=case.wire_id) == [("case.opened", 1), ("case.needs_user", 2)]
    facts = json.loads(Event.objects.get(type="case.needs_user").data)
    assert facts["waiting_for"] == "user"
    assert facts["respond_by"] == clock.maybe(case.respond_by)


def test_versions_of_an_object_never_fall(ada: Person) -> None:
    row = paid(ada)
    case = life.opened(row, "inquiry", at=NOW, reason="", amount_minor=None, message="Where?")
    answering.write(case, row, NOW, "On its way.")
    answering.write(case, row, NOW, "It is there.")
    versions = [version for _, version in told(object_id=case.wire_id)]
    assert versions == sorted(set(versions))


def test_a_made_up_past_and_a_seeded_world_are_no_news(db: None) -> None:
    facts = {"email": "cy@example.com", "name": "Cy East", "history": 6}
    making.person(facts, NOW)
    assert told() == []
    world.seed(1, NOW)
    assert told() == []


def test_it_tells_what_a_person_does_by_the_service(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required")
    done = platform.confirm(sub, row).json()["transaction"]
    platform.cancel(sub, done)
    found = platform.control("GET", f"events?sub={sub}")[::-1]
    assert [(event["type"], event["data"]["version"]) for event in found] == [
        ("transaction.created", 1), ("transaction.action_required", 2),
        ("transaction.processing", 3), ("transaction.confirmed", 3),
        ("transaction.cancelled", 4),
    ]  # fmt: skip
    assert found[-1]["data"]["actor"] == "user"
    assert found[-1]["data"]["reason_code"] == "CUST"


def test_a_refused_write_tells_nothing(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required", amount_minor=10**9)
    before = len(platform.control("GET", f"events?sub={sub}"))
    assert platform.confirm(sub, row).status_code == 409
    assert len(platform.control("GET", f"events?sub={sub}")) == before
