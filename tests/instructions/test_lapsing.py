"""An instruction that waits for a proof in vain is closed, and no proof brings it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from selfcare.instructions import actions, wording
from selfcare.instructions.models import AuditEntry, Instruction, State


@pytest.fixture
def waiting(db: None) -> Instruction:
    facts: dict[str, Any] = {
        "subject": "usr_1",
        "key": "key-of-this-test",
        "action": "confirm",
        "transaction_id": "txn_1",
        "payload": {"decision": "confirm"},
        "shown": {"payee": "Kaffeewerk", "amount_minor": 480, "currency": "EUR"},
    }
    instruction, made = actions.claim(**facts, needs_proof=True, request_id="test")
    assert made
    return instruction


def test_it_is_left_alone_while_there_is_time(waiting: Instruction) -> None:
    assert actions.lapse_unproved() == 0
    waiting.refresh_from_db()
    assert waiting.state == State.AWAITING_PROOF


def test_it_is_closed_after_its_time_and_stays_so(waiting: Instruction) -> None:
    long_ago = timezone.now() - timedelta(seconds=settings.INTENT_SECONDS + 1)
    Instruction.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    assert actions.lapse_unproved() == 1
    assert actions.release(waiting, authentication={"acr": "x"}) is False
    waiting.refresh_from_db()
    assert waiting.state == State.NOT_DONE
    assert "didn’t come in time" in wording.of(waiting).lead
    assert AuditEntry.objects.filter(instruction=waiting, name="instruction.not_done").exists()


def test_only_what_was_claimed_is_sent(waiting: Instruction) -> None:
    with pytest.raises(ValueError, match="just claimed"):
        actions.send(waiting)


def test_deciding_anew_closes_what_still_waits(waiting: Instruction) -> None:
    later, _ = actions.claim(
        subject=waiting.subject,
        key="another-key-of-this-test",
        action="confirm",
        transaction_id=waiting.transaction_id,
        payload=waiting.payload,
        shown=waiting.shown,
        needs_proof=True,
        request_id="test",
    )
    waiting.refresh_from_db()
    assert waiting.state == State.NOT_DONE
    assert waiting.code == "replaced"
    assert later.state == State.AWAITING_PROOF
