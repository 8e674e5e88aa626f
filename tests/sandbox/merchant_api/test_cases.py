"""A merchant answers refund requests, disputes and questions by its own program."""

from typing import Any

import pytest
import requests

from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop
from tests.sandbox.merchant_api.test_refunds import paid


@pytest.fixture
def asked(shop: Shop) -> tuple[str, dict[str, Any], str]:
    """A customer, their payment of 64.90 and their refund request for 50.00 of it."""
    person, row = paid(shop)
    made = shop.platform.ask_refund(person, row, 5000)
    assert made.status_code == 201, made.text
    return person, row, made.json()["id"]


def say(shop: Shop, path: str, key: str = "", **body: Any) -> Answer:
    return shop.post(path, body, key=key)


def test_it_shows_what_is_wanted_and_not_by_whom(
    shop: Shop, asked: tuple[str, dict[str, Any], str]
) -> None:
    person, row, id_ = asked
    page = shop.get("/refund-requests?state=open").body["data"]
    assert [case["id"] for case in page] == [id_]
    assert (page[0]["amount_minor"], page[0]["waiting_for"]) == (5000, "merchant")
    whole = shop.get(f"/refund-requests/{id_}").body
    assert {**whole, **page[0]} == whole
    assert [line["by"] for line in whole["timeline"]] == ["customer"]
    for secret in (person, "Ada North", row["account"]["iban"] or "iban"):
        assert secret not in str(whole)
    assert shop.get(f"/refund-requests?payment={row['pay']}").body["data"] == page
    assert shop.get("/refund-requests?state=closed").body["data"] == []


def test_a_yes_gives_the_money_back_once(
    shop: Shop, asked: tuple[str, dict[str, Any], str]
) -> None:
    person, _row, id_ = asked
    before, key = shop.platform.balance(person)[0], new_nonce()
    path = f"/refund-requests/{id_}/answers"
    first, again = (say(shop, path, key, answer="accept", message="Sorry!") for _ in range(2))
    assert (first.status, first.body["state"]) == (201, "accepted"), first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert shop.platform.balance(person)[0] == before + 5000
    other = say(shop, path, answer="decline")
    assert (other.status, other.code, other.body["reason"]) == (
        409, "action_not_allowed", "accepted",
    )  # fmt: skip
    assert shop.platform.control("GET", "ledger") == {"wrong": []}


def test_a_part_is_never_more_than_was_asked_for(
    shop: Shop, asked: tuple[str, dict[str, Any], str]
) -> None:
    _, row, id_ = asked
    path = f"/refund-requests/{id_}/answers"
    for amount in (5001, 10**15):
        much = say(shop, path, answer="accept", amount_minor=amount, currency="EUR")
        assert (much.status, much.code) == (422, "amount_exceeds_refundable")
    odd = say(shop, path, answer="accept", amount_minor=1000, currency="GBP")
    assert (odd.status, odd.code) == (422, "wrong_currency")
    assert say(shop, path, answer="accept", amount_minor=1000).status == 400
    assert say(shop, path, answer="decline", amount_minor=1, currency="EUR").status == 400
    done = say(shop, path, answer="accept", amount_minor=1000, currency="EUR")
    assert (done.body["state"], done.body["granted_minor"]) == ("partly_accepted", 1000)
    assert shop.get(f"/payments/{row['pay']}").body["refunded_minor"] == 1000


def test_a_dispute_is_contested_and_then_somebody_elses_turn(shop: Shop) -> None:
    person, row = paid(shop)
    id_ = shop.platform.open_case(person, row, "disputes").json()["id"]
    path = f"/disputes/{id_}"
    done = say(shop, f"{path}/answers", answer="contest", message="It was signed for.")
    assert (done.body["state"], done.body["waiting_for"]) == ("needs_user", "customer")
    late = say(shop, f"{path}/answers", answer="accept")
    assert (late.status, late.body["reason"]) == (409, "needs_user")
    written = say(shop, f"{path}/messages", text="Here is the number of the parcel.")
    assert [message["by"] for message in written.body["messages"]] == ["merchant"]
    assert say(shop, f"/refund-requests/{id_}/answers", answer="decline").status == 404
    assert say(shop, f"{path}/answers", answer="decline").status == 400


def test_what_the_customer_shows_can_be_looked_at_in_its_case_alone(shop: Shop) -> None:
    person, row = paid(shop)
    digest = shop.platform.store(person, b"%PDF-1.4 an empty box")
    shown = [{"sha256": digest, "name": "box.pdf"}]
    made = shop.platform.open_case(person, row, "disputes", evidence=shown).json()
    whole = shop.get(f"/disputes/{made['id']}").body
    assert [(file["sha256"], file["by"]) for file in whole["evidence"]] == [(digest, "customer")]
    url = f"{shop.platform.url}/merchant-api/v1/disputes/{made['id']}/evidence/{digest}"
    token = {"Authorization": f"Bearer {shop.key.token}"}
    file = requests.get(url, headers=token, timeout=30)
    assert (file.status_code, file.content) == (200, b"%PDF-1.4 an empty box")
    assert file.headers["Content-Disposition"] == "attachment"
    assert file.headers["Content-Type"] == "application/pdf"
    other = open_shop(shop.platform)
    assert other.get(f"/disputes/{made['id']}/evidence/{digest}").status == 404
    assert shop.get(f"/disputes/{made['id']}/evidence/{'0' * 64}").code == "unknown_evidence"
    assert shop.get(f"/refund-requests/{made['id']}/evidence/{digest}").status == 404


def test_a_question_is_answered_by_a_message(shop: Shop) -> None:
    person, row = paid(shop)
    id_ = shop.platform.open_case(person, row, "inquiries").json()["id"]
    done = say(shop, f"/inquiries/{id_}/messages", text="It is on its way.")
    assert (done.status, done.body["state"]) == (201, "answered")
    assert done.body["amount_minor"] is None


def test_another_merchants_cases_are_like_none(
    shop: Shop, asked: tuple[str, dict[str, Any], str]
) -> None:
    _, _, id_ = asked
    other = open_shop(shop.platform)
    assert other.get("/refund-requests").body["data"] == []
    assert other.get(f"/refund-requests/{id_}").code == "unknown_refund_request"
    for path, body in (("answers", {"answer": "accept"}), ("messages", {"text": "Hello"})):
        theirs = say(other, f"/refund-requests/{id_}/{path}", **body)
        none = say(other, f"/refund-requests/rfr_{'0' * 32}/{path}", **body)
        assert (theirs.status, theirs.code) == (none.status, none.code)
        assert theirs.status == 404
    assert shop.get(f"/refund-requests/{id_}").body["state"] == "open"
