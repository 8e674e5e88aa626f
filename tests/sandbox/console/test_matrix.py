"""Who may what: every address of the sandbox API by everybody who could knock, no cell left out."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from sandbox.console import openapi, urls
from sandbox.transactions.management.commands import export_openapi
from tests.sandbox.console.desk import Desk, join, shop_with_desk
from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce
from tests.sandbox.running import Box, Platform

ONE = "users/<str:sub>/merchants/<str:merchant_id>"
BACK = "https://shop.example/paid"
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


class May(NamedTuple):
    """Whether an address is read, and what a write to it looks like; None: it takes none."""

    reads: bool
    body: dict[str, Any] | None = None


READ, NOTHING = May(reads=True), May(reads=False, body={})
NEW_KEY = {"name": "Till", "scope": "read"}
NEW_PAYMENT = {"kind": "payment", "amount_minor": 100, "currency": "EUR", "return_url": BACK}
MAY = {
    "progress": READ,
    "clock": READ,
    "clock/advances": May(reads=False, body={"by_seconds": 60}),
    "clock/advances/<str:advance_id>": READ,
    "magic-values": READ,
    "contents": READ,
    "resets": NOTHING,
    "runs": May(reads=True, body={"scenario": "paid-after-expiry"}),
    "runs/<str:run_id>": READ,
    "runs/<str:run_id>/replays": NOTHING,
    "scenarios": READ,
    "scenarios/<str:scenario_id>": READ,
    "scripts": May(reads=False, body={"text": SCRIPT}),
    "scripts/<str:scenario_id>/changes": May(reads=False, body={"text": SCRIPT}),
    "scripts/<str:scenario_id>/removals": NOTHING,
    "keys": May(reads=True, body=NEW_KEY),
    "keys/<str:key_id>": READ,
    "keys/<str:key_id>/rotations": NOTHING,
    "keys/<str:key_id>/revocations": NOTHING,
    "payments": May(reads=True, body=NEW_PAYMENT),
    "payments/<str:payment_id>": READ,
    "payments/<str:payment_id>/moves": May(reads=False, body={"to": "cancelled"}),
    "requests": READ,
    "requests/<str:request_id>": READ,
    "webhook-endpoints": May(reads=True, body={}),
    "webhook-endpoints/<str:endpoint_id>": READ,
    "webhook-endpoints/<str:endpoint_id>/changes": May(reads=False, body={"description": "x"}),
    "webhook-endpoints/<str:endpoint_id>/removals": NOTHING,
    "webhook-endpoints/<str:endpoint_id>/secret-rotations": NOTHING,
    "webhook-endpoints/<str:endpoint_id>/samples": May(
        reads=False, body={"type": "payment.completed"}
    ),
    "webhook-endpoints/<str:endpoint_id>/resends": May(reads=False, body={"since_sequence": 1}),
    "webhook-endpoints/<str:endpoint_id>/receiver-answers": May(
        reads=False, body={"answers_with": 503}
    ),
    "webhook-endpoints/<str:endpoint_id>/deliveries": READ,
    "webhook-endpoints/<str:endpoint_id>/received": READ,
    "webhook-deliveries/<str:delivery_id>": READ,
    "return-addresses": May(reads=True, body={"url": BACK}),
    "return-addresses/<str:address_id>": READ,
    "return-addresses/<str:address_id>/removals": NOTHING,
    "members": May(reads=True, body={"email": "alice@example.com", "role": "viewer"}),
    "members/<str:member>": READ,
    "members/<str:member>/roles": May(reads=False, body={"role": "viewer"}),
    "members/<str:member>/removals": NOTHING,
}
# By who knocks: what is said to a read and to a write of an address that takes them.
WHO = {
    "nobody": (401, 401),
    "a wrong token": (401, 401),
    "a person that never was": (404, 404),
    "a person of no merchant": (404, 404),
    "another merchant's admin": (404, 404),
    "an admin, of a merchant that never was": (404, 404),
    "a viewer": (200, 403),
    # The write is one that can't be read, so that the world stays as it is.
    "an admin": (200, 400),
}


@dataclass
class World:
    """A merchant with one of each thing, and everybody who could knock."""

    platform: Platform
    shop: Shop
    admin: Desk
    viewer: Desk
    foreign: Desk
    things: dict[str, str] = field(default_factory=dict)

    def knock(self, desk: Desk, method: str, address: str, **request: Any) -> Answer:
        path = re.sub(r"<str:(\w+)>", lambda found: self.things[found.group(1)], address)
        headers = {"Idempotency-Key": new_nonce()} if method == "POST" else {}
        return desk.ask(method, desk.path(f"/{path}"), headers=headers, **request)

    def desk(self, who: str) -> Desk:
        sub, merchant, token = self.admin.sub, self.shop.id, self.admin.token
        match who:
            case "nobody":
                token = ""
            case "a wrong token":
                token = "x" * len(token)
            case "a person that never was":
                sub = "usr_" + "0" * 32
            case "a person of no merchant":
                sub = self.platform.person()
            case "another merchant's admin":
                sub = self.foreign.sub
            case "an admin, of a merchant that never was":
                merchant = "mer_" + "0" * 32
            case "a viewer":
                sub = self.viewer.sub
        return Desk(self.platform, sub, merchant, token)

    def all_told(self) -> list[Any]:
        """What its admin sees, without what time alone changes."""
        moving = {"now", "real_now", "as_of"}
        return [
            {name: value for name, value in told.items() if name not in moving}
            for address, may in MAY.items()
            if may.reads
            for told in [self.knock(self.admin, "GET", address).body]
        ]


@pytest.fixture(scope="module")
def world(running_box: Box) -> World:
    platform = Platform(running_box.url)
    shop, admin = shop_with_desk(platform)
    found = World(
        platform, shop, admin, join(platform, shop.id, "viewer"), shop_with_desk(platform)[1]
    )

    def made(path: str, body: Any) -> str:
        told = admin.post(path, body)
        assert told.status == 201, told.body
        return str(told.body["id"])

    address = made("/return-addresses", {"url": BACK})
    endpoint = made("/webhook-endpoints", {})
    admin.post(f"/webhook-endpoints/{endpoint}/samples", {"type": "payment.completed"})
    deliveries = admin.get(f"/webhook-endpoints/{endpoint}/deliveries").body["data"]
    found.things = {
        "address_id": address,
        "endpoint_id": endpoint,
        "delivery_id": deliveries[0]["id"],
        "payment_id": made("/payments", NEW_PAYMENT),
        "key_id": made("/keys", NEW_KEY),
        "request_id": shop.get("/balance", ago=61).body["request_id"],
        "scenario_id": made("/scripts", {"text": SCRIPT}),
        "run_id": made("/runs", {"scenario": "paid-after-expiry"}),
        "member": found.viewer.sub,
        "advance_id": made("/clock/advances", {"by_seconds": 60}),
    }
    return found


def test_the_matrix_knows_every_address() -> None:
    found = [str(pattern.pattern) for pattern in urls.urlpatterns]
    assert sorted(found) == sorted(
        ["users/<str:sub>/merchants", *(f"{ONE}/{address}" for address in MAY)]
    )


def test_the_contract_knows_every_operation_and_is_the_committed_one() -> None:
    operations = {(one.path, one.method) for one in openapi.OPERATIONS}
    expected = {(f"/v1/{spelled(ONE)}/{spelled(path)}", "get") for path in MAY if MAY[path].reads}
    expected |= {
        (f"/v1/{spelled(ONE)}/{spelled(path)}", "post")
        for path in MAY
        if MAY[path].body is not None
    }
    assert operations == expected | {("/v1/users/{sub}/merchants", "get")}
    written = export_openapi.SANDBOX_PATH.read_text(encoding="utf-8")
    assert written == export_openapi.sandbox_text()


def spelled(path: str) -> str:
    return re.sub(r"<str:(\w+)>", r"{\1}", path)


def test_what_is_read_fits_the_contract(world: World) -> None:
    document = openapi.document()
    wrong = []
    for one in openapi.OF_ONE:
        if one.method == "post":
            continue
        answers = document["paths"][openapi.ONE + one.path]["get"]["responses"]
        schema = {
            **answers["200"]["content"]["application/json"]["schema"],
            "components": document["components"],
        }
        address = re.sub(r"{(\w+)}", r"<str:\1>", one.path).removeprefix("/")
        told = world.knock(world.admin, "GET", address)
        faults = jsonschema_rs.validator_for(schema).iter_errors(told.body)
        wrong += [(one.path, str(fault)) for fault in faults]
    assert not wrong


@pytest.mark.parametrize("who", WHO)
def test_each_cell_is_as_declared(world: World, who: str) -> None:
    desk, (read, written) = world.desk(who), WHO[who]
    wrong, leaks = [], set()
    for address, may in MAY.items():
        for method, takes, said in (
            ("GET", may.reads, read),
            ("POST", may.body is not None, written),
        ):
            told = world.knock(desk, method, address, **({"json": []} if method == "POST" else {}))
            expected = said if takes or said == 401 else 405
            if told.status != expected:
                wrong.append((method, address, told.status, told.body))
            if expected in {401, 404}:
                leaks.add(str({**told.body, "request_id": ""}))
    assert not wrong
    # Whoever isn't let in is told the same everywhere.
    assert len(leaks) <= 1, leaks


def test_nobody_reaches_anothers_things_by_way_of_their_own_merchant(world: World) -> None:
    before = world.all_told()
    wrong = []
    for address, may in MAY.items():
        if "<str:" not in address:
            continue
        for method, takes, body in (
            ("GET", may.reads, None),
            ("POST", may.body is not None, may.body),
        ):
            if takes:
                told = world.knock(
                    world.foreign, method, address, **({} if body is None else {"json": body})
                )
                if told.status != 404:
                    wrong.append((method, address, told.status, told.body))
    assert not wrong
    assert world.all_told() == before


def test_somebody_sees_their_own_merchants_alone(world: World) -> None:
    def own(desk: Desk) -> list[str]:
        told = desk.ask("GET", f"users/{desk.sub}/merchants")
        return [row["id"] for row in told.body["data"]]

    assert own(world.admin) == own(world.viewer) == [world.shop.id]
    assert own(world.foreign) == [world.foreign.merchant]
    assert own(world.desk("a person of no merchant")) == []
    assert world.desk("nobody").ask("GET", f"users/{world.admin.sub}/merchants").status == 401
