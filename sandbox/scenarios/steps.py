"""The steps that a scenario can have, as shapes; what they do is in `acts.py`."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sandbox.transactions.bodies import MOST, Currency, Text

LONGEST = timedelta(days=731)
SPAN = re.compile(r"(?:(\d{1,3})d)? ?(?:(\d{1,3})h)? ?(?:(\d{1,4})m)? ?(?:(\d{1,5})s)?", re.ASCII)
UNITS = ("days", "hours", "minutes", "seconds")


def span_of(text: str) -> timedelta:
    """`2d 3h 10m 5s`, any part of it. ValueError."""
    found = SPAN.fullmatch(text)
    if not text or found is None or not any(found.groups()):
        raise ValueError("must be a span like 2d 3h 10m 5s")
    return timedelta(
        **{unit: int(part or 0) for unit, part in zip(UNITS, found.groups(), strict=True)}
    )


def _is_span(text: str) -> str:
    if not timedelta(0) < span_of(text) <= LONGEST:
        raise ValueError("must be longer than nothing and at most two years")
    return text


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Span = Annotated[str, AfterValidator(_is_span)]
Amount = Annotated[int, Field(ge=1, le=MOST)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
Words = Annotated[Text, Field(min_length=1, max_length=200)]
Reason = Literal["not_received", "not_as_described", "duplicate", "wrong_amount"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Customer(Part):
    """Somebody who exists for the run alone."""

    named: Name
    currency: Currency = "EUR"
    balance_minor: Annotated[int, Field(ge=0, le=MOST)] = 100_000


class Step(Part):
    """`refused` is the code of the refusal that is expected; anything else ends the run."""

    name: Words
    refused: Code | None = None


class Ask(Step):
    """The merchant asks for a payment, or for a payout to a customer.

    With a `key` of its own it is what was asked before under that key. `answer = "lost"`: it
    happened, and the merchant didn't hear of it.
    """

    do: Literal["ask"]
    named: Name
    kind: Literal["payment", "payout"] = "payment"
    amount_minor: Amount
    currency: Currency = "EUR"
    lasts: Span = "1h"
    key: Name | None = None
    answer: Literal["heard", "lost"] = "heard"
    reference: Annotated[Text, Field(min_length=1, max_length=80)] | None = None


class CallOff(Step):
    """The merchant takes back what it asked for."""

    do: Literal["call_off"]
    of: Name


class Open(Step):
    """A customer follows the hand-off and takes it on."""

    do: Literal["open"]
    of: Name
    by: Name = "ada"


class Confirm(Step):
    """A customer says yes; what they didn't open yet they open."""

    do: Literal["confirm"]
    of: Name
    by: Name = "ada"


class Decline(Step):
    """A customer says no."""

    do: Literal["decline"]
    of: Name
    by: Name = "ada"


class Advance(Step):
    """The platform or a bank takes the next legal step at once."""

    do: Literal["advance"]
    of: Name
    to: Literal["processing", "completed", "failed", "cancelled"]
    reason_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{4}$")] | None = None


class Refund(Step):
    """The merchant sends money back, `times` at once, of which `done` are expected to go well."""

    do: Literal["refund"]
    of: Name
    amount_minor: Amount
    times: Annotated[int, Field(ge=1, le=5)] = 1
    done: Annotated[int, Field(ge=0, le=5)] | None = None


class Claim(Step):
    """A customer wants money back: of the merchant, or by a dispute."""

    do: Literal["request_refund", "dispute"]
    named: Name
    of: Name
    amount_minor: Amount
    reason: Reason = "not_received"


class Answer(Step):
    """The merchant answers a refund request or a dispute while it is its turn."""

    do: Literal["answer"]
    of: Name
    answer: Literal["accept", "decline", "contest"]
    amount_minor: Amount | None = None


class Show(Step):
    """A customer answers in a case, with a file as evidence or without."""

    do: Literal["show"]
    of: Name
    text: Words = "Here is what I have."
    file: bool = True


class Wait(Step):
    """Time goes by, and everything due in it happens in order."""

    do: Literal["wait"]
    span: Span


class Webhooks(Step):
    """How the merchant's endpoint behaves, and how webhooks reach it, from now on."""

    do: Literal["webhooks"]
    answers: Annotated[int, Field(ge=200, le=599)] | Literal["nothing"] | None = None
    copies: Annotated[int, Field(ge=1, le=5)] | None = None
    order: Literal["as_sent", "reversed"] | None = None


class Expect(Step):
    """What has to be so now, of a thing by its name: `is = {status = "completed"}`."""

    do: Literal["expect"]
    of: Name
    is_: Annotated[dict[str, Any], Field(alias="is", min_length=1)]


AnyStep = Annotated[
    Ask | CallOff | Open | Confirm | Decline | Advance | Refund | Claim | Answer | Show | Wait
    | Webhooks | Expect,
    Field(discriminator="do"),
]  # fmt: skip
