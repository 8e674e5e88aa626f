"""Each kind of case from its opening to its end, over HTTP."""

from typing import Any

import pytest

from tests.sandbox.running import Platform

PDF = b"%PDF-1.7 a delivery note"


@pytest.fixture
def sub(platform: Platform) -> str:
    return platform.person()


def paid(platform: Platform, sub: str, **facts: Any) -> dict[str, Any]:
    return platform.transaction(sub, **{"status": "completed", **facts})


def opened(platform: Platform, sub: str, resource: str, **facts: Any) -> dict[str, Any]:
    row = paid(platform, sub, **({"kind": "transfer"} if resource == "recalls" else {}))
    answer = platform.open_case(sub, row, resource, **facts)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] == answer.json()["case"]["id"]
    return answer.json()["case"]


def read(platform: Platform, sub: str, case_id: str) -> dict[str, Any]:
    return platform.get(f"{sub}/cases/{case_id}").json()


def of(platform: Platform, sub: str, case: dict[str, Any]) -> dict[str, Any]:
    return platform.get(f"{sub}/transactions/{case['transaction_id']}").json()


def steps(case: dict[str, Any]) -> list[str]:
    return [event["name"].removeprefix("case.") for event in case["timeline"]]


def test_a_dispute_goes_by_evidence_and_review_to_the_money(platform: Platform, sub: str) -> None:
    case = opened(platform, sub, "disputes")
    assert (case["state"], case["waiting_for"]) == ("open", "merchant")
    assert platform.says(case["id"], "contest", text="It was signed for.").status_code == 200
    case = read(platform, sub, case["id"])
    assert (case["state"], case["waiting_for"]) == ("needs_user", "user")
    piece = {"sha256": platform.store(sub, PDF), "name": "note.pdf"}
    body = {"text": "That isn't my signature.", "evidence": [piece]}
    case = platform.follow(sub, case["id"], "messages", body).json()["case"]
    assert (case["state"], case["waiting_for"]) == ("under_review", "platform")
    assert case["messages"][0]["evidence"] == [piece["sha256"]]
    assert case["evidence"][0]["actor"] == {"kind": "user", "name": "Ada North"}
    assert platform.says(case["id"], "accept").status_code == 200
    case = read(platform, sub, case["id"])
    assert (case["state"], case["granted_minor"], case["waiting_for"]) == ("accepted", 6490, None)
    assert steps(case) == [
        "opened", "contested", "message", "evidence_added", "under_review", "accepted",
        "money_returned",
    ]  # fmt: skip
    row = of(platform, sub, case)
    assert row["refunded_minor"] == 6490
    assert row["cases"][0] | {"created_at": "", "id": ""} == {
        "id": "", "kind": "dispute", "state": "accepted", "waiting_for": None,
        "amount_minor": 6490, "currency": "EUR", "respond_by": None, "created_at": "",
    }  # fmt: skip
    assert platform.balance(sub) == (100_000, 100_000)
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_a_partly_accepted_request_becomes_a_dispute_about_the_rest(
    platform: Platform, sub: str
) -> None:
    case = opened(platform, sub, "refund-requests")
    refused = platform.follow(sub, case["id"], "escalations", {"reason": "not_received"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "still_open")
    platform.says(case["id"], "partly", amount_minor=2000, text="Half of it was fine.")
    case = read(platform, sub, case["id"])
    assert (case["state"], case["granted_minor"]) == ("partly_accepted", 2000)
    escalated = platform.follow(sub, case["id"], "escalations", {"reason": "not_received"}).json()
    dispute = escalated["case"]
    assert dispute["id"] == escalated["id"]
    assert dispute["id"].startswith("dsp_")
    assert (dispute["amount_minor"], dispute["escalated_from"]) == (4490, case["id"])
    assert read(platform, sub, case["id"])["escalated_to"] == dispute["id"]
    again = platform.follow(sub, case["id"], "escalations", {"reason": "not_received"})
    assert again.json()["reason"] == "already_escalated"
    platform.says(dispute["id"], "accept")
    row = of(platform, sub, case)
    assert row["refunded_minor"] == 6490
    assert row["refund_request"]["state"] == "partly_accepted"


def test_a_question_is_answered_asked_again_and_closed(platform: Platform, sub: str) -> None:
    case = opened(platform, sub, "inquiries", message="Where is my parcel?")
    platform.says(case["id"], "message", text="On its way.")
    assert read(platform, sub, case["id"])["state"] == "answered"
    case = platform.follow(sub, case["id"], "messages", {"text": "Since when?"}).json()["case"]
    assert (case["state"], case["waiting_for"]) == ("open", "merchant")
    case = platform.follow(sub, case["id"], "withdrawals", {}).json()["case"]
    assert case["state"] == "withdrawn"
    assert {action["reason"] for action in case["allowed_actions"]} == {"case_closed"}
    assert of(platform, sub, case)["refunded_minor"] == 0


def test_a_recall_brings_a_transfer_back_from_its_receiver(platform: Platform, sub: str) -> None:
    ben = platform.person(name="Ben South")
    row = paid(platform, sub, kind="transfer", to_sub=ben)
    case = platform.open_case(sub, row, "recalls").json()["case"]
    assert (case["waiting_for"], case["amount_minor"]) == ("bank", 6490)
    platform.says(case["id"], "accept")
    assert platform.balance(sub) == platform.balance(ben) == (100_000, 100_000)
    newest = platform.get(f"{ben}/transactions").json()["data"][0]
    assert (newest["direction"], newest["amount_minor"]) == ("out", 6490)
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_a_recall_takes_nothing_that_is_no_longer_there(platform: Platform, sub: str) -> None:
    ben = platform.person(balances=[{"currency": "EUR", "amount_minor": 0}])
    row = paid(platform, sub, kind="transfer", to_sub=ben)
    case = platform.open_case(sub, row, "recalls").json()["case"]
    paid(platform, ben, amount_minor=6000)
    assert platform.says(case["id"], "accept").status_code == 409
    assert read(platform, sub, case["id"])["state"] == "open"
    assert of(platform, sub, case)["refunded_minor"] == 0


def test_the_platform_pays_for_fraud(platform: Platform, sub: str) -> None:
    case = opened(platform, sub, "fraud-reports")
    assert (case["state"], case["waiting_for"]) == ("under_review", "platform")
    platform.says(case["id"], "accept")
    assert read(platform, sub, case["id"])["state"] == "accepted"
    refund = of(platform, sub, case)["linked"][0]
    assert (refund["relation"], refund["counterparty_name"]) == ("refund", "Fraud desk")
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_fraud_stops_a_payment_on_its_way(platform: Platform, sub: str) -> None:
    row = platform.transaction(sub)
    case = platform.open_case(sub, row, "fraud-reports").json()["case"]
    platform.says(case["id"], "accept")
    after = of(platform, sub, case)
    assert (after["status"], after["reason_code"]) == ("failed", "FRAD")
    assert platform.balance(sub) == (100_000, 100_000)


def test_with_all_money_back_nothing_else_stays_open(platform: Platform, sub: str) -> None:
    row = paid(platform, sub)
    for resource in ("refund-requests", "disputes", "fraud-reports", "inquiries"):
        row = platform.open_case(sub, row, resource).json()["transaction"]
    first = row["cases"][0]["id"]
    platform.says(first, "accept")
    states = {
        c["kind"]: c["state"] for c in of(platform, sub, {"transaction_id": row["id"]})["cases"]
    }
    assert states == {
        "refund_request": "accepted", "dispute": "closed", "fraud_report": "closed",
        "inquiry": "open",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "word"),
    [
        ("refund-requests", "contest"), ("inquiries", "accept"), ("inquiries", "decline"),
        ("recalls", "contest"), ("disputes", "decline"), ("disputes", "nonsense"),
        ("disputes", "message"), ("refund-requests", "partly"),
    ],
)  # fmt: skip
def test_the_other_side_can_say_only_what_fits(
    platform: Platform, sub: str, resource: str, word: str
) -> None:
    case = opened(platform, sub, resource)
    before = of(platform, sub, case)
    assert platform.says(case["id"], word).status_code in {400, 409}
    assert read(platform, sub, case["id"]) == case
    assert of(platform, sub, case)["version"] == before["version"]


