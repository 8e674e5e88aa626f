"""The same as JSON."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client

from tests.support.control import Control, Person
from tests.support.signing_in import Walk
from tests.support.till import BACK, Till

SignedIn = Callable[[Person], tuple[Client, Walk]]
KEY = "a-key-of-the-hand-off-test"
JSON = "application/json"


def post(client: Client, path: str, body: dict[str, Any], key: str = KEY) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(path, body, content_type=JSON, headers=headers)


def wish(found: dict[str, Any], **changed: Any) -> dict[str, Any]:
    account = found["accounts"][0]
    return {
        "decision": "confirm",
        "expected_version": found["transaction"]["version"],
        "account_id": account["id"],
        **{name: account[name] for name in ("amount_minor", "currency", "fee_minor")},
        **changed,
    }


def test_it_is_looked_at_taken_on_and_confirmed(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, walk = signed_in(alice)
    path = f"/api/v1/handoffs/{asked.token}"
    found = client.get(path).json()
    assert (found["state"], found["merchant"]["name"]) == ("open", till.name)
    assert found["return_url"] == f"{BACK}&payment={asked.id}"
    early = wish({**found, "transaction": {"version": 2}})
    refused = post(client, f"{path}/confirmations", early)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_claimed")
    taken = [client.post(f"{path}/claims", {}, JSON) for _ in range(2)]
    assert [one.status_code for one in taken] == [201, 201]
    mine = taken[0].json()
    assert (mine["state"], mine["transaction"]["id"]) == ("yours", asked.transaction_id)
    told = post(client, f"{path}/confirmations", wish(mine))
    assert (told.status_code, told.json()["state"]) == (202, "awaiting_proof")
    assert post(client, f"{path}/confirmations", wish(mine)).json()["id"] == told.json()["id"]
    other = post(client, f"{path}/confirmations", wish(mine, amount_minor=1))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    begun = client.post(f"{told.json()['step_up_url']}proofs/")
    callback = walk.to_callback(begun["Location"]).removeprefix(settings.SELFCARE_URL)
    client.get(client.get(callback)["Location"])
    assert till.status(asked) == "processing"


def test_it_is_declined(signed_in: SignedIn, alice: Person, till: Till) -> None:
    asked = till.ask()
    client, _ = signed_in(alice)
    path = f"/api/v1/handoffs/{asked.token}"
    mine = client.post(f"{path}/claims", {}, JSON).json()
    told = post(client, f"{path}/confirmations", wish(mine, decision="decline", account_id=None))
    assert (told.status_code, told.json()["state"]) == (201, "done")
    assert till.status(asked) == "cancelled"


def test_refusals_are_problems(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, carol: Person, till: Till
) -> None:
    asked = till.ask()
    restricted, _ = signed_in(carol)
    path = f"/api/v1/handoffs/{asked.token}"
    assert restricted.get(path).json()["reason"] == "account_restricted"
    refused = restricted.post(f"{path}/claims", {}, JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_restricted")
    client, _ = signed_in(alice)
    mine = client.post(f"{path}/claims", {}, JSON).json()
    unknown = post(client, f"{path}/confirmations", wish(mine, account_id="acc_of_nobody"))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_account")
    other, _ = signed_in(bob)
    for answer in (
        other.get(path),
        other.post(f"{path}/claims", {}, JSON),
        other.get(path[:-1] + "!"),
    ):
        assert answer.status_code in {404, 422}
        assert answer["Content-Type"] == "application/problem+json"
        assert till.name not in answer.text
