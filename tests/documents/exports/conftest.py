"""What tests of exports share: somebody with a history, and an export asked for."""

import secrets
from collections.abc import Callable
from typing import Protocol

import pytest
from django.http import QueryDict

from selfcare.documents.exports import actions
from selfcare.documents.exports.models import Export
from selfcare.transactions import finding
from selfcare.web import request as web
from tests.support.control import Control, Person


class Ask(Protocol):
    """Asks for an export as the pages do."""

    def __call__(self, person: Person, format_name: str = "csv", query: str = "") -> Export: ...


def as_web(person: Person) -> web.Person:
    return web.Person(person.sub, person.name, person.email, zone="Europe/Berlin")


@pytest.fixture
def ask() -> Ask:
    def now(person: Person, format_name: str = "csv", query: str = "") -> Export:
        who = as_web(person)
        return actions.create(
            person=who,
            finding=finding.read(QueryDict(query), who),
            format_name=format_name,
            key=secrets.token_urlsafe(24),
            request_id="test-of-exports",
        )

    return now


@pytest.fixture
def as_jobs(monkeypatch: pytest.MonkeyPatch, settings: object) -> Callable[[int], None]:
    """Let nothing be made at once; parts have this many rows."""
    from dataclasses import replace

    from selfcare.documents.exports import formats

    def make(part_rows: int) -> None:
        settings.EXPORT_PART_ROWS = part_rows  # type: ignore[attr-defined]
        later = {name: replace(one, at_once_rows=0) for name, one in formats.BY_NAME.items()}
        monkeypatch.setattr(formats, "BY_NAME", later)
        monkeypatch.setattr(actions, "BY_NAME", later)

    return make


@pytest.fixture
def wealthy(control: Control) -> Person:
    """Somebody with two hundred transactions and more."""
    return control.add_person("Wanda Wealthy", history=200)
