"""The list and the page of cases: what is said, what comes next and by when, one effect each."""

import re
from typing import Any

import pytest
from django.test import Client
from lxml import html

from selfcare.instructions.models import Instruction
from tests.cases.conftest import SignedIn, fields_in, follow, form_of, png
from tests.support.control import Control, Person


def ask(client: Client, txn: dict[str, Any], **more: str) -> str:
    """A refund request; the case's id."""
    path = f"/transactions/{txn['id']}/refund-requests/new/"
    fields = {**form_of(client, path), "reason": "not_received", **more}
    page = follow(client, client.post(path, fields))
    found = re.search(r"/cases/(rfr_[^/]+)/", page.text)
    assert found, page.text[:500]
    return found[1]


@pytest.fixture
def case_id(client: Client, paid: dict[str, Any]) -> str:
    return ask(client, paid, message="It never came.")


def test_it_says_where_it_stands_and_who_has_until_when(client: Client, case_id: str) -> None:
    page = client.get(f"/cases/{case_id}/").text
    assert "Refund request to Nordlicht Books" in page
    assert "Waiting for Nordlicht Books" in page
    assert "has until" in page
    assert "It never came." in page
    assert "You opened it" in page


def test_the_list_has_what_waits_for_the_person_first(
    client: Client, control: Control, alice: Person
) -> None:
    ids = []
    for _ in range(3):
        txn = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
        path = f"/transactions/{txn['id']}/disputes/new/"
        client.post(path, {**form_of(client, path), "reason": "not_received"})
        ids.append(control.cases(alice)[0]["id"])
    control.answer_case(ids[1], "contest", text="It was delivered on Monday.")
    control.answer_case(ids[2], "accept")
    page = client.get("/cases/")
    hrefs = [a.get("href") for a in html.fromstring(page.text).cssselect(".txn-who a")]
    assert hrefs == [f"/cases/{one}/" for one in (ids[1], ids[0], ids[2])]
    assert "Your turn until" in page.text


def test_an_empty_list_says_what_would_be_here(client: Client) -> None:
    assert "Nothing is under way" in client.get("/cases/").text


def test_a_cut_cursor_is_told(client: Client, case_id: str) -> None:
    page = client.get("/cases/?cursor=nonsense")
    assert page.status_code == 400
    assert "This page of the list isn’t there" in page.text


