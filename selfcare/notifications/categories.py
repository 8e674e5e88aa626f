"""Reads categories.toml: what an event is about, and what holds of it unless a person chose."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from selfcare.notifications.models.rules import Category, Channel, Rule

type Facts = Mapping[str, Any]

YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class About:
    """A category: the mode by channel where nothing was chosen, and what can be chosen.

    `always` are the channels that nobody switches off; what is `never_held` knows neither quiet
    hours nor digests, and its rules neither amounts nor merchants.
    """

    category: str
    defaults: Mapping[str, str]
    always: frozenset[str] = frozenset()
    never_held: bool = False
    amounts: bool = False
    merchants: bool = False

    @property
    def can_be_muted(self) -> bool:
        return not self.always

    def modes(self, channel: str) -> tuple[str, ...]:
        """What a person can choose here, the first being the least."""
        if channel in self.always:
            return (Rule.Mode.AT_ONCE,)
        if self.never_held or channel == Channel.IN_APP:
            return (Rule.Mode.OFF, Rule.Mode.AT_ONCE)
        return tuple(Rule.Mode.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: which events, and what they are to a person."""

    type: str
    category: str
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    waits: bool = False
    until: str = ""
    passes: Literal["", "always", "soon"] = ""

    def fits(self, event_type: str, facts: Facts) -> bool:
        if self.type.endswith(".*"):
            if not event_type.startswith(self.type[:-1]):
                return False
        elif event_type != self.type:
            return False
        if any(facts.get(name) in values for name, values in self.unless.items()):
            return False
        return all(facts.get(name) in values for name, values in self.when.items())

    def deadline(self, facts: Facts) -> datetime | None:
        """Until when the person can do something; None where nothing says so."""
        told = facts.get(self.until) if self.until else None
        return instant(told)


@dataclass(frozen=True, slots=True)
class Table:
    about: Mapping[str, About]
    rows: tuple[Row, ...]
    open: Mapping[str, tuple[Any, ...]]

    @property
    def facts(self) -> frozenset[str]:
        """By their names all facts that a line of it looks at."""
        looked_at = [{*row.when, *row.unless} for row in self.rows]
        return frozenset(self.open).union(*looked_at)


def of(event_type: str, facts: Facts) -> Row | None:
    """What the event is to the person it is about; None where it is nothing to tell."""
    return next((row for row in TABLE.rows if row.fits(event_type, facts)), None)


def about(category: str) -> About:
    return TABLE.about[category]


def leaves_open(facts: Facts) -> bool:
    """Whether after this event the object still waits for the person."""
    return any(facts.get(name) in values for name, values in TABLE.open.items())


def instant(told: object) -> datetime | None:
    """An RFC 3339 instant from the wire, aware; None for anything else.

    Years that no zone could show, or no table keep, are nothing either.
    """
    if not isinstance(told, str):
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None


def _read(path: Path) -> Table:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {
        name: About(category=name, **{**row, "always": frozenset(row.get("always", ()))})
        for name, row in data["categories"].items()
    }
    if list(known) != Category.values:
        raise ValueError(f"{path.name} knows other categories than the table of rules")
    rows = tuple(
        Row(**{**row, "when": _values(row, "when"), "unless": _values(row, "unless")})
        for row in data["events"]
    )
    return Table(known, rows, {name: tuple(v) for name, v in data["open"].items()})


def _values(row: Mapping[str, Any], name: str) -> dict[str, tuple[Any, ...]]:
    return {fact: tuple(values) for fact, values in row.get(name, {}).items()}


TABLE = _read(Path(__file__).with_name("categories.toml"))
