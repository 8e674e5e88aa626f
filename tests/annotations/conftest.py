"""Somebody signed in with a transaction of their own, real files, and the place they are kept."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.support.control import Control, Person


@pytest.fixture
def hers(db: None, client: Client, alice: Person) -> Client:
    """Alice's browser."""
    from tests.support.sign_in import sign_in

    sign_in(client, alice.sub, alice.name)
    return client


@pytest.fixture
def his(db: None, bob: Person) -> Client:
    """Bob's browser."""
    from tests.support.sign_in import sign_in

    client = Client()
    sign_in(client, bob.sub, bob.name)
    return client


@pytest.fixture
def paid(control: Control, alice: Person) -> str:
    """A payment of Alice's to Nordlicht Books."""
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    return str(made["id"])


@pytest.fixture
def in_page(hers: Client) -> Callable[..., Any]:
    """Post one of her forms as htmx does."""

    def post(path: str, data: Any = None) -> Any:
        return hers.post(path, data or {}, headers={"HX-Request": "true"})

    return post


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the files are, empty before and after."""
    place = Path(settings.FILES_FOLDER) / "attachments"
    shutil.rmtree(place, ignore_errors=True)
    yield place
    shutil.rmtree(place, ignore_errors=True)
