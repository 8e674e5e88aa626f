"""Calling a decision back from the page of its hand-off, opened anew while that is possible."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import html

from selfcare.clients import sandbox_api
from selfcare.merchant.clock_shapes import Advance
from tests.handoffs.test_handoff import fields_of, press, prove, take_on
from tests.support.control import Control, Person
from tests.support.servers import Server
from tests.support.signing_in import Walk
from tests.support.till import Asked, Till

SignedIn = Callable[[Person], tuple[Client, Walk]]
# Takes two hours to settle: it stays on its way when the seconds to undo it are over.
SLOW = 11106


def confirmed(client: Client, walk: Walk, asked: Asked, button: str = "Confirm") -> Any:
    return prove(client, walk, press(client, take_on(client, asked), button))


def seconds_left(page: Any) -> list[int]:
    found = html.fromstring(page.text).cssselect("form.undo [data-seconds]")
    return [int(one.get("data-seconds")) for one in found]


def offers_undo(page: Any) -> bool:
    return "/undos/new/" in page.text


def test_it_is_offered_again_on_each_device_of_who_decided_and_to_nobody_else(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, till: Till
) -> None:
    asked = till.ask()
    phone, walk = signed_in(alice)
    laptop, _ = signed_in(alice)
    confirmed(phone, walk, asked)
    assert offers_undo(phone.get(asked.page))
    reopened = laptop.get(asked.page)
    assert 0 < seconds_left(reopened)[0] <= 15
    other, _ = signed_in(bob)
    theirs = other.get(asked.page)
    assert theirs.status_code == 404
    assert not offers_undo(theirs)
    address, fields = fields_of(reopened, "Undo")
    assert address == f"/transactions/{asked.transaction_id}/undos/new/"
    assert other.post(address, fields).status_code == 400
    undone = laptop.get(laptop.post(address, fields)["Location"])
    assert "Undone" in undone.text
    assert f"Back to {till.name}" in undone.text
    assert len(control.effects(alice, "transaction.undone")) == 1
    assert till.status(asked) == "action_required"
    again = phone.get(asked.page)
    assert "From which account?" in again.text
    assert not offers_undo(again)


def test_it_is_offered_by_the_merchants_clock_until_the_seconds_are_over(
    signed_in: SignedIn, control: Control, till: Till, box_worker: Server
) -> None:
    box_worker.start()
    put_forward(till, control, 3600)
    asked = till.ask(amount_minor=SLOW)
    dana = control.add_person("Dana Fox", balances=[{"currency": "EUR", "amount_minor": 90_000}])
    client, walk = signed_in(dana)
    for page in (confirmed(client, walk, asked), reopened := client.get(asked.page)):
        assert 0 < seconds_left(page)[0] <= 15
    put_forward(till, control, 60)
    late = client.get(asked.page)
    assert "On its way" in late.text
    assert not offers_undo(late)
    refused = client.get(press(client, reopened, "Undo")["Location"])
    assert "It wasn’t undone" in refused.text
    assert till.status(asked) == "processing"


@pytest.mark.parametrize("how", ["declined", "taken", "left", "completed"])
def test_what_the_service_does_not_let_be_undone_offers_nothing(
    signed_in: SignedIn, control: Control, alice: Person, till: Till, how: str
) -> None:
    asked = till.ask("payouts" if how == "taken" else "payments")
    client, walk = signed_in(alice)
    decision = take_on(client, asked)
    if how == "declined":
        press(client, decision, "Don’t pay")
    elif how in {"taken", "completed"}:
        prove(client, walk, press(client, decision, "64.90 EUR"))
    if how == "completed":
        control.advance(asked.transaction_id, "completed")
    page = client.get(asked.page)
    assert page.status_code == 200
    assert not offers_undo(page)


def test_the_json_says_the_same(
    signed_in: SignedIn, control: Control, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, walk = signed_in(alice)
    confirmed(client, walk, asked)
    found = client.get(f"/api/v1/handoffs/{asked.token}").json()["transaction"]
    (undo,) = [one for one in found["allowed_actions"] if one["action"] == "undo"]
    assert undo["allowed"]
    assert undo["until"]
    sent = client.post(
        f"/api/v1/transactions/{found['id']}/undos", {"expected_version": found["version"]},
        "application/json", headers={"Idempotency-Key": "key-of-this-undo-1"},
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    assert len(control.effects(alice, "transaction.undone")) == 1


def put_forward(till: Till, control: Control, seconds: int) -> None:
    """The merchant's clock, as their console does it; needs a worker."""
    mia = control.add_person("Mia Okafor")
    control.add_member(till.shop.id, mia)
    path, body = f"/merchants/{till.shop.id}/clock/advances", {"by_seconds": seconds}
    key = secrets.token_urlsafe(18)
    made = sandbox_api.write("clock_forward", Advance, mia.sub, path, body, key=key)
    end = time.monotonic() + 30
    while made.is_running:
        assert time.monotonic() < end, "the clock doesn't arrive"
        time.sleep(0.05)
        made = sandbox_api.read("clock_forward", Advance, mia.sub, f"{path}/{made.id}")
