"""What a merchant sees of its payments, and how it asks for one."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop
from tests.sandbox.running import Platform

BACK = "https://shop.example/paid"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    return shop


def wish(**changed: Any) -> dict[str, Any]:
    return {"amount_minor": 6490, "currency": "EUR", "return_url": BACK, **changed}


def test_it_lists_payments_of_customers_and_those_that_wait_for_one(shop: Shop) -> None:
    person = shop.platform.person()
    paid = shop.platform.transaction(person, status="completed", merchant=shop.name)
    asked = shop.post("/payments", wish(merchant_reference="A-1")).body["id"]
    page = shop.get("/payments").body
    assert [row["id"] for row in page["data"]] == [asked, paid["id"].replace("txn", "pay")]
    assert [row["status"] for row in page["data"]] == ["action_required", "completed"]
    assert page["next_cursor"] is None
    assert person not in str(page)
    named = shop.get("/payments?merchant_reference=A-1").body["data"]
    assert [row["id"] for row in named] == [asked]
    assert shop.get("/payments?status=completed").body["data"] == page["data"][1:]


def test_pages_hold_each_payment_once(shop: Shop) -> None:
    person = shop.platform.person()
    for number in range(4):
        shop.platform.transaction(person, merchant=shop.name, amount_minor=100 + number)
        shop.post("/payments", wish())
    whole = [row["id"] for row in shop.get("/payments").body["data"]]
    seen, cursor = [], ""
    while True:
        page = shop.get(f"/payments?limit=3{cursor}").body
        seen += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole
    assert len(set(whole)) == 8


def test_another_merchants_payment_is_like_none(shop: Shop, platform: Platform) -> None:
    made = shop.post("/payments", wish()).body["id"]
    other = open_shop(platform)
    assert other.get("/payments").body["data"] == []
    theirs, none = other.get(f"/payments/{made}"), other.get("/payments/pay_" + "0" * 32)
    assert theirs.status == none.status == 404
    for answer in (theirs, none):
        answer.body.pop("request_id")
    assert theirs.body == none.body
    assert shop.get(f"/payments/{made}").body["id"] == made


def test_it_asks_for_a_payment_with_a_hand_off(shop: Shop) -> None:
    made = shop.post("/payments", wish(remittance_information="Two lamps"))
    assert made.status == 201, made.body
    url = made.body.pop("handoff_url")
    head, token = url.rstrip("/").rsplit("/", 1)
    assert head == "http://127.0.0.1:8000/handoff"
    assert len(token) == 43
    assert shop.get(f"/payments/{made.body['id']}").body == made.body
    assert made.body["status"] == "action_required"
    log = shop.read(f"/requests/{made.headers['X-Request-Id']}").body
    assert token not in str(log)
    assert hashlib.sha256(token.encode()).hexdigest() not in str(log)


def test_a_retry_is_a_new_signature_with_the_same_key(shop: Shop) -> None:
    key = new_nonce()
    first, second = (shop.post("/payments", wish(), key=key) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(shop.get("/payments").body["data"]) == 1
    other = shop.post("/payments", wish(amount_minor=1), key=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_merchants_who_number_alike_do_not_meet(shop: Shop, platform: Platform) -> None:
    other = open_shop(platform)
    platform.control("POST", f"merchants/{other.id}/return-addresses", {"url": BACK})
    key = "order-0000000000000001"
    first, second = (
        shop.post("/payments", wish(), key=key),
        other.post("/payments", wish(), key=key),
    )
    assert (first.status, second.status) == (201, 201)
    assert first.body["id"] != second.body["id"]


def test_twenty_at_once_with_one_key_ask_once(shop: Shop) -> None:
    key = new_nonce()

    def send(_: int) -> Answer:
        return shop.post("/payments", wish(), key=key)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len(shop.get("/payments").body["data"]) == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"return_url": BACK + "/"}, 422, "unknown_return_url"),
        ({"return_url": BACK + "?to=evil"}, 422, "unknown_return_url"),
        ({"return_url": "https://evil.example/"}, 422, "unknown_return_url"),
        ({"amount_minor": 0}, 400, "bad_request"),
        ({"amount_minor": 10.0}, 400, "bad_request"),
        ({"amount_minor": "100"}, 400, "bad_request"),
        ({"amount_minor": True}, 400, "bad_request"),
        ({"currency": "eur"}, 400, "bad_request"),
        ({"expires_in_seconds": 59}, 400, "bad_request"),
        ({"merchant_reference": "a\0b"}, 400, "bad_request"),
        ({"customer": "usr_1"}, 400, "bad_request"),
    ],
)
def test_it_refuses_a_wish_that_is_not_right(
    shop: Shop, changed: dict[str, Any], status: int, code: str
) -> None:
    answer = shop.post("/payments", wish(**changed))
    assert (answer.status, answer.code) == (status, code)
    assert shop.get("/payments").body["data"] == []


def test_a_write_needs_its_idempotency_key(shop: Shop) -> None:
    answer = shop.send(shop.signed("POST", "/payments", wish()))
    assert (answer.status, answer.code) == (400, "bad_header")
    short = shop.post("/payments", wish(), key="short")
    assert (short.status, short.code) == (400, "bad_header")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/paid",
        "https://user@shop.example/paid",
        "https://shop.example",
        "https://shop.example/paid#top",
        "https://shop.example/a b",
        "https://shop.example\\@evil.example/",
        "javascript:alert(1)",
        "//shop.example/paid",
        "https://[::1/paid",
        "",
    ],
)
def test_it_registers_no_return_address_that_leads_astray(shop: Shop, url: str) -> None:
    answer = shop.platform.session.post(
        f"{shop.platform.url}/control/merchants/{shop.id}/return-addresses", json={"url": url}
    )
    assert answer.status_code == 400
    here = {"url": "http://127.0.0.1:9000/shop/paid"}
    known = shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", here)
    assert known == [BACK, here["url"]]


def cursor(at: str) -> str:
    return base64.urlsafe_b64encode(f"{at}|{'0' * 32}".encode()).decode().rstrip("=")


# In UTC no calendar has them.
EARLY, LATE = cursor("0001-01-01T00:00+14:00"), cursor("9999-12-31T23:59-14:00")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "bad_filter"),
        ("limit=101", "bad_filter"),
        ("limit=1e1", "bad_filter"),
        ("status=lost", "bad_filter"),
        ("colour=red", "bad_filter"),
        ("cursor=AAAA", "bad_cursor"),
        (f"cursor={EARLY}", "bad_cursor"),
        (f"cursor={LATE}", "bad_cursor"),
    ],
)
def test_it_refuses_questions_that_it_does_not_know(shop: Shop, query: str, code: str) -> None:
    answer = shop.get(f"/payments?{query}")
    assert (answer.status, answer.code) == (400, code)
