"""Undoing a yes, withdrawing it before it leaves, and doing something again."""

from typing import Any

import pytest

from tests.sandbox.running import Platform, in_seconds, new_key


def told(row: dict[str, Any], action: str) -> dict[str, Any]:
    return next(found for found in row["allowed_actions"] if found["action"] == action)


def send(platform: Platform, sub: str, row: dict[str, Any], resource: str, **more: Any) -> Any:
    body = {"expected_version": row["version"]}
    return platform.post(f"{sub}/transactions/{row['id']}/{resource}", body, **more)


def offer(platform: Platform, sub: str, row: dict[str, Any]) -> dict[str, Any]:
    return platform.get(f"{sub}/transactions/{row['id']}/repeat-offer").json()


def repeat(
    platform: Platform, sub: str, row: dict[str, Any], seen: dict[str, Any], *, key: str = "",
    **changed: Any,
) -> Any:  # fmt: skip
    body = {
        "offer_id": seen["id"],
        "amount_minor": seen["amount_minor"],
        "currency": seen["currency"],
        "fee_minor": seen["fee_minor"],
        "authentication": {
            "acr": "urn:openbanking:psd2:sca",
            "authenticated_at": in_seconds(-5),
        },
        **changed,
    }
    return platform.post(f"{sub}/transactions/{row['id']}/repetitions", body, key=key)


@pytest.mark.parametrize("instant", [True, False])
def test_a_yes_can_be_undone_before_anything_left(platform: Platform, instant: bool) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required", instant=instant)
    assert told(row, "undo")["reason"] == "not_confirmed_by_you"
    row = platform.confirm(sub, row).json()["transaction"]
    assert (row["status"], told(row, "undo")["allowed"]) == ("processing", True)
    assert platform.balance(sub) == (100_000, 93_510)
    key = new_key()
    done = send(platform, sub, row, "undos", key=key)
    assert done.status_code == 201
    after = done.json()["transaction"]
    assert after["status"] == "action_required"
    assert [event["name"] for event in after["timeline"]][-2:] == [
        "transaction.undone",
        "transaction.action_required",
    ]
    assert platform.balance(sub) == (100_000, 100_000)
    assert send(platform, sub, row, "undos", key=key).json() == done.json()
    assert platform.confirm(sub, after).json()["transaction"]["status"] == "processing"


def test_what_can_wait_no_more_is_cancelled_by_undoing(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="completed")
    again = repeat(platform, sub, row, offer(platform, sub, row)).json()["transaction"]
    undone = send(platform, sub, again, "undos").json()["transaction"]
    assert (undone["status"], undone["reason_code"]) == ("cancelled", "CUST")


def test_a_yes_can_be_withdrawn_until_it_leaves(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required", scheduled_in_seconds=3600)
    row = platform.confirm(sub, row).json()["transaction"]
    assert row["status"] == "scheduled"
    assert told(row, "withdraw_confirmation") == {
        "action": "withdraw_confirmation", "allowed": True, "until": row["scheduled_for"],
        "reason": None, "max_amount_minor": None,
    }  # fmt: skip
    after = send(platform, sub, row, "confirmation-withdrawals").json()["transaction"]
    assert after["status"] == "action_required"
    assert platform.effects(sub)[-1] == "transaction.confirmation_withdrawn"


@pytest.mark.parametrize(
    ("facts", "resource", "reason"),
    [
        ({}, "undos", "not_confirmed_by_you"),
        ({"status": "scheduled"}, "confirmation-withdrawals", "not_confirmed_by_you"),
        ({"status": "completed"}, "confirmation-withdrawals", "already_final"),
    ],
)
def test_it_says_why_nothing_can_be_taken_back(
    platform: Platform, facts: dict[str, Any], resource: str, reason: str
) -> None:
    sub = platform.person()
    row = platform.transaction(sub, **facts)
    refused = send(platform, sub, row, resource)
    assert (refused.status_code, refused.json()["reason"]) == (409, reason)


def test_it_offers_and_sends_again_what_was_sent(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, kind="transfer", counterparty_name="Žofia", status="completed")
    seen = offer(platform, sub, row)
    assert (seen["allowed"], seen["payee"]["check"]) == (True, "match")
    assert (seen["available_minor"], seen["left_today_minor"]) == (93_510, 500_000 - 6490)
    weak = repeat(platform, sub, row, seen, authentication=None)
    assert (weak.status_code, weak.json()["code"]) == (403, "step_up_required")
    key = new_key()
    proof = {"acr": "urn:openbanking:psd2:sca", "authenticated_at": in_seconds(-5)}
    done = repeat(platform, sub, row, seen, key=key, authentication=proof)
    assert done.status_code == 201
    made = done.json()["transaction"]
    assert made["id"] != row["id"]
    assert (made["status"], made["counterparty"]["name"]) == ("processing", "Žofia")
    replay = repeat(platform, sub, row, seen, key=key, authentication=proof)
    assert replay.json() == done.json()
    assert platform.balance(sub) == (93_510, 93_510 - 6490)


def test_an_offer_holds_for_what_it_was_made_for(platform: Platform) -> None:
    sub = platform.person()
    row, other = (platform.transaction(sub, status="completed") for _ in range(2))
    seen = offer(platform, sub, row)
    for wrong in ({"offer_id": "off_x"}, {"offer_id": offer(platform, sub, other)["id"]}):
        refused = repeat(platform, sub, row, seen, **wrong)
        assert (refused.status_code, refused.json()["code"]) == (409, "offer_expired")
    refused = repeat(platform, sub, row, seen, amount_minor=1)
    assert refused.json()["code"] == "amount_changed"


@pytest.mark.parametrize(
    ("check", "amount", "code"),
    [("closed", 100, "payee_closed"), ("match", 500_001, "limit_exceeded"),
     ("close_match", 90_000, "insufficient_funds")],
)  # fmt: skip
def test_it_looks_again_at_payee_and_limits(
    platform: Platform, check: str, amount: int, code: str
) -> None:
    sub = platform.person(
        balances=[{"currency": "EUR", "amount_minor": 600_000 if amount > 99_999 else 100_000}]
    )
    name = f"Payee {new_key()[:8]}"
    row = platform.transaction(
        sub, kind="transfer", counterparty_name=name, status="completed", amount_minor=amount,
        completed_days_ago=2,
    )  # fmt: skip
    platform.control("POST", "payees", {"name": name, "check": check, "name_found": "P. Other"})
    seen = offer(platform, sub, row)
    assert (seen["allowed"], seen["reason"], seen["payee"]["name_found"]) == (
        False, code, "P. Other",
    )  # fmt: skip
    refused = repeat(platform, sub, row, seen)
    assert (refused.status_code, refused.json()["code"]) == (409, code)


def test_it_repeats_nothing_that_is_open_or_has_no_payee(platform: Platform) -> None:
    sub = platform.person()
    for facts, reason in (
        ({}, "not_completed"),
        ({"kind": "withdrawal", "status": "completed"}, "not_a_payment"),
        ({"status": "failed", "reason_code": "AC04"}, "failed"),
    ):
        row = platform.transaction(sub, **facts)
        seen = offer(platform, sub, row)
        assert (seen["allowed"], seen["reason"]) == (False, reason)
        refused = repeat(platform, sub, row, seen)
        assert (refused.status_code, refused.json()["reason"]) == (409, reason)
