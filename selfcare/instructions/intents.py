"""The intent in a form: a key made by the server and what the user sees, signed, for an hour."""

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing

SALT = "selfcare.instructions.intent"


class IntentExpired(Exception):
    """The form was open too long: show it afresh, with what was typed."""


class IntentInvalid(Exception):
    """No intent of ours, or one for another person, action or transaction."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the user saw: `version` of the transaction, amounts in minor units,
    the payee, and the account of theirs that it touches."""

    key: str
    subject: str
    action: str
    transaction_id: str
    version: int
    amount_minor: int
    fee_minor: int
    currency: str
    payee: str
    account: str
    # The most that may be asked back, where money is asked back.
    most_minor: int = 0

    @property
    def shown(self) -> dict[str, Any]:
        """What the page of the instruction repeats later, without asking anybody."""
        kept = ("amount_minor", "fee_minor", "currency", "payee", "account", "version")
        return {name: getattr(self, name) for name in kept}

    def seen(self, **changes: Any) -> "Intent":
        """The same intent of somebody who saw other figures, such as an older version."""
        return replace(self, **changes)

    def token(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)


def new_key() -> str:
    """A random idempotency key, made once an intent."""
    return f"int_{secrets.token_urlsafe(24)}"


def read(token: str, *, subject: str, action: str, transaction_id: str) -> Intent:
    """The intent behind `token`; raises IntentExpired or IntentInvalid."""
    if len(token) > 2000:
        raise IntentInvalid
    try:
        intent = Intent(**signing.loads(token, salt=SALT, max_age=settings.INTENT_SECONDS))
    except signing.SignatureExpired as error:
        raise IntentExpired from error
    except (signing.BadSignature, TypeError) as error:
        raise IntentInvalid from error
    if (intent.subject, intent.action, intent.transaction_id) != (subject, action, transaction_id):
        raise IntentInvalid
    return intent
