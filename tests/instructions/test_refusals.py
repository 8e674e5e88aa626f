"""What is kept of a service's refusal."""

from selfcare.instructions import actions
from selfcare.instructions.models import AuditEntry, Instruction, State


def test_a_refusal_is_kept_in_a_way_that_each_database_takes(db: None) -> None:
    instruction, _ = actions.claim(
        subject="usr_1",
        key="key-of-this-test",
        action="cancel",
        transaction_id="txn_1",
        payload={},
        shown={"payee": "Kaffeewerk", "amount_minor": 480, "currency": "EUR"},
        needs_proof=False,
        request_id="test",
    )
    odd = {"code": "a\x00b", "detail": "\ud800", "reason": ["x"], "current_version": 3}
    actions._settle(instruction, State.REJECTED, actions._refusal(700, odd), actor="worker")
    kept = Instruction.objects.get(pk=instruction.pk).outcome
    assert kept == {"status": 409, "code": "ab", "detail": "?", "current_version": 3}
    assert AuditEntry.objects.filter(instruction=instruction).count() == 2
