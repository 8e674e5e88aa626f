"""A hand-off told in words: who asks, by which clock, on which accounts, how it came out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.clients.handoffs import AccountChoice, Handoff
from selfcare.clients.shapes import Transaction
from selfcare.handoffs import actions
from selfcare.web.moments import Zone

# A merchant's clock in the sandbox can be ahead of ours; less than this is just the network.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """One account to choose: `token` is the intent of whoever takes it, with what they see."""

    account: AccountChoice
    token: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it stands, for whom it is: chip, headline and what there is to know."""

    state: str
    icon: str
    chip: str
    headline: str
    lead: str


OUTCOMES = {
    "action_required": Outcome(
        "waiting", "lock", noop("Not possible"), noop("You can’t confirm it now"),
        noop("Your account may look, but not move money. No money moved."),
    ),
    "scheduled": Outcome(
        "pending", "clock", noop("Scheduled"), noop("Confirmed"),
        noop("It leaves your account when its time comes. {name} learns by itself how it goes on."),
    ),
    "processing": Outcome(
        "pending", "clock", noop("On its way"), noop("Confirmed"),
        noop("The money is on its way. {name} learns by itself when it is there."),
    ),
    "completed": Outcome(
        "completed", "check", noop("Completed"), noop("Done"),
        noop("The money is there, and {name} knows."),
    ),
    "cancelled": Outcome(
        "neutral", "ban", noop("Cancelled"), noop("Called off"),
        noop("You or {name} called it off. No money moved."),
    ),
    "expired": Outcome(
        "neutral", "clock", noop("Lapsed"), noop("The time was over"),
        noop("Nobody confirmed in time, so no money moved. {name} can ask you again."),
    ),
    "failed": Outcome(
        "failed", "x", noop("Failed"), noop("It didn’t work"),
        noop("No money left your account. {name} knows that it failed."),
    ),
}  # fmt: skip
# What is otherwise where the money comes to the person.
INCOMING = {
    "scheduled": noop(
        "It comes to your account when its time comes. {name} learns by itself how it goes on."
    ),
    "completed": noop("The money is on your account, and {name} knows."),
    "expired": noop("Nobody took it in time, so no money moved. {name} can offer it to you again."),
    "failed": noop("No money came to your account. {name} knows that it failed."),
}
OTHER = Outcome(
    "unknown", "circle-question-mark", noop("Not known yet"), noop("We don’t know how it stands"),
    noop("The platform tells of it in a way that is new to us. Look at the transaction."),
)  # fmt: skip
# Why somebody can't take it on, and the way that is open.
REFUSALS = {
    "account_restricted": noop(
        "Your account may look, but not move money. Ask support to lift the restriction, or go on "
        "as another person."
    ),
    "no_account": noop(
        "You have no account for {currency}, and none that can be exchanged for it. Choose another "
        "way at {name}."
    ),
}
OTHER_REFUSAL = noop("The platform doesn’t let you take this on. Choose another way at {name}.")


def of(handoff: Handoff, zone: ZoneInfo) -> dict[str, Any]:
    """Title, clock and sides of the page."""
    told = Zone.of(zone, handoff.as_of)
    facts = {"name": handoff.merchant.name, "amount": str(handoff.amount)}
    title = _("{name} wants to send you {amount}") if handoff.is_payout else _(
        "{name} asks you for {amount}"
    )  # fmt: skip
    return {
        "title": title.format(**facts),
        "left": told.left(handoff.expires_at),
        "until": told.deadline(handoff.expires_at),
        "share": _share(handoff),
        "other_clock": told.full(handoff.as_of) if _is_moved(handoff.as_of) else "",
        "refusal": refusal(handoff, handoff.reason) if handoff.reason else "",
    }


def refusal(handoff: Handoff, reason: str) -> str:
    words = _(REFUSALS.get(reason, OTHER_REFUSAL))
    return words.format(name=handoff.merchant.name, currency=handoff.currency)


def choices(handoff: Handoff, txn: Transaction) -> list[Choice]:
    """The accounts, the one that it lies on first; that is chosen, if there is enough on it."""
    ordered = sorted(handoff.accounts, key=lambda one: one.id != txn.account.id)
    first = next((one.id for one in ordered if one.covers), "")
    return [
        Choice(
            account=one,
            token=actions.intent_for(handoff, txn, "confirm", choice=one).token(),
            chosen=one.id == first,
        )
        for one in ordered
    ]


def outcome(handoff: Handoff, txn: Transaction) -> Outcome:
    """How it came out, or stands."""
    found = OUTCOMES.get(txn.status, OTHER)
    incoming = INCOMING.get(txn.status) if handoff.is_payout else None
    return Outcome(
        state=found.state,
        icon=found.icon,
        chip=_(found.chip),
        headline=_(found.headline),
        lead=_(incoming or found.lead).format(name=handoff.merchant.name),
    )


def _share(handoff: Handoff) -> int:
    """How much of its time is left, in per cent."""
    whole = (handoff.expires_at - handoff.created_at).total_seconds()
    left = (handoff.expires_at - handoff.as_of).total_seconds()
    return min(100, max(0, round(100 * left / whole))) if whole > 0 else 0


def _is_moved(as_of: datetime) -> bool:
    return abs(as_of - timezone.now()) > CLOCKS_DIFFER
