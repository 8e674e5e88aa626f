"""Idempotency: one effect for a key however often it is sent, and its outcome for who asks."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection
from django.db import transaction as database
from django.http import HttpRequest

from sandbox import clock
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions.models import IdempotencyKey

SKEW = timedelta(seconds=2)
KEPT = timedelta(days=90)
BATCH = 1000
FARTHEST_DEADLINE = timedelta(minutes=10)
ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


type Owner = Person | Merchant


@dataclass(frozen=True, slots=True)
class Claim:
    """What a write's headers say."""

    key: str
    deadline: datetime

    def check_deadline(self) -> None:
        if clock.real_now() > self.deadline:
            raise ProblemError(408, "deadline_passed", "Its deadline had passed; nothing was done.")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    replayed: bool


def is_key(text: str) -> bool:
    return 16 <= len(text) <= 128 and ALPHABET.issuperset(text)


def claim_from(request: HttpRequest) -> Claim:
    """The write's key and deadline, or ProblemError 400 or 408."""
    key = request.headers.get("Idempotency-Key", "")
    if not is_key(key):
        told = "Idempotency-Key must have 16 to 128 letters, digits, - or _."
        raise ProblemError(400, "bad_header", told, field="Idempotency-Key")
    deadline = clock.parse(request.headers.get("Request-Deadline", ""))
    if deadline is None or deadline > clock.real_now() + FARTHEST_DEADLINE:
        told = "Request-Deadline must be an RFC 3339 instant within ten minutes."
        raise ProblemError(400, "bad_header", told, field="Request-Deadline")
    claim = Claim(key, deadline)
    claim.check_deadline()
    return claim


def fingerprint(owner: Owner, path: str, body: dict[str, Any]) -> str:
    """Of what is asked, whatever the order and the spacing of its JSON."""
    whose = owner.sub if isinstance(owner, Person) else owner.public_id
    canonical = json.dumps([whose, path, body], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def once(
    claim: Claim,
    *,
    owner: Owner,
    operation: str,
    print_: str,
    effect: Callable[[], dict[str, Any]],
    note: Callable[[Answer], None],
) -> Answer:
    """Run `effect` for this key if it never ran, else give its stored answer.

    1. The key's row is written and committed, so that from now on a look-up finds it.
    2. One database transaction takes the row's lock, runs the effect, stores the answer and lets
       `note` log it. Others with the same key wait for the lock and then replay.
    Dying in 2 leaves a row without an answer: the same key may try again, and once the deadline
    has passed a look-up says that nothing happened.
    Raises ProblemError 422 `idempotency_key_reused`, 408 `deadline_passed`, and 409
    `world_was_reset` where its merchant began anew between the two.
    """
    row = _claimed(claim, owner, operation, print_)
    if row.fingerprint != print_:
        told = "This key was used for something else."
        raise ProblemError(422, "idempotency_key_reused", told)
    if row.answer_status is not None:
        return _stored(row)
    with database.atomic():
        held = IdempotencyKey.objects.select_for_update().filter(pk=row.pk).first()
        if held is None:
            told = "Its merchant began anew at this moment; nothing was done."
            raise ProblemError(409, "world_was_reset", told)
        row = held
        if row.answer_status is not None:
            return _stored(row)
        claim.check_deadline()
        answer = _decide(effect)
        row.answer_status, row.answer_body = answer.status, json.dumps(answer.body)
        row.completed_at = clock.real_now()
        row.save(update_fields=["answer_status", "answer_body", "completed_at"])
        note(answer)
        # Too late now means rolled back: whoever asks after the deadline was told the truth.
        claim.check_deadline()
    return answer


def _claimed(claim: Claim, owner: Owner, operation: str, print_: str) -> IdempotencyKey:
    row = IdempotencyKey.objects.filter(key=claim.key).first()
    if row is None:
        try:
            return IdempotencyKey.objects.create(
                key=claim.key,
                person=owner if isinstance(owner, Person) else None,
                merchant=owner if isinstance(owner, Merchant) else None,
                operation=operation,
                fingerprint=print_,
                deadline=claim.deadline,
            )
        except IntegrityError:
            row = IdempotencyKey.objects.get(key=claim.key)
    if row.answer_status is None and row.fingerprint == print_ and row.deadline < claim.deadline:
        later = IdempotencyKey.objects.filter(pk=row.pk, deadline__lt=claim.deadline)
        later.update(deadline=claim.deadline)
    return row


def _decide(effect: Callable[[], dict[str, Any]]) -> Answer:
    """A refusal is an answer too; what its effect had begun is undone."""
    try:
        with database.atomic():
            return Answer(201, effect(), replayed=False)
    except ProblemError as problem:
        return Answer(problem.status, problem.body(""), replayed=False)


def _stored(row: IdempotencyKey) -> Answer:
    return Answer(row.answer_status or 500, json.loads(row.answer_body), replayed=True)


def outcome(person: Person, key: str) -> dict[str, Any]:
    """What became of the key's write. Raises ProblemError 404 `unknown_key`."""
    row = IdempotencyKey.objects.filter(key=key, person=person).first()
    if row and row.answer_status is None and clock.real_now() > row.deadline + SKEW:
        row = _waited_for(row)
    if row is None:
        raise ProblemError(404, "unknown_key", "Nothing was ever done with this key.")
    done = row.answer_status is not None
    return {
        "idempotency_key": row.key,
        "operation": row.operation,
        "state": "done" if done else "in_progress",
        "status": row.answer_status,
        "body": json.loads(row.answer_body) if done else None,
        "completed_at": clock.maybe(row.completed_at),
    }


def _waited_for(row: IdempotencyKey) -> IdempotencyKey | None:
    """The row after its running write has ended; None if it never will happen."""
    try:
        with database.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
            held = IdempotencyKey.objects.select_for_update().get(pk=row.pk)
    except OperationalError:
        return row  # still running
    # A retry may have moved the deadline while we waited.
    over = held.answer_status is None and clock.real_now() > held.deadline + SKEW
    return None if over else held


def known(key: str) -> bool:
    """Whether the key already has its answer."""
    return IdempotencyKey.objects.filter(key=key, answer_status__isnull=False).exists()


def forget_old(now: datetime | None = None) -> int:
    """A batch of keys that are older than we keep; who sends one of them again begins anew."""
    old = (now or clock.real_now()) - KEPT
    rows = IdempotencyKey.objects.filter(created_at__lt=old).order_by("created_at")
    pks = list(rows.values_list("pk", flat=True)[:BATCH])
    return IdempotencyKey.objects.filter(pk__in=pks).delete()[0] if pks else 0
