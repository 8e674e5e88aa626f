"""Why somebody was or wasn't told, in sentences: tables by state and reason; looks nothing up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.money import BadAmount, Money
from selfcare.notifications import wording
from selfcare.notifications.deciding import MOST_A_MINUTE
from selfcare.notifications.models import Attempt, Delivery
from selfcare.notifications.models.rules import Channel

type Facts = Mapping[str, Any]
State = Delivery.State


def verdict(delivery: Delivery, when: Callable[[datetime], str], where: str) -> str:
    """What became of it; `when` writes a moment, `where` is the address in words or empty."""
    if delivery.channel == Channel.IN_APP:
        return _in_app(delivery, when)
    digest = delivery.digest
    told = {
        "at": when(delivery.sent_at or delivery.due_at),
        "where": where,
        "digest": _digest_name(digest.digest_kind) if digest else "",
    }
    if delivery.state == State.IN_DIGEST and digest is not None:
        told["at"] = when(digest.due_at)
        return _gathered(digest) % told
    if _is_told(delivery):
        return _sent(digest, where) % told
    if delivery.state == State.WAITING:
        return _waiting(delivery) % told
    is_dead = delivery.state == State.DEAD
    return _("It could not be delivered, and we stopped trying.") if is_dead else _("Not sent.")


def _is_told(delivery: Delivery) -> bool:
    """Also where another address is still to get it: each try stands below."""
    return delivery.state == State.SENT or (
        delivery.state == State.WAITING and delivery.sent_at is not None
    )


def _gathered(digest: Delivery) -> str:
    if digest.state == State.DEAD:
        return _("It was in %(digest)s, which could not be delivered.")
    return _("It waits, and goes out with %(digest)s on %(at)s.")


def _in_app(delivery: Delivery, when: Callable[[datetime], str]) -> str:
    if delivery.state == State.SENT:
        told = {"at": when(delivery.sent_at or delivery.created_at)}
        return _("In your inbox since %(at)s.") % told
    return _("Not in your inbox.")


def _sent(digest: Delivery | None, where: str) -> str:
    if digest is None:
        return _("Sent on %(at)s to %(where)s.") if where else _("Sent on %(at)s.")
    if where:
        return _("Sent on %(at)s to %(where)s, with %(digest)s.")
    return _("Sent on %(at)s, with %(digest)s.")


def _waiting(delivery: Delivery) -> str:
    if not delivery.tries:
        return _("It is about to go out.")
    count = {"count": delivery.tries}
    tried = ngettext("Tried %(count)d time.", "Tried %(count)d times.", delivery.tries) % count
    return tried.replace("%", "%%") + " " + _("The next try is on %(at)s.")


def _digest_name(kind: str) -> str:
    return {
        "daily": _("the daily message"),
        "weekly": _("the weekly message"),
        "quiet": _("the message after your quiet hours"),
    }.get(kind, _("one message for many"))


def reason(delivery: Delivery, facts: Facts) -> str:
    """Why it is so, by the rule that was kept with it; empty where there is nothing to add."""
    say = REASONS.get(delivery.reason)
    if say is None:
        return ""
    return say(delivery, facts)


def _named(delivery: Delivery) -> dict[str, Any]:
    return {
        "category": wording.CATEGORIES[delivery.category].title if delivery.category else "",
        "channel": wording.CHANNELS[delivery.channel].title,
        "most": MOST_A_MINUTE,
    }


def _said(chosen: str, default: str = "") -> Callable[[Delivery, Facts], str]:
    """A sentence of the rule that was chosen, another where nobody chose one."""

    def say(delivery: Delivery, facts: Facts) -> str:
        was_chosen = bool(delivery.rule.get("chosen")) or not default
        return _(chosen if was_chosen else default) % _named(delivery)

    return say


def _below(delivery: Delivery, facts: Facts) -> str:
    currency = str(facts.get("currency") or "")
    least, amount = delivery.rule.get("above", {}).get(currency), facts.get("amount_minor")
    try:
        told = {"least": Money(least, currency), "amount": Money(amount or 0, currency)}
    except (BadAmount, TypeError):
        return _("It was below the amount that you set.")
    return _("You want to be told from %(least)s here, and this was %(amount)s.") % told


REASONS: Mapping[str, Callable[[Delivery, Facts], str]] = {
    "default": _said(noop("That is how “%(category)s” is told unless you choose otherwise.")),
    "chosen": _said(noop("You chose this for “%(category)s”.")),
    "mode_off": _said(
        noop("You switched %(channel)s off for “%(category)s”."),
        noop("%(channel)s is off for “%(category)s” unless you switch it on."),
    ),
    "below_threshold": _below,
    "merchant_not_chosen": _said(
        noop("You want this of some merchants only, and it was of another or of none.")
    ),
    "merchant_left_out": _said(noop("You left this merchant out.")),
    "no_address": _said(noop("You had no address there that was verified and in use.")),
    "over": _said(noop("It was settled before it went out: there was nothing left to do.")),
    "too_old": _said(noop("We heard of it more than a week late, so it only lies in the inbox.")),
    "quiet_hours": _said(noop("It came in your quiet hours.")),
    "daily": _said(noop("You want these once a day, together.")),
    "weekly": _said(noop("You want these once a week, together.")),
    "burst": _said(
        noop("More than %(most)d messages came within a minute, so the others go together.")
    ),
    "security": _said(noop("Security notices come at once, whatever the hour.")),
    "instead": _said(noop("You had no e-mail address in use, so it came this way instead.")),
    "channel_off": _said(noop("This Selfcare has no provider for %(channel)s.")),
    "driven_again": _said(noop("It had failed, and one of our people sent it on again.")),
    "nothing_left": _said(noop("Nothing that it held was wanted any more.")),
    "bounced": _said(noop("The mailbox doesn’t take mail, so we switched the address off.")),
    "gone": _said(noop("The browser no longer takes messages, so we switched it off.")),
    "invalid": _said(noop("There is no such number, so we switched it off.")),
    "unreachable": _said(noop("The number can’t be reached, so we switched it off.")),
    "private": _said(noop("The address leads into a private network, where we send nothing.")),
    "gave_up": _said(noop("Every try failed for days.")),
    "refused": _said(noop("The provider refused it for good.")),
    "broke": _said(noop("We couldn’t make the message. Our people are looking at it.")),
}

# Of what nobody is told by itself, and what has no sentence therefore.
STEPS: Mapping[str, str] = {
    "transaction.created": noop("Just begun"),
    "transaction.scheduled": noop("Scheduled"),
    "transaction.processing": noop("On its way"),
    "transaction.confirmed": noop("Confirmed"),
    "transaction.declined": noop("Declined"),
    "transaction.undone": noop("It was called back"),
    "transaction.confirmation_withdrawn": noop("The confirmation was withdrawn"),
    "transaction.repeated": noop("The same was sent again"),
}


def step(event_type: str) -> str:
    """What a step is called that is told to nobody; empty where a sentence says it better."""
    return _(STEPS[event_type]) if event_type in STEPS else ""


def attempt(one: Attempt) -> str:
    """What one try came to."""
    return {
        Attempt.Outcome.SENT: _("handed over"),
        Attempt.Outcome.LATER: _("failed, to be tried again"),
        Attempt.Outcome.REFUSED: _("refused for good"),
    }[Attempt.Outcome(one.outcome)]


def chip(delivery: Delivery) -> tuple[str, str, str]:
    """State, icon and words for a mark that is seen at a glance."""
    return {
        State.SENT: ("completed", "check", _("Told")),
        State.WAITING: ("pending", "clock", _("On its way")),
        State.IN_DIGEST: ("pending", "clock", _("Waits")),
        State.NOT_WANTED: ("neutral", "ban", _("Not told")),
        State.DEAD: ("failed", "triangle-alert", _("Failed")),
    }[State.SENT if _is_told(delivery) else State(delivery.state)]
