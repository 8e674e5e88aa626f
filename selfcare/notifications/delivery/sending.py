"""Sends one delivery: takes it, looks whether it is still wanted, hands it over.

What is sent carries the delivery's id, so that the other side knows it again where our answer is
lost. Nothing here waits in a database transaction for a provider.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from selfcare import deadline
from selfcare.notifications import channels, people
from selfcare.notifications.channels import Message, Result
from selfcare.notifications.delivery import (
    gathering,
    leases,
    messages,
    releasing,
    rests,
    settling,
    tried,
)
from selfcare.notifications.delivery.settling import Answers
from selfcare.notifications.models import Address, AuditEntry, Delivery
from selfcare.notifications.people import Known
from selfcare.preferences.actions import speaking_to
from selfcare.web.request import Person

log = structlog.get_logger("selfcare.notifications")

# A message that we can't make is no provider's fault: seldom mended by trying on for days.
MOST_OWN_FAULTS = 5
LONGEST_SECONDS = 15.0
# What was read of people for several messages holds so long.
FRESH_SECONDS = 1.0
# A task that comes while its provider rests holds up the next ones for so long.
RESTING_SECONDS = 0.5
State = Delivery.State


def send(pk: uuid.UUID) -> Result | None:
    """Sends it once, if it is due and nobody else has it; what came of it, None if nothing did.

    While its provider rests it is given back without a try: who carried it here, maybe in another
    process, doesn't know.
    """
    held = leases.hold_all([pk])
    if held and not rests.room(held[0].channel, 1):
        time.sleep(RESTING_SECONDS)
        leases.let_go(held)
        return None
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
        except settling.LOST:
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
        # All of it is in their language: also what the channel writes around the words.
        with speaking_to(delivery.subject, row=person.preferences):
            message = messages.of(delivery, release.told, count=release.count)
            answers = _hand_over(delivery, release.addresses, message)
    except settling.LOST:
        # The database is away: nothing was tried, and the message is none the worse for it.
        raise
    except Exception as error:
        log.exception("delivery.broke")
        settling.settle(delivery, [(None, _own_fault(delivery, error))])
        return None
    rests.note(delivery.channel, down=all(result.provider_down for _, result in answers))
    return settling.settle(delivery, answers)


def _hand_over(delivery: Delivery, addresses: Sequence[Address], message: Message) -> Answers:
    # The lease outlives the calls: nobody else begins while they are on their way.
    most = min(LONGEST_SECONDS, settings.SENDING_LEASE_SECONDS * 0.6)
    sender: Callable[..., Result] = channels.of(delivery.channel).send
    ends_at = time.monotonic() + most
    answers = []
    for place, address in enumerate(addresses):
        # One that hangs leaves each of the others its share.
        seconds = max(0.1, (ends_at - time.monotonic()) / (len(addresses) - place))
        ours = replace(message, **tried.lost_answers(delivery, address))
        with deadline.within(seconds):
            call = partial(sender, address, ours, seconds=seconds)
            answers.append((address, channels.timed(partial(_safely, delivery.channel, call))))
    return answers


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
        elif told_at := tried.told_at(delivery):
            # Only who was still to get it doesn't.
            leases.settle(delivery, state=State.SENT, sent_at=told_at)
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
        dead = Delivery.objects.filter(pk__in=wanted, state=State.DEAD)
        # In one order, or two operators whose choices overlap could hold each other up for good.
        ours = list(dead.order_by("pk").select_for_update().values_list("pk", flat=True))
        again = Delivery.objects.filter(pk__in=ours).update(
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
