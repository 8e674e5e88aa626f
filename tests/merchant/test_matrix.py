"""Who may what in selfcare: each address by everybody who could knock, and no address left out."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import requests
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from selfcare.clients import sandbox_api
from selfcare.clients.shapes import Shape
from selfcare.merchant.forms import new_key
from tests.merchant.conftest import Desk, signed_in
from tests.support.control import Control, Person

PART = re.compile(r"<(?:\w+:)?(\w+)>")
BACK = "https://shop.example/paid"


class May(NamedTuple):
    """Who may open it (`member`, `admin` or nobody), and what an admin's empty form is told.

    An empty form has no idempotency key, so it does nothing; 0: nothing can be sent.
    """

    opens: str
    sent: int = 0


PAGE, FORM, BOTH = May("member"), May("admin", 422), May("member", 422)
ACTION, BUTTON = May("", 422), May("", 303)
# The console, behind /merchant/<merchant_id>/.
CONSOLE = {
    "": PAGE,
    "payments/": PAGE,
    "payments/new/": FORM,
    "payments/<payment_id>/": PAGE,
    "payments/<payment_id>/moves/": ACTION,
    "log/": PAGE,
    "log/<request_id>/": PAGE,
    "keys/": PAGE,
    "keys/new/": FORM,
    "keys/<key_id>/": PAGE,
    "keys/<key_id>/rotations/new/": FORM,
    "keys/<key_id>/revocations/new/": FORM,
    "return-addresses/": BOTH,
    "return-addresses/<address_id>/removals/new/": FORM,
    "team/": BOTH,
    "team/<member>/roles/new/": FORM,
    "team/<member>/removals/new/": FORM,
    "going-live/": PAGE,
    "clock/": BOTH,
    "reset/": FORM,
    "scenarios/": PAGE,
    "scenarios/magic-values/": PAGE,
    "scenarios/new/": FORM,
    "scenarios/<scenario_id>/": PAGE,
    "scenarios/<scenario_id>/runs/new/": BUTTON,
    "scenarios/<scenario_id>/changes/new/": FORM,
    "scenarios/<scenario_id>/removals/new/": FORM,
    "runs/": PAGE,
    "runs/<run_id>/": PAGE,
    "runs/<run_id>/replays/new/": BUTTON,
    "webhooks/": PAGE,
    "webhooks/new/": FORM,
    "webhooks/<endpoint_id>/": PAGE,
    "webhooks/<endpoint_id>/received/": PAGE,
    "webhooks/<endpoint_id>/changes/new/": FORM,
    "webhooks/<endpoint_id>/switchings/new/": BUTTON,
    "webhooks/<endpoint_id>/removals/new/": FORM,
    "webhooks/<endpoint_id>/secret-rotations/new/": FORM,
    "webhooks/<endpoint_id>/samples/new/": FORM,
    "webhooks/<endpoint_id>/resends/new/": FORM,
    "webhooks/<endpoint_id>/answers/new/": BUTTON,
}
SCRIPT = """\
id = "mine"
name = "Mine"
tells = "Somebody is asked, and nothing more."
[[steps]]
name = "Ask"
do = "ask"
named = "order"
amount_minor = 100
[end]
states.order = { status = "action_required" }
"""
# Who needs no session, by the name of the route.
PUBLIC = {
    *("api_docs", "events:hook", "notifications:delivery_reports"),
    *("identity:sign_in", "identity:another_person", "identity:callback"),
    *("identity:sign_out", "identity:signed_out", "identity:back_channel"),
    *("documents:verification", "documents:shared"),
    *("notifications:unsubscribe", "notifications:service_worker", "notifications:bell"),
    # Whose words they are is in the form's signed token.
    "instructions:draft_new",
}


def routes(
    resolver: URLResolver | None = None, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    """Path, name and pattern of each page."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path, entry.namespace or space)
        else:
            yield path, f"{space}:{entry.name}" if space else str(entry.name), entry


PAGES = [one for one in routes() if not one[0].startswith("api/v1") and one[0] != "api/"]
HERE = "merchant/<merchant_id>/"


def plain(path: str) -> str:
    return PART.sub(r"<\1>", path)


def test_the_matrix_knows_every_address_of_the_console() -> None:
    found = [plain(path) for path, _, _ in PAGES if path.startswith("merchant/")]
    assert sorted(found) == sorted(["merchant/", *(HERE + path for path in CONSOLE)])


