"""Each kind of case is opened by its form, once, with its clock before the choice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from selfcare.instructions.models import Instruction, State
from tests.cases.conftest import SignedIn, follow, form_of
from tests.support.control import Control, Person

KINDS = {
    "refund-requests": ("refund_request", {"reason": "not_received"}, "Refund asked for"),
    "disputes": ("dispute", {"reason": "not_as_described"}, "Dispute opened"),
    "fraud-reports": ("fraud_report", {"reason": "tricked"}, "Fraud reported"),
    "recalls": ("recall", {"reason": "wrong_payee"}, "Recall asked for"),
    "inquiries": ("inquiry", {"message": "When does it come?"}, "Question sent"),
}


def made_for(control: Control, alice: Person, resource: str) -> dict[str, Any]:
    if resource == "recalls":
        return control.add_transaction(
            alice, kind="transfer", status="completed", counterparty_name="Jonas Weber"
        )
    return control.add_transaction(alice, status="completed", merchant="Nordlicht Books")


@pytest.mark.parametrize("resource", KINDS)
def test_it_opens_a_case_once_on_a_double_click(
    client: Client, control: Control, alice: Person, resource: str
) -> None:
    kind, words, headline = KINDS[resource]
    made = made_for(control, alice, resource)
    path = f"/transactions/{made['id']}/{resource}/new/"
    fields = {**form_of(client, path), **words}
    first, again = client.post(path, fields), client.post(path, fields)
    assert first["Location"] == again["Location"]
    page = follow(client, first)
    assert headline in page.text
    (case,) = control.cases(alice)
    assert case["kind"] == kind
    assert f"/cases/{case['id']}/" in page.text
    assert len(control.effects(alice, f"{kind}.opened")) == 1


@pytest.mark.parametrize("resource", KINDS)
def test_it_tells_clock_and_consequences_before_the_choice(
    client: Client, control: Control, alice: Person, resource: str
) -> None:
    made = made_for(control, alice, resource)
    page = client.get(f"/transactions/{made['id']}/{resource}/new/").text
    for told in ("What it means", "What it can’t do", "Who decides", "How long it takes"):
        assert told in page
    if resource != "inquiries":
        assert "left." in page


@pytest.mark.parametrize("resource", KINDS)
def test_a_restricted_person_is_told_why_not(
    signed_in: SignedIn, control: Control, carol: Person, resource: str
) -> None:
    client, _ = signed_in(carol)
    made = made_for(control, carol, resource)
    page = client.get(f"/transactions/{made['id']}/{resource}/new/")
    if resource == "inquiries":
        assert page.status_code == 200
    else:
        assert page.status_code == 409
        assert "Ask support to lift the restriction" in page.text


@pytest.mark.parametrize("resource", KINDS)
def test_another_persons_transaction_is_not_there(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, resource: str
) -> None:
    made = made_for(control, alice, resource)
    client, _ = signed_in(bob)
    assert client.get(f"/transactions/{made['id']}/{resource}/new/").status_code == 404


def test_a_second_dispute_in_another_tab_changes_nothing(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    path = f"/transactions/{paid['id']}/disputes/new/"
    one, other = form_of(client, path), form_of(client, path)
    client.post(path, {**one, "reason": "not_received"})
    page = follow(client, client.post(path, {**other, "reason": "duplicate"}))
    assert "The dispute wasn’t opened" in page.text
    assert "changed nothing" in page.text
    again = client.get(path)
    assert again.status_code == 409
    assert "you dispute it already" in again.text
    assert len(control.cases(alice)) == 1


def test_a_clock_that_ran_out_is_told_on_the_form(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(
        alice, status="completed", merchant="Nordlicht Books", completed_days_ago=200
    )
    page = client.get(f"/transactions/{made['id']}/disputes/new/")
    assert page.status_code == 409
    assert "could be disputed until" in page.text


def test_the_form_begins_with_what_the_questions_came_to(
    client: Client, paid: dict[str, Any]
) -> None:
    path = f"/transactions/{paid['id']}/disputes/new/"
    assert form_of(client, f"{path}?reason=duplicate")["reason"] == "duplicate"
    assert form_of(client, f"{path}?reason=nonsense")["reason"] == ""
    path = f"/transactions/{paid['id']}/refund-requests/new/"
    assert form_of(client, f"{path}?reason=wrong_payee")["reason"] == "other"


def test_a_question_promises_no_money_and_no_end(client: Client, paid: dict[str, Any]) -> None:
    page = client.get(f"/transactions/{paid['id']}/inquiries/new/").text
    assert "Sending this moves no money." in page
    assert "After it is closed" not in page
    assert "Can still come back" not in page


def test_an_answer_that_got_lost_is_found_again_and_counts_once(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    path = f"/transactions/{paid['id']}/disputes/new/"
    fields = {**form_of(client, path), "reason": "not_received"}
    control.fault("dispute", "cut_after_commit", sub=alice.sub, count=1)
    page = follow(client, client.post(path, fields))
    assert "We don’t know yet whether your dispute was opened" in page.text
    from selfcare.instructions.actions import resolve_due

    later = datetime.now(UTC) + timedelta(seconds=10)
    with time_machine.travel(later, tick=True):
        resolve_due()
    assert Instruction.objects.get().state == State.DONE
    assert len(control.cases(alice)) == 1


def test_a_service_that_answers_with_somebody_elses_case_is_not_believed(
    client: Client, control: Control, alice: Person, bob: Person, paid: dict[str, Any]
) -> None:
    control.add_transaction(bob, status="completed", merchant="Nordlicht Books")
    path = f"/transactions/{paid['id']}/disputes/new/"
    fields = {**form_of(client, path), "reason": "not_received"}
    control.fault("dispute", "foreign", sub=alice.sub, count=1)
    page = follow(client, client.post(path, fields))
    assert "We don’t know yet" in page.text
    assert bob.name not in page.text


def test_it_asks_for_a_part_back(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    path = f"/transactions/{paid['id']}/refund-requests/new/"
    fields = {**form_of(client, path), "amount": "12,50", "reason": "not_received"}
    page = follow(client, client.post(path, fields))
    assert "Refund asked for" in page.text
    assert "12.50" in page.text
    assert "Refund asked" in client.get(f"/transactions/{paid['id']}/").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1000", "At most"),
        ("amount", "-5", "more than nothing"),
        ("amount", "0", "more than nothing"),
        ("amount", "abc", "figures"),
        ("amount", "64.901", "thousands"),
        ("amount", "9" * 10_000, "40"),
        ("reason", "because", "because"),
        ("message", "x" * 10_000, "2000"),
        ("message", "a\x00b", "Null characters"),
    ],
)
def test_it_keeps_what_was_typed_and_says_what_is_wrong(
    client: Client, paid: dict[str, Any], field: str, value: str, words: str
) -> None:
    path = f"/transactions/{paid['id']}/refund-requests/new/"
    fields = {**form_of(client, path), "reason": "other", "message": "The bell is missing."}
    answer = client.post(path, {**fields, field: value})
    assert answer.status_code == 422
    assert words in answer.text
    if field != "message":
        assert "The bell is missing." in answer.text
    assert not Instruction.objects.exists()


def test_an_expired_form_comes_back_with_what_was_typed(
    client: Client, paid: dict[str, Any]
) -> None:
    path = f"/transactions/{paid['id']}/refund-requests/new/"
    fields = {**form_of(client, path), "reason": "other", "message": "The bell is missing."}
    later = datetime.now(UTC) + timedelta(seconds=settings.INTENT_SECONDS + 60)
    with time_machine.travel(later, tick=True):
        answer = client.post(path, fields)
    assert answer.status_code == 409
    assert "The bell is missing." in answer.text
    assert not Instruction.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "x" * 10_000, "\x00"])
@pytest.mark.parametrize("resource", KINDS)
def test_a_form_that_is_not_ours_is_refused(
    client: Client, paid: dict[str, Any], resource: str, token: str
) -> None:
    answer = client.post(
        f"/transactions/{paid['id']}/{resource}/new/", {"intent": token, "reason": "other"}
    )
    assert answer.status_code == 400
    assert not Instruction.objects.exists()
