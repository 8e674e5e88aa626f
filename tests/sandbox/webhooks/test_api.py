"""A merchant's program sets webhooks up by the merchant API, and finds what it missed."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from sandbox import clock
from sandbox.merchant_api import openapi
from sandbox.webhooks import samples
from sandbox.webhooks.objects import TYPES
from tests.sandbox.events.working import Worker, until
from tests.sandbox.merchant_api.shop import Answer, Shop, open_shop
from tests.sandbox.running import Box, Platform

DOCUMENT = openapi.document()
PUBLIC = "https://93.184.216.34/hooks"
ROOT = "/webhook-endpoints"


def check(shape: str, body: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": DOCUMENT["components"]}
    found = [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(body)]
    assert not found, json.dumps(found)


def made(shop: Shop, **facts: Any) -> Answer:
    answer = shop.post(ROOT, facts)
    assert answer.status == 201, answer.body
    return answer


def test_a_secret_is_told_once_and_to_the_same_request_again(shop: Shop) -> None:
    first = shop.post(ROOT, {"url": PUBLIC, "types": ["payment.*"]}, key="the-first-endpoint")
    check("EndpointWithSecret", first.body)
    again = shop.post(ROOT, {"url": PUBLIC, "types": ["payment.*"]}, key="the-first-endpoint")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    one = f"{ROOT}/{first.body['id']}"
    assert "secret" not in shop.get(one).body
    rotated = shop.post(f"{one}/secret-rotations", {"overlap_seconds": 3600})
    check("EndpointWithSecret", rotated.body)
    assert rotated.body["secret"] != first.body["secret"]
    assert rotated.body["former_secret_until"]
    late = shop.post(ROOT, {"url": PUBLIC, "types": ["payment.*"]}, key="the-first-endpoint")
    assert late.body["secret"] is None
    # What is kept of requests and answers doesn't know it.
    log = shop.get(f"/requests/{first.headers['X-Request-Id']}")
    assert log.body["status"] == 201
    assert first.body["secret"] not in json.dumps(log.body)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "bad_url"),
        ("https://10.0.0.1/", "private_address"),
        ("https://[::ffff:127.0.0.1]/", "private_address"),
        ("https://2130706433/", "private_address"),
        ("https://nobody.invalid/", "unknown_host"),
    ],
)
def test_it_saves_no_address_that_leads_inside(shop: Shop, url: str, code: str) -> None:
    answer = shop.post(ROOT, {"url": url})
    assert (answer.status, answer.code, answer.body["field"]) == (422, code, "url")
    one = made(shop, url=PUBLIC).body["id"]
    answer = shop.post(f"{ROOT}/{one}/changes", {"url": url})
    assert (answer.status, answer.code) == (422, code)
    assert shop.get(f"{ROOT}/{one}").body["url"] == PUBLIC


def test_an_endpoint_is_changed_switched_and_removed(shop: Shop) -> None:
    one = f"{ROOT}/{made(shop, url=PUBLIC, description='Till').body['id']}"
    assert shop.post(f"{one}/changes", {"types": ["payment.nonsense"]}).code == "unknown_type"
    changed = shop.post(f"{one}/changes", {"types": ["dispute.*"], "state": "disabled"})
    check("Endpoint", changed.body)
    assert (changed.body["types"], changed.body["description"]) == (["dispute.*"], "Till")
    assert changed.body["disabled_reason"] == "switched_off"
    assert shop.post(f"{one}/samples", {}).code == "endpoint_disabled"
    assert shop.post(f"{one}/resends", {"since_sequence": 1}).code == "endpoint_disabled"
    on = shop.post(f"{one}/changes", {"state": "active"}).body
    assert (on["state"], on["disabled_reason"]) == ("active", None)
    removal = shop.post(f"{one}/removals", {}, key="take-it-away-please")
    assert removal.status == 201
    assert shop.post(f"{one}/removals", {}, key="take-it-away-please").body == removal.body
    assert shop.get(one).status == 404
    assert shop.get(ROOT).body["data"] == []


def test_sixteen_are_the_most(shop: Shop) -> None:
    for _ in range(16):
        made(shop)
    assert shop.post(ROOT, {}).code == "too_many"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"events": []}, {"since_sequence": 0}, {"since": 5}, {"events": ["evt_1"]},
        {"since_sequence": 1, "since": "2026-01-01T00:00:00Z"}, {"since": "2026-01-01"},
    ],
)  # fmt: skip
def test_a_resend_says_what_in_one_way(shop: Shop, body: dict[str, Any]) -> None:
    one = made(shop, url=PUBLIC).body["id"]
    assert shop.post(f"{ROOT}/{one}/resends", body).status == 400


def test_events_are_listed_by_number_without_a_gap(shop: Shop) -> None:
    person = shop.platform.person()
    shop.platform.transaction(person, status="completed", merchant=shop.name)
    page = shop.get("/events").body
    check("EventPage", page)
    assert [event["sequence"] for event in page["data"]] == [1, 2, 3]
    assert page["next_after"] == 3
    rest = shop.get("/events?after=1&limit=1").body
    assert [event["sequence"] for event in rest["data"]] == [2]
    done = shop.get("/events?type=payment.completed").body["data"]
    assert [event["data"]["status"] for event in done] == ["completed"]
    check("Payment", done[0]["data"])
    assert shop.get(f"/events/{done[0]['id']}").body == done[0]
    for query in ("after=-1", "after=x", "after=1e3", "type=nothing.such", "cursor=a", "limit=101"):
        assert shop.get(f"/events?{query}").status == 400, query


def test_another_merchants_are_like_none(shop: Shop) -> None:
    other = open_shop(shop.platform)
    person = shop.platform.person()
    shop.platform.transaction(person, status="completed", merchant=shop.name)
    mine = made(shop, url=PUBLIC).body["id"]
    event = shop.get("/events").body["data"][0]["id"]
    sample = shop.post(f"{ROOT}/{mine}/samples", {}).body
    check("Delivery", sample)
    assert other.get("/events").body["data"] == []
    for path in (
        f"/events/{event}", f"{ROOT}/{mine}", f"{ROOT}/{mine}/deliveries",
        f"/webhook-deliveries/{sample['id']}",
    ):  # fmt: skip
        nought = path.rsplit("_", 1)[0] + "_" + "0" * 32
        told, unknown = other.get(path), other.get(nought)
        assert told.status == unknown.status == 404
        assert (told.code, told.body["detail"]) == (unknown.code, unknown.body["detail"])
    for verb in ("changes", "removals", "samples", "secret-rotations"):
        assert other.post(f"{ROOT}/{mine}/{verb}", {}).status == 404
    theirs = made(other, url=PUBLIC).body["id"]
    for one in (event, sample["event"]):
        answer = other.post(f"{ROOT}/{theirs}/resends", {"events": [one]})
        assert (answer.status, answer.code) == (422, "unknown_event")


def test_each_sample_looks_like_the_real_thing() -> None:
    shapes = {"payment": "Payment", "payout": "Payout", "refund": "Refund"}
    for type_ in TYPES:
        body = samples.body(type_, clock.now())
        check(shapes.get(type_.partition(".")[0], "Case"), json.loads(json.dumps(body)))


def test_what_happens_is_delivered_and_told_attempt_by_attempt(
    shop: Shop, running_box: Box, platform: Platform, tmp_path: Path
) -> None:
    """By processes of their own: the box, its worker, and the box again as the receiver."""
    endpoint = made(shop, types=["payment.completed"]).body
    assert endpoint["receiver"]
    worker = Worker(running_box, tmp_path)
    worker.start()
    try:
        person = platform.person()
        platform.transaction(person, status="completed", merchant=shop.name)
        path = f"{ROOT}/{endpoint['id']}/deliveries"
        until(lambda: shop.get(f"{path}?state=delivered").body["data"])
        shop.post(f"{ROOT}/{endpoint['id']}/resends", {"since_sequence": 1, "only_missed": False})
        (row,) = shop.get(path).body["data"]
        until(lambda: shop.get(f"/webhook-deliveries/{row['id']}").body["attempt_count"] == 2)
    finally:
        worker.end()
    check("DeliveryPage", shop.get(path).body)
    whole = shop.get(f"/webhook-deliveries/{row['id']}").body
    check("WholeDelivery", whole)
    assert [(one["number"], one["status"]) for one in whole["attempts"]] == [(2, 204), (1, 204)]
    assert '"type":"payment.completed"' in whole["attempts"][0]["request"]
    assert whole["attempts"][0]["response"].startswith("HTTP/1.1 204")
    for query in ("state=nowhere", "type=nothing.such", "cursor=!", "endpoint=1"):
        assert shop.get(f"{path}?{query}").status == 400, query
