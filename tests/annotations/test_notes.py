"""The note on a transaction: saved by itself and by hand, never lost to another window."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import signing
from django.db import close_old_connections, connection
from django.test import Client
from lxml import html

from selfcare.annotations import actions
from selfcare.annotations.models import Note, UnsavedNote
from tests.support.control import Control, Person

InPage = Callable[..., Any]


def save(post: InPage, paid: str, text: str, version: int = 0, **more: str) -> Any:
    return post(f"/transactions/{paid}/note/", {"text": text, "version": version, **more})


def test_it_saves_by_itself_and_says_when(in_page: InPage, hers: Client, paid: str) -> None:
    answer = save(in_page, paid, "For Ada\r\nSecond line")
    assert answer.status_code == 200
    assert "Saved" in answer.text
    assert "<h1" not in answer.text
    page = html.fromstring(hers.get(f"/transactions/{paid}/annotations/card/").text)
    assert page.cssselect("textarea")[0].text.strip() == "For Ada\nSecond line"


def test_it_saves_by_the_button_without_javascript(hers: Client, paid: str) -> None:
    answer = save(hers.post, paid, "For Ada", page="detail")
    assert answer.status_code == 303
    assert answer["Location"] == f"/transactions/{paid}/#card-annotations"
    assert Note.objects.get().text == "For Ada"


def test_it_tells_of_another_windows_text_and_keeps_both(
    in_page: InPage, hers: Client, paid: str
) -> None:
    save(in_page, paid, "First", writer="one")
    answer = save(in_page, paid, "Second", writer="two")
    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Save mine instead" in answer.text
    assert Note.objects.get().text == "First"
    plain = save(hers.post, paid, "Second", writer="two")
    tree = html.fromstring(plain.text)
    assert plain.status_code == 409
    assert tree.cssselect("textarea")[0].text.strip() == "Second"
    assert "First" in tree.cssselect(".note-other")[0].text_content()


def test_it_goes_on_in_the_window_that_saved_last(in_page: InPage, paid: str) -> None:
    save(in_page, paid, "F", writer="one")
    assert save(in_page, paid, "First", writer="one").status_code == 200
    assert Note.objects.get().version == 2


def test_it_saves_over_the_other_text_when_told_to(in_page: InPage, paid: str) -> None:
    save(in_page, paid, "First", writer="one")
    answer = save(in_page, paid, "Second", writer="two", over="1")
    assert answer.status_code == 200
    assert Note.objects.get().text == "Second"
    again = save(in_page, paid, "Third", writer="three", over="1")
    assert again.status_code == 409


def test_it_gives_the_other_text_back_when_told_to(in_page: InPage, paid: str) -> None:
    save(in_page, paid, "First", writer="one")
    answer = save(in_page, paid, "Second", writer="two", keep="1")
    assert 'hx-swap-oob="true"' in answer.text
    assert "First" in answer.text
    assert Note.objects.get().text == "First"


def test_it_saves_the_same_text_twice_without_a_word(in_page: InPage, paid: str) -> None:
    save(in_page, paid, "First")
    assert save(in_page, paid, "First").status_code == 200
    assert Note.objects.get().version == 1


def test_it_takes_4000_characters_and_says_so_beyond(in_page: InPage, paid: str) -> None:
    assert save(in_page, paid, "é\n" * 2000).status_code == 200
    answer = save(in_page, paid, "x" * 4001, version=1)
    assert answer.status_code == 422
    assert "4,001" in answer.text
    assert len(Note.objects.get().text) == 4000


def test_it_keeps_what_a_database_can_keep(in_page: InPage, paid: str) -> None:
    assert save(in_page, paid, "a\x00b\x1b[31m <b>c</b>").status_code == 200
    assert Note.objects.get().text == "ab[31m <b>c</b>"


@pytest.mark.parametrize("version", ["-1", "x", "", "99999999999999999999"])
def test_it_takes_nonsense_for_never_seen(in_page: InPage, paid: str, version: str) -> None:
    save(in_page, paid, "First", writer="one")
    answer = in_page(f"/transactions/{paid}/note/", {"text": "Second", "version": version})
    assert answer.status_code == 409


def test_it_is_on_ones_own_transactions_alone(
    in_page: InPage, his: Client, hers: Client, paid: str
) -> None:
    save(in_page, paid, "Mine")
    for answer in (
        his.get(f"/transactions/{paid}/annotations/card/"),
        his.post(f"/transactions/{paid}/note/", {"text": "Mine too"}),
        hers.post("/transactions/txn_nowhere/note/", {"text": "Lost"}),
    ):
        assert answer.status_code == 404
    assert Note.objects.count() == 1


def test_it_saves_with_the_service_away_where_there_is_a_note(
    in_page: InPage, hers: Client, control: Control, alice: Person, paid: str
) -> None:
    save(in_page, paid, "First")
    control.fault("*", "error", sub=alice.sub)
    assert save(in_page, paid, "Second", version=1).status_code == 200
    page = hers.get(f"/transactions/{paid}/annotations/card/")
    assert page.status_code == 200
    assert "Second" in page.text


def test_a_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.post("/transactions/txn_1/note/", {"text": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/")


def marked(page: Any) -> dict[str, str]:
    form = html.fromstring(page.text).cssselect("#annotation-note")[0]
    return dict(form.form_values())


@pytest.mark.parametrize("htmx", [True, False])
def test_words_outlive_a_session_that_has_ended(
    hers: Client, alice: Person, his: Client, bob: Person, paid: str, htmx: bool
) -> None:
    from tests.support.sign_in import sign_in

    card, path = f"/transactions/{paid}/annotations/card/", f"/transactions/{paid}/note/"
    save(hers.post, paid, "Before")
    form = marked(hers.get(card)) | {"text": "Written signed out"}
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{card}"} if htmx else {}
    hers.cookies.clear()
    answer = hers.post(path, form, headers=headers)
    assert answer.status_code == (401 if htmx else 302)
    assert Note.objects.get().text == "Before"
    sign_in(hers, alice.sub, alice.name)
    page = hers.get(path, follow=True)
    tree = html.fromstring(page.text)
    assert tree.cssselect("textarea")[0].text.strip() == "Written signed out"
    assert "signed out" in tree.cssselect(".notice strong")[0].text_content()
    assert "Before" in tree.cssselect(".note-other")[0].text_content()
    hers.post(path, marked(page) | {"text": "Written signed out", "over": "1"})
    assert Note.objects.get().text == "Written signed out"
    assert "signed out</strong>" not in hers.get(card).text


def test_what_was_written_signed_out_can_be_dropped(hers: Client, alice: Person, paid: str) -> None:
    from tests.support.sign_in import sign_in

    card, path = f"/transactions/{paid}/annotations/card/", f"/transactions/{paid}/note/"
    form = marked(hers.get(card)) | {"text": "Written signed out"}
    hers.cookies.clear()
    hers.post(path, form)
    sign_in(hers, alice.sub, alice.name)
    page = hers.get(card)
    assert "not saved yet" in page.text
    hers.post(path, marked(page) | {"keep": "0"})
    assert marked(hers.get(card))["text"].strip() == ""
    assert not UnsavedNote.objects.exists()


def test_a_forged_mark_keeps_nothing(client: Client, db: None) -> None:
    forged = signing.dumps(["usr_a", "txn_1"], salt="another")
    for mark in ("", "x", forged):
        client.post("/transactions/txn_1/note/", {"text": "Mine", "mark": mark})
    assert not UnsavedNote.objects.exists()


def test_a_get_of_a_forms_address_leads_to_the_card(hers: Client, paid: str) -> None:
    for path in ("note", "labels", "attachments"):
        answer = hers.get(f"/transactions/{paid}/{path}/")
        assert answer["Location"] == f"/transactions/{paid}/annotations/card/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 1])
def test_of_two_at_once_one_is_saved_and_one_is_told(before: int) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one connection at a time")
    if before:
        actions.save_note(subject="usr_a", transaction_id="txn_1", text="Before", seen_version=0)

    def save_one(n: int) -> str:
        close_old_connections()
        try:
            actions.save_note(
                subject="usr_a", transaction_id="txn_1", text=f"Text {n}", seen_version=before
            )
        except actions.NoteChanged as change:
            return change.note.text
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(save_one, range(4)))
    assert told.count("saved") == 1
    assert Note.objects.get().text in {told[n] for n in range(4)} | {f"Text {told.index('saved')}"}
    assert Note.objects.get().version == before + 1
