"""The intent in a form: a key made by the server and what the user sees, signed, for an hour."""

import secrets
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing

SALT = "selfcare.instructions.intent"


class IntentExpired(Exception):
    """The form was open too long: show it afresh, with what was typed."""


class IntentInvalid(Exception):
    """No intent of ours, or one for another person, action or transaction."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the user saw: `version` of the transaction, amounts in minor units, the payee."""

    key: str
    subject: str
    action: str
    transaction_id: str
    version: int
    amount_minor: int
    fee_minor: int
    currency: str
    payee: str

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
