"""Undo, withdraw a confirmation, repeat: by the forms, as a browser without script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from selfcare.instructions.models import Instruction, State
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def form_at(client: Client, page: str, action: str) -> dict[str, Any]:
    """The fields of the form on `page` that is sent to `action`."""
    answer = client.get(page)
    assert answer.status_code == 200, answer.text[:500]
    for form in html.fromstring(answer.text).forms:
        if (form.get("action") or page) == action and "intent" in form.fields:
            return {name: value or "" for name, value in form.form_values()}
    raise AssertionError(f"no form for {action} on {page}")


def prove(client: Client, walk: Walk, answer: Any) -> Any:
    """Goes through the proof that `answer` asks for; gives the page of the instruction."""
    assert answer.status_code == 302, answer.text[:800]
    callback = walk.to_callback(answer["Location"])
    back = client.get(callback.removeprefix(settings.SELFCARE_URL))
    return client.get(client.get(back["Location"])["Location"])


def confirmed(client: Client, walk: Walk, made: dict[str, Any]) -> Any:
    path = f"/transactions/{made['id']}/confirmations/new/"
    return prove(client, walk, client.post(path, form_at(client, path, path)))


def shown(client: Client, answer: Any) -> str:
    assert answer.status_code == 303, answer.text[:800]
    return str(client.get(answer["Location"]).text)


def test_it_undoes_at_once_from_the_page_that_tells_of_it(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice)
    page = confirmed(client, walk, made)
    assert "Confirmed" in page.text
    done = Instruction.objects.get(action="confirm")
    path = f"/transactions/{made['id']}/undos/new/"
    fields = form_at(client, done.url, path)
    text = shown(client, client.post(path, fields))
    assert "Undone" in text
    assert "waits for you again" in text
    assert len(control.effects(alice, "transaction.undone")) == 1


def test_it_undoes_once_from_two_tabs(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice)
    confirmed(client, walk, made)
    detail, path = f"/transactions/{made['id']}/", f"/transactions/{made['id']}/undos/new/"
    one, other = form_at(client, detail, path), form_at(client, detail, path)
    first, again = client.post(path, one), client.post(path, one)
    assert first["Location"] == again["Location"]
    text = shown(client, client.post(path, other))
    assert "It wasn’t undone" in text
    assert "changed nothing" in text
    assert len(control.effects(alice, "transaction.undone")) == 1


def test_it_says_that_the_seconds_are_over(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice)
    confirmed(client, walk, made)
    detail, path = f"/transactions/{made['id']}/", f"/transactions/{made['id']}/undos/new/"
    fields = form_at(client, detail, path)
    # What leaves the account between page and click can't be called back any more.
    control.advance(made["id"], "completed")
    text = shown(client, client.post(path, fields))
    assert "It wasn’t undone" in text
    assert f"/transactions/{made['id']}/state/" in text
    now = client.get(f"/transactions/{made['id']}/state/", headers={"HX-Request": "true"})
    assert "Completed" in now.text
    assert control.effects(alice, "transaction.undone") == []


def test_it_offers_no_undo_for_what_nobody_confirmed(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/undos/new/"
    answer = client.get(path)
    assert answer.status_code == 409
    assert "you confirmed nothing" in answer.text
    assert "Undo" not in client.get(f"/transactions/{made['id']}/").text


def test_it_repeats_after_a_fresh_look_and_a_fresh_proof(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    path = f"/transactions/{made['id']}/repetitions/new/"
    page = client.get(path)
    assert "The name matches" in page.text
    fields = form_at(client, path, path)
    answer = client.post(path, fields)
    assert Instruction.objects.get().state == State.AWAITING_PROOF
    assert control.effects(alice, "transaction.repeated") == []
    told = prove(client, walk, answer)
    assert "Sent again" in told.text
    instruction = Instruction.objects.get()
    assert instruction.made_id != made["id"]
    assert f"/transactions/{instruction.made_id}/" in told.text
    # The same form once more leads to the same instruction, and sends nothing.
    again = client.post(path, fields)
    assert again["Location"] == instruction.url
    news = [entry for entry in control.log(alice) if entry["effect"] and not entry["replayed"]]
    assert len([entry for entry in news if entry["operation"] == "repeat"]) == 1


@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("close_match", "The name is almost the same", 200),
        ("no_match", "The name does not match", 200),
        ("closed", "The account is closed", 409),
    ],
)
def test_it_says_plainly_what_their_bank_says(
    signed_in: SignedIn, control: Control, alice: Person, name: str, words: str, status: int
) -> None:
    client, _ = signed_in(alice)
    payee = f"Payee with {name}"
    control.set_payee(payee, name, name_found="Somebody Similar")
    made = control.add_transaction(
        alice, kind="transfer", status="completed", counterparty_name=payee
    )
    page = client.get(f"/transactions/{made['id']}/repetitions/new/")
    assert page.status_code == status, page.text[:2000]
    assert words in page.text
    assert ("Send 64.90" in page.text.split("</h1>")[1]) == (status == 200)


def test_it_wants_a_tick_where_the_name_does_not_match(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    control.set_payee("Payee unlike", "no_match")
    made = control.add_transaction(
        alice, kind="transfer", status="completed", counterparty_name="Payee unlike"
    )
    path = f"/transactions/{made['id']}/repetitions/new/"
    fields = form_at(client, path, path)
    answer = client.post(path, fields)
    assert answer.status_code == 422
    assert "Tick this" in answer.text
    assert not Instruction.objects.exists()
    answer = client.post(path, {**form_at(client, path, path), "sure": "on"})
    assert answer.status_code == 302
    assert Instruction.objects.get().state == State.AWAITING_PROOF


def test_somebody_elses_can_neither_be_undone_nor_repeated(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
) -> None:
    made = control.add_transaction(alice, status="completed")
    client, _ = signed_in(bob)
    for page in ("undos", "confirmation-withdrawals", "repetitions"):
        assert client.get(f"/transactions/{made['id']}/{page}/new/").status_code == 404


def test_it_withdraws_a_confirmation_until_the_day(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice, scheduled_in_seconds=90_000)
    assert "leaves your account when its time comes" in confirmed(client, walk, made).text
    path = f"/transactions/{made['id']}/confirmation-withdrawals/new/"
    one, other = form_at(client, path, path), form_at(client, path, path)
    text = shown(client, client.post(path, one))
    assert "Confirmation withdrawn" in text
    assert "waits for you again" in text
    assert "The confirmation wasn’t withdrawn" in shown(client, client.post(path, other))
    assert len(control.effects(alice, "transaction.confirmation_withdrawn")) == 1
    assert client.get(path).status_code == 409


def test_the_api_does_the_same(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    offer = client.get(f"/api/v1/transactions/{made['id']}/repeat-offer").json()
    assert (offer["payee"]["check"], offer["amount_minor"]) == ("match", 6490)
    body = {
        "offer_id": offer["id"],
        "amount_minor": offer["amount_minor"],
        "currency": "EUR",
        "fee_minor": offer["fee_minor"],
    }

    def post(path: str, body: dict[str, Any], key: str) -> Any:
        return client.post(
            f"/api/v1/transactions/{path}",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )

    doubtful = {**body, "payee_check": "no_match"}
    refused = post(f"{made['id']}/repetitions", doubtful, "key-of-a-doubtful-one")
    assert (refused.status_code, refused.json()["code"]) == (422, "payee_not_sure")
    told = post(f"{made['id']}/repetitions", body, "key-of-this-repetition")
    assert told.status_code == 202
    page = client.post(f"{told.json()['step_up_url']}proofs/")
    assert "Sent again" in prove(client, walk, page).text
    again = post(f"{made['id']}/repetitions", body, "key-of-this-repetition")
    assert again.status_code == 201
    new = client.get(f"/api/v1/transactions/{Instruction.objects.get().made_id}").json()
    undone = post(f"{new['id']}/undos", {"expected_version": new["version"]}, "key-of-this-undo-1")
    assert undone.status_code == 201, undone.text
    late = post(f"{new['id']}/undos", {"expected_version": new["version"]}, "key-of-this-undo-2")
    assert late.status_code == 409
    assert len(control.effects(alice, "transaction.undone")) == 1
