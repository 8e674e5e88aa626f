"""Asks for exports as the pages do, without a browser."""

import secrets
from typing import Protocol

from django.http import QueryDict

from selfcare.documents.exports import actions
from selfcare.documents.exports.models import Export
from selfcare.transactions import finding
from selfcare.web import request as web
from tests.support.control import Person


class Ask(Protocol):
    def __call__(self, person: Person, format_name: str = "csv", query: str = "") -> Export: ...


def as_web(person: Person) -> web.Person:
    return web.Person(person.sub, person.name, person.email, zone="Europe/Berlin")


def ask_now(person: Person, format_name: str = "csv", query: str = "") -> Export:
    """The export of what the query shows to the person."""
    who = as_web(person)
    return actions.create(
        person=who,
        finding=finding.read(QueryDict(query), who),
        format_name=format_name,
        key=secrets.token_urlsafe(24),
        request_id="test-of-exports",
    )
