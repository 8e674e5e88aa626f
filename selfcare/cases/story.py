"""One case told in words: where it stands, what happens next and by when; it calls nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from selfcare.cases import wording
from selfcare.cases.rules import RULES, Way
from selfcare.clients.case_shapes import Case, EvidenceFile
from selfcare.clients.shapes import Actor, Transaction
from selfcare.money import Money
from selfcare.transactions import story as transaction_story
from selfcare.web.moments import Zone


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline; `open` dashes the part that is still to come."""

    at: datetime
    words: str
    face: str
    who: str
    mine: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One message with its files; `mine` where the person wrote it."""

    at: datetime
    who: str
    face: str
    mine: bool
    text: str
    files: tuple[EvidenceFile, ...]


@dataclass(frozen=True, slots=True)
class CanDo:
    """What can be done in a case, or why not."""

    name: str
    words: str
    allowed: bool
    until: datetime | None
    refusal: str


def of(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    """`title`, `headline`, `next`, `deadline`, `lines`, `said` and `can` of a case's page."""
    facts = _facts(case, zone)
    say = wording.SAY.get((case.kind, case.state)) or wording.SAY.get(("", case.state))
    say = say or wording.OTHER_SAY
    is_over = say.next == wording.DISPUTABLE and not case.may("escalate")
    reason = wording.REASONS.get(case.reason or "", "")
    return {
        "title": title(case),
        "headline": _(say.headline).format(**facts),
        "next": _(wording.SETTLED if is_over else say.next).format(**facts),
        "deadline": deadline_of(case),
        "lines": tuple(_lines(case)),
        "said": tuple(_said(case)),
        "can": {can.name: can for can in _can(case, facts)},
        "reason": _(reason) if reason else "",
    }


def title(case: Case) -> str:
    """`Dispute with Tandem Bikes`."""
    return _(_kind(case).title).format(name=case.transaction.name)


def chip(case: Case) -> wording.Chip:
    """How its state looks: whose turn it is while it is open, how it ended afterwards."""
    found = wording.STATES.get(case.state, wording.OTHER_STATE)
    if case.is_open and case.state != "answered":
        found = wording.WAITING.get(case.waiting_for or "", found)
    words = _(found.words).format(name=case.transaction.name)
    return wording.Chip(found.state, found.icon, words)


def icon(case: Case) -> str:
    return _kind(case).icon


def deadline_of(case: Case) -> datetime | None:
    """The clock that runs for this case now: somebody's turn, or the way to a dispute."""
    if case.is_open:
        return case.respond_by
    escalate = case.action("escalate")
    return escalate.until if escalate and escalate.allowed else None


def in_order(cases: tuple[Case, ...]) -> list[Case]:
    """What waits for the person first, then what is open by its deadline, then the closed ones."""
    last = datetime.max.replace(tzinfo=cases[0].created_at.tzinfo) if cases else None

    def key(case: Case) -> tuple[bool, bool, Any, float]:
        by = deadline_of(case) or last
        return (
            not case.needs_person,
            not case.is_open,
            by if case.is_open else last,
            -case.updated_at.timestamp(),
        )

    return sorted(cases, key=key)


def worded(way: Way, txn: Transaction) -> Way:
    """A way with the names and amounts of one transaction."""
    most = txn.action(way.action)
    left = most.max_amount_minor if most and most.max_amount_minor else txn.amount_minor
    facts = {
        "name": txn.counterparty.name,
        "amount": str(txn.amount),
        "most": str(Money(left, txn.currency)),
    }
    told = ("title", "means", "cannot", "decides", "takes")
    words: dict[str, Any] = {name: _(getattr(way, name)).format(**facts) for name in told}
    return replace(way, **words)


def refusal(txn: Transaction, action: str, zone: ZoneInfo) -> str:
    """Why a way isn't open now, in words; empty where it is."""
    verdict = txn.action(action)
    why = RULES.refusals.get(action, {}).get((verdict and verdict.reason) or "")
    if verdict is None or verdict.allowed or why is None:
        return transaction_story.refusal(txn, action, zone)
    until = Zone.of(zone).deadline(verdict.until) if verdict.until else _then()
    return _(why).format(name=txn.counterparty.name, until=until)


