"""The list of transactions: what it shows, how it is narrowed, and its bad days."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from lxml import html

from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def names(page: str) -> list[str]:
    return [link.text_content() for link in html.fromstring(page).cssselect(".txn-who a")]


@pytest.fixture
def alice(control: Control) -> Person:
    """With pounds as well as euros."""
    balances = [{"currency": code, "amount_minor": 500_000} for code in ("EUR", "GBP")]
    return control.add_person("Alice Marlow", balances=balances)


@pytest.fixture
def client(signed_in: SignedIn, alice: Person) -> Client:
    return signed_in(alice)[0]


def test_it_shows_whose_it_is_and_nobody_elses(
    client: Client, control: Control, alice: Person, bob: Person
) -> None:
    control.add_transaction(alice, merchant="Nordlicht Books")
    control.add_transaction(bob, merchant="Kaffeewerk")
    page = client.get("/transactions/").text
    assert "Nordlicht Books" in page
    assert "Kaffeewerk" not in page


def test_it_sends_a_visitor_to_sign_in_and_back(db: None) -> None:
    answer = Client().get("/transactions/?status=pending&q=books")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Ftransactions%2F%3Fstatus%3Dpending%26q%3Dbooks"


def test_it_answers_an_expired_fragment_with_a_way_to_sign_in(db: None) -> None:
    answer = Client().get("/transactions/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/sign-in/?next=")
    assert answer.text == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=waiting", ["waiting"]),
        ("status=completed", ["done"]),
        ("status=unsuccessful", ["lost"]),
        ("status=failed", ["lost"]),
        ("kind=transfer", ["moved"]),
        ("currency=GBP", ["pounds"]),
        ("currency=gbp", ["pounds"]),
        ("q=moved", ["moved"]),
        ("from=2999-01-01", None),
    ],
)
def test_it_narrows(
    client: Client, control: Control, alice: Person, query: str, expected: list[str] | None
) -> None:
    control.add_transaction(alice, counterparty_name="waiting")
    control.add_transaction(alice, counterparty_name="done", status="completed")
    control.add_transaction(alice, counterparty_name="lost", status="failed", reason_code="AC04")
    control.add_transaction(alice, counterparty_name="moved", kind="transfer", status="processing")
    control.add_transaction(alice, counterparty_name="pounds", currency="GBP", status="processing")
    answer = client.get(f"/transactions/?{query}")
    if expected is None:
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    assert names(answer.text) == expected


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status=nonsense", "nonsense"),
        ("kind=bribe", "bribe"),
        ("currency=XXQ", "isn’t a currency|isn&#x27;t a currency|isn't a currency"),
        ("from=2026-13-01", "date"),
        ("from=2026-05-02&until=2026-05-01", "lies before the first one"),
        ("from=0001-01-01", "Choose a year"),
        ("until=9999-12-31", "Choose a year"),
        ("q=" + "x" * 10_000, "200"),
        ("cursor=broken", "newest"),
        ("cursor=" + "x" * 9_000, ""),
        ("q=%00", ""),
    ],
)
def test_it_refuses_what_it_can_not_read_with_a_page(
    client: Client, query: str, words: str
) -> None:
    answer = client.get(f"/transactions/?{query}")
    assert answer.status_code == 400
    assert "<h1" in answer.text
    assert any(word in answer.text for word in words.split("|"))


def test_it_takes_odd_text_as_a_search(client: Client) -> None:
    for text in (
        "'; DROP TABLE x; --",
        "%",
        "_",
        "\\",
        "<script>alert(1)</script>",
        "🚲",
        "\u202e",
    ):
        answer = client.get("/transactions/", {"q": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_show_more_goes_through_all_rows_once(
    client: Client, control: Control, alice: Person
) -> None:
    made = {f"shop {n}" for n in range(30)}
    for name in made:
        control.add_transaction(alice, counterparty_name=name, status="completed", amount_minor=100)
    first = client.get("/transactions/").text
    (more,) = html.fromstring(first).cssselect(".more a[href*=cursor]")
    second = client.get(more.get("href")).text
    assert len(names(first)) == 25
    assert sorted(names(first) + names(second)) == sorted(made)


def test_htmx_gets_the_results_alone(client: Client, control: Control, alice: Person) -> None:
    control.add_transaction(alice, counterparty_name="Kaffeewerk")
    answer = client.get("/transactions/", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert names(f"<div>{answer.text}</div>") == ["Kaffeewerk"]
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("mode", ["refuse", "hang", "broken_json", "foreign", "error", "drip"])
def test_a_bad_day_of_the_service_is_a_page_with_what_was_known(
    client: Client, control: Control, alice: Person, mode: str
) -> None:
    control.add_transaction(alice, counterparty_name="Kaffeewerk")
    assert names(client.get("/transactions/").text) == ["Kaffeewerk"]
    control.fault("list", mode, sub=alice.sub)
    answer = client.get("/transactions/")
    assert answer.status_code == 503
    assert names(answer.text) == ["Kaffeewerk"]
    assert "as of" in answer.text.lower()


def test_a_bad_day_without_anything_known_says_so(
    client: Client, control: Control, alice: Person
) -> None:
    control.fault("list", "refuse", sub=alice.sub)
    answer = client.get("/transactions/")
    assert answer.status_code == 503
    assert "Your money is where it was" in answer.text


def test_dates_mean_days_in_the_persons_own_zone(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, counterparty_name="Kaffeewerk", status="completed")
    zone = ZoneInfo(client.get("/api/v1/me").json()["zone"])
    day = datetime.now(zone).date().isoformat()
    for query in (f"from={day}", f"until={day}", f"from={day}&until={day}"):
        answer = client.get(f"/transactions/?{query}")
        assert names(answer.text) == ["Kaffeewerk"], query
        fields = html.fromstring(answer.text).cssselect("input[type=date]")
        assert day in {field.get("value") for field in fields}
