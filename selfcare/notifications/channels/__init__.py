"""One module a channel, all of one shape: `is_on()`, `send(address, message)`; no rules in here."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import Literal

from django.utils.translation import ngettext

from selfcare.notifications.models import Attempt
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.words import Words

# In Selfcare itself a notification is there when it is matched, so that needs no sending.
SENT_ON = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
# Why an address is no good for anything any more; each has its words in why_words and operations.
type OffReason = Literal["bounced", "gone", "private", "invalid", "unreachable"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent; `id` is the delivery's, by which the other side knows it again.

    `lines` are the things told: one, or those of a digest, of which there may be `more` than
    fit. `unsubscribe_url` is there where it may be muted. A `code` replaces the rest.
    """

    id: str
    title: str
    lines: Sequence[Words]
    more: int = 0
    path: str = ""
    unsubscribe_url: str = ""
    urgent: bool = False
    code: str = ""
    # The provider that may have it already: its answer to a try was lost.
    unsure_of: str = ""
    # Those that were asked for a lost answer so often that another is asked now.
    given_up_on: Collection[str] = ()

    @property
    def more_words(self) -> str:
        return ngettext("And %(count)d more", "And %(count)d more", self.more) % {
            "count": self.more
        }

    @property
    def is_single(self) -> bool:
        return len(self.lines) == 1 and not self.more


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one try.

    `detail` is a code without anybody's data; `retry_after` is in seconds. `off_reason` says why
    the address is no good for anything any more.
    """

    outcome: Attempt.Outcome
    provider: str = ""
    detail: str = ""
    retry_after: float = 0.0
    off_reason: OffReason | Literal[""] = ""
    # The provider as a whole can't be used: nothing else is tried there for a moment.
    provider_down: bool = False
    # Surely not taken here: another provider of the channel may have it.
    try_another: bool = False
    milliseconds: int = 0
    # What other providers said before, the first one first.
    earlier: "tuple[Result, ...]" = ()


def sent(provider: str, detail: str = "") -> Result:
    return Result(Attempt.Outcome.SENT, provider, detail)


def later(
    provider: str,
    detail: str,
    *,
    retry_after: float = 0.0,
    provider_down: bool = False,
    try_another: bool = False,
) -> Result:
    return Result(
        Attempt.Outcome.LATER,
        provider,
        detail,
        retry_after=retry_after,
        provider_down=provider_down,
        try_another=try_another,
    )


def refused(provider: str, detail: str, *, off_reason: OffReason | Literal[""] = "") -> Result:
    return Result(Attempt.Outcome.REFUSED, provider, detail, off_reason=off_reason)


def timed(call: Callable[[], Result]) -> Result:
    """What comes of the call, and how long it took."""
    began = time.monotonic()
    result = call()
    return replace(result, milliseconds=round((time.monotonic() - began) * 1000))


def after(result: Result, earlier: "tuple[Result, ...]") -> Result:
    """The result that counts, with those of other providers before it."""
    return replace(result, earlier=earlier)


def of(channel: str) -> ModuleType:
    """The module of a channel that sends."""
    if channel not in SENT_ON:
        raise ValueError(f"nothing is sent on {channel}")
    return import_module(f"selfcare.notifications.channels.{channel}")


def on() -> frozenset[str]:
    """The channels that are set up here, with the one that always is."""
    return frozenset({Channel.IN_APP, *(one for one in SENT_ON if of(one).is_on())})
