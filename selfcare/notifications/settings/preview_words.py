"""A preview in words: how many messages, what changes and why; computes nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from selfcare.notifications import wording
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.settings.preview import Difference, Outcome


def counted(channel: str, count: int) -> str:
    """`14 mails`."""
    if channel == Channel.EMAIL:
        return ngettext("%(count)d mail", "%(count)d mails", count) % {"count": count}
    if channel == Channel.SMS:
        return ngettext("%(count)d text", "%(count)d texts", count) % {"count": count}
    return ngettext("%(count)d push", "%(count)d pushes", count) % {"count": count}


def noun(channel: str, count: int) -> str:
    """`mails`, beside a figure that stands apart."""
    if channel == Channel.EMAIL:
        return npgettext("beside a figure", "mail", "mails", count)
    if channel == Channel.SMS:
        return npgettext("beside a figure", "text", "texts", count)
    return npgettext("beside a figure", "push", "pushes", count)


def sentence(outcome: Outcome) -> str:
    """`14 mails, 2 texts and 5 pushes`: for programs and for those who don't see the picture."""
    counts = outcome.counts
    told = {
        "mails": counted(Channel.EMAIL, counts[Channel.EMAIL]),
        "texts": counted(Channel.SMS, counts[Channel.SMS]),
        "pushes": counted(Channel.PUSH, counts[Channel.PUSH]),
    }
    return _("%(mails)s, %(texts)s and %(pushes)s") % told


def unreachable(channel: str, count: int) -> str:
    """`12 notices had no phone to go to`."""
    if channel == Channel.EMAIL:
        words = ngettext(
            "%(count)d notice had no e-mail address to go to.",
            "%(count)d notices had no e-mail address to go to.",
            count,
        )
    elif channel == Channel.SMS:
        words = ngettext(
            "%(count)d notice had no phone to go to.",
            "%(count)d notices had no phone to go to.",
            count,
        )
    else:
        words = ngettext(
            "%(count)d notice had no browser to go to.",
            "%(count)d notices had no browser to go to.",
            count,
        )
    return words % {"count": count}


def difference(one: Difference) -> str:
    """`8 × Money came in, mail: at once → below your amount`, as a sentence."""
    told = {
        "count": one.count,
        "category": wording.CATEGORIES[one.category].title,
        "channel": wording.CHANNELS[one.channel].title,
        "before": _where(one.before),
        "after": _where(one.after),
    }
    sentences = ngettext(
        "%(count)d notice of “%(category)s” by %(channel)s: %(after)s instead of %(before)s",
        "%(count)d notices of “%(category)s” by %(channel)s: %(after)s instead of %(before)s",
        one.count,
    )
    return sentences % told


def _where(code: str) -> str:
    return {
        "now": _("at once"),
        "daily": _("in one daily message"),
        "weekly": _("in one weekly message"),
        "quiet": _("after quiet hours"),
        "burst": _("gathered into one"),
        "mode_off": _("switched off"),
        "below_threshold": _("below your amount"),
        "merchant_not_chosen": _("not a merchant you chose"),
        "merchant_left_out": _("a merchant you left out"),
        "no_address": _("no address"),
        "over": _("already settled"),
    }.get(code, _("not told"))
