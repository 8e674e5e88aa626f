"""“Something’s wrong?”: each path ends in something possible, or says honestly why not."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from selfcare.cases import rules, story, triage
from selfcare.cases.api_opening import TriageQuery
from selfcare.cases.forms import DISPUTE_REASONS, FRAUD_REASONS, RECALL_REASONS
from selfcare.cases.opening import OPENINGS
from selfcare.cases.rules import RULES, Step
from selfcare.clients.shapes import Transaction
from selfcare.transactions.wording import REFUND_REASONS

ACTIONS = [*RULES.ways, "confirm", "repeat", "something_new"]
REASONS = [
    "already_final", "already_sent", "deadline_passed", "account_restricted", "dispute_open",
    "case_open", "not_recallable", "no_merchant", "undo_window_over", "from_the_future", None,
]  # fmt: skip
UTC = ZoneInfo("UTC")


def transaction(**facts: Any) -> Transaction:
    body = {
        "id": "txn_1", "owner": "usr_alice", "version": 1, "kind": "payment", "direction": "out",
        "status": "completed", "amount_minor": 6490, "currency": "EUR",
        "created_at": "2026-11-12T10:32:00Z", "updated_at": "2026-11-12T10:32:00Z",
        "account": {"id": "acc_1", "name": "Main", "currency": "EUR"},
        "counterparty": {"kind": "merchant", "name": "Nordlicht Books"},
        **facts,
    }  # fmt: skip
    import json

    return Transaction.model_validate_json(json.dumps(body))


verdicts = st.lists(
    st.builds(
        lambda action, allowed, reason, until: {
            "action": action,
            "allowed": allowed,
            "reason": None if allowed else reason,
            "until": until,
        },
        st.sampled_from(ACTIONS),
        st.booleans(),
        st.sampled_from(REASONS),
        st.sampled_from([None, "2026-12-01T00:00:00Z"]),
    ),
    unique_by=lambda verdict: verdict["action"],
)
worlds = st.builds(
    transaction,
    kind=st.sampled_from(["payment", "transfer", "deposit", "refund", "something"]),
    direction=st.sampled_from(["in", "out"]),
    status=st.sampled_from(["action_required", "processing", "completed", "failed", "odd"]),
    merchant=st.sampled_from([None, {"id": "mer_1", "name": "Nordlicht Books"}]),
    allowed_actions=verdicts,
)


def ends(txn: Transaction, given_so_far: dict[str, str]) -> Iterator[Step]:
    """Every end that can be reached from here by choosing answers."""
    step = rules.walk(txn, given_so_far)
    if step.leaf:
        yield step
        return
    assert step.question is not None
    assert step.answers, f"nobody could answer {step.question.name}"
    for answer in step.answers:
        yield from ends(txn, given_so_far | {step.question.name: answer.value})


@given(worlds)
def test_each_path_ends_within_three_questions_in_something_true(txn: Transaction) -> None:
    for end in ends(txn, {}):
        assert len(end.path) <= rules.MOST_QUESTIONS
        told = triage.outcome(txn, end, UTC)
        if told["best"]:
            assert txn.may(told["best"]["way"].action)
        else:
            assert not any(way["allowed"] for way in told["others"])
            assert told["otherwise"].endswith((".", "it."))
        for way in told["others"]:
            assert way["allowed"] == txn.may(way["way"].action)
            assert way["allowed"] or way["refusal"]


@given(worlds, st.dictionaries(st.sampled_from([*RULES.questions, "x"]), st.text(max_size=9)))
def test_nonsense_in_the_address_leads_to_a_question(
    txn: Transaction, typed: dict[str, str]
) -> None:
    step = rules.walk(txn, typed)
    assert (step.question is None) != (step.leaf is None)


def test_what_is_said_of_each_way_has_no_brace_left() -> None:
    txn = transaction()
    for way in RULES.ways.values():
        told = story.worded(way, txn)
        assert "{" not in f"{told.title}{told.means}{told.cannot}{told.decides}{told.takes}"


@pytest.mark.parametrize("status", ["action_required", "scheduled", "failed", "cancelled"])
def test_nobody_is_sent_to_look_for_money_that_never_left(status: str) -> None:
    step = rules.walk(transaction(status=status), {"what": "arrival"})
    assert step.leaf is not None
    assert "end-to-end ID" not in step.leaf.says + step.leaf.otherwise
    sent = rules.walk(transaction(status="processing"), {"what": "arrival"})
    assert sent.leaf is not None
    assert "end-to-end ID" in sent.leaf.says


def test_each_way_has_a_page_and_each_leaf_only_ways_that_there_are() -> None:
    for way in RULES.ways.values():
        assert reverse(way.page, args=["txn_1"])
    for leaf in RULES.leaves.values():
        assert set(leaf.ways) <= set(RULES.ways)
    assert set(OPENINGS) <= set(RULES.ways)
    used = {a.leaf for q in RULES.questions.values() for a in q.answers if a.leaf}
    assert used == set(RULES.leaves)
    asked = {a.next for q in RULES.questions.values() for a in q.answers if a.next}
    assert asked | {RULES.first} == set(RULES.questions)


def test_each_answer_leads_to_a_question_or_to_an_end_and_not_to_both() -> None:
    for question in RULES.questions.values():
        for answer in question.answers:
            assert bool(answer.next) != bool(answer.leaf)


def test_the_api_takes_the_answer_of_each_question() -> None:
    assert set(TriageQuery.model_fields) == set(RULES.questions)


@pytest.mark.parametrize(
    ("path", "action", "choices"),
    [
        ({"what": "goods", "goods": "never", "asked": "no"}, "request_refund", REFUND_REASONS),
        ({"what": "goods", "goods": "twice", "asked": "yes"}, "dispute", DISPUTE_REASONS),
        ({"what": "fraud", "fraud": "not-me", "known": "no"}, "report_fraud", FRAUD_REASONS),
        ({"what": "mistake", "mistake": "place"}, "recall", RECALL_REASONS),
    ],
)
def test_the_answers_come_to_a_reason_that_the_form_has(
    path: dict[str, str], action: str, choices: list[tuple[str, str]]
) -> None:
    txn = transaction(
        merchant={"id": "mer_1", "name": "Nordlicht Books"},
        allowed_actions=[{"action": action, "allowed": True}],
    )
    step = rules.walk(txn, path)
    assert step.best is not None
    assert step.best.way.action == action
    assert step.reason in dict(choices)
