"""The seeded world: who is in it, what they did, and that it is the same every time."""

from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from schwifty import IBAN

from sandbox.cases import contract
from sandbox.cases import due as case_due
from sandbox.cases import wire as case_wire
from sandbox.cases.allowed import actions
from sandbox.cases.models import Case
from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account, Posting
from sandbox.people.models import Merchant, Person
from sandbox.seeds import history, world
from sandbox.transactions import due, wire
from sandbox.transactions.models import Transaction
from tests.sandbox.seeds.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def alice() -> Person:
    return Person.objects.get(email="alice@example.com")


def snapshot() -> list[tuple[object, ...]]:
    fields = ("id", "person__sub", "status", "amount_minor", "created_at", "end_to_end_id",
              "counterparty_iban", "account__public_id", "merchant__public_id")  # fmt: skip
    cases = Case.objects.order_by("id").values_list("id", "kind", "state", "respond_by")
    return [*Transaction.objects.order_by("id").values_list(*fields), *cases]


def test_it_has_the_five_people_with_their_roles() -> None:
    roles = dict(Person.objects.values_list("email", "roles"))
    assert roles == {
        "alice@example.com": ["user"],
        "bob@example.com": ["user"],
        "carol@example.com": ["user", "restricted"],
        "mia@example.com": ["user", "merchant_admin"],
        "oscar@example.com": ["user", "operator"],
    }
    assert all(person.check_password("sandbox") for person in Person.objects.all())
    member = Merchant.objects.get(name="Tandem Bikes").memberships.get()
    assert (member.person.email, member.role) == ("mia@example.com", "admin")


def test_it_tells_two_years_of_alice_in_three_currencies() -> None:
    rows = alice().transaction_set.all()
    assert 1_800 <= rows.count() <= 2_600
    assert set(rows.values_list("currency", flat=True)) == {"EUR", "GBP", "CZK"}
    assert set(rows.values_list("kind", flat=True)) == set(Transaction.Kind.values)
    assert set(rows.values_list("status", flat=True)) == set(Transaction.Status.values)
    assert NOW - rows.earliest("created_at").created_at > timedelta(days=725)
    assert rows.latest("created_at").created_at < NOW


def test_it_pays_wages_and_rent_every_month() -> None:
    rows = alice().transaction_set.filter(status="completed")
    wages = rows.filter(kind="deposit", remittance_information__startswith="Wages")
    rents = rows.filter(kind="withdrawal", remittance_information__startswith="Rent")
    assert wages.count() == 24
    assert rents.count() in {24, 25}
    assert max(Counter(row.created_at.strftime("%Y%m") for row in wages).values()) == 1


def test_it_never_overdraws_anybody_at_any_time() -> None:
    held: Counter[int] = Counter()
    own = set(Account.objects.filter(kind__in=["person", "merchant"]).values_list("pk", flat=True))
    lines = Posting.objects.order_by("entry__at", "entry_id", "-amount_minor")
    for account, amount in lines.values_list("account_id", "amount_minor"):
        held[account] += amount
        assert held[account] >= 0 or account not in own
    assert verify_ledger() == []


def test_it_has_something_waiting_with_a_clock() -> None:
    waiting = alice().transaction_set.filter(status="action_required").order_by("expires_at")
    first, *others = waiting
    assert (first.counterparty_name, first.amount_minor) == ("Nordlicht Books", 6490)
    assert timedelta(minutes=15) <= first.expires_at - NOW <= timedelta(minutes=30)
    assert others[-1].expires_at - NOW > timedelta(days=2)
    assert not Transaction.objects.exclude(person=alice()).filter(status="action_required")


def test_it_gives_back_no_more_than_was_paid() -> None:
    backs = Transaction.objects.filter(kind="refund").select_related("refund_of")
    assert backs.count() > 10
    for back in backs:
        paid = back.refund_of
        assert paid.status == "completed"
        assert back.created_at > paid.completed_at
        assert paid.refunded_minor == sum(row.amount_minor for row in paid.refunds.all())
        assert paid.refunded_minor <= paid.amount_minor


