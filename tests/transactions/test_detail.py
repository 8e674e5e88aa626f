"""One transaction: its facts, what can be done, and who may see it."""

from collections.abc import Callable

import pytest
from django.test import Client
from lxml import html

from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def test_it_tells_facts_timeline_and_what_can_be_done(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, merchant="Nordlicht Books")
    page = client.get(f"/transactions/{made['id']}/")
    tree = html.fromstring(page.text)
    assert [h1.text_content() for h1 in tree.cssselect("h1")] == ["Payment to Nordlicht Books"]
    assert made["id"] in page.text
    assert len(tree.cssselect(".timeline li")) == len(made["timeline"])
    assert tree.cssselect(f"a[href='/transactions/{made['id']}/confirmations/new/']")
    assert tree.cssselect("[data-not]"), "what isn't possible stays visible"
    assert page["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    "page", ["", "cancellations/new/", "confirmations/new/", "refund-requests/new/"]
)
def test_somebody_elses_and_an_invented_one_look_the_same(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, page: str
) -> None:
    made = control.add_transaction(alice)
    client, _ = signed_in(bob)
    theirs = client.get(f"/transactions/{made['id']}/{page}")
    invented = client.get(f"/transactions/txn_{'0' * 32}/{page}")
    assert theirs.status_code == invented.status_code == 404
    assert "64.90" not in theirs.text


@pytest.mark.parametrize("path", ["..%2f..", "a b", "%00", "txn_" + "x" * 500, "%F0%9F%9A%B2"])
def test_an_odd_id_is_a_page_that_is_not_there(
    signed_in: SignedIn, alice: Person, path: str
) -> None:
    client, _ = signed_in(alice)
    assert client.get(f"/transactions/{path}/").status_code in {400, 404}


def test_a_restricted_person_sees_why_nothing_can_be_done(
    signed_in: SignedIn, control: Control, carol: Person
) -> None:
    client, _ = signed_in(carol)
    made = control.add_transaction(carol)
    page = client.get(f"/transactions/{made['id']}/").text
    tree = html.fromstring(page)
    assert not tree.cssselect(".can a.btn")
    assert "may look, but not move money" in page


def test_a_restricted_person_is_told_of_no_confirmation_that_nobody_waits_for(
    signed_in: SignedIn, control: Control, carol: Person
) -> None:
    client, _ = signed_in(carol)
    made = control.add_transaction(carol)

    def listed() -> list[str]:
        tree = html.fromstring(client.get(f"/transactions/{made['id']}/").text)
        return [what.text_content().strip() for what in tree.cssselect(".can-what")]

    assert "Confirm" in listed()
    control.advance(made["id"], "cancelled")
    assert "Confirm" not in listed()
    assert "Ask for a refund" in listed()


def test_a_bad_day_shows_what_was_known(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, counterparty_name="Kaffeewerk")
    client.get(f"/transactions/{made['id']}/")
    control.fault("detail", "error", sub=alice.sub, status=500)
    page = client.get(f"/transactions/{made['id']}/")
    assert page.status_code == 503
    assert "Kaffeewerk" in page.text


def test_an_unknown_address_and_method_are_pages(signed_in: SignedIn, alice: Person) -> None:
    client, _ = signed_in(alice)
    assert client.get("/nowhere/").status_code == 404
    answer = client.post("/transactions/")
    assert answer.status_code == 405
    assert "<h1" in answer.text


def test_an_open_refund_request_says_by_when_they_must_answer(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, status="completed", merchant="Papierhaus")
    body = {
        "expected_version": made["version"],
        "amount_minor": 1000,
        "currency": "EUR",
        "reason": "duplicate",
    }
    client.post(
        f"/api/v1/transactions/{made['id']}/refund-requests",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": "key-of-this-refund-request"},
    )
    page = client.get(f"/transactions/{made['id']}/").text
    assert "Papierhaus has until" in page
    assert "10.00" in page


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AG03", "Your bank doesn’t take this kind of transaction."),
        ("SL12", "The bank of Nordlicht Books stopped it."),
    ],
)
def test_why_money_didnt_come_is_told_to_whom_it_was_to_come(
    signed_in: SignedIn, control: Control, alice: Person, code: str, told: str
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(
        alice, kind="payout", merchant="Nordlicht Books", status="failed", reason_code=code
    )
    page = client.get(f"/transactions/{made['id']}/").text
    assert page.count(told) == 2
