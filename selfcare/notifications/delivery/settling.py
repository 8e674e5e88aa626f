"""Writes down what came of a try, and where the delivery is now; sends nothing itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from selfcare.notifications.addresses import book
from selfcare.notifications.channels import Result
from selfcare.notifications.delivery import backoff, leases, releasing, tried
from selfcare.notifications.models import Address, Attempt, Delivery

log = structlog.get_logger("selfcare.notifications")

LOST = (OperationalError, InterfaceError)
State = Delivery.State
# What each address said; none where it came to none.
type Answers = Sequence[tuple[Address | None, Result]]


def settle(delivery: Delivery, answers: Answers) -> Result:
    """Writes down each try and where the delivery is now; the best answer is the one told."""
    order = list(Attempt.Outcome)
    address, best = min(answers, key=lambda one: order.index(one[1].outcome))
    try:
        state, ours = _write(delivery, answers, to=address)
    except IntegrityError:
        # The address was removed while it was being used.
        state, ours = _write(delivery, answers, to=None)
    except LOST:
        # The connection was lost while the provider took its time.
        connection.close()
        state, ours = _write(delivery, answers, to=address)
    log.info(
        "delivery.tried",
        channel=delivery.channel,
        state=state,
        outcome=best.outcome,
        provider=best.provider,
        detail=best.detail,
        tries=delivery.tries + 1,
        ours=ours,
    )
    return best


def _write(delivery: Delivery, answers: Answers, *, to: Address | None) -> tuple[State, bool]:
    """Where it is now, all or nothing; False if it was no longer ours: tries stand all the same."""
    told_at = tried.told_at(delivery)
    with transaction.atomic():
        for address, result in answers:
            if address and result.off_reason:
                book.switch_off(address=address, reason=result.off_reason)
        Attempt.objects.bulk_create(
            _attempt(delivery, address, one)
            for address, result in answers
            for one in (*result.earlier, result)
        )
        where = {"address": to} if to and not told_at else {}
        if not told_at and any(one.outcome == Attempt.Outcome.SENT for _, one in answers):
            told_at = timezone.now()
        changes = {"sent_at": told_at} | _next(delivery, answers, told_at) | where
        ours = leases.settle(delivery, tries=delivery.tries + 1, **changes)
        if ours and told_at and delivery.notification_id is None:
            delivery.parts.filter(state=State.IN_DIGEST).update(
                state=State.SENT, sent_at=told_at, changed_at=timezone.now()
            )
    return changes["state"], ours


def _attempt(delivery: Delivery, address: Address | None, result: Result) -> Attempt:
    return Attempt(
        delivery=delivery,
        channel=delivery.channel,
        address_id=address.pk if address else None,
        provider=result.provider[:60],
        outcome=result.outcome,
        detail=result.detail[:200],
        milliseconds=result.milliseconds,
    )


def _next(delivery: Delivery, answers: Answers, told_at: datetime | None) -> dict[str, Any]:
    """The state that follows from a try, with its reason and time.

    It is over when each address has answered for good; `told_at` is when the first one took it.
    """
    now = timezone.now()
    results = [result for _, result in answers]
    later = [one for one in results if one.outcome == Attempt.Outcome.LATER]
    if later:
        asked_for = max(one.retry_after for one in later)
        pause = backoff.pause(delivery.tries + 1, at_least=asked_for)
        if pause is not None:
            return {"state": State.WAITING, "due_at": now + timedelta(seconds=pause)}
    elif _goes_elsewhere(delivery, answers):
        return {"state": State.WAITING, "due_at": now}
    if told_at:
        return {"state": State.SENT}
    if later:
        return {"state": State.DEAD, "reason": "gave_up"}
    return {"state": State.DEAD, "reason": results[0].off_reason or _cause(results[0])}


def _goes_elsewhere(delivery: Delivery, answers: Answers) -> bool:
    """Whether an address that was switched off has left its place to one that wasn't asked yet."""
    if not any(result.off_reason for _, result in answers):
        return False
    asked = {address.pk for address, _ in answers if address}
    return any(one.pk not in asked for one in releasing.addresses_left(delivery))


def _cause(result: Result) -> str:
    return "broke" if result.detail.startswith("broke") else "refused"
