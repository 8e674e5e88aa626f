"""Webhooks through the console: what an admin does, and what everybody sees."""

from pathlib import Path

import pytest

from tests.sandbox.console.desk import Desk, join, shop_with_desk
from tests.sandbox.events.working import Worker, until
from tests.sandbox.merchant_api.shop import Shop
from tests.sandbox.running import Box, Platform

PUBLIC = "https://93.184.216.34/hooks"


@pytest.fixture
def shop(platform: Platform) -> Shop:
    return shop_with_desk(platform)[0]


@pytest.fixture
def desk(platform: Platform, shop: Shop) -> Desk:
    return join(platform, shop.id)


def test_an_endpoint_is_made_with_a_secret_that_is_shown_once(desk: Desk) -> None:
    made = desk.post("/webhook-endpoints", {"url": PUBLIC, "types": ["payment.*"]})
    assert made.status == 201, made.body
    one = f"/webhook-endpoints/{made.body['id']}"
    for path in ("/webhook-endpoints", one):
        assert made.body["secret"] not in str(desk.get(path).body)
    rotated = desk.post(f"{one}/secret-rotations", {"overlap_seconds": 60}).body
    assert rotated["secret"] != made.body["secret"]
    assert rotated["secret"].rstrip("=").endswith(desk.get(one).body["secret_hint"])


def test_it_says_why_an_address_is_refused(desk: Desk) -> None:
    made = desk.post("/webhook-endpoints", {"url": "https://10.0.0.1/"})
    assert (made.status, made.code, made.body["field"]) == (422, "private_address", "url")


def test_only_a_receiver_of_ours_can_be_told_what_to_answer(desk: Desk) -> None:
    theirs = desk.post("/webhook-endpoints", {"url": PUBLIC}).body["id"]
    answer = desk.post(f"/webhook-endpoints/{theirs}/receiver-answers", {"answers_with": 503})
    assert (answer.status, answer.code) == (409, "not_a_receiver")
    ours = desk.post("/webhook-endpoints", {}).body["id"]
    desk.post(f"/webhook-endpoints/{ours}/receiver-answers", {"answers_with": 503})
    assert desk.get(f"/webhook-endpoints/{ours}").body["answers_with"] == 503


def test_a_viewer_sees_all_and_changes_nothing(desk: Desk, shop: Shop, platform: Platform) -> None:
    viewer = join(platform, shop.id, "viewer")
    one = f"/webhook-endpoints/{desk.post('/webhook-endpoints', {}).body['id']}"
    for path in ("/webhook-endpoints", one, f"{one}/deliveries", f"{one}/received"):
        assert viewer.get(path).status == 200
    for path, body in (
        ("/webhook-endpoints", {}), (f"{one}/changes", {}), (f"{one}/removals", {}),
        (f"{one}/secret-rotations", {}), (f"{one}/samples", {}),
        (f"{one}/resends", {}), (f"{one}/receiver-answers", {}),
    ):  # fmt: skip
        assert viewer.post(path, body).code == "viewer_only", path


def test_another_merchants_are_like_none(desk: Desk, platform: Platform) -> None:
    _, other = shop_with_desk(platform)
    one = desk.post("/webhook-endpoints", {}).body["id"]
    delivery = desk.post(f"/webhook-endpoints/{one}/samples", {}).body["id"]
    for path in (f"/webhook-endpoints/{one}", f"/webhook-deliveries/{delivery}"):
        nought = path.rsplit("_", 1)[0] + "_" + "0" * 32
        assert other.get(path).status == other.get(nought).status == 404
        assert other.get(path).code == other.get(nought).code
    assert other.post(f"/webhook-endpoints/{one}/samples", {}).status == 404


def test_what_was_tried_planned_and_received_is_there(
    desk: Desk, running_box: Box, tmp_path: Path
) -> None:
    made = desk.post("/webhook-endpoints", {}).body
    one = f"/webhook-endpoints/{made['id']}"
    desk.post(f"{one}/receiver-answers", {"answers_with": 500})
    sample = desk.post(f"{one}/samples", {"type": "refund.completed"}).body
    worker = Worker(running_box, tmp_path, SANDBOX_WEBHOOK_WAITS="600 600")
    worker.start()
    try:
        path = f"/webhook-deliveries/{sample['id']}"
        until(lambda: desk.get(path).body["attempt_count"] == 1)
        whole = desk.get(path).body
        assert (whole["state"], whole["last_status"]) == ("waiting", 500)
        assert (len(whole["plan"]["made"]), len(whole["plan"]["ahead"])) == (1, 14)
        assert whole["plan"]["ahead"][0] == whole["due_at"]
        desk.post(f"{one}/receiver-answers", {"answers_with": 204})
        desk.post(f"{one}/resends", {"events": [whole["event"]]})
        until(lambda: desk.get(path).body["state"] == "delivered")
    finally:
        worker.end()
    came = desk.get(f"{one}/received").body["data"]
    assert [(row["type"], row["answered"], row["problem"]) for row in came] == [
        ("refund.completed", 204, None), ("refund.completed", 500, None),
    ]  # fmt: skip
    detail = desk.get(one).body
    assert (detail["lately"]["taken"][-1], detail["lately"]["failed"][-1]) == (1, 1)
    assert detail["counts"]["delivered"] == 1
    # The sample has no number, and nothing else ever happened.
    assert desk.post(f"{one}/resends", {"since_seconds": 3600}).body == {"count": 0}
    assert desk.post(f"{one}/resends", {"since_sequence": 1, "only_missed": False}).body == {
        "count": 0
    }
