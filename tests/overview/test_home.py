"""The home page: other rooms' cards put together, each of which fails on its own."""

from collections.abc import Callable

from django.test import Client

from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def test_home_shows_each_card_and_a_dead_one_alone(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    control.add_transaction(alice, merchant="Nordlicht Books")
    whole = client.get("/").text
    assert "5,000.00" in whole
    assert "Review and confirm" in whole
    control.fault("list", "hang", sub=alice.sub)
    page = client.get("/")
    assert page.status_code == 200
    assert "5,000.00" in page.text
    assert "Try again" in page.text


def test_one_card_is_a_page_too(signed_in: SignedIn, alice: Person) -> None:
    client, _ = signed_in(alice)
    for card in ("balances", "waiting", "latest"):
        page = client.get(f"/transactions/cards/{card}/")
        assert page.status_code == 200
        assert page.text.count("<h1") == 1
        part = client.get(f"/transactions/cards/{card}/", headers={"HX-Request": "true"})
        assert "<html" not in part.text


def test_a_person_whom_the_service_does_not_know_gets_a_page(
    signed_in: SignedIn, control: Control, alice: Person
) -> None:
    client, _ = signed_in(alice)
    control.fault("*", "error", sub=alice.sub, status=404)
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