def test_a_message_with_a_file_is_sent_once(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    fields = {**form_of(client, f"/cases/{case_id}/"), "text": "Still nothing.", "files": png()}
    first = client.post(f"/cases/{case_id}/messages/new/", fields)
    again = client.post(f"/cases/{case_id}/messages/new/", {**fields, "files": png()})
    assert first["Location"] == again["Location"] == f"/cases/{case_id}/"
    page = client.get(f"/cases/{case_id}/").text
    assert "Still nothing." in page
    (case,) = control.cases(alice)
    assert [m["text"] for m in case["messages"]] == ["Still nothing."]
    assert [f["name"] for f in case["evidence"]] == ["frame.png"]


def test_a_file_alone_is_enough_and_nothing_is_not(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    path = f"/cases/{case_id}/messages/new/"
    assert client.post(path, {**form_of(client, path), "text": "  "}).status_code == 422
    follow(client, client.post(path, {**form_of(client, path), "files": png()}))
    assert control.cases(alice)[0]["messages"][0]["text"] == "Added frame.png"


def test_it_shows_what_the_merchant_writes(client: Client, control: Control, case_id: str) -> None:
    control.answer_case(case_id, "message", text="We are looking for the parcel.")
    page = client.get(f"/cases/{case_id}/").text
    assert "We are looking for the parcel." in page
    assert "Nordlicht Books wrote" in page


def test_markup_in_a_message_is_only_text(client: Client, control: Control, case_id: str) -> None:
    control.answer_case(case_id, "message", text="<script>alert(1)</script>")
    page = client.get(f"/cases/{case_id}/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_is_withdrawn_once(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    path = f"/cases/{case_id}/withdrawals/new/"
    fields, other_tab = form_of(client, path), form_of(client, path)
    page = follow(client, client.post(path, fields))
    assert "Case withdrawn" in page.text
    assert "Not possible:</b> it is closed already." in client.get(f"/cases/{case_id}/").text
    assert client.post(path, fields)["Location"]
    page = follow(client, client.post(path, other_tab))
    assert "It wasn’t withdrawn" in page.text
    assert control.cases(alice)[0]["state"] == "withdrawn"
    again = client.get(path)
    assert again.status_code == 409
    assert "it is closed" in again.text


def test_a_partial_answer_can_be_escalated_to_a_dispute(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    control.answer_case(case_id, "partly", amount_minor=2000, text="We can offer 20.00.")
    page = client.get(f"/cases/{case_id}/").text
    assert "A part came back" in page
    assert "Make a dispute of it" in page
    path = f"/cases/{case_id}/escalations/new/"
    fields = {**form_of(client, path), "reason": "not_received", "message": "That isn’t enough."}
    first, again = client.post(path, fields), client.post(path, fields)
    assert first["Location"] == again["Location"]
    page = follow(client, first)
    assert "Now it is a dispute" in page.text
    dispute = next(c for c in control.cases(alice) if c["kind"] == "dispute")
    assert f"/cases/{dispute['id']}/" in page.text
    assert "It went on as a dispute" in client.get(f"/cases/{case_id}/").text
    assert len(control.cases(alice)) == 2


def test_what_changed_between_page_and_click_is_told_as_it_is(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    path = f"/cases/{case_id}/messages/new/"
    fields = {**form_of(client, path), "text": "Any news?"}
    control.answer_case(case_id, "decline", text="No.")
    page = follow(client, client.post(path, fields))
    assert "Your message wasn’t sent" in page.text
    assert "changed nothing" in page.text


def test_another_persons_case_is_not_there(signed_in: SignedIn, bob: Person, case_id: str) -> None:
    his, _ = signed_in(bob)
    for tail in ("", "messages/new/", "withdrawals/new/", "escalations/new/"):
        assert his.get(f"/cases/{case_id}/{tail}").status_code == 404
    assert case_id not in his.get("/cases/").text


def test_an_intent_is_good_for_its_case_only(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    txn = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    other = ask(client, txn)
    fields = form_of(client, f"/cases/{case_id}/messages/new/")
    before = Instruction.objects.count()
    answer = client.post(f"/cases/{other}/messages/new/", {**fields, "text": "x"})
    assert answer.status_code == 400
    answer = client.post(f"/cases/{case_id}/withdrawals/new/", fields)
    assert answer.status_code == 400
    assert Instruction.objects.count() == before


def test_without_the_service_it_tells_what_it_last_knew(
    client: Client, control: Control, alice: Person, case_id: str
) -> None:
    client.get(f"/cases/{case_id}/")
    client.get("/cases/")
    control.fault("*", "error", sub=alice.sub, status=503)
    page = client.get(f"/cases/{case_id}/")
    assert page.status_code == 503
    assert "As of" in page.text
    listed = client.get("/cases/")
    assert listed.status_code == 503
    assert "Each clock" in listed.text or "each clock" in listed.text


def test_another_persons_case_is_never_shown_whoever_mixes_it_up(
    client: Client, control: Control, alice: Person, bob: Person, case_id: str
) -> None:
    control.fault("case", "foreign", sub=alice.sub)
    page = client.get(f"/cases/{case_id}/")
    assert bob.name not in page.text
    assert page.status_code in {404, 503}


def test_the_page_asks_again_ever_more_slowly_and_then_rests(client: Client, case_id: str) -> None:
    pauses = []
    path = f"/cases/{case_id}/"
    for _ in range(40):
        page = client.get(path, headers={"HX-Request": "true"}).text
        found = re.search(r'hx-get="([^"]+)"\s+hx-trigger="load delay:(\d+)s"', page)
        if not found:
            break
        path = found[1]
        pauses.append(int(found[2]))
    assert 10 < len(pauses) < 40
    assert pauses == sorted(pauses)
    assert pauses[0] <= 5
    assert pauses[-1] == 60


def test_a_closed_case_asks_no_more(client: Client, control: Control, case_id: str) -> None:
    control.answer_case(case_id, "decline", text="No.")
    assert 'id="look-' not in client.get(f"/cases/{case_id}/").text


def test_the_cards_show_what_is_under_way(
    client: Client, paid: dict[str, Any], case_id: str
) -> None:
    part = client.get(f"/transactions/{paid['id']}/cases/card/", headers={"HX-Request": "true"})
    assert f"/cases/{case_id}/" in part.text
    assert "<html" not in part.text
    part = client.get("/cases/cards/open/", headers={"HX-Request": "true"})
    assert "Refund request to Nordlicht Books" in part.text


def test_a_draft_of_a_message_is_shown_on_the_case(client: Client, case_id: str) -> None:
    fields = {**form_of(client, f"/cases/{case_id}/"), "text": "Half a sen"}
    assert client.post("/instructions/drafts/", fields).status_code == 204
    page = client.get(f"/cases/{case_id}/")
    assert "Here is what you wrote" in page.text
    assert fields_in(page)["text"].strip() == "Half a sen"
