"""Several told together: written down at once or not at all, and each sent by one alone."""

from typing import Any

import pytest

from selfcare.clients import shapes
from selfcare.instructions import actions, queue
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.models import Instruction, State
from selfcare.instructions.queue import Item

SHOWN = {"payee": "Kaffeewerk", "amount_minor": 480, "currency": "EUR"}


def told(*ids: str, reason: str = "other", key: str = "key-of-this-test") -> list[Instruction]:
    items = [Item(one, {"expected_version": 1, "reason": reason}, SHOWN) for one in ids]
    return queue.claim_all(
        subject="usr_1", key=key, action="cancel", items=items, request_id="test"
    )


def test_told_twice_it_is_the_same_rows(db: None) -> None:
    assert told("txn_1", "txn_2") == told("txn_1", "txn_2")
    assert Instruction.objects.count() == 2
    assert queue.under("usr_1", "key-of-this-test") == told("txn_1", "txn_2")
    assert queue.under("usr_2", "key-of-this-test") == []


def test_where_one_was_told_otherwise_none_is_written_down(db: None) -> None:
    told("txn_2")
    with pytest.raises(KeyReused):
        told("txn_1", "txn_2", reason="duplicate")
    assert Instruction.objects.count() == 1


def test_a_long_key_still_gives_each_row_a_key_of_its_own(db: None) -> None:
    rows = told("txn_" + "1" * 76, "txn_" + "2" * 76, key="k" * 128)
    assert len({row.key for row in rows}) == 2
    assert all(len(row.key) <= 128 for row in rows)
    assert len(queue.under("usr_1", "k" * 128)) == 2


def test_one_alone_takes_it_out_of_the_line(db: None) -> None:
    [row] = told("txn_1")
    same = Instruction.objects.get(pk=row.pk)
    assert actions.start(row)
    assert not actions.start(same)


def test_what_was_refused_before_is_never_sent(db: None) -> None:
    refused = {"status": 409, "code": "not_possible", "words": "it is final."}
    item = Item("txn_1", {"expected_version": 1}, SHOWN, refused=refused)
    [row] = queue.claim_all(
        subject="usr_1", key="key-of-this-test", action="cancel", items=[item], request_id="test"
    )
    assert (row.state, row.code) == (State.REJECTED, "not_possible")
    assert queue.send_queued() == 0


def test_the_worker_goes_on_where_one_of_them_fails(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("txn_1", "txn_2", "txn_3")
    sent: list[str] = []

    def refuse(subject: str, transaction_id: str, write: Any) -> shapes.Done:
        from selfcare import errors

        sent.append(transaction_id)
        raise errors.NotSent("transactions", "cancel", "nobody there")

    monkeypatch.setitem(actions.CALLS, "cancel", refuse)
    assert queue.send_queued() == 3
    assert sent == ["txn_1", "txn_2", "txn_3"]
    assert set(Instruction.objects.values_list("state", flat=True)) == {State.NOT_DONE}
