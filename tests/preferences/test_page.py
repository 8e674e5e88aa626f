"""The page of the preferences: saved with and without a script, and counted everywhere at once."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from selfcare.preferences import actions
from selfcare.preferences.models import Preferences
from tests.support.control import Control, Person
from tests.support.sign_in import sign_in
from tests.support.signing_in import Walk

ALICE = "usr_alice"
HTMX = {"HX-Request": "true"}
USUAL = {
    "language": "",
    "zone": "",
    "date_format": "",
    "number_format": "",
    "currency_format": "",
    "theme": "system",
    "start_page": "home",
    "rows": "25",
    "call_me": "",
    "version": "0",
}


@pytest.fixture
def client(db: None) -> Client:
    client = Client(headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    sign_in(client, ALICE, zone="Europe/Vienna")
    return client


def test_it_speaks_as_the_browser_asks_until_something_is_chosen(client: Client) -> None:
    page = client.get("/preferences/")
    assert page["Content-Language"] == "de"
    assert '<html lang="de">' in page.text
    assert 'data-theme="dark"' not in page.text
    client.post("/preferences/", USUAL | {"language": "cs"})
    page = client.get("/preferences/")
    assert page["Content-Language"] == "cs"
    assert '<html lang="cs">' in page.text


def test_it_saves_without_a_script_and_leads_back(client: Client) -> None:
    answer = client.post("/preferences/", USUAL | {"theme": "dark", "call_me": "  Ali  M. "})
    assert (answer.status_code, answer["Location"]) == (303, "/preferences/")
    page = client.get("/preferences/").text
    assert 'data-theme="dark"' in page
    assert "Ali M." in re.sub(r"<[^>]+>", "", page.split('class="account-name">')[1][:60])
    assert actions.of(ALICE).rows == 25


def test_it_saves_in_place_and_answers_as_it_now_reads(client: Client) -> None:
    answer = client.post(
        "/preferences/",
        USUAL | {"language": "es", "date_format": "iso", "number_format": "space"},
        headers=HTMX,
    )
    assert (answer.status_code, answer["Content-Language"]) == (200, "es")
    assert 'lang="es"' in answer.text
    assert 'name="version" value="1"' in answer.text
    assert "\u22121\u00a0234,56" in answer.text
    assert f"{timezone.now():%Y-%m}" in answer.text


def test_it_refuses_to_save_over_another_tab_and_says_what_is_saved(client: Client) -> None:
    client.post("/preferences/", USUAL | {"theme": "dark"})
    answer = client.post("/preferences/", USUAL | {"theme": "light", "call_me": "Al"})
    assert answer.status_code == 409
    assert actions.of(ALICE).theme == "dark"
    # What was chosen here is still in the form, over the version that is saved now.
    assert 'name="version" value="1"' in answer.text
    assert re.search(r'value="light"[^>]*checked', answer.text)
    again = client.post("/preferences/", USUAL | {"theme": "light", "version": "1"})
    assert again.status_code == 303
    assert actions.of(ALICE).theme == "light"


def test_it_lets_one_page_save_twice_before_it_has_seen_its_answer(client: Client) -> None:
    for rows in ("50", "100"):
        answer = client.post("/preferences/", USUAL | {"rows": rows, "page": "p1"}, headers=HTMX)
        assert answer.status_code == 200
    assert actions.of(ALICE).rows == 100
    other = client.post("/preferences/", USUAL | {"page": "p2"}, headers=HTMX)
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "fr"),
        ("zone", "../etc/passwd"),
        ("zone", "Mars/Base"),
        ("date_format", "%d"),
        ("number_format", "roman"),
        ("currency_format", "{{ 7 }}"),
        ("theme", "neon"),
        ("start_page", "https://evil.example"),
        ("rows", "100000"),
        ("rows", ""),
        ("call_me", "x" * 61),
        ("call_me", "a\u202eb"),
        ("version", "-1"),
        ("version", "x"),
    ],
)
def test_it_saves_nothing_of_what_is_no_choice(client: Client, field: str, value: str) -> None:
    answer = client.post("/preferences/", USUAL | {"theme": "dark"} | {field: value})
    assert answer.status_code == 422
    assert not Preferences.objects.filter(subject=ALICE, version__gt=0).exists()


def test_it_shows_a_name_as_it_was_typed(client: Client) -> None:
    client.post("/preferences/", USUAL | {"call_me": "{{ 7|add:7 }}<b>"})
    page = client.get("/preferences/").text
    assert "{{ 7|add:7 }}&lt;b&gt;" in page


def test_it_speaks_to_a_visitor_as_the_browser_asks(db: None) -> None:
    page = Client().get("/signed-out/", headers={"Accept-Language": "cs"})
    assert page["Content-Language"] == "cs"
    assert "Accept-Language" in page["Vary"]
    assert (
        Client().get("/signed-out/", headers={"Accept-Language": "fr"})["Content-Language"] == "en"
    )


def test_it_speaks_english_to_programs(client: Client) -> None:
    client.post("/preferences/", USUAL | {"language": "cs"})
    told = client.get("/api/v1/instructions/ins_nowhere")
    assert told.json()["detail"] == "There is nothing at this address for you."


def test_it_needs_somebody_signed_in(db: None) -> None:
    assert Client().get("/preferences/").status_code == 302


@pytest.mark.parametrize(
    ("start", "wanted", "led_to"),
    [
        ("", "/", "/"),
        ("transactions", "/", "/transactions/"),
        ("transactions", "/devices/", "/devices/"),
        ("gone", "/", "/"),
    ],
)
def test_signing_in_leads_where_a_person_likes_to_begin(
    db: None, control: Control, alice: Person, start: str, wanted: str, led_to: str
) -> None:
    actions.save(subject=alice.sub, version=0, changes={"start_page": start})
    client = Client(headers={"Accept-Language": "es"})
    walk = Walk(alice, control)
    begun = client.get("/sign-in/", {"next": wanted})
    callback = walk.to_callback(begun["Location"])
    done = client.get(callback.removeprefix(settings.SELFCARE_URL))
    walk.session.close()
    assert (done.status_code, done["Location"]) == (302, led_to)
    # For mails, while nothing else is chosen.
    with actions.speaking_to(alice.sub) as active:
        assert active.language == "es"


def test_a_list_has_as_many_rows_as_were_chosen(
    control: Control, signed_in: Callable[[Person], tuple[Client, Walk]]
) -> None:
    person = control.add_person("Alice Marlow", history=30)
    client, _walk = signed_in(person)
    assert client.get("/transactions/").text.count('class="txn"') == 25
    actions.save(subject=person.sub, version=0, changes={"rows": 50})
    assert client.get("/transactions/").text.count('class="txn"') == 30
