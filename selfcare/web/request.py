"""What a request of ours carries besides Django's own: the person and the request id."""

from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as the OpenID provider told: `subject` is its `sub`."""

    subject: str
    name: str
    email: str
    roles: frozenset[str] = field(default_factory=frozenset)
    zone: str = "UTC"
    locale: str = "en"
    acr: str = ""
    authenticated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of pages besides language and formats; `rows` a page of a list."""

    theme: str = "system"
    called: str = ""
    rows: int = 25


class Request(HttpRequest):
    """Django's request after our middleware; `person` is None for a visitor.

    `only_part` is set where a page of ours puts another view's fragment into itself.
    """

    person: Person | None
    wishes: Wishes
    request_id: str
    htmx: HtmxDetails
    only_part: bool


class SignedInRequest(Request):
    """A request behind a guard: there is a person."""

    person: Person


def in_place(request: Request) -> bool:
    """Whether the answer is put into a page that is already there."""
    if getattr(request, "only_part", False):
        return True
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not request.htmx.boosted