def added(names: Iterable[str]) -> str:
    """What is sent where somebody adds files and writes nothing: English, as all that is kept."""
    return wording.ADDED.format(names=", ".join(names))


def _then() -> str:
    """Stands for a day that the service didn't tell."""
    return pgettext("instead of a day, as in: until then", "then")


def _kind(case: Case) -> wording.Kind:
    return wording.KINDS.get(case.kind, wording.OTHER_KIND)


def _lines(case: Case) -> Iterator[Line]:
    last = len(case.timeline) - 1
    for number, event in enumerate(case.timeline):
        who, face = _who(case, event.actor)
        side = "you" if event.actor.kind == "user" else event.actor.kind
        words = wording.EVENTS.get((event.name, side)) or wording.EVENTS.get((event.name, ""))
        told = _(words or wording.OTHER_EVENT).format(actor=who)
        moved = event.amount_minor
        amount = None if moved is None else Money(moved, case.currency)
        yield Line(
            at=event.at,
            words=f"{told}: {amount}" if amount else told,
            face=face,
            who=who,
            mine=side == "you",
            open=number == last and case.is_open,
        )


def _said(case: Case) -> Iterator[Said]:
    named = {sha for message in case.messages for sha in message.evidence}
    own = (f for f in case.evidence if f.actor.kind == "user")
    first = tuple(f for f in own if f.sha256 not in named)
    if case.message or first:
        yield Said(case.created_at, _("You"), "person", True, case.message or "", first)
    later = [*_answers(case), *_messages(case)]
    yield from sorted(later, key=lambda said: said.at)


def _answers(case: Case) -> Iterator[Said]:
    """What the others wrote beside a decision; it is read where all else was said."""
    written = {message.text for message in case.messages}
    for event in case.timeline:
        silent = event.name in {"case.opened", "case.message", "case.evidence_added"}
        if event.note and not silent and event.note not in written:
            who, face = _who(case, event.actor)
            yield Said(event.at, who, face, event.actor.kind == "user", event.note, ())


def _messages(case: Case) -> Iterator[Said]:
    for message in case.messages:
        who, face = _who(case, message.actor)
        files = tuple(f for f in map(case.file, message.evidence) if f is not None)
        names = [file.name for file in files]
        text = message.text
        if names and text == added(names):
            text = _(wording.ADDED).format(names=", ".join(names))
        yield Said(message.at, who, face, message.actor.kind == "user", text, files)


def _who(case: Case, actor: Actor) -> tuple[str, str]:
    """What somebody is called, and the shape of their face."""
    if actor.kind == "user":
        return _("You"), "person"
    if actor.kind == "platform":
        return "Selfcare", "own"
    shape = "bank" if actor.kind == "bank" else "merchant"
    return actor.name or case.transaction.name, shape


def _can(case: Case, facts: dict[str, Any]) -> Iterator[CanDo]:
    for action in case.allowed_actions:
        words = wording.ACTIONS.get(action.action)
        if words is None:
            # A newer service offers what this release has no form for.
            continue
        code = action.reason or ""
        why = wording.REFUSALS.get(code, wording.OTHER_REFUSAL)
        why = wording.REFUSALS.get(f"{action.action}.{code}", why)
        if action.until is not None:
            facts = {**facts, "until": facts["zone"].deadline(action.until)}
        refusal = "" if action.allowed else _(why).format(**facts)
        yield CanDo(action.action, _(words), action.allowed, action.until, refusal)


def _facts(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    told = Zone.of(zone)
    by, until = case.respond_by, case.escalate_until
    return {
        "zone": told,
        "name": case.transaction.name,
        "amount": str(case.amount or case.transaction.amount),
        "granted": str(case.granted),
        "by": told.deadline(by) if by else _then(),
        "until": told.deadline(until) if until else _then(),
    }
