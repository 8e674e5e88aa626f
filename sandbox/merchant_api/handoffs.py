"""The token with which a merchant's customer comes to us; takes nobody by the hand itself."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from uuid import UUID

from django.conf import settings

from sandbox import ids, worlds
from sandbox.merchant_api import return_addresses
from sandbox.merchant_api.models import Demand, Handoff
from sandbox.people.models import Person

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def make(demand: Demand, now: datetime) -> Handoff:
    """The one way to this demand, open as long as the demand is."""
    row_id = ids.uuid7(now)
    return Handoff.objects.create(
        id=row_id,
        demand=demand,
        token_sha256=_hashed(token_of(row_id)),
        expires_at=demand.expires_at,
    )


def token_of(row_id: UUID) -> str:
    """Made from the id under our secret, so that the same request gets the same answer again and
    yet no table holds the token."""
    key = f"merchant handoff|{settings.SECRET_KEY}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, row_id.bytes, "sha256")).decode().rstrip("=")


def url_of(handoff: Handoff) -> str:
    return f"{settings.SELFCARE_URL}/handoff/{token_of(handoff.id)}/"


def find(token: str, now: datetime) -> Handoff | None:
    """Where the token leads while it does: neither over nor used nor called off.

    `now` is the real time; a merchant whose own is ahead goes by that.
    """
    found = _of(token)
    if found is None or found.used_at or found.demand.transaction:
        return None
    at = worlds.moment(found.demand.merchant, now)
    return found if found.demand.status(at) == "action_required" else None


def find_for(person: Person, token: str, now: datetime) -> Handoff | None:
    """Where the token leads for this person: what is open, and what they took on themselves.

    Whatever else it is or was, used by somebody else or over, is as if it had never been.
    """
    found = _of(token)
    if found and found.demand.transaction and found.demand.transaction.person_id == person.pk:
        return found
    return find(token, now)


def _of(token: str) -> Handoff | None:
    if not TOKEN.fullmatch(token):
        return None
    rows = Handoff.objects.select_related("demand__merchant__world", "demand__transaction")
    return rows.filter(token_sha256=_hashed(token)).first()


def back_to(demand: Demand) -> str | None:
    """Where its customer goes back to, with the id of what it was about and never how it ended.

    None where the merchant has taken the address off its list meanwhile.
    """
    if not return_addresses.is_registered(demand.merchant, demand.return_url):
        return None
    joint = "&" if "?" in demand.return_url else "?"
    return f"{demand.return_url}{joint}{demand.kind}={demand.wire_id}"


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