@pytest.mark.parametrize(
    ("resource", "facts", "reason"),
    [
        ("disputes", {"status": "processing"}, "not_completed"),
        ("disputes", {"kind": "transfer"}, "not_a_payment"),
        ("disputes", {"completed_days_ago": 181}, "deadline_passed"),
        ("fraud-reports", {"completed_days_ago": 81}, "deadline_passed"),
        ("fraud-reports", {"status": "cancelled"}, "already_cancelled"),
        ("recalls", {}, "not_recallable"),
        ("recalls", {"kind": "transfer", "completed_days_ago": 15}, "deadline_passed"),
        ("inquiries", {"kind": "transfer"}, "no_merchant"),
    ],
)
def test_it_says_why_a_case_cannot_be_opened(
    platform: Platform, sub: str, resource: str, facts: dict[str, Any], reason: str
) -> None:
    row = paid(platform, sub, **facts)
    refused = platform.open_case(sub, row, resource)
    assert (refused.status_code, refused.json()["reason"]) == (409, reason)
    action = refused.json()["action"]
    told = next(found for found in row["allowed_actions"] if found["action"] == action)
    assert (told["allowed"], told["reason"]) == (False, reason)


@pytest.mark.parametrize(
    ("resource", "reason"),
    [("refund-requests", "refund_request_open"), ("disputes", "dispute_open"),
     ("fraud-reports", "case_open"), ("inquiries", "case_open"), ("recalls", "case_open")],
)  # fmt: skip
def test_one_of_a_kind_is_open_at_a_time(
    platform: Platform, sub: str, resource: str, reason: str
) -> None:
    case = opened(platform, sub, resource)
    row = of(platform, sub, case)
    again = platform.open_case(sub, row, resource)
    assert (again.status_code, again.json()["reason"]) == (409, reason)
    platform.follow(sub, case["id"], "withdrawals", {})
    row = of(platform, sub, case)
    assert platform.open_case(sub, row, resource).status_code == 201