def test_each_page_has_the_guard_of_its_room() -> None:
    wrong = []
    for path, name, entry in PAGES:
        guard = getattr(entry.callback, "guard", None)
        if path.startswith("operations/"):
            expected = "requires operator"
        elif path.startswith(HERE.replace("<", "<consoled:")):
            opens = CONSOLE[plain(path).removeprefix(HERE)].opens
            expected = f"merchant {opens or 'admin'}"
        else:
            expected = "public" if name in PUBLIC else "signed_in"
        if guard != expected:
            wrong.append((path, name, guard, expected))
    assert not wrong


def test_a_visitor_is_let_in_nowhere_else(client: Client, db: None) -> None:
    wrong = []
    for path, _, entry in PAGES:
        if getattr(entry.callback, "guard", "") == "public":
            continue
        address = "/" + PART.sub("x" * 32, path)
        for method in (client.get, client.post):
            answer = method(address)
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
            if not to_sign_in and answer.status_code not in {404, 405}:
                wrong.append((method.__name__, address, answer.status_code))
    assert not wrong


def test_only_operators_get_into_operations(alice: Person, at_desk: Callable[..., Desk]) -> None:
    for client in (signed_in(alice), at_desk().client):
        for path, _, _ in PAGES:
            if path.startswith("operations/"):
                address = "/" + PART.sub("deliveries" if "dead:" in path else "x" * 32, path)
                for method in (client.get, client.post):
                    assert method(address).status_code in {403, 404, 405}, address


class Made(Shape):
    id: str


@pytest.fixture
def things(mia: Desk, at_desk: Callable[..., Desk], control: Control) -> dict[str, str]:
    """One of each thing of Mia's merchant, by the name that its address has for it."""

    def make(path: str, body: dict[str, Any]) -> str:
        address = f"/merchants/{mia.merchant}{path}"
        subject = mia.person.sub
        return sandbox_api.write("make", Made, subject, address, body, key=new_key()).id

    class Token(Made):
        token: str

    address = f"/merchants/{mia.merchant}/keys"
    key = sandbox_api.write(
        "make", Token, mia.person.sub, address, {"name": "Till", "scope": "read"}, key=new_key()
    )
    asked = requests.get(
        f"{control.url}/merchant-api/v1/balance",
        headers={"Authorization": f"Bearer {key.token}"},
        timeout=30,
    )
    wish = {"kind": "payment", "amount_minor": 100, "currency": "EUR", "return_url": BACK}
    return {
        "merchant_id": mia.merchant,
        "address_id": make("/return-addresses", {"url": BACK}),
        "payment_id": make("/payments", wish),
        "key_id": key.id,
        "endpoint_id": make("/webhook-endpoints", {}),
        "scenario_id": make("/scripts", {"text": SCRIPT}),
        "run_id": make("/runs", {"scenario": "paid-after-expiry"}),
        "request_id": asked.headers["X-Request-Id"],
        "member": at_desk("viewer").person.sub,
    }


def knock(client: Client, method: str, path: str, things: dict[str, str]) -> int:
    """Opens it, or sends a form with nothing in it."""
    address = "/" + PART.sub(lambda found: things[found.group(1)], HERE + path)
    return int(getattr(client, method)(address).status_code)


def expected(who: str, may: May, method: str) -> int:
    if who in {"somebody", "another merchant's admin"}:
        return 404
    if who == "a viewer" and (method == "post" or may.opens != "member"):
        return 403
    if method == "get":
        return 200 if may.opens else 405
    return may.sent or 405


def test_each_cell_of_the_console_is_as_declared(
    mia: Desk,
    things: dict[str, str],
    alice: Person,
    at_desk: Callable[..., Desk],
    control: Control,
) -> None:
    who = {
        "somebody": signed_in(alice),
        "another merchant's admin": at_desk(merchant=control.add_merchant()).client,
        "a viewer": at_desk("viewer").client,
        "an admin": mia.client,
    }
    wrong = [
        (name, method, path, told, expected(name, may, method))
        for name, client in who.items()
        for path, may in CONSOLE.items()
        for method in ("get", "post")
        if (told := knock(client, method, path, things)) != expected(name, may, method)
    ]
    assert not wrong


def test_nobody_sees_anothers_things_by_way_of_their_own_merchant(
    things: dict[str, str], at_desk: Callable[..., Desk], control: Control
) -> None:
    stranger = at_desk(merchant=control.add_merchant())
    mixed = {**things, "merchant_id": stranger.merchant}
    found = [
        (path, told)
        for path, may in CONSOLE.items()
        if "<" in path and may.opens
        if (told := knock(stranger.client, "get", path, mixed)) != 404
    ]
    assert not found
