"""“Something’s wrong?” as pages: plain addresses, clocks before the choice, reasons."""

from typing import Any

from django.test import Client
from lxml import html

from tests.cases.conftest import SignedIn
from tests.support.control import Control, Person


def links(page: Any) -> list[tuple[str, str]]:
    tree = html.fromstring(page.text)
    return [(a.text_content().strip(), a.get("href")) for a in tree.cssselect("main a")]


def go(client: Client, path: str, *words: str) -> Any:
    page = client.get(path)
    for word in words:
        path = next(href for text, href in links(page) if text == word)
        page = client.get(path)
    return page


def test_three_answers_lead_to_a_refund_request_with_its_clock(
    client: Client, paid: dict[str, Any]
) -> None:
    page = go(
        client,
        f"/transactions/{paid['id']}/wrong/",
        "Something is wrong with what I paid for",
        "It never came",
        "Not yet",
    )
    assert page.status_code == 200
    assert "Ask Nordlicht Books for a refund" in page.text
    for told in ("What it means", "What it can’t do", "Who decides", "How long it takes", "left."):
        assert told in page.text
    form = f"/transactions/{paid['id']}/refund-requests/new/?reason=not_received"
    assert form in [href for _, href in links(page)]
    # The other ways stay visible: open ones as links, refused ones with their reason.
    assert "Open a dispute" in page.text
    assert "what is final can’t be called back" in page.text


def test_the_way_back_leads_to_the_question_before(client: Client, paid: dict[str, Any]) -> None:
    path = f"/transactions/{paid['id']}/wrong/?what=goods&goods=never"
    assert client.get(path).text.count("Have you asked Nordlicht Books") >= 1
    back = next(href for text, href in links(client.get(path)) if text == "Question before")
    assert back == f"/transactions/{paid['id']}/wrong/?what=goods"


def test_what_can_still_be_stopped_is_offered_before_any_question(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, merchant="Nordlicht Books")
    page = client.get(f"/transactions/{made['id']}/wrong/")
    assert "It can still be stopped" in page.text
    assert f"/transactions/{made['id']}/cancellations/new/" in page.text


def test_an_answer_that_is_none_is_asked_again(client: Client, paid: dict[str, Any]) -> None:
    for query in ("what=nonsense", "what=goods&goods=%F0%9F%92%A9", f"what={'x' * 3000}"):
        page = client.get(f"/transactions/{paid['id']}/wrong/?{query}")
        assert page.status_code == 400
        assert "That isn’t one of the answers" in page.text


def test_a_dead_end_says_why_and_what_remains(
    signed_in: SignedIn, control: Control, carol: Person
) -> None:
    client, _ = signed_in(carol)
    made = control.add_transaction(carol, status="completed", merchant="Nordlicht Books")
    page = client.get(f"/transactions/{made['id']}/wrong/?what=fraud&fraud=tricked")
    assert page.status_code == 200
    assert "This isn’t possible" in page.text
    assert "Ask support to lift the restriction" in page.text
    assert "Go to the police" in page.text


def test_money_that_came_in_leads_to_words_and_no_dead_button(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(
        alice, kind="transfer", direction="in", status="completed", counterparty_name="Jonas Weber"
    )
    page = client.get(f"/transactions/{made['id']}/wrong/?what=unknown")
    assert "Leave the money where it is" in page.text


def test_what_is_under_way_already_is_told_first(
    client: Client, control: Control, alice: Person, paid: dict[str, Any]
) -> None:
    from tests.cases.conftest import form_of

    path = f"/transactions/{paid['id']}/disputes/new/"
    client.post(path, {**form_of(client, path), "reason": "not_received"})
    page = client.get(f"/transactions/{paid['id']}/wrong/?what=goods&goods=never&asked=yes")
    assert "This is under way already" in page.text
    assert "you dispute it already" in page.text


def test_another_persons_transaction_is_not_there(
    signed_in: SignedIn, bob: Person, paid: dict[str, Any]
) -> None:
    client, _ = signed_in(bob)
    assert client.get(f"/transactions/{paid['id']}/wrong/").status_code == 404
