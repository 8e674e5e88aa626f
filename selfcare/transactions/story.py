"""One transaction told in words: where it stands, what can be done, what happened; calls nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import pgettext

from selfcare.clients.offers import RepeatOffer
from selfcare.clients.shapes import AllowedAction, TimelineEvent, Transaction
from selfcare.transactions import incoming, reasons, sentences, wording
from selfcare.web.addresses import address
from selfcare.web.moments import Zone


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing that can or can't be done: `refusal` says why not and which way is open."""

    name: str
    allowed: bool
    words: str
    icon: str
    fine: str
    button: str
    url: str
    until: datetime | None
    refusal: str
    primary: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """A line of the timeline; `open` dashes the part that is still to come."""

    at: datetime
    words: str
    note: str
    face: str
    who: str
    open: bool


def of(txn: Transaction, zone: ZoneInfo) -> dict[str, Any]:
    """`title`, `say`, `reason`, `actions` and `timeline` of the detail page."""
    facts = _facts(txn, zone)
    say = sentences.say_of(txn)
    return {
        "title": wording.title(txn),
        "say": {"headline": say.headline.format(**facts), "next": _next(txn, say, facts)},
        "reason": _reason(txn, facts),
        "actions": list(_actions(txn, facts)),
        "may_ask": any(action.action in wording.WRONG for action in txn.allowed_actions),
        "timeline": list(_timeline(txn, facts)),
    }


def _next(txn: Transaction, say: sentences.Say, facts: dict[str, Any]) -> str:
    for case in txn.cases:
        words = sentences.waits_of(case.kind, case.waiting_for or "")
        if case.is_open and case.respond_by is not None and words:
            asked = case.money or txn.amount
            return words.format(**facts, asked=asked, by=facts["zone"].deadline(case.respond_by))
    asked_back = txn.refund_request
    if asked_back is None or asked_back.state != "open" or asked_back.respond_by is None:
        return say.next.format(**facts)
    by = facts["zone"].deadline(asked_back.respond_by)
    words = sentences.waits_of("refund_request", "")
    return words.format(**facts, asked=asked_back.money, by=by)


def refusal(txn: Transaction, name: str, zone: ZoneInfo) -> str:
    """Why `name` isn't possible now, in words; empty where it is."""
    why = why_not(txn, name)
    return say_why_not(why, zone) if why else ""


def why_not(txn: Transaction, name: str) -> dict[str, str]:
    """Why `name` isn't possible now, to be kept: a row of the table and its facts; empty if it is.

    Whoever reads it may do so in another language and another zone.
    """
    action = txn.action(name)
    if action is not None and action.allowed:
        return {}
    return _why_not(txn, name, action)


def say_why_not(why: Mapping[str, str], zone: ZoneInfo) -> str:
    """The same in words, as it is said here and now."""
    told = Zone.of(zone)
    until = pgettext("instead of a moment", "then")
    if why.get("until"):
        until = told.moment(datetime.fromisoformat(why["until"]))
    elif why.get("by"):
        until = told.deadline(datetime.fromisoformat(why["by"]))
    at = told.moment(datetime.fromisoformat(why["at"]))
    words = why["told"]
    return _(words).format(name=why["name"], at=at, until=until)


def again_title(txn: Transaction) -> str:
    """`Send 64.90 EUR to Nordlicht Books once more`."""
    facts = {"amount": txn.amount, "name": txn.counterparty.name}
    return _("Send %(amount)s to %(name)s once more") % facts


def offer_refusal(txn: Transaction, offer: RepeatOffer, zone: ZoneInfo) -> str:
    """Why what is offered can't be done, in words; empty where it can."""
    reason = offer.reason
    if offer.payee.check == "closed":
        reason = "payee_closed"
    elif not offer.is_within_limit:
        reason = reason or "limit_exceeded"
    elif not offer.is_within_funds:
        reason = reason or "insufficient_funds"
    elif offer.allowed:
        return ""
    return wording.refusal_of("repeat", reason).words.format(**_facts(txn, zone))


