"""Merchants, their API keys and return addresses as JSON; the rules are the merchant API's."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox import clock
from sandbox.control import making
from sandbox.control.views import facts_of, lever
from sandbox.merchant_api import keys, return_addresses
from sandbox.merchant_api.models import ApiKey
from sandbox.people.models import Membership, Merchant, Person
from sandbox.problems import ProblemError, answer


@lever("GET", "POST")
def merchant_list(request: HttpRequest) -> HttpResponse:
    """All of them; POST {"name"} gives the one of that name, opened if there is none."""
    if request.method == "POST":
        return answer(201, _merchant(making.opened_shop(_name(facts_of(request)))))
    return answer(200, [_merchant(row) for row in Merchant.objects.order_by("pk")])


@lever("GET", "POST")
def key_list(request: HttpRequest, id_: str) -> HttpResponse:
    """POST {"name", "scope": "read"|"write", "public_key"?, "environment"?, and of
    "rate", "burst", "at_once" what isn't as usual}."""
    merchant = _known(id_)
    if request.method == "GET":
        return answer(
            200, [keys.shown(row, clock.now()) for row in merchant.api_keys.order_by("pk")]
        )
    facts = facts_of(request)
    made = keys.make(
        merchant,
        name=_text(facts, "name"),
        scope=_text(facts, "scope"),
        public_key=_text(facts, "public_key"),
        environment=_text(facts, "environment"),
    )
    for name in ("rate", "burst", "at_once"):
        if (value := facts.get(name)) is not None:
            if type(value) is not int or not 1 <= value <= 100_000:
                raise ValueError(f"{name} must be a whole number from 1 to 100000")
            setattr(made.key, name, value)
    made.key.save(update_fields=["rate", "burst", "at_once"])
    return answer(201, _made(made))


@lever("POST")
def rotation_new(request: HttpRequest, id_: str) -> HttpResponse:
    """{"overlap_seconds"?, "public_key"?}: a successor, and an end for the key itself."""
    facts = facts_of(request)
    seconds = facts.get("overlap_seconds", int(keys.OVERLAP.total_seconds()))
    if type(seconds) is not int or not 0 <= seconds <= 10**7:
        raise ValueError("overlap_seconds must be a whole number")
    made = keys.rotate(
        _known_key(id_),
        clock.now(),
        overlap=timedelta(seconds=seconds),
        public_key=_text(facts, "public_key"),
    )
    return answer(201, _made(made))


@lever("POST")
def revocation_new(request: HttpRequest, id_: str) -> HttpResponse:
    key = _known_key(id_)
    keys.revoke(key, clock.now())
    key.refresh_from_db()
    return answer(201, keys.shown(key, clock.now()))


@lever("GET", "POST")
def return_address_list(request: HttpRequest, id_: str) -> HttpResponse:
    """POST {"url"}: where customers may be sent back to from now on."""
    merchant = _known(id_)
    if request.method == "POST":
        return_addresses.register(merchant, _text(facts_of(request), "url"))
    found = merchant.return_addresses.order_by("pk").values_list("url", flat=True)
    return answer(201 if request.method == "POST" else 200, list(found))


@lever("GET", "POST")
def member_list(request: HttpRequest, id_: str) -> HttpResponse:
    """POST {"sub", "role": "admin"|"viewer"}: somebody works for the merchant from now on."""
    merchant = _known(id_)
    if request.method == "POST":
        facts = facts_of(request)
        person = Person.objects.filter(sub=_text(facts, "sub")).first()
        role = _text(facts, "role")
        if person is None or role not in Membership.Role.values:
            raise ValueError("sub must be a person's, role admin or viewer")
        merchant.memberships.update_or_create(person=person, defaults={"role": role})
    rows = merchant.memberships.select_related("person").order_by("pk")
    found = [{"sub": row.person.sub, "role": row.role} for row in rows]
    return answer(201 if request.method == "POST" else 200, found)


def _known(id_: str) -> Merchant:
    found = Merchant.objects.filter(public_id=id_).first() if "\0" not in id_ else None
    if found is None:
        raise ProblemError(404, "unknown_merchant", "There is no such merchant.")
    return found


def _known_key(id_: str) -> ApiKey:
    found = ApiKey.objects.filter(public_id=id_).first() if "\0" not in id_ else None
    if found is None:
        raise ProblemError(404, "unknown_key", "There is no such key.")
    return found


def _name(facts: dict[str, Any]) -> str:
    name = _text(facts, "name")
    if not 0 < len(name) <= 120 or not name.isprintable():
        raise ValueError("name must be text of 1 to 120 characters")
    return name


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name) or ""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{name} must be text")
    return value


def _merchant(row: Merchant) -> dict[str, Any]:
    return {"id": row.public_id, "name": row.name, "temperament": row.temperament}


def _made(made: keys.Made) -> dict[str, Any]:
    """With what is shown this once."""
    return {**keys.shown(made.key, clock.now()), "secret": made.secret or None, "token": made.token}
