"""Sends one delivery: takes it, looks whether it is still wanted, hands it over, writes it down.

What is sent carries the delivery's id, so that the other side knows it again where our answer is
lost. Nothing here waits in a database transaction for a provider.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from selfcare import deadline
from selfcare.notifications import (
    address_book,
    backoff,
    channels,
    gathering,
    leases,
    messages,
    people,
    releasing,
    rests,
)
from selfcare.notifications.channels import Message, Result
from selfcare.notifications.models import Address, Attempt, AuditEntry, Delivery
from selfcare.notifications.people import Known
from selfcare.preferences.actions import speaking_to
from selfcare.web.request import Person

log = structlog.get_logger("selfcare.notifications")

# A message that we can't make is no provider's fault: seldom mended by trying on for days.
MOST_OWN_FAULTS = 5
LONGEST_SECONDS = 15.0
# What was read of people for several messages holds so long.
FRESH_SECONDS = 1.0
# So often a provider that may have taken it is asked again, before another gets it.
MOST_UNSURE = 3
State = Delivery.State
LOST = (OperationalError, InterfaceError)


def send(pk: uuid.UUID) -> Result | None:
    """Sends it once, if it is due and nobody else has it; what came of it, None if nothing did."""
    held = leases.hold_all([pk])
    return _bound(held[0], None) if held else None


def send_all(pks: Sequence[uuid.UUID], stopping: Callable[[], bool]) -> bool:
    """The same for several, one after the other; False if some were given back unsent.

    What is known of the people is read for all at once. It soon is old: then the rest is given
    back, as it is when this process is to stop.
    """
    return send_held(leases.hold_all(pks), stopping)


def send_held(held: Sequence[Delivery], stopping: Callable[[], bool]) -> bool:
    """The same for what is held already."""
    ends_at = time.monotonic() + FRESH_SECONDS
    persons = _persons(held)
    for place, delivery in enumerate(held):
        if place and (stopping() or time.monotonic() > ends_at):
            leases.let_go(held[place:])
            return False
        try:
            _bound(delivery, persons.get(delivery.subject))
        except LOST:
            # This one waits for the end of its lease, as it would if we had died.
            connection.close()
            leases.let_go(held[place + 1 :])
            raise
    return True


def _persons(held: Sequence[Delivery]) -> dict[str, Known]:
    try:
        return people.read({one.subject for one in held}) if held else {}
    except Exception:
        # One whose choices can't be read keeps no other's message: each is asked for alone.
        log.exception("people.unreadable", count=len(held))
        return {}


def _bound(delivery: Delivery, person: Known | None) -> Result | None:
    structlog.contextvars.bind_contextvars(delivery=delivery.public_id)
    try:
        return _send(delivery, person)
    finally:
        structlog.contextvars.unbind_contextvars("delivery")


def _send(delivery: Delivery, person: Known | None) -> Result | None:
    try:
        person = person or people.read([delivery.subject])[delivery.subject]
        release = releasing.look(delivery, person, timezone.now())
        if not release.told or not release.addresses:
            _keep(delivery, release)
            return None
        lost: dict[str, Any] = _lost_answers(delivery) if delivery.tries else {}
        # All of it is in their language: also what the channel writes around the words.
        with speaking_to(delivery.subject, row=person.preferences):
            message = messages.of(delivery, release.told, count=release.count)
            results = _hand_over(delivery.channel, release.addresses, replace(message, **lost))
    except LOST:
        # The database is away: nothing was tried, and the message is none the worse for it.
        raise
    except Exception as error:
        log.exception("delivery.broke")
        _settle(delivery, [_own_fault(delivery, error)])
        return None
    rests.note(delivery.channel, down=all(one.provider_down for one in results))
    best = _settle(delivery, results, addresses=release.addresses)
    for address, result in zip(release.addresses, results, strict=True):
        if result.off_reason:
            address_book.switch_off(address=address, reason=result.off_reason)
    return best


def _lost_answers(delivery: Delivery) -> dict[str, Any]:
    """The provider whose answers to the last tries were lost, if any: to ask it, or no longer."""
    last = list(
        Attempt.objects.filter(delivery=delivery)
        .order_by("-pk")
        .values_list("provider", "detail")[:MOST_UNSURE]
    )
    if not last or not last[0][1].startswith("unknown"):
        return {}
    provider = last[0][0]
    lost = [one for one, detail in last if one == provider and detail.startswith("unknown")]
    # Asked in vain that often, it would never come at all: rather twice than never.
    return {"given_up_on" if len(lost) == MOST_UNSURE else "unsure_of": provider}


def _hand_over(channel: str, addresses: Sequence[Address], message: Message) -> list[Result]:
    # The lease outlives the calls: nobody else begins while they are on their way.
    most = min(LONGEST_SECONDS, settings.SENDING_LEASE_SECONDS * 0.6)
    sender: Callable[..., Result] = channels.of(channel).send
    ends_at = time.monotonic() + most
    results = []
    for address in addresses:
        seconds = max(0.1, ends_at - time.monotonic())
        with deadline.within(seconds):
            call = partial(sender, address, message, seconds=seconds)
            results.append(channels.timed(partial(_safely, channel, call)))
    return results


def _safely(channel: str, call: Callable[[], Result]) -> Result:
    try:
        return call()
    except Exception as error:
        log.exception("delivery.broke", channel=channel)
        return channels.later(channel, f"broke: {type(error).__name__}")


def _own_fault(delivery: Delivery, error: Exception) -> Result:
    detail = f"broke: {type(error).__name__}"
    if delivery.tries + 1 >= MOST_OWN_FAULTS:
        return channels.refused("", detail)
    return channels.later("", detail)


# ── What comes of it ────────────────────────────────────────────────────────────────────────
def _settle(
    delivery: Delivery,
    results: Sequence[Result],
    *,
    addresses: Sequence[Address] = (),
) -> Result:
    """Writes down each try and where the delivery is now; the best of several counts."""
    order = list(Attempt.Outcome)
    best = min(results, key=lambda one: order.index(one.outcome))
    changes = _next(delivery, best)
    if addresses:
        changes["address"] = addresses[results.index(best)]
    try:
        ours = _write(delivery, results, changes)
    except IntegrityError:
        # The address was removed while it was being used.
        changes.pop("address", None)
        ours = _write(delivery, results, changes)
    except LOST:
        # The connection was lost while the provider took its time.
        connection.close()
        ours = _write(delivery, results, changes)
    log.info(
        "delivery.tried",
        channel=delivery.channel,
        state=changes["state"],
        outcome=best.outcome,
        provider=best.provider,
        detail=best.detail,
        tries=delivery.tries + 1,
        ours=ours,
    )
    return best


def _write(delivery: Delivery, results: Sequence[Result], changes: dict[str, Any]) -> bool:
    """False if the delivery was no longer ours; what was tried is written down all the same."""
    with transaction.atomic():
        tries = [one for result in results for one in (*result.earlier, result)]
        Attempt.objects.bulk_create(_attempt(delivery, one) for one in tries)
        ours = leases.settle(delivery, tries=delivery.tries + 1, **changes)
        if ours and changes["state"] == State.SENT and delivery.notification_id is None:
            delivery.parts.filter(state=State.IN_DIGEST).update(
                state=State.SENT, sent_at=changes["sent_at"], changed_at=changes["sent_at"]
            )
    return ours


def _attempt(delivery: Delivery, result: Result) -> Attempt:
    return Attempt(
        delivery=delivery,
        channel=delivery.channel,
        provider=result.provider[:60],
        outcome=result.outcome,
        detail=result.detail[:200],
        milliseconds=result.milliseconds,
    )


def _next(delivery: Delivery, result: Result) -> dict[str, Any]:
    """The state that follows from a try, with its reason and time."""
    now = timezone.now()
    if result.outcome == Attempt.Outcome.SENT:
        return {"state": State.SENT, "sent_at": now}
    if result.outcome == Attempt.Outcome.REFUSED:
        return {"state": State.DEAD, "reason": result.off_reason or _cause(result)}
    pause = backoff.pause(delivery.tries + 1, at_least=result.retry_after)
    if pause is None:
        return {"state": State.DEAD, "reason": "gave_up"}
    return {"state": State.WAITING, "due_at": now + timedelta(seconds=pause)}


def _cause(result: Result) -> str:
    return "broke" if result.detail.startswith("broke") else "refused"


def _keep(delivery: Delivery, release: releasing.Release) -> None:
    """It doesn't go out now: not at all, or later in a digest."""
    with transaction.atomic():
        if release.digest_kind and release.due_at:
            if leases.settle(delivery, reason=release.reason):
                gathering.put(
                    delivery,
                    kind=release.digest_kind,
                    due_at=release.due_at,
                    reason=release.reason,
                )
        elif release.due_at:
            leases.settle(delivery, due_at=release.due_at, reason=release.reason)
        else:
            leases.settle(
                delivery,
                state=State.NOT_WANTED,
                reason=release.reason,
                rule=release.rule or delivery.rule,
            )
    log.info("delivery.kept", channel=delivery.channel, reason=release.reason)


# ── Driving again ───────────────────────────────────────────────────────────────────────────
def drive_again(deliveries: "QuerySet[Delivery]", by: Person, reason: str) -> int:
    """Lets dead letters go out once more, from the first try; how many.

    Two operators at once drive each of them once: whoever comes second finds them driven. Whether
    each is still wanted is looked at as before each sending. `reason` goes to the audit.
    """
    now = timezone.now()
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    with transaction.atomic():
        wanted = list(deliveries.values_list("pk", flat=True))
        again = Delivery.objects.filter(pk__in=wanted, state=State.DEAD).update(
            state=State.WAITING,
            reason="driven_again",
            tries=0,
            due_at=now,
            lease_holder="",
            changed_at=now,
        )
        if again:
            AuditEntry.objects.create(
                subject=by.subject,
                name=by.name[:300],
                action="deliveries.driven_again",
                reason=reason[:500],
                target=_target(wanted),
                count=again,
                request_id=request_id[:64],
            )
    log.info("deliveries.driven_again", count=again, of=len(wanted), by=by.subject)
    return again


def _target(wanted: Sequence[uuid.UUID]) -> str:
    if len(wanted) == 1:
        return Delivery(pk=wanted[0]).public_id
    return f"{len(wanted)} deliveries"
