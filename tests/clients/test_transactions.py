"""The transaction service's client against the real service, on good days and on bad ones."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache

from selfcare import deadline, errors
from selfcare.clients import transactions as service
from selfcare.clients.transactions import Filters, Write
from selfcare.instructions import intents
from tests.support.control import Control, Person

BREAKDOWNS = [
    ("refuse", {}, errors.NoAnswer),
    ("error", {"status": 500}, errors.BadReply),
    ("error", {"status": 503}, errors.NotSent),
    ("hang", {}, errors.OutcomeUnknown),
    ("drip", {}, errors.OutcomeUnknown),
    ("broken_json", {}, errors.BadReply),
    ("foreign", {}, errors.BadReply),
]


def write(transaction: dict[str, object], **body: object) -> Write:
    body = {"expected_version": transaction["version"], "reason": "changed_mind", **body}
    return Write(intents.new_key(), datetime.now(UTC) + timedelta(seconds=3), body)


def test_it_reads_accounts_list_and_detail(control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    (account,) = service.accounts(alice.sub).data
    (row,) = service.transactions(alice.sub, Filters()).data
    detail = service.transaction(alice.sub, str(made["id"]))
    assert account.currency == "EUR"
    assert row.id == detail.id == made["id"]
    assert detail.may("confirm")
    assert detail.timeline


def test_it_pages_without_losing_or_repeating_a_row(control: Control, alice: Person) -> None:
    made = {control.add_transaction(alice, status="completed")["id"] for _ in range(7)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = service.transactions(alice.sub, Filters(), cursor=cursor, limit=3)
        seen += [row.id for row in page.data]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_somebody_elses_and_an_invented_id_are_the_same(
    control: Control, alice: Person, bob: Person
) -> None:
    made = control.add_transaction(alice)
    for transaction_id in (str(made["id"]), "txn_that_never_was"):
        with pytest.raises(errors.NotFound):
            service.transaction(bob.sub, transaction_id)


@pytest.mark.parametrize(("mode", "more", "expected"), BREAKDOWNS)
def test_it_says_what_happened_within_the_deadline(
    control: Control,
    alice: Person,
    mode: str,
    more: dict[str, int],
    expected: type[errors.CallFailed],
) -> None:
    control.add_transaction(alice)
    control.fault("list", mode, sub=alice.sub, **more)
    started = time.monotonic()
    with deadline.within(1.0), pytest.raises(expected):
        service.transactions(alice.sub, Filters())
    assert time.monotonic() - started < 1.5


def test_what_was_last_known_travels_with_a_failure(control: Control, alice: Person) -> None:
    cache.clear()
    made = control.add_transaction(alice)
    service.transactions(alice.sub, Filters())
    control.fault("list", "error", sub=alice.sub, status=500)
    with pytest.raises(errors.BadReply) as caught:
        service.transactions(alice.sub, Filters())
    assert [row.id for row in caught.value.last_known.data] == [made["id"]]
    assert caught.value.known_at is not None


def test_a_search_is_not_remembered(control: Control, alice: Person) -> None:
    control.add_transaction(alice, counterparty_name="Kaffeewerk")
    service.transactions(alice.sub, Filters(q="kaffee"))
    control.fault("list", "error", sub=alice.sub, status=500)
    with pytest.raises(errors.BadReply) as caught:
        service.transactions(alice.sub, Filters(q="kaffee"))
    assert caught.value.last_known is None


def test_a_read_is_tried_once_more_after_a_503(control: Control, alice: Person) -> None:
    control.fault("accounts", "error", sub=alice.sub, status=503, count=1)
    assert service.accounts(alice.sub).data


def test_a_write_has_one_effect_and_the_same_answer_again(control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    cancellation = write(made)
    first = service.create_cancellation(alice.sub, str(made["id"]), cancellation)
    again = service.create_cancellation(alice.sub, str(made["id"]), cancellation)
    assert first.id == again.id
    assert first.transaction.status == "cancelled"
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_a_cut_connection_leaves_the_outcome_unknown_until_asked(
    control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice)
    control.fault("cancel", "cut_after_commit", sub=alice.sub, count=1)
    cancellation = write(made)
    with pytest.raises(errors.OutcomeUnknown):
        service.create_cancellation(alice.sub, str(made["id"]), cancellation)
    outcome = service.outcome(alice.sub, cancellation.key)
    assert outcome.state == "done"
    assert outcome.status == 201


def test_a_write_that_broke_before_it_arrived_never_was(control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    control.fault("cancel", "cut_before", sub=alice.sub, count=1)
    cancellation = write(made)
    with pytest.raises(errors.OutcomeUnknown):
        service.create_cancellation(alice.sub, str(made["id"]), cancellation)
    with pytest.raises(errors.NotFound):
        service.outcome(alice.sub, cancellation.key)
    assert control.effects(alice, "transaction.cancelled") == []


def test_a_refusal_says_why(control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    with pytest.raises(errors.Rejected) as caught:
        service.create_cancellation(alice.sub, str(made["id"]), write(made, expected_version=99))
    assert caught.value.code == "version_conflict"


def test_a_late_write_is_refused_and_has_no_effect(control: Control, alice: Person) -> None:
    made = control.add_transaction(alice)
    late = Write(intents.new_key(), datetime.now(UTC) - timedelta(seconds=5), write(made).body)
    with pytest.raises(errors.Rejected) as caught:
        service.create_cancellation(alice.sub, str(made["id"]), late)
    assert caught.value.code == "deadline_passed"
    assert control.effects(alice, "transaction.cancelled") == []


def test_a_stuck_service_takes_its_own_places_only(control: Control, alice: Person) -> None:
    """Half of the threads wait for the one that hangs; the next is told soon, without waiting."""
    control.fault("list", "hang", sub=alice.sub, ms=2500)
    places = settings.THREADS // 2

    def look(_: int) -> float:
        started = time.monotonic()
        with deadline.within(2.0), pytest.raises(errors.NoAnswer):
            service.transactions(alice.sub, Filters())
        return time.monotonic() - started

    with ThreadPoolExecutor(places * 2) as pool:
        took = sorted(pool.map(look, range(places * 2)))
    assert all(seconds < 1.0 for seconds in took[:places])
    assert all(1.5 < seconds < 2.6 for seconds in took[places:])


def test_a_healthy_service_serves_more_callers_than_it_has_places(
    control: Control, alice: Person
) -> None:
    with ThreadPoolExecutor(settings.THREADS * 2) as pool:
        pages = list(
            pool.map(
                lambda _: service.transactions(alice.sub, Filters()), range(settings.THREADS * 2)
            )
        )
    assert len(pages) == settings.THREADS * 2
