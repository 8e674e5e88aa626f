"""Which events the platform tells of, and which facts each has to have; knows no table."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from selfcare.clients.shapes import Code, Currency, Minor, Text
from selfcare.money import LARGEST_MINOR

WHAT_HAPPENS = {
    "transaction": "created action_required confirmed confirmation_withdrawn declined undone "
    "scheduled processing completed failed cancelled expired repeated",
    "case": "opened answered message evidence_added contested needs_user under_review accepted "
    "partly_accepted declined lapsed withdrawn escalated money_returned closed open",
    "session": "started ended",
    "permission": "granted changed revoked",
    "statement": "ready",
    "news": "published",
}
TYPES = {f"{noun}.{verb}": noun for noun, verbs in WHAT_HAPPENS.items() for verb in verbs.split()}


class Poison(ValueError):
    """An event that nobody can do anything with: it is set aside, and trying again is no use.

    The text says why, without anything of what the event says.
    """


def _instant(told: str) -> str:
    if datetime.fromisoformat(told).tzinfo is None:
        raise ValueError("no zone")
    return told


Instant = Annotated[str, AfterValidator(_instant)]
Amount = Annotated[Minor, Field(le=LARGEST_MINOR)]


class Facts(BaseModel):
    """Fields that are named are checked strictly, others are kept as they came."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    object: Code


class OfTransaction(Facts):
    object: Literal["transaction"]
    kind: Code
    direction: Literal["in", "out"]
    status: Code
    amount_minor: Amount
    currency: Currency
    fee_minor: Amount = 0
    counterparty_name: Text | None = None
    merchant_id: Text | None = None
    merchant_name: Text | None = None
    expires_at: Instant | None = None
    reason_code: Text | None = None


class OfCase(Facts):
    object: Literal["case"]
    kind: Code
    state: Code
    waiting_for: Code | None = None
    transaction_id: Text | None = None
    amount_minor: Amount | None = None
    currency: Text | None = None
    granted_minor: Amount | None = None
    respond_by: Instant | None = None


class OfSession(Facts):
    object: Literal["session"]
    browser: Text = ""


class OfPermission(Facts):
    object: Literal["permission"]
    merchant_name: Text


class OfStatement(Facts):
    object: Literal["statement"]
    account_name: Text
    month: Text


class OfNews(Facts):
    object: Literal["news"]
    title: dict[str, Text]
    url: Text


SHAPES: dict[str, type[Facts]] = {
    "transaction": OfTransaction,
    "case": OfCase,
    "session": OfSession,
    "permission": OfPermission,
    "statement": OfStatement,
    "news": OfNews,
}


def check(event_type: str, data: dict[str, Any]) -> None:
    """Raises Poison for a type that we don't know and for facts that don't fit it."""
    noun = TYPES.get(event_type)
    if noun is None:
        raise Poison("unknown type")
    try:
        SHAPES[noun].model_validate(data)
    except ValidationError as error:
        raise Poison(not_as_agreed(error, within="data")) from None


def not_as_agreed(error: ValidationError, *, within: str = "") -> str:
    """Which field doesn't fit and how, in words that hold nothing of the field."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in (within, *first["loc"]) if part != "")
    return f"{where or 'body'}: {first['type']}"[:300]
