"""What a person can do to a transaction, over HTTP."""

import pytest

from tests.sandbox.running import Platform, in_seconds, new_key


def test_it_cancels_and_gives_the_reserved_money_back(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub)
    assert platform.balance(sub) == (100_000, 93_510)
    done = platform.cancel(sub, row)
    assert done.status_code == 201
    after = done.json()["transaction"]
    assert (after["status"], after["reason_code"]) == ("cancelled", "CUST")
    assert after["timeline"][-1]["name"] == "transaction.cancelled"
    assert after["timeline"][-1]["actor"] == {"kind": "user", "name": "Ada North"}
    assert platform.balance(sub) == (100_000, 100_000)
    assert platform.effects(sub) == ["transaction.cancelled"]


def test_it_confirms_with_a_fresh_second_factor_only(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required", fee_minor=50)
    weak = {"acr": "urn:openbanking:psd2:ca", "authenticated_at": in_seconds(-5)}
    stale = {"acr": "urn:openbanking:psd2:sca", "authenticated_at": in_seconds(-600)}
    key = new_key()
    for proof in (None, weak, stale):
        refused = platform.confirm(sub, row, key=key, authentication=proof)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    done = platform.confirm(sub, row, key=key)
    assert done.status_code == 201
    assert done.json()["transaction"]["status"] == "processing"
    assert platform.balance(sub) == (100_000, 100_000 - 6540)


def test_it_declines_without_moving_money(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required")
    done = platform.confirm(sub, row, decision="decline", authentication=None).json()
    assert done["decision"] == "decline"
    assert done["transaction"]["status"] == "cancelled"
    assert platform.balance(sub) == (100_000, 100_000)


def test_it_refuses_a_confirmation_that_the_account_cannot_cover(platform: Platform) -> None:
    sub = platform.person(balances=[{"currency": "EUR", "amount_minor": 6000}])
    row = platform.transaction(sub, status="action_required")
    refused = platform.confirm(sub, row)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    seen = platform.get(f"{sub}/transactions/{row['id']}").json()
    assert (seen["status"], seen["version"]) == ("action_required", row["version"])
    assert "transaction.confirmed" not in [event["name"] for event in seen["timeline"]]


def test_it_refuses_what_is_not_what_the_person_saw(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="action_required")
    for changed in ({"amount_minor": 1}, {"fee_minor": 1}, {"currency": "GBP"}):
        refused = platform.confirm(sub, row, **changed)
        assert (refused.status_code, refused.json()["code"]) == (409, "amount_changed")
    old = platform.cancel(sub, {**row, "version": 99})
    assert (old.status_code, old.json()["code"]) == (409, "version_conflict")
    assert old.json()["current_version"] == row["version"]


def test_it_opens_one_refund_request_for_what_is_left(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="completed")
    too_much = platform.ask_refund(sub, row, 6491)
    assert too_much.status_code == 422
    assert too_much.json()["refundable_minor"] == 6490
    opened = platform.ask_refund(sub, row, 4000)
    assert (opened.status_code, opened.json()["state"]) == (201, "open")
    row = opened.json()["transaction"]
    again = platform.ask_refund(sub, row, 100)
    assert (again.status_code, again.json()["reason"]) == (409, "refund_request_open")
    row = platform.control(
        "POST", f"transactions/{row['id']}/refund-answer", {"amount_minor": 3000}
    )
    assert (row["refund_request"]["state"], row["refunded_minor"]) == ("partly_accepted", 3000)
    assert [link["relation"] for link in row["linked"]] == ["refund"]
    assert platform.balance(sub) == (100_000 - 3490, 100_000 - 3490)
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_it_lets_a_restricted_person_look_only(platform: Platform) -> None:
    sub = platform.person(roles=["user", "restricted"])
    row = platform.transaction(sub, status="action_required")
    told = {action["action"]: action["reason"] for action in row["allowed_actions"]}
    assert told.pop("ask_merchant") is None
    assert set(told.values()) == {"account_restricted"}
    for refused in (platform.cancel(sub, row), platform.confirm(sub, row)):
        assert (refused.status_code, refused.json()["code"]) == (403, "account_restricted")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"status": "completed"}, "already_final"),
        ({"status": "cancelled"}, "already_cancelled"),
        ({"status": "failed"}, "failed"),
        ({"instant": True, "processing_seconds": 60}, "already_sent"),
        ({"kind": "transfer", "status": "completed", "instant": True}, "recipient_decides"),
        (
            {"processing_seconds": 0, "status": "action_required", "expires_in_seconds": 0},
            "expired",
        ),
    ],
)
def test_it_says_why_it_cannot_be_cancelled(
    platform: Platform, facts: dict[str, object], reason: str
) -> None:
    sub = platform.person()
    made = platform.transaction(sub, **facts)
    row = platform.get(f"{sub}/transactions/{made['id']}").json()
    told = next(found for found in row["allowed_actions"] if found["action"] == "cancel")
    assert (told["allowed"], told["reason"]) == (False, reason)
    refused = platform.cancel(sub, row)
    assert (refused.status_code, refused.json()["reason"]) == (409, reason)


def test_it_hides_other_peoples_transactions(platform: Platform) -> None:
    ada, ben = platform.person(), platform.person()
    row = platform.transaction(ada)
    for answer in (platform.get(f"{ben}/transactions/{row['id']}"), platform.cancel(ben, row)):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_transaction")


def test_it_shows_a_transfer_to_its_receiver_too(platform: Platform) -> None:
    ada, ben = platform.person(), platform.person(name="Ben South")
    platform.transaction(ada, kind="transfer", to_sub=ben, amount_minor=2500, status="completed")
    received = platform.get(f"{ben}/transactions").json()["data"]
    assert [(row["direction"], row["amount_minor"]) for row in received] == [("in", 2500)]
    assert platform.balance(ben) == (102_500, 102_500)
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_time_moves_transactions_on(platform: Platform) -> None:
    sub = platform.person()
    arrives = platform.transaction(sub, processing_seconds=0)
    bounces = platform.transaction(sub, processing_seconds=0, fails_with="AC04")
    leaves = platform.transaction(sub, status="scheduled", scheduled_in_seconds=0)
    seen = {row["id"]: row for row in platform.get(f"{sub}/transactions").json()["data"]}
    assert seen[arrives["id"]]["status"] == "completed"
    assert (seen[bounces["id"]]["status"], seen[bounces["id"]]["reason_code"]) == ("failed", "AC04")
    assert seen[leaves["id"]]["status"] == "processing"
    assert platform.balance(sub) == (100_000 - 6490, 100_000 - 2 * 6490)
