"""A fresh proof of identity for one thing, asked of the provider, used once; moves no money."""

from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import models, transaction
from django.http import HttpResponse
from django.utils import timezone

from selfcare import errors
from selfcare.clients import auth
from selfcare.identity import attempts, leaving
from selfcare.identity.models import Proof
from selfcare.identity.session_store import of
from selfcare.web.request import SignedInRequest

STEP_UP_COMPLETED = "step_up.completed"
STEP_UP_REFUSED = "step_up.refused"
COUNTS_FOR = timedelta(minutes=2)
# The provider's clock and ours; auth_time has whole seconds.
SKEW_SECONDS = 5

log = structlog.get_logger("selfcare.audit")


class Refused(Exception):
    """The provider's answer is no fresh proof of this person; `reason` is a word for the page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def accepted_acrs() -> list[str]:
    """What AUTH_STEP_UP_ACR lists, in the order of preference."""
    return list(settings.AUTH_STEP_UP_ACR.split())


def begin(request: SignedInRequest, *, purpose: str, bound_to: str, return_to: str) -> HttpResponse:
    """Sends the person to the provider; afterwards they arrive at `return_to`, a local path.

    `bound_to` (at most 200 characters) is the fingerprint of what is confirmed. Raises ValueError
    for one that is empty or too long; a provider that isn't there is told on a page.
    """
    if not 0 < len(bound_to) <= 200:
        raise ValueError("bound_to has to have 1 to 200 characters.")
    person = request.person
    attempt = attempts.new(
        return_to,
        session_hash=of(request).key_hash,
        subject=person.subject,
        purpose=purpose[:60],
        bound_to=bound_to,
    )
    try:
        # max_age=0 asks for a proof made now, acr_values for which; with prompt=login some
        # providers would ask for the password too.
        url = auth.authorization_url(
            state=attempt.state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            acr_values=" ".join(accepted_acrs()),
            max_age="0",
            login_hint=person.email or person.subject,
        )
    except errors.CallFailed as error:
        return leaving.not_reached(request, error, on=attempt.next)
    response = leaving.to(request, url)
    attempts.remember(request, response, attempt)
    return response


def complete(request: SignedInRequest, attempt: attempts.Attempt, identity: auth.Identity) -> Proof:
    """Writes the proof down. Raises Refused; the session stays as it is then."""
    reason = _fault(request, attempt, identity)
    if reason:
        log.warning(STEP_UP_REFUSED, purpose=attempt.purpose, reason=reason)
        raise Refused(reason)
    authenticated_at = datetime.fromtimestamp(identity.auth_time or 0, tz=UTC)
    with transaction.atomic():
        proof = Proof.objects.create(
            subject=identity.subject,
            session_hash=attempt.session_hash,
            purpose=attempt.purpose,
            bound_to=attempt.bound_to,
            acr=identity.text("acr"),
            authenticated_at=authenticated_at,
            expires_at=timezone.now() + COUNTS_FOR,
        )
    log.info(STEP_UP_COMPLETED, purpose=attempt.purpose, subject=identity.subject)
    return proof


def _fault(request: SignedInRequest, attempt: attempts.Attempt, identity: auth.Identity) -> str:
    if of(request).key_hash != attempt.session_hash:
        return "other_session"
    if identity.subject != attempt.subject or identity.subject != request.person.subject:
        return "other_person"
    if identity.text("acr") not in accepted_acrs():
        return "too_weak"
    proven_at = identity.auth_time
    if proven_at is None or proven_at < int(attempt.started_at) - SKEW_SECONDS:
        return "not_fresh"
    return ""


def take(request: SignedInRequest, *, bound_to: str) -> Proof | None:
    """Uses up a proof for exactly this, of this person in this session; None if there is none."""
    for proof in _usable(request, bound_to).order_by("-created_at"):
        now = timezone.now()
        if Proof.objects.use(proof.pk, now):
            proof.used_at = now
            return proof
    return None


def _usable(request: SignedInRequest, bound_to: str) -> models.QuerySet[Proof]:
    return Proof.objects.usable(
        subject=request.person.subject,
        session_hash=of(request).key_hash,
        bound_to=bound_to,
    )
