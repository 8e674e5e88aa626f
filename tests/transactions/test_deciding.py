"""Cancel, confirm or decline: by the forms, as a browser without script."""

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


def form_of(client: Client, path: str, decision: str = "") -> dict[str, Any]:
    page = client.get(path)
    assert page.status_code == 200, page.text[:500]
    for form in html.fromstring(page.text).forms:
        fields = {name: value or "" for name, value in form.form_values()}
        buttons = form.cssselect("button[name=decision]")
        if buttons:
            fields["decision"] = buttons[0].get("value")
        if "intent" in fields and (not decision or fields.get("decision") == decision):
            return fields
    raise AssertionError("no form with an intent")


def follow(client: Client, answer: Any) -> Any:
    assert answer.status_code == 303, answer.text[:800]
    return client.get(answer["Location"])


def test_it_cancels_and_says_so(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, merchant="Nordlicht Books")
    path = f"/transactions/{made['id']}/cancellations/new/"
    page = follow(client, client.post(path, {**form_of(client, path), "reason": "duplicate"}))
    assert "Cancelled" in page.text
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_it_cancels_once_on_a_double_click_and_from_a_stale_tab(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    first, other_tab = form_of(client, path), form_of(client, path)
    one = client.post(path, {**first, "reason": "duplicate"})
    again = client.post(path, {**first, "reason": "duplicate"})
    assert one["Location"] == again["Location"]
    page = follow(client, client.post(path, {**other_tab, "reason": "duplicate"}))
    assert "It wasn’t cancelled" in page.text
    assert "changed nothing" in page.text
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_it_refuses_the_same_form_with_other_words(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = form_of(client, path)
    client.post(path, {**fields, "reason": "duplicate"})
    answer = client.post(path, {**fields, "reason": "other"})
    assert answer.status_code == 422
    assert Instruction.objects.count() == 1


def test_it_confirms_after_a_fresh_proof_only(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/confirmations/new/"
    answer = client.post(path, form_of(client, path, "confirm"))
    assert answer.status_code == 302
    instruction = Instruction.objects.get()
    assert instruction.state == State.AWAITING_PROOF
    assert control.effects(alice, "transaction.confirmed") == []
    # Without the proof, the way to the end leads nowhere.
    client.get(f"{instruction.url}proceed/")
    instruction.refresh_from_db()
    assert instruction.state == State.AWAITING_PROOF
    callback = walk.to_callback(answer["Location"])
    back = client.get(callback.removeprefix(settings.SELFCARE_URL))
    page = client.get(client.get(back["Location"])["Location"])
    assert "Confirmed" in page.text
    assert len(control.effects(alice, "transaction.confirmed")) == 1


def test_a_proof_for_one_payment_lets_no_other_one_go(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, walk = signed_in(alice)
    small = control.add_transaction(alice, amount_minor=100)
    large = control.add_transaction(alice, amount_minor=90_000)
    answers = []
    for made in (large, small):
        path = f"/transactions/{made['id']}/confirmations/new/"
        answers.append(client.post(path, form_of(client, path, "confirm")))
    # The person proves who they are for the small one.
    callback = walk.to_callback(answers[1]["Location"])
    client.get(callback.removeprefix(settings.SELFCARE_URL))
    large_one = Instruction.objects.get(transaction_id=large["id"])
    client.get(f"{large_one.url}proceed/")
    large_one.refresh_from_db()
    assert large_one.state == State.AWAITING_PROOF
    assert control.effects(alice, "transaction.confirmed") == []


def test_it_declines_without_a_proof(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/confirmations/new/"
    page = follow(client, client.post(path, form_of(client, path, "decline")))
    assert "Not paid" in page.text
    assert len(control.effects(alice, "transaction.declined")) == 1


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "x" * 10_000, "\x00"])
def test_a_form_that_is_not_ours_is_refused(
    signed_in: SignedIn, control: Control, alice: Person, token: str
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    answer = client.post(path, {"intent": token, "reason": "other"})
    assert answer.status_code == 400
    assert not Instruction.objects.exists()


def test_an_intent_is_good_for_its_person_transaction_and_action_only(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
) -> None:
    client, _ = signed_in(alice)
    made, other = control.add_transaction(alice), control.add_transaction(alice)
    fields = form_of(client, f"/transactions/{made['id']}/cancellations/new/")
    for path in (
        f"/transactions/{other['id']}/cancellations/new/",
        f"/transactions/{made['id']}/undos/new/",
    ):
        assert client.post(path, {**fields, "reason": "other"}).status_code == 400
    strangers, _ = signed_in(bob)
    path = f"/transactions/{made['id']}/cancellations/new/"
    assert strangers.post(path, {**fields, "reason": "other"}).status_code == 400
    assert not Instruction.objects.exists()


def test_what_lapsed_between_page_and_click_is_told_as_it_is(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = form_of(client, path)
    control.advance(made["id"], "expired")
    page = follow(client, client.post(path, {**fields, "reason": "other"}))
    assert "It wasn’t cancelled" in page.text
    again = client.get(path)
    assert again.status_code == 409
    assert "lapsed" in again.text


def test_it_needs_the_csrf_token(signed_in: SignedIn, control: Control, alice: Person) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = form_of(client, path)
    client.handler.enforce_csrf_checks = True
    answer = client.post(path, {**fields, "csrfmiddlewaretoken": "x" * 64, "reason": "other"})
    # The words come back in a fresh form; nothing of it was done.
    assert answer.status_code == 303
    assert answer["Location"] == path
    assert not Instruction.objects.exists()
    del fields["intent"]
    answer = client.post(path, {**fields, "csrfmiddlewaretoken": "x" * 64, "reason": "other"})
    assert answer.status_code == 403
    assert not Instruction.objects.exists()


def test_another_persons_instruction_is_not_there(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    client.post(path, {**form_of(client, path), "reason": "other"})
    instruction = Instruction.objects.get()
    strangers, _ = signed_in(bob)
    for address in (instruction.url, f"{instruction.url}proceed/", "/instructions/ins_0/"):
        assert strangers.get(address).status_code == 404


def test_money_that_comes_is_taken_and_not_paid(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    made = control.add_transaction(alice, kind="payout", direction="in", merchant="Nordlicht Books")
    detail = client.get(f"/transactions/{made['id']}/").text
    assert "Review and take it" in detail
    path = f"/transactions/{made['id']}/confirmations/new/"
    form = html.fromstring(client.get(path).text).xpath("//main")[0]
    told = " ".join(form.text_content().split())
    for words in ("Take 64.90", "from Nordlicht Books", "Comes to your account", "Don’t take it"):
        assert words in told.replace("\xa0", " ")
    assert "pay" not in told.lower().replace("payout", "")
    ends = [" ".join(end.text_content().split()) for end in form.cssselect(".route-end")]
    assert ends[0].endswith("Nordlicht Books")
    page = follow(client, client.post(path, form_of(client, path, "decline")))
    assert "Not taken" in page.text
