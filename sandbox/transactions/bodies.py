"""What writes may say: the shapes of their bodies; rules about state live in `writes.py`."""

import json
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from sandbox.problems import ProblemError

LARGEST = 64 * 1024
MOST = 10**15


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Minor = Annotated[int, Field(ge=0, le=MOST)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Cancellation(Body):
    expected_version: Version
    reason: Literal["changed_mind", "wrong_amount", "wrong_payee", "duplicate", "other"]
    note: Annotated[Text, Field(max_length=500)] | None = None


class Authentication(Body):
    acr: Annotated[Text, Field(max_length=200)]
    authenticated_at: Annotated[AwareDatetime, Field(strict=False)]

    @model_validator(mode="before")
    @classmethod
    def instants_are_text(cls, facts: Any) -> Any:
        if isinstance(facts, dict) and not isinstance(facts.get("authenticated_at"), str):
            raise ValueError("authenticated_at must be an RFC 3339 instant")
        return facts


class Confirmation(Body):
    decision: Literal["confirm", "decline"]
    expected_version: Version
    amount_minor: Minor
    currency: Currency
    fee_minor: Minor
    authentication: Authentication | None = None
    # Of what was begun at a merchant; amount and fee are those of this account then.
    account_id: Annotated[Text, Field(pattern=r"^acc_[A-Za-z0-9_]{1,36}$")] | None = None


class Seen(Body):
    """Nothing but what the person was shown."""

    expected_version: Version


class Repetition(Body):
    offer_id: Annotated[Text, Field(max_length=80)]
    amount_minor: Minor
    currency: Currency
    fee_minor: Minor
    authentication: Authentication | None = None


def read_json(request: HttpRequest, *, largest: int = LARGEST) -> Any:
    """The JSON of a request, or ProblemError 400, 413 or 415."""
    if request.content_type != "application/json":
        raise ProblemError(415, "unsupported_media_type", "Send application/json.")
    # Not request.body: Django bounds that for the whole process.
    content = request.read(largest + 1)
    if len(content) > largest:
        raise ProblemError(413, "too_large", f"A body may have {largest} bytes.")
    return json_of(content)


def json_of(content: bytes) -> Any:
    """What the bytes say, or ProblemError 400."""
    try:
        facts = json.loads(content.decode(), parse_constant=_no_constant)
        # Half a surrogate pair is legal in JSON's escapes and can't be stored or sent back.
        json.dumps(facts, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ProblemError(400, "bad_json", "The body isn't JSON.") from None
    return facts


def read[B: Body](request: HttpRequest, shape: type[B]) -> B:
    """The body in its shape, or ProblemError 400, 413 or 415."""
    return shaped(read_json(request), shape)


def shaped[B: Body](facts: Any, shape: type[B]) -> B:
    """The facts in their shape, or ProblemError 400."""
    try:
        return shape.model_validate(facts)
    except ValidationError as error:
        told = [
            {"field": ".".join(str(part) for part in found["loc"])[:80], "message": found["msg"]}
            for found in error.errors(include_url=False, include_input=False)
        ]
        raise ProblemError(400, "bad_request", "The body isn't right.", errors=told[:20]) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
