"""Makes and ends share links; the page and the JSON API both call these."""

import base64
import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from selfcare import ids
from selfcare.clients.shapes import Transaction
from selfcare.documents.shares.models import MOST_LIVE, Share
from selfcare.transactions import wording
from selfcare.web import formats

LONGEST_TOKEN = 200


class TooManyShares(Exception):
    """The transaction has as many live links as it may have."""


class KeyReused(Exception):
    """The key came before, for another link."""


def share(*, txn: Transaction, key: str, shown: Sequence[str], days: int) -> Share:
    """A link to `txn` for `days`, that shows what `shown` names; the same key makes it once."""
    told = sorted(set(shown))
    fingerprint = hashlib.sha256(json.dumps([txn.id, told, days]).encode()).hexdigest()
    if (before := _before(txn.owner, key, fingerprint)) is not None:
        return before
    now = timezone.now()
    about = Share.objects.of(txn.owner).filter(transaction_id=txn.id)
    about.filter(Q(expires_at__lte=now) | ~Q(revoked_at=None), ~Q(place=None)).update(place=None)
    taken = set(about.exclude(place=None).values_list("place", flat=True))
    for place in range(1, MOST_LIVE + 1):
        if place in taken:
            continue
        pk = ids.uuid7()
        try:
            with transaction.atomic():
                return Share.objects.create(
                    id=pk,
                    subject=txn.owner,
                    transaction_id=txn.id,
                    key=key,
                    fingerprint=fingerprint,
                    token_hash=hash_of(_token(pk, settings.SECRET_KEY)),
                    shown=told,
                    title=_title(txn),
                    about=about_of(txn),
                    place=place,
                    created_at=now,
                    expires_at=now + timedelta(days=days),
                )
        except IntegrityError:
            # Somebody took the place, or the same key, in this moment.
            if (before := _before(txn.owner, key, fingerprint)) is not None:
                return before
    raise TooManyShares


def about_of(txn: Transaction) -> dict[str, str | int]:
    """By what its owner tells a link from others, whatever language they read then."""
    return {
        "kind": txn.kind,
        "direction": txn.direction,
        "name": wording.name_of(txn)[:200],
        "amount_minor": txn.amount_minor,
        "currency": txn.currency,
    }


def _title(txn: Transaction) -> str:
    """The same in English, for a release before this one."""
    with formats.use(formats.ENGLISH):
        return f"{wording.title(txn)}, {txn.amount}"[:300]


def _before(subject: str, key: str, fingerprint: str) -> Share | None:
    before = Share.objects.of(subject).filter(key=key).first()
    if before is not None and before.fingerprint != fingerprint:
        raise KeyReused
    return before


def revoke(subject: str, public_id: str) -> Share | None:
    """Ends a link of this person's at once; None if there is none. Twice is as good as once."""
    own = find(subject, public_id)
    if own is None:
        return None
    Share.objects.filter(pk=own.pk, revoked_at=None).update(revoked_at=timezone.now(), place=None)
    own.refresh_from_db()
    return own


def find(subject: str, public_id: str) -> Share | None:
    """A share of this person's by its id; another's is as unknown as one that never was."""
    pk = ids.decode("shr", public_id)
    return Share.objects.of(subject).filter(pk=pk).first() if pk else None


def by_token(token: str) -> Share | None:
    """The live share behind a link; expired, revoked and unknown ones are alike."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    return Share.objects.live(timezone.now()).filter(token_hash=hash_of(token)).first()


def token_of(row: Share) -> str:
    """The token, made again from the id and our secret; empty if the secret has changed since."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(row.pk, secret)
        if hash_of(token) == row.token_hash:
            return token
    return ""


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _token(pk: uuid.UUID, secret: str) -> str:
    """256 bits that nobody without our secret can make, so that no table needs to hold them."""
    made = salted_hmac("documents.shares", pk.hex, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
