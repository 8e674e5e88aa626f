"""The other side's desk on the front page: what is open, what can be said, and saying it."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

from sandbox import clock
from sandbox.cases import answering, listing
from sandbox.cases.models import Case
from sandbox.cases.rules import LIVES, OPEN_STATES, RULES
from sandbox.control.desk import say
from sandbox.front.levers import lever
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.problems import ProblemError
from sandbox.transactions.search import EXPONENTS, major

MOST = 12
WHO = {"merchant": "The shop", "bank": "Their bank", "platform": "The platform"}
# What can be said, the state it leads to ("" where none), and its button.
WORDS = (
    ("accept", "accepted", "Give it all back"),
    ("partly", "partly_accepted", "Offer a part"),
    ("decline", "declined", "Decline"),
    ("contest", "needs_user", "Contest it"),
    ("message", "", "Write"),
)


@dataclass(frozen=True, slots=True)
class Open:
    """A case as its card shows it."""

    row: Case
    number: int
    title: str
    tint: int
    initials: str
    amount: str
    turn: str
    due: datetime | None
    said: list[tuple[str, str]]
    files: list[str]
    buttons: list[tuple[str, str]]

    @property
    def reason(self) -> str:
        return self.row.reason.replace("_", " ")

    @property
    def takes_part(self) -> bool:
        return any(word == "partly" for word, _ in self.buttons)

    @property
    def waits_for_us(self) -> bool:
        return self.row.waiting_for not in {"", "user"}


def open_cases() -> tuple[list[Open], int]:
    """What just came first, where the other side has the word; and how many more there are."""
    rows = listing.whole().filter(state__in=OPEN_STATES)
    mine = rows.exclude(waiting_for__in=["", "user"])
    others = rows.filter(waiting_for__in=["", "user"])
    found = [*mine.order_by("-updated_at")[:MOST], *others.order_by("-updated_at")[:MOST]][:MOST]
    return [_card(row, number) for number, row in enumerate(found)], rows.count() - len(found)


def _card(row: Case, number: int) -> Open:
    name = row.transaction.counterparty_name
    words = name.split() or ["?"]
    amount = "" if row.amount_minor is None else f"{major(row.amount_minor, row.currency)}"
    said = [(row.person.name, row.message)] if row.message else []
    told = sorted(row.messages.all(), key=lambda message: message.at)
    said += [(message.actor_name or "The platform", message.text) for message in told[-2:]]
    notes = [event for event in row.events.all() if event.name == "case.contested"]
    said += [(event.actor_name, event.note) for event in notes if event.note]
    turn = f"Waiting for {row.person.given_name}" if row.waiting_for else "Answered"
    if row.waiting_for in WHO:
        turn = f"{WHO[row.waiting_for]} has the word"
    return Open(
        row=row,
        number=number,
        title=RULES[row.kind].name,
        tint=zlib.crc32(name.encode()) % 8,
        initials="".join(word[0] for word in words[:2]).upper(),
        amount=amount,
        turn=turn,
        due=row.respond_by,
        said=said,
        files=[file.name for file in row.files.all()],
        buttons=_buttons(row),
    )


def _buttons(row: Case) -> list[tuple[str, str]]:
    follow = LIVES[row.kind].get(row.state, ())
    ours = row.waiting_for not in {"", "user"}
    return [
        (word, shown) for word, state, shown in WORDS if not state or (ours and state in follow)
    ]


@lever("desk")
def answer_new(request: HttpRequest) -> str:
    """One of the card's buttons was pressed."""
    now, id_ = clock.now(), request.POST.get("case", "")
    word, text = request.POST.get("answer", ""), request.POST.get("text", "").strip()
    try:
        found = listing.whole().filter(pk=listing.case_id(id_)).first()
        amount = _amount(request, found) if word == "partly" else None
        case = say(id_, word, now, amount_minor=amount, text=text)
    except ProblemError as problem:
        raise ValueError(problem.detail) from None
    except InsufficientFundsError:
        raise ValueError("The payee no longer has the money. Nothing changed.") from None
    except answering.IllegalAnswerError as error:
        raise ValueError(f"That can't be said now: {error}.") from error
    shown = RULES[case.kind].name
    if word == "message":
        return f"Written to {case.person.name}."
    state = case.state.replace("_", " ").replace("needs user", "contested")
    return f"{shown} of {case.person.name} to {case.transaction.counterparty_name}: {state}."


def _amount(request: HttpRequest, case: Case | None) -> int:
    """Minor units of what was written in major ones; a comma may be the decimal mark."""
    text = request.POST.get("amount", "").strip().replace(",", ".")
    currency = case.currency if case else ""
    try:
        minor = Decimal(text[:20]) * 10 ** EXPONENTS.get(currency, 2)
        if not minor.is_finite() or minor != minor.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError("Say how much of it in figures, for example 20.00.") from None
    return int(minor)
