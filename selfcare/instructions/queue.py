"""Instructions told together: each written down first, then sent one by one; nothing gets lost."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction

from selfcare import deadline
from selfcare.instructions import actions
from selfcare.instructions.models import Instruction

# Less than this is no time to begin another call within a page.
WORTH_BEGINNING_SECONDS = 1.0
# The worker has other duties: it goes on with the line at its next turn.
TURN_SECONDS = 3.0
# With a transaction's id behind it, it still is a key.
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One of several: `payload` for the service, `shown` for people, `refused` if never sent."""

    transaction_id: str
    payload: dict[str, Any]
    shown: dict[str, Any]
    refused: dict[str, Any] | None = None


def key_of(key: str, transaction_id: str) -> str:
    """Each row's own key: the same row of the same intent is the same instruction."""
    if len(key) > LONGEST_KEY:
        key = sha256(key.encode()).hexdigest()[:LONGEST_KEY]
    return f"{key}-{transaction_id}"


def claim_all(
    *, subject: str, key: str, action: str, items: Sequence[Item], request_id: str
) -> list[Instruction]:
    """Writes all of them down, or none; a second call with the same finds the same rows.

    Raises actions.KeyReused where one of them was told otherwise under this key.
    """
    with transaction.atomic():
        return [
            actions.claim(
                subject=subject,
                key=key_of(key, item.transaction_id),
                action=action,
                transaction_id=item.transaction_id,
                payload=item.payload,
                shown=item.shown,
                needs_proof=False,
                request_id=request_id,
                queued=True,
                refused=item.refused,
            )[0]
            for item in items
        ]


def under(subject: str, key: str) -> list[Instruction]:
    """What was told together under `key`, in its order; a longer key is another one's."""
    told = Instruction.objects.of(subject).filter(key__startswith=key_of(key, ""))
    return [one for one in told.order_by("id") if one.key == key_of(key, one.transaction_id)]


def send_now(instructions: Sequence[Instruction]) -> None:
    """Sends what the page's deadline has room for; the worker goes on with the rest."""
    for instruction in instructions:
        if deadline.remaining(actions.SEND_SECONDS) < WORTH_BEGINNING_SECONDS:
            return
        if instruction.state == "queued" and actions.start(instruction):
            actions.send(instruction)


def send_queued(limit: int = 50) -> int:
    """The worker's part; how many it sent. Any number of workers may call it at once."""
    ends_at = time.monotonic() + TURN_SECONDS
    sent = 0
    for instruction in Instruction.objects.queued()[:limit]:
        if time.monotonic() > ends_at:
            break
        if actions.start(instruction):
            actions.send(instruction)
            sent += 1
    return sent
