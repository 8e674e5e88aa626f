"""Reads rules.toml and walks it: which question comes next, and where the answers lead."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfcare.clients.shapes import AllowedAction, Transaction

MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class When:
    """Which transactions an answer is for; what is left empty doesn't matter."""

    direction: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    merchant: bool | None = None

    def fits(self, txn: Transaction) -> bool:
        return (
            txn.direction in (self.direction or (txn.direction,))
            and txn.kind in (self.kind or (txn.kind,))
            and txn.status in (self.status or (txn.status,))
            and self.merchant in {None, txn.merchant is not None}
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Leads to the question `next` or to a `leaf`; `reason` is what a form then begins with."""

    value: str
    words: str
    fine: str = ""
    reason: str = ""
    next: str = ""
    leaf: str = ""
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    ask: str
    answers: tuple[Answer, ...]

    def open_to(self, txn: Transaction) -> tuple[Answer, ...]:
        return tuple(a for a in self.answers if a.when.fits(txn))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where answers lead: `ways` in the order of preference; `otherwise` where none is open."""

    name: str
    says: str
    ways: tuple[str, ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can put it right, with what has to be known before it is chosen."""

    action: str
    page: str
    title: str
    icon: str
    means: str
    cannot: str
    decides: str
    takes: str
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    first: str
    questions: Mapping[str, Question]
    leaves: Mapping[str, Leaf]
    ways: Mapping[str, Way]
    refusals: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Open:
    """A way as the service judges it now."""

    way: Way
    verdict: AllowedAction

    @property
    def allowed(self) -> bool:
        return self.verdict.allowed

    @property
    def is_news(self) -> bool:
        """Open, or refused for a reason that somebody would ask about."""
        return self.allowed or self.verdict.reason not in self.way.unsaid


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody stands: at a `question` with its `answers`, or at a `leaf` with its ways.

    `path` is what was answered so far; `misfit` that an answer wasn't one of these.
    """

    path: tuple[tuple[Question, Answer], ...]
    question: Question | None = None
    answers: tuple[Answer, ...] = ()
    leaf: Leaf | None = None
    ways: tuple[Open, ...] = ()
    misfit: bool = False

    @property
    def reason(self) -> str:
        """The reason that the answers come to, for the form that follows."""
        return next((a.reason for _, a in reversed(self.path) if a.reason), "")

    @property
    def best(self) -> Open | None:
        """The first way that the service allows; None where none is open."""
        return next((way for way in self.ways if way.allowed), None)

    @property
    def others(self) -> tuple[Open, ...]:
        """The rest, open ones first, refused ones with their reasons after them."""
        rest = [way for way in self.ways if way is not self.best]
        rest = [way for way in rest if way.is_news] or ([] if self.best else rest)
        return tuple(sorted(rest, key=lambda way: not way.allowed))


def read(text: str) -> Rules:
    """The rules in `text`; KeyError or TypeError where it isn't whole."""
    found: dict[str, Any] = tomllib.loads(text)
    questions = {name: _question(name, q) for name, q in found["questions"].items()}
    leaves = {
        name: Leaf(name, leaf["says"], tuple(leaf["ways"]), leaf["otherwise"])
        for name, leaf in found["leaves"].items()
    }
    ways = {
        name: Way(action=name, **{**way, "unsaid": tuple(way.get("unsaid", ()))})
        for name, way in found["ways"].items()
    }
    return Rules(found["first"], questions, leaves, ways, found["refusals"])


def _question(name: str, found: dict[str, Any]) -> Question:
    answers = tuple(_answer(**answer) for answer in found["answers"])
    return Question(name, found["ask"], answers)


def _answer(*, when: dict[str, Any] | None = None, **rest: str) -> Answer:
    limits: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in (when or {}).items()
    }
    return Answer(**rest, when=When(**limits))


RULES = read(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def walk(txn: Transaction, given: Mapping[str, str], rules: Rules = RULES) -> Step:
    """As far as the answers in `given` lead; what isn't asked on this path is ignored."""
    path: list[tuple[Question, Answer]] = []
    question = rules.questions[rules.first]
    while True:
        answers = question.open_to(txn)
        chosen = given.get(question.name, "")
        answer = next((a for a in answers if a.value == chosen), None)
        if answer is None:
            return Step(tuple(path), question, answers, misfit=bool(chosen))
        path.append((question, answer))
        if answer.leaf:
            leaf = rules.leaves[answer.leaf]
            return Step(tuple(path), leaf=leaf, ways=_ways(txn, leaf, rules))
        question = rules.questions[answer.next]


def _ways(txn: Transaction, leaf: Leaf, rules: Rules) -> tuple[Open, ...]:
    """The ways of a leaf that the service says something about; it says nothing of nonsense."""
    judged = ((rules.ways[name], txn.action(name)) for name in leaf.ways)
    return tuple(Open(way, verdict) for way, verdict in judged if verdict is not None)


def shortcuts(txn: Transaction, rules: Rules = RULES) -> tuple[Open, ...]:
    """What stops it altogether, before any question: it may be a matter of seconds."""
    quick = ("undo", "withdraw_confirmation", "cancel")
    judged = ((rules.ways[name], txn.action(name)) for name in quick)
    return tuple(Open(way, v) for way, v in judged if v is not None and v.allowed)[:1]
