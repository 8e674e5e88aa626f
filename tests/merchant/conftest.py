"""Mia at the console of a merchant of her own, new in each test."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.support.control import Control, Person


@dataclass(frozen=True)
class Desk:
    """Somebody at a merchant's console; `at("keys/")` is an address of it."""

    client: Client
    person: Person
    merchant: str

    def at(self, path: str = "") -> str:
        return f"/merchant/{self.merchant}/{path}"

    def page(self, path: str = "", status: int = 200) -> str:
        answer = self.client.get(self.at(path))
        assert answer.status_code == status, (path, answer.status_code, answer.headers)
        return answer.content.decode()


def signed_in(person: Person) -> Client:
    from tests.support.sign_in import sign_in  # it needs the settings

    client = Client()
    sign_in(client, person.sub, person.name, email=person.email)
    return client


@pytest.fixture
def shop(control: Control) -> str:
    """A merchant's id."""
    return control.add_merchant()


@pytest.fixture
def at_desk(db: None, control: Control, shop: str) -> Callable[..., Desk]:
    """Sit somebody new at the console of `shop`, or of another merchant."""

    def sit(role: str = "admin", *, merchant: str = "", name: str = "Mia Okafor") -> Desk:
        person = control.add_person(name)
        control.add_member(merchant or shop, person, role)
        return Desk(signed_in(person), person, merchant or shop)

    return sit


@pytest.fixture
def mia(at_desk: Callable[..., Desk]) -> Desk:
    return at_desk()