def decision(txn: Transaction, name: str, zone: ZoneInfo) -> dict[str, Any]:
    """What the page of one decision needs besides its form: headline, button, clock."""
    facts = _facts(txn, zone)
    allowed = txn.action(name)
    until = allowed.until if allowed else None
    told = facts["zone"].deadline(until) if until else ""
    return {
        "title": wording.headline(txn, name).format(**facts),
        "primary_words": _(_towards(txn, PRIMARY, incoming.PRIMARY, name)).format(**facts),
        "until": until,
        "until_words": _(LAPSES[name]).format(until=told),
        "stays": name in STAYS,
        "notice_words": _(_towards(txn, NOTICES, incoming.NOTICES, name)).format(**facts),
    }


def _towards(txn: Transaction, out: dict[str, str], into: dict[str, str], name: str) -> str:
    """What is said of a decision, for money that leaves or that comes."""
    return into.get(name, out[name]) if txn.direction == "in" else out[name]


# What comes first where several are possible: what the other side waits for.
ORDER = {"undo": 0, "confirm": 1, "withdraw_confirmation": 2, "request_refund": 3, "cancel": 4}
# What is never the first thing to do, however allowed it is.
ASIDE = frozenset({"repeat"})
# What the page of a decision is about stays where it is.
STAYS = frozenset({"cancel", "undo", "withdraw_confirmation"})
# Refused, these are told only where they were possible before: most are never asked about.
QUIET = {
    "undo": {"not_confirmed_by_you", "undo_window_over", "account_restricted"},
    "withdraw_confirmation": {
        "not_confirmed_by_you", "already_final", "already_cancelled", "failed", "expired",
        "account_restricted", "already_sent",
    },
    "repeat": {"not_a_payment", "not_completed", "account_restricted"},
}  # fmt: skip
LAPSES = {
    "confirm": noop("After {until} it lapses and no money moves."),
    "decline": noop("After {until} it lapses and no money moves."),
    "cancel": noop("After {until} it can’t be cancelled any more."),
    "undo": noop("After {until} it leaves, and can’t be called back like this."),
    "withdraw_confirmation": noop("After {until} it is sent."),
}
PRIMARY = {
    "undo": noop("Undo {amount} to {name}"),
    "withdraw_confirmation": noop("Withdraw your confirmation"),
    "confirm": noop("Confirm {amount}"),
    "decline": noop("Don’t pay"),
    "cancel": noop("Cancel {amount} to {name}"),
}
NOTICES = {
    "undo": noop(
        "Nothing has left your account, so nobody has to agree. Where there is still time to "
        "confirm, it waits for you again; else it is cancelled."
    ),
    "withdraw_confirmation": noop(
        "Where there is still time to confirm, it waits for you again; else "
        "it is cancelled. {name} sees that it isn’t confirmed any more."
    ),
    "confirm": noop(
        "Once sent, only {name} can return the money. Not sure? Leave it: nothing moves "
        "until you confirm."
    ),
    "decline": noop("{name} is told. To pay later, they have to ask you again."),
    "cancel": noop(
        "What is cancelled can’t be taken up again. {name} may ask for the money another way."
    ),
}


def _actions(txn: Transaction, facts: dict[str, Any]) -> Iterator[ActionView]:
    """Allowed ones first; the first of them is the primary one; refused ones stay visible."""
    # Declining stands on the page of the confirmation, and isn't offered twice.
    shown = [
        a
        for a in txn.allowed_actions
        if a.action != "decline" and a.action not in wording.WRONG and _is_news(txn, a)
    ]
    shown.sort(key=lambda a: (not a.allowed, ORDER.get(a.action, len(ORDER))))
    first = shown[0] if shown and shown[0].allowed else None
    primary = first.action if first and first.action not in ASIDE else ""
    for action in shown:
        words = wording.action_of(action.action, txn.direction)
        known = action.action in wording.ACTIONS
        if not known and action.allowed:
            # A newer service offers what this release has no page for.
            continue
        yield ActionView(
            name=action.action,
            allowed=action.allowed,
            words=words.words.format(action=action.action.replace("_", " ").capitalize()),
            icon=words.icon,
            fine=words.fine.format(**facts),
            button=words.button.format(**facts),
            url=reverse(words.url_name, args=[txn.id]) if known else "",
            until=action.until,
            refusal=""
            if action.allowed
            else say_why_not(_why_not(txn, action.action, action), facts["person_zone"]),
            primary=action.action == primary,
        )