def test_it_has_a_case_of_each_sort_for_alice() -> None:
    late = alice().cases.filter(created_at__gt=NOW - timedelta(days=60), person=alice())
    told = {(case.kind, case.state, case.waiting_for) for case in late}
    assert told >= {
        ("refund_request", "open", "merchant"),
        ("refund_request", "partly_accepted", ""),
        ("dispute", "needs_user", "user"),
        ("dispute", "accepted", ""),
        ("recall", "declined", ""),
        ("inquiry", "answered", ""),
    }
    soon = late.get(kind="refund_request", state="open")
    assert timedelta(hours=12) < soon.respond_by - NOW < timedelta(hours=24)
    part = late.get(kind="refund_request", state="partly_accepted", granted_minor=4000)
    assert dict(actions(part, NOW))["escalate"].reason is None
    won = late.get(kind="dispute", state="accepted")
    assert won.files.get().evidence.content[:5] == b"%PDF-"
    assert not late.filter(answer_at__isnull=False)


def test_its_cases_agree_with_their_payments() -> None:
    for case in Case.objects.select_related("transaction", "person").prefetch_related("events"):
        row = case.transaction
        assert (case.kind in row.open_cases.split()) == case.is_open
        assert case.granted_minor <= row.refunded_minor
        names = [event.name for event in sorted(case.events.all(), key=lambda e: (e.at, e.pk))]
        assert names[0] == "case.opened"
        body = {"data": [case_wire.case(case, NOW)], "next_cursor": None, "as_of": NOW}
        contract.CasePage.model_validate(body)


def test_it_uses_ibans_with_right_check_digits() -> None:
    found = set(Account.objects.exclude(iban="").values_list("iban", flat=True))
    found |= set(
        Transaction.objects.exclude(counterparty_iban="").values_list(
            "counterparty_iban", flat=True
        )
    )
    assert len(found) > 40
    assert all(IBAN(iban).is_valid for iban in found)


def test_it_tells_each_timeline_in_order_and_to_its_status() -> None:
    for row in alice().transaction_set.prefetch_related("events"):
        events = sorted(row.events.all(), key=lambda event: event.at)
        reached = [event.status for event in events if event.status]
        assert (reached[0], reached[-1]) == ("created", row.status)
        assert events[0].actor_kind
        assert row.version >= len(reached)


def test_it_can_be_shown_on_the_wire() -> None:
    rows = Transaction.objects.select_related(
        "account", "merchant", "person", "refund_request", "refund_of", "peer__person"
    )
    for row in rows.filter(status__in=["action_required", "failed", "scheduled", "processing"]):
        assert wire.detail(row, NOW)["status"] == row.status


def test_it_is_the_same_for_the_same_seed_and_time() -> None:
    before = snapshot()
    world.reset(1, NOW)
    assert snapshot() == before
    world.reset(2, NOW)
    assert not {row[0] for row in before} & {row[0] for row in snapshot()}


def test_it_does_nothing_to_a_seeded_world() -> None:
    before = snapshot()
    call_command("seed", "--seed", "3", stdout=StringIO())
    assert snapshot() == before


@pytest.mark.parametrize(
    "now",
    [
        datetime.fromisoformat("2024-02-29T23:59:59+00:00"),
        datetime.fromisoformat("2027-01-01T00:00:00+00:00"),
        datetime.fromisoformat("2026-03-29T01:30:00+00:00"),
    ],
)
def test_it_can_be_told_at_any_time(now: datetime) -> None:
    plans = history.tell(7, now)
    assert all(plan.at <= now for plan in plans)
    assert all(plan.settled_at < now for plan in plans if plan.moves)
    assert {plan.status for plan in plans} == set(Transaction.Status.values)


def test_it_freshens_what_has_lapsed_and_nothing_else() -> None:
    assert world.freshen(NOW) == 0
    later = NOW + timedelta(days=9)
    while due.apply_due(later) + case_due.apply_due(later):
        pass
    assert not alice().transaction_set.filter(status="action_required").exists()
    assert world.freshen(later) == 10
    assert world.freshen(later) == 0
    soon = alice().transaction_set.filter(status="action_required").earliest("expires_at")
    assert later < soon.expires_at < later + timedelta(minutes=30)
    assert verify_ledger() == []
    # In an hour only the short one is gone.
    while due.apply_due(later + timedelta(hours=1)):
        pass
    assert world.freshen(later + timedelta(hours=1)) == 1


def test_it_freshens_nothing_in_an_empty_world() -> None:
    world.empty()
    assert world.freshen(NOW) == 0
