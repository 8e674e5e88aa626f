"""What the other side and time do without anybody's hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from sandbox import clock
from sandbox.cases import due, evidence, following, life
from sandbox.cases.bodies import Piece, Reply
from sandbox.cases.models import Case
from sandbox.control import making
from sandbox.ledger.journal import verify_ledger
from sandbox.people.models import Person
from sandbox.transactions.models import Transaction
from sandbox.webhooks import endpoints

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def ada() -> Person:
    return making.person({"email": "ada@example.com", "name": "Ada North"}, NOW)


@pytest.fixture
def open_(ada: Person) -> Callable[..., Case]:
    """Opens a case of a kind with a shop of a temperament."""

    def opened(kind: str, temperament: str = "accepts", reason: str = "", **facts: Any) -> Case:
        facts = {"amount_minor": 6490, "currency": "EUR", "status": "completed", **facts}
        if kind == "recall":
            facts["kind"] = "transfer"
        else:
            facts |= {"merchant": f"Shop {temperament}", "temperament": temperament}
        row = making.transaction(ada, facts, NOW)
        amount = None if kind == "inquiry" else row.amount_minor
        return life.opened(row, kind, at=NOW, reason=reason, amount_minor=amount, message="Hm.")

    return opened


def later(case: Case, at: datetime) -> Case:
    while due.apply_due(at):
        pass
    assert verify_ledger() == []
    return Case.objects.select_related("transaction", "person").get(pk=case.pk)


@pytest.mark.parametrize(
    ("kind", "temperament", "reason", "state", "granted"),
    [
        ("refund_request", "accepts", "other", "accepted", 6490),
        ("refund_request", "part", "other", "partly_accepted", 3200),
        ("refund_request", "declines", "other", "declined", 0),
        ("refund_request", "silent", "other", "open", 0),
        ("dispute", "accepts", "not_received", "accepted", 6490),
        ("dispute", "declines", "not_received", "needs_user", 0),
        ("dispute", "contests", "not_received", "needs_user", 0),
        ("dispute", "silent", "not_received", "open", 0),
        ("fraud_report", "accepts", "not_me", "accepted", 6490),
        ("fraud_report", "accepts", "tricked", "declined", 0),
        ("inquiry", "accepts", "", "answered", 0),
        ("inquiry", "silent", "", "open", 0),
    ],
)
def test_each_temperament_answers_in_its_way(
    open_: Callable[..., Case], settings: Settings, kind: str, temperament: str, reason: str,
    state: str, granted: int,
) -> None:  # fmt: skip
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = open_(kind, temperament, reason)
    assert timedelta(seconds=20) <= case.answer_at - NOW <= timedelta(seconds=40)
    assert later(case, NOW + timedelta(seconds=19)).version == case.version
    case = later(case, NOW + timedelta(seconds=41))
    assert (case.state, case.granted_minor) == (state, granted)
    assert case.transaction.refunded_minor == granted


def test_nothing_answers_by_itself_where_that_is_off(open_: Callable[..., Case]) -> None:
    case = open_("refund_request")
    assert case.answer_at is None
    assert later(case, NOW + timedelta(days=9)).state == "open"


@pytest.mark.parametrize(
    ("kind", "days", "state"),
    [
        ("refund_request", 10, "lapsed"),
        ("dispute", 10, "under_review"),
        ("recall", 14, "lapsed"),
        ("inquiry", 14, "closed"),
        ("fraud_report", 7, "accepted"),
    ],
)
def test_what_nobody_answers_ends_by_the_rules(
    open_: Callable[..., Case], kind: str, days: int, state: str
) -> None:
    case = open_(kind, reason="not_me" if kind == "fraud_report" else "")
    assert later(case, NOW + timedelta(days=days, seconds=-1)).version == 1
    ended = later(case, NOW + timedelta(days=days))
    assert (ended.state, ended.updated_at) == (state, NOW + timedelta(days=days))
    row = Transaction.objects.get(pk=case.transaction_id)
    assert row.open_cases == ("dispute" if state == "under_review" else "")


def test_a_dispute_goes_on_without_what_was_asked_for(
    open_: Callable[..., Case], settings: Settings
) -> None:
    """Contested and nothing shown: the platform rules against, in its own time."""
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = later(open_("dispute", "contests"), NOW + timedelta(minutes=1))
    assert case.respond_by - case.updated_at == timedelta(days=10)
    settings.SANDBOX_ANSWER_SECONDS = 0
    case = later(case, case.respond_by)
    assert case.state == "under_review"
    assert later(case, case.respond_by).state == "declined"


def test_a_dispute_is_won_by_evidence(open_: Callable[..., Case], settings: Settings) -> None:
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = later(open_("dispute", "contests"), NOW + timedelta(minutes=1))
    file = evidence.store(b"%PDF-1.7", "application/pdf", case.person)
    pieces = [Piece(sha256=file.sha256, name="note.pdf")]
    following.reply(case, Reply(text="Here it is.", evidence=pieces), NOW + timedelta(hours=1))
    assert later(case, NOW + timedelta(hours=2)).state == "accepted"


def test_after_a_refund_request_a_dispute_may_follow_for_20_days(
    open_: Callable[..., Case],
) -> None:
    case = later(open_("refund_request", "silent"), NOW + timedelta(days=10))
    assert case.escalate_until == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("reason", "state"), [("wrong_payee", "accepted"), ("tricked", "declined")]
)
def test_a_payee_gives_back_mistakes_only(
    open_: Callable[..., Case], settings: Settings, reason: str, state: str
) -> None:
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = open_("recall", reason=reason)
    assert later(case, NOW + timedelta(minutes=1)).state == state


def test_an_answered_question_is_closed_after_two_weeks(
    open_: Callable[..., Case], settings: Settings
) -> None:
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = later(open_("inquiry"), NOW + timedelta(minutes=1))
    assert case.messages.get().actor_kind == "merchant"
    assert later(case, NOW + timedelta(days=15)).state == "closed"


@pytest.mark.parametrize(
    ("types", "state"),
    [(["*"], "accepted"), (["payment.*"], "accepted"), (["refund_request.*"], "open"),
     (["payment.*", "refund_request.opened"], "open")],
)  # fmt: skip
def test_whoever_listens_for_requests_answers_them(
    open_: Callable[..., Case], settings: Settings, types: list[str], state: str
) -> None:
    settings.SANDBOX_ANSWER_SECONDS = 20
    case = open_("refund_request")
    assert case.transaction.merchant
    made = endpoints.make(case.transaction.merchant, url="", types=types)
    assert later(case, NOW + timedelta(minutes=1)).state == state
    if state == "open":
        endpoints.change(made.endpoint, active=False)
        again = open_("refund_request")
        assert later(again, NOW + timedelta(minutes=1)).state == "accepted"