def test_it_refuses_amounts_and_versions_that_are_not_what_was_seen(
    platform: Platform, sub: str
) -> None:
    row = paid(platform, sub)
    too_much = platform.open_case(sub, row, "disputes", amount_minor=6491)
    assert (too_much.status_code, too_much.json()["refundable_minor"]) == (422, 6490)
    other = platform.open_case(sub, row, "disputes", currency="GBP")
    assert other.json()["code"] == "amount_changed"
    old = platform.open_case(sub, row, "fraud-reports", expected_version=99)
    assert old.json()["current_version"] == row["version"]
    assert platform.get(f"{sub}/cases").json()["data"] == []


def test_a_restricted_person_may_only_ask(platform: Platform) -> None:
    sub = platform.person(roles=["user", "restricted"])
    row = paid(platform, sub)
    assert platform.open_case(sub, row, "disputes").json()["code"] == "account_restricted"
    case = platform.open_case(sub, row, "inquiries").json()["case"]
    said = platform.follow(sub, case["id"], "messages", {"text": "Hello?"})
    assert said.status_code == 201


def test_nobody_sees_or_moves_the_cases_of_others(platform: Platform, sub: str) -> None:
    case, ben = opened(platform, sub, "disputes"), platform.person()
    wrong_kind = case["id"].replace("dsp_", "rfr_")
    for answer in (
        platform.get(f"{ben}/cases/{case['id']}"),
        platform.get(f"{sub}/cases/{wrong_kind}"),
        platform.get(f"{sub}/cases/dsp_nonsense"),
        platform.follow(ben, case["id"], "withdrawals", {}),
        platform.follow(ben, case["id"], "messages", {"text": "Hello"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")
    assert platform.get(f"{ben}/cases").json()["data"] == []
    assert read(platform, sub, case["id"]) == case


def test_it_lists_page_after_page_each_case_once(platform: Platform, sub: str) -> None:
    made = [opened(platform, sub, "inquiries") for _ in range(5)]
    platform.follow(sub, made[0]["id"], "withdrawals", {})
    found, cursor = [], ""
    while True:
        page = platform.get(f"{sub}/cases?limit=2{cursor}").json()
        found += [case["id"] for case in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [case["id"] for case in reversed(made)]
    still = platform.get(f"{sub}/cases?state=open").json()["data"]
    assert [case["id"] for case in still] == found[:4]
    of_one = platform.get(f"{sub}/cases?transaction_id={made[0]['transaction_id']}").json()
    assert [case["id"] for case in of_one["data"]] == [made[0]["id"]]
    bound = platform.get(f"{sub}/cases?limit=2&state=open{cursor}")
    assert (bound.status_code, bound.json()["code"]) == (400, "bad_cursor")
    for bad in ("state=half", "limit=0", "transaction_id=x", "colour=red", "state=open&state=open"):
        assert platform.get(f"{sub}/cases?{bad}").json()["code"] == "bad_filter"
    assert platform.get(f"{sub}/cases?cursor=%00").json()["code"] == "bad_cursor"
