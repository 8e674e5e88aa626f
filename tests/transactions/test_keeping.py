"""Saved views and columns: kept for their person alone, by page and API alike, twenty at most."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from lxml import html

from selfcare.annotations import actions as annotating
from selfcare.transactions import keeping
from selfcare.transactions.models import MOST_VIEWS, SavedView
from selfcare.web.request import Person as SignedInPerson
from tests.support.control import Control, Person
from tests.support.sign_in import sign_in

VIEWS = "/transactions/views/"


@pytest.fixture
def client(db: None, alice: Person) -> Client:
    client = Client()
    sign_in(client, alice.sub)
    return client


def names(page: str) -> list[str]:
    return [link.text_content() for link in html.fromstring(page).cssselect(".txn-who a")]


def save(client: Client, name: str, query: str = "status=completed", **more: str) -> Any:
    return client.post(VIEWS, {"name": name, "query": query, **more})


def send(client: Client, method: str, path: str, body: Any) -> Any:
    return client.generic(
        method, f"/api/v1/{path}", json.dumps(body), content_type="application/json"
    )


def test_a_view_is_saved_opened_renamed_and_deleted(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, merchant="Kaffeewerk", status="completed")
    control.add_transaction(alice, merchant="Nordlicht Books", status="completed")
    answer = save(client, "  Coffee ", "q=kaffeewerk&view=all&kind=")
    assert answer.status_code == 303
    assert answer["Location"] == "/transactions/?q=kaffeewerk"
    page = client.get(answer["Location"]).text
    assert names(page) == ["Kaffeewerk"]
    assert "View <b>Coffee</b>" in page
    view = SavedView.objects.get(subject=alice.sub)
    assert client.post(f"{VIEWS}{view.public_id}/", {"name": "Espresso"}).status_code == 303
    assert "Espresso" in client.get(VIEWS).text
    client.post(f"{VIEWS}{view.public_id}/", {"do": "delete"})
    assert not SavedView.objects.exists()


def test_the_default_view_opens_visibly_and_can_be_left(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, merchant="Kaffeewerk", status="completed")
    control.add_transaction(alice, merchant="Nordlicht Books")
    save(client, "Done", is_default="yes")
    answer = client.get("/transactions/")
    assert answer["Location"] == "/transactions/?status=completed"
    page = html.fromstring(client.get(answer["Location"]).text)
    (leave,) = page.cssselect(".view-here a")
    assert len(names(client.get(leave.get("href")).text)) == 2
    save(client, "Waiting", "needs_me=true", is_default="yes")
    assert client.get("/transactions/")["Location"] == "/transactions/?needs_me=true"
    assert SavedView.objects.filter(is_default=True).count() == 1


def test_a_view_whose_label_is_gone_says_so_and_still_works(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, merchant="Kaffeewerk", status="completed")
    label = annotating.make_label(subject=alice.sub, name="Coffee")
    save(client, "Mine", f"status=completed&label={label.public_id}", is_default="yes")
    annotating.remove_label(label=label)
    page = client.get("/transactions/", follow=True).text
    assert "This label is gone" in page
    assert names(page) == ["Kaffeewerk"]
    assert "This label is gone" in client.get(VIEWS).text
    (told,) = client.get("/api/v1/saved-views").json()["data"]
    assert told["problems"] == ["This label is gone. The rest of what you chose is shown."]


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("", "status=completed", "Give the view a name"),
        ("x" * 41, "status=completed", "Shorten this to 40"),
        ("\u202e", "status=completed", "Give the view a name"),
        ("Mine", "", "Choose a filter"),
        ("Mine", "view=all", "Choose a filter"),
        ("Mine", "status=foo", "no status"),
        ("Mine", "q=" + "x" * 5000, "too many filters"),
        ("Mine", "&".join(f"a{n}=1" for n in range(1200)), "Choose a filter|too many"),
    ],
)
def test_it_says_why_a_view_can_not_be_kept(
    client: Client, name: str, query: str, told: str
) -> None:
    answer = save(client, name, query)
    assert answer.status_code == 422
    error = html.fromstring(answer.text).cssselect("#name-error")[0].text_content()
    assert any(words in error for words in told.split("|"))
    problem = send(client, "POST", "saved-views", {"name": name, "query": query})
    assert problem.status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_is_taken_however_it_is_written(client: Client) -> None:
    save(client, "Café")
    assert save(client, "CAFE\u0301").status_code == 422
    assert SavedView.objects.count() == 1


def test_the_twentieth_view_is_the_last(client: Client, alice: Person) -> None:
    for number in range(MOST_VIEWS):
        assert save(client, f"View {number}").status_code == 303
    answer = save(client, "One more")
    assert answer.status_code == 422
    assert "Delete one first" in answer.text
    client.post(f"{VIEWS}{SavedView.objects.first().public_id}/", {"do": "delete"})  # type: ignore[union-attr]
    assert save(client, "One more").status_code == 303


@pytest.mark.django_db(transaction=True)
def test_no_race_makes_more_views_than_there_may_be(alice: Person) -> None:
    person = SignedInPerson(alice.sub, "Alice", "alice@example.com")
    for number in range(MOST_VIEWS - 2):
        keeping.save_view(person=person, name=f"View {number}", query="needs_me=true")

    def save_one(number: int) -> bool:
        try:
            keeping.save_view(
                person=person, name=f"Race {number}", query="status=completed", is_default=True
            )
        except keeping.Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        saved = sum(pool.map(save_one, range(8)))
    views = SavedView.objects.filter(subject=alice.sub)
    assert views.count() == MOST_VIEWS - 2 + saved <= MOST_VIEWS
    assert views.filter(is_default=True).count() == 1


def test_nobody_sees_or_changes_another_ones_view(client: Client, bob: Person) -> None:
    save(client, "Mine")
    (view,) = SavedView.objects.all()
    other = Client()
    sign_in(other, bob.sub)
    unknown = "viw_" + "0" * 32
    for public_id in (view.public_id, unknown):
        assert other.get(f"{VIEWS}{public_id}/").status_code == 404
        assert other.post(f"{VIEWS}{public_id}/", {"do": "delete"}).status_code == 404
        assert other.get(f"/api/v1/saved-views/{public_id}").status_code == 404
        assert other.delete(f"/api/v1/saved-views/{public_id}").status_code == 404
    assert other.get("/api/v1/saved-views").json() == {"data": []}
    assert SavedView.objects.count() == 1


def test_the_api_keeps_views_as_the_pages_do(client: Client) -> None:
    body = {"name": "Books", "query": "status=completed&q=nordlicht", "is_default": True}
    made = send(client, "POST", "saved-views", body)
    assert made.status_code == 201
    view = made.json()
    assert view["query"] == "q=nordlicht&status=completed"
    assert view["words"] == "Completed transactions about “nordlicht”"
    path = f"saved-views/{view['id']}"
    changed = send(client, "PUT", path, {"name": "Novels"})
    assert (changed.json()["name"], changed.json()["is_default"]) == ("Novels", False)
    assert client.get("/api/v1/saved-views").json()["data"] == [changed.json()]
    assert client.delete(f"/api/v1/{path}").status_code == 204
    assert client.delete(f"/api/v1/{path}").status_code == 404


def headings(page: str) -> list[str]:
    cells = html.fromstring(page).cssselect("thead th[data-col]")
    return [cell.get("data-col") for cell in cells]


def test_columns_are_kept_in_their_order(client: Client, control: Control, alice: Person) -> None:
    control.add_transaction(alice, merchant="Kaffeewerk", merchant_reference="KW-1")
    assert headings(client.get("/transactions/").text) == []
    body = {
        "order": ["amount", "reference", "counterparty", "fee"],
        "show": ["amount", "reference"],
    }
    answer = client.post("/transactions/columns/", {**body, "back": "status=waiting"})
    assert answer["Location"] == "/transactions/?status=waiting"
    page = client.get("/transactions/").text
    assert headings(page) == ["amount", "reference", "counterparty"]
    assert names(page) == ["Kaffeewerk"]
    assert "KW-1" in page
    assert client.get("/api/v1/list-columns").json() == {"columns": headings(page)}
    client.post("/transactions/columns/", {"do": "ledger"})
    assert headings(client.get("/transactions/").text) == []


def test_a_column_moves_without_being_kept_yet(client: Client) -> None:
    body = {"order": ["date", "counterparty", "amount"], "show": ["date"], "move": "amount:up"}
    page = html.fromstring(client.post("/transactions/columns/", body).text)
    order = [field.get("value") for field in page.cssselect("[name=order]")]
    assert order[:3] == ["date", "amount", "counterparty"]
    assert len(order) == len(set(order)) == len(keeping.COLUMNS)
    assert client.get("/api/v1/list-columns").json() == {"columns": []}


@pytest.mark.parametrize("columns", [["secret"], "date", None, ["date"] * 10])
def test_the_api_refuses_columns_that_there_are_not(client: Client, columns: Any) -> None:
    assert send(client, "PUT", "list-columns", {"columns": columns}).status_code == 422


def test_columns_that_nobody_knows_are_left_out(client: Client) -> None:
    answer = client.post("/transactions/columns/", {"order": ["x", "date"], "show": ["x", "date"]})
    assert answer.status_code == 303
    kept = client.get("/api/v1/list-columns").json()["columns"]
    assert kept == ["date", "counterparty", "amount"]
