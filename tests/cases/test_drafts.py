"""What was written survives an ended session, for its writer alone, until it is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from selfcare.instructions import drafts
from selfcare.instructions.models import Draft, Instruction
from tests.cases.conftest import SignedIn, fields_in, follow, form_of, png
from tests.support.control import Control, Person

WROTE = {"reason": "other", "message": "The bell is missing."}


def end_session(client: Client) -> None:
    del client.cookies[settings.SESSION_COOKIE_NAME]


@pytest.fixture
def path(paid: dict[str, Any]) -> str:
    return f"/transactions/{paid['id']}/refund-requests/new/"


def test_words_of_an_ended_session_are_shown_after_signing_in(
    client: Client, signed_in: SignedIn, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE}
    end_session(client)
    answer = client.post(path, fields)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2Ftransactions%2F")
    assert not Instruction.objects.exists()
    again, _ = signed_in(alice)
    page = again.get(path)
    assert "Here is what you wrote" in page.text
    assert "The bell is missing." in page.text
    assert fields_in(page)["reason"] == "other"


def test_they_come_back_though_the_form_was_open_for_a_day(
    client: Client, signed_in: SignedIn, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE}
    end_session(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
        client.post(path, fields)
    again, _ = signed_in(alice)
    assert "The bell is missing." in again.get(path).text


def test_another_person_on_the_same_browser_never_sees_them(
    client: Client, signed_in: SignedIn, control: Control, bob: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE}
    end_session(client)
    client.post(path, fields)
    his, _ = signed_in(bob)
    assert his.get(path).status_code == 404
    made = control.add_transaction(bob, status="completed", merchant="Nordlicht Books")
    page = his.get(f"/transactions/{made['id']}/refund-requests/new/")
    assert "The bell is missing." not in page.text


def test_signed_in_as_another_meanwhile_nothing_is_sent_and_nothing_shown(
    client: Client, signed_in: SignedIn, bob: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE}
    his, _ = signed_in(bob)
    assert his.post(path, fields).status_code == 400
    assert not Instruction.objects.exists()
    assert not Draft.objects.exists()


def test_a_draft_ends_when_it_is_sent(client: Client, path: str) -> None:
    fields = {**form_of(client, path), **WROTE}
    assert client.post("/instructions/drafts/", fields).status_code == 204
    page = client.get(path)
    assert "Here is what you wrote" in page.text
    follow(client, client.post(path, {**fields_in(page)}))
    assert not Draft.objects.exists()
    # What the browser sends late, from the form that was sent, is no draft any more.
    client.post("/instructions/drafts/", fields_in(page))
    assert not Draft.objects.exists()


def test_a_draft_is_thrown_away_on_demand(client: Client, alice: Person, path: str) -> None:
    client.post("/instructions/drafts/", {**form_of(client, path), **WROTE})
    draft = Draft.objects.get()
    answer = client.post(
        "/instructions/drafts/discards/",
        {"action": draft.action, "about": draft.about, "next": path},
    )
    assert answer["Location"] == path
    assert "Here is what you wrote" not in client.get(path).text


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "x" * 10_000])
def test_words_without_a_signed_intent_are_nobodys(db: None, token: str) -> None:
    answer = Client().post("/instructions/drafts/", {"intent": token, "message": "x"})
    assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_old_drafts_are_cleared(client: Client, path: str) -> None:
    client.post("/instructions/drafts/", {**form_of(client, path), **WROTE})
    assert drafts.clear_old() == 0
    assert drafts.clear_old(datetime.now(UTC) + timedelta(days=31)) == 1


def test_the_note_of_a_cancellation_survives_too(
    client: Client, signed_in: SignedIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = {**form_of(client, path), "reason": "other", "note": "Ordered two by mistake"}
    end_session(client)
    client.post(path, fields)
    again, _ = signed_in(alice)
    page = again.get(path)
    assert "Here is what you wrote" in page.text
    assert "Ordered two by mistake" in page.text


def test_a_form_from_before_another_sign_in_keeps_its_words(
    client: Client, signed_in: SignedIn, alice: Person, path: str
) -> None:
    """Signing in again in another tab makes the form's CSRF token a stranger's."""
    fields = {**form_of(client, path), **WROTE}
    client.handler.enforce_csrf_checks = True
    answer = client.post(path, {**fields, "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 303
    assert not Instruction.objects.exists()
    assert "The bell is missing." in client.get(answer["Location"]).text


def test_a_form_of_another_person_is_too_old_and_keeps_nothing(
    client: Client, signed_in: SignedIn, bob: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE}
    his, _ = signed_in(bob)
    his.handler.enforce_csrf_checks = True
    answer = his.post(path, {**fields, "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert not Draft.objects.exists()


def test_files_that_were_handed_over_stay_with_the_draft(
    client: Client, signed_in: SignedIn, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), "message": "Look.", "files": png("frame.png")}
    page = client.post(path, fields)
    assert page.status_code == 422
    again = {**fields_in(page), "reason": "other"}
    end_session(client)
    client.post(path, again)
    hers, _ = signed_in(alice)
    page = hers.get(path)
    assert "frame.png" in page.text
    assert fields_in(page)["kept"]


def test_a_visitors_file_is_not_kept_and_the_words_are(
    client: Client, signed_in: SignedIn, control: Control, alice: Person, path: str
) -> None:
    fields = {**form_of(client, path), **WROTE, "files": png()}
    end_session(client)
    assert client.post(path, fields).status_code == 302
    again, _ = signed_in(alice)
    page = again.get(path)
    assert "choose them again" in page.text
    assert "The bell is missing." in page.text
