"""What a scenario says: its shape, read from TOML or JSON with errors that say where; runs none."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sandbox.scenarios.steps import (
    LONGEST,
    Answer,
    AnyStep,
    Ask,
    Claim,
    Customer,
    Expect,
    Part,
    Show,
    Wait,
    span_of,
)
from sandbox.transactions.bodies import Text

LARGEST = 20_000
MOST_STEPS = 60
DEEPEST = 20
# What JSON's escapes can spell and no database holds.
NO_TEXT = re.compile("[\0\ud800-\udfff]")


class ScriptError(ValueError):
    """What is wrong with a script, each thing with its place."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


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
    elif isinstance(facts, float):
        yield "Numbers are whole: amounts are in the smallest unit."
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