def _is_news(txn: Transaction, action: AllowedAction) -> bool:
    """A refused confirmation is told only while it is waited for, or came too late."""
    if action.allowed:
        return True
    if action.action == "confirm":
        return txn.waits_for_person or action.reason == "deadline_passed"
    return action.reason not in QUIET.get(action.action, ())


def _why_not(txn: Transaction, name: str, action: AllowedAction | None) -> dict[str, str]:
    row = wording.refusal_row(name, action.reason if action else None, txn.direction)
    by = _until(txn)
    why = {
        "told": row.way if row.way and txn.may("request_refund") else row.words,
        "name": txn.counterparty.name,
        "at": _final_at(txn).isoformat(),
    }
    if action is not None and action.until is not None:
        why["until"] = action.until.isoformat()
    elif by is not None:
        why["by"] = by.isoformat()
    return why


def _final_at(txn: Transaction) -> datetime:
    return txn.completed_at or txn.updated_at


def _until(txn: Transaction) -> datetime | None:
    """Until when something can be done about it."""
    return txn.expires_at or next((a.until for a in txn.allowed_actions if a.until), None)


def _reason(txn: Transaction, facts: dict[str, Any]) -> dict[str, str] | None:
    """What the reason code means, what to do, and the way there where there is one."""
    if not txn.reason_code:
        return None
    reason = reasons.of(txn.reason_code, txn.direction)
    url, button = _way(txn, reason.way)
    return {
        "words": reason.words.format(**facts),
        "advice": reason.advice.format(**facts),
        "name": reason.name,
        "url": url,
        "button": button.format(**facts),
    }


def _way(txn: Transaction, way: str) -> tuple[str, str]:
    if way == "repeat" and txn.may("repeat"):
        return reverse("transactions:repetition_new", args=[txn.id]), _("Send it again")
    if way == "contact" and txn.merchant is not None:
        return "#contact-h", _("How to reach {name}")
    if way == "wrong":
        return address("cases:triage", txn.id), _("Say that it wasn’t you")
    if way == "similar":
        query = urlencode({"q": f'merchant:"{txn.counterparty.name}"'})
        return f"{reverse('transactions:list')}?{query}", _("All with {name}")
    return "", ""


# Who acted where the service gives no name.
NAMELESS = {"platform": noop("We"), "bank": noop("Their bank")}


def _timeline(txn: Transaction, facts: dict[str, Any]) -> Iterator[EventView]:
    last = len(txn.timeline) - 1
    for number, event in enumerate(txn.timeline):
        who = _who(txn, event)
        actor = event.actor.name or _(NAMELESS.get(event.actor.kind, "")) or facts["name"]
        words = sentences.event_of(event.name, who, txn.direction)
        note = _("“%(note)s”") % {"note": wording.note(event.note)} if event.note else ""
        if event.reason_code and not note:
            note = reasons.of(event.reason_code, txn.direction).words.format(**facts)
        yield EventView(
            at=event.at,
            words=words.format(**{**facts, "actor": actor}),
            note=note,
            face=who,
            who=_("You") if who == "you" else actor,
            open=number == last and not txn.is_final,
        )


def _who(txn: Transaction, event: TimelineEvent) -> str:
    if event.name == "transaction.processing":
        # Whoever set it going: it is the platform that sends.
        return "platform"
    if event.actor.kind != "user":
        return event.actor.kind
    # On the other side of a transfer stands a person, too.
    theirs = event.actor.name == txn.counterparty.name and txn.counterparty.kind == "person"
    return "person" if theirs else "you"


def _facts(txn: Transaction, zone: ZoneInfo) -> dict[str, Any]:
    """What the braces of the tables stand for."""
    told = Zone.of(zone)
    at, until = _final_at(txn), _until(txn)
    return {
        "zone": told,
        "person_zone": zone,
        "name": txn.counterparty.name,
        "amount": str(txn.amount),
        "most": str(txn.refundable),
        "account": txn.account.name,
        "status": txn.status,
        "code": txn.reason_code or "",
        "currency": txn.currency,
        "at": told.moment(at),
        "until": told.deadline(until) if until else pgettext("instead of a moment", "then"),
        "scheduled": told.moment(txn.scheduled_for)
        if txn.scheduled_for
        else pgettext("instead of a moment", "its day"),
    }
