"""What a scenario says: its shape, read from TOML or JSON with errors that say where; runs none."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from sandbox.transactions.bodies import MOST, Currency, Text

LARGEST = 20_000
MOST_STEPS = 60
DEEPEST = 20
LONGEST = timedelta(days=731)
SPAN = re.compile(r"(?:(\d{1,3})d)? ?(?:(\d{1,3})h)? ?(?:(\d{1,4})m)? ?(?:(\d{1,5})s)?", re.ASCII)
# What JSON's escapes can spell and no database holds.
NO_TEXT = re.compile("[\0\ud800-\udfff]")
UNITS = ("days", "hours", "minutes", "seconds")


class ScriptError(ValueError):
    """What is wrong with a script, each thing with its place."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


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


class Script(Part):
    """A scenario; `end` is what must have come of it, as `outcome.py` tells it, or part of that."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,58}[a-z0-9]$")]
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    tells: Annotated[Text, Field(min_length=1, max_length=600)]
    customers: Annotated[list[Customer], Field(min_length=1, max_length=5)] = [
        Customer(named="ada")
    ]
    steps: Annotated[list[AnyStep], Field(min_length=1, max_length=MOST_STEPS)]
    end: Annotated[dict[str, Any], Field(min_length=1)]


def read(text: str) -> Script:
    """A script from JSON (it begins with a brace) or TOML. ScriptError."""
    if len(text) > LARGEST:
        raise ScriptError([f"A script may have {LARGEST:,} characters."])
    try:
        facts = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except RecursionError:
        raise ScriptError(["It is nested too deeply."]) from None
    except ValueError as error:
        raise ScriptError([f"It can't be read: {error}."]) from None
    return checked(facts)


def checked(facts: Any) -> Script:
    """The script that the facts are. ScriptError."""
    if strange := next(_strange(facts), None):
        raise ScriptError([strange])
    try:
        script = Script.model_validate(facts)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise ScriptError([_told(one["loc"], one["msg"]) for one in found[:20]]) from None
    if errors := list(dict.fromkeys(_slips(script))):
        raise ScriptError(errors[:20])
    return script


def _strange(facts: Any, depth: int = 0) -> Iterator[str]:
    """What no table can hold, wherever it stands: a run with it could never end."""
    if depth > DEEPEST:
        yield "It is nested too deeply."
    elif isinstance(facts, dict):
        for name, value in facts.items():
            yield from _strange(name)
            yield from _strange(value, depth + 1)
    elif isinstance(facts, list):
        for value in facts:
            yield from _strange(value, depth + 1)
    elif isinstance(facts, str) and NO_TEXT.search(facts):
        yield "A text in it has NUL or half a character."


def as_facts(script: Script) -> dict[str, Any]:
    """As it is kept with a run."""
    return script.model_dump(mode="json", by_alias=True, exclude_none=True)


def _told(loc: tuple[Any, ...], msg: str) -> str:
    """`Step 3 (wait), span: …`: as somebody counts who wrote it."""
    parts = list(loc)
    place = ""
    if len(parts) > 1 and parts[0] in {"steps", "customers"}:
        place = f"{parts[0][:-1].capitalize()} {parts[1] + 1}"
        rest = parts[2:]
        if parts[0] == "steps" and rest and not isinstance(rest[0], int):
            place += f" ({rest[0]})"
            rest = rest[1:]
        parts = rest
    field = ".".join(str(part) for part in parts)
    told = msg.removeprefix("Value error, ").removeprefix("Input ")
    return f"{', '.join(filter(None, (place, field))) or 'The script'}: {told}."


def _slips(script: Script) -> Any:
    """What no shape can say: names that nobody gave, and time that is too long."""
    people = {one.named for one in script.customers}
    if len(people) < len(script.customers):
        yield "Customers: each needs a name of its own."
    asked: set[str] = set()
    cases: set[str] = set()
    keys: dict[str, str] = {}
    total = timedelta(0)
    for number, step in enumerate(script.steps, 1):
        where = f"Step {number} ({step.do})"
        by = getattr(step, "by", None)
        if by and by not in people:
            yield f"{where}: there is no customer {by}."
        if isinstance(step, Ask):
            if step.key and keys.setdefault(step.key, step.named) != step.named:
                yield f"{where}: under the key {step.key} it was {keys[step.key]}."
            elif step.named in cases or (step.named in asked and not step.key):
                yield f"{where}: {step.named} is the name of something else."
            asked.add(step.named)
        if isinstance(step, Claim):
            if step.named in asked | cases:
                yield f"{where}: {step.named} is the name of something else."
            cases.add(step.named)
        if isinstance(step, Wait):
            total += span_of(step.span)
        of = getattr(step, "of", None)
        wanted = cases if isinstance(step, Answer | Show) else asked
        if isinstance(step, Expect):
            wanted = asked | cases
        if of and of not in wanted:
            yield f"{where}: there is no {of} yet."
    if total > LONGEST:
        yield "It may take two years of virtual time at most."
