"""The intent in a form: a key made by the server and what the user sees, signed, for an hour."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
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
    # What is repeated as it was offered: the payee was looked up for this offer.
    offer_id: str = ""
    # What their bank said of the payee's name, as the person saw it.
    payee_check: str = ""
    # The case that it is about, where it is about one.
    case_id: str = ""
    # The account that was chosen, where one could be: what was begun at a merchant.
    account_id: str = ""
    # Where to go back to there afterwards.
    return_url: str = ""
    # `in` where the money comes to the person.
    direction: str = "out"

    @property
    def about(self) -> str:
        """The id of what it is done to: the case, or else the transaction."""
        return self.case_id or self.transaction_id

    @property
    def shown(self) -> dict[str, Any]:
        """What the page of the instruction repeats later, without asking anybody."""
        kept = ("amount_minor", "fee_minor", "currency", "payee", "account", "version")
        shown = {name: getattr(self, name) for name in kept}
        unusual = {"return_url": self.return_url, "direction": self.direction.replace("out", "")}
        return shown | {name: value for name, value in unusual.items() if value}

    def seen(self, **changes: Any) -> "Intent":
        """The same intent of somebody who saw other figures, such as an older version."""
        return replace(self, **changes)

    def token(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)


def new_key() -> str:
    """A random idempotency key, made once an intent."""
    return f"int_{secrets.token_urlsafe(24)}"


def read(
    token: str, *, subject: str, action: str, transaction_id: str = "", case_id: str = ""
) -> Intent:
    """The intent behind `token`, for one transaction or one case; IntentExpired, IntentInvalid."""
    intent = _loaded(token, settings.INTENT_SECONDS)
    thing = (intent.transaction_id, "") if transaction_id else ("", intent.case_id)
    if (intent.subject, intent.action, *thing) != (subject, action, transaction_id, case_id):
        raise IntentInvalid
    return intent


def whose(token: str, *, within: timedelta) -> Intent:
    """The intent of a form made `within` this time, whoever sends it.

    It proves whose words came with it, and nothing else: good for drafts, never for an effect.
    """
    return _loaded(token, within)


def _loaded(token: str, within: timedelta | int) -> Intent:
    if len(token) > 2000:
        raise IntentInvalid
    try:
        return Intent(**signing.loads(token, salt=SALT, max_age=within))
    except signing.SignatureExpired as error:
        raise IntentExpired from error
    except (signing.BadSignature, TypeError) as error:
        raise IntentInvalid from error
