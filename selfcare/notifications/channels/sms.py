"""Text messages: one short text, by the first gateway that takes it; no rules in here.

A gateway that may have it already is asked again, and no other: two gateways don't know of each
other, and the person would be told twice.
"""

import math
import re
from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from selfcare import errors
from selfcare.clients import text_messages
from selfcare.clients.http import Reply, Service
from selfcare.notifications import channels
from selfcare.notifications.channels import Message, OffReason, Result
from selfcare.notifications.delivery import rests
from selfcare.notifications.models import Address

# Of 160 characters, or 70 where one isn't in the GSM alphabet (3GPP TS 23.038); joined ones lose 7
# and 3 to the header that joins them.
MOST_SEGMENTS = 3
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€\f")
# What the alphabet has in another shape, and people read alike.
ALIKE = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-",
     "…": "...", "\u00a0": " ", "\u202f": " "}
)  # fmt: skip
INVALID: Mapping[str, OffReason] = {
    "invalid_number": "invalid",
    "unreachable_number": "unreachable",
}


def is_on() -> bool:
    return bool(settings.SMS_URLS)


def send(address: Address, message: Message, *, seconds: float = 0) -> Result:
    """By the gateways in their order; one that lost an answer of this message comes alone."""
    text = compose(message)
    # Another phone is another text: a gateway that refused the one may still take the other.
    key = f"{message.id}_{address.pk.hex}"
    give = partial(_give, to=address.value, text=text, reference=message.id, key=key)
    earlier: tuple[Result, ...] = ()
    for gateway in _wanted(message):
        result = channels.timed(partial(give, gateway))
        rests.note(gateway.name, down=result.provider_down)
        if not result.try_another:
            return channels.after(result, earlier)
        earlier = (*earlier, result)
    if not earlier:
        return channels.later("", "all_resting", provider_down=True)
    return channels.after(earlier[-1], earlier[:-1])


def _wanted(message: Message) -> list[Service]:
    known = text_messages.gateways()
    if unsure := [one for one in known if one.name == message.unsure_of]:
        return unsure
    others = [one for one in known if one.name not in message.given_up_on]
    return [one for one in others or known if rests.room(one.name, 1)]


def _give(gateway: Service, *, to: str, text: str, reference: str, key: str) -> Result:
    try:
        reply = text_messages.hand_over(gateway, to=to, text=text, reference=reference, key=key)
    except errors.OutcomeUnknown as failure:
        return channels.later(gateway.name, f"unknown: {failure.detail}", provider_down=True)
    except errors.NotSent as failure:
        return channels.later(gateway.name, failure.detail, provider_down=True, try_another=True)
    return _meaning(gateway.name, reply)


def _meaning(name: str, reply: Reply) -> Result:
    code = _code(reply)
    said = f"{reply.status} {code}".strip()
    # The key was used: it was taken once, and the words have changed a little since.
    if 200 <= reply.status < 300 or code == "idempotency_key_reused":
        return channels.sent(name, said)
    if reply.status in {502, 504}:
        return channels.later(name, f"unknown: {said}", provider_down=True)
    if reply.status == 429:
        wait = reply.headers.get("retry-after", "")
        seconds = min(int(wait), 3600) if re.fullmatch(r"[0-9]{1,6}", wait) else 5
        return channels.later(name, said, retry_after=seconds, try_another=True)
    if reply.status in {401, 403} or reply.status >= 500:
        return channels.later(name, said, provider_down=True, try_another=True)
    return channels.refused(name, said, off_reason=INVALID.get(code, ""))


def _code(reply: Reply) -> str:
    try:
        body = reply.json()
    except ValueError:
        return ""
    code = body.get("code") if isinstance(body, dict) else None
    return code[:60] if isinstance(code, str) and re.fullmatch(r"[a-z_]+", code) else ""


# ── The text ────────────────────────────────────────────────────────────────────────────────
def compose(message: Message) -> str:
    """At most MOST_SEGMENTS of text: the address goes first, then the end of the sentence."""
    if message.code:
        words = _("%(code)s is your code for Selfcare. It is good for ten minutes.")
        return _alike(words % {"code": message.code})
    title = _alike(message.title)
    whole = f"{title}\n{settings.SELFCARE_URL}{message.path}"
    if segments(whole) <= MOST_SEGMENTS:
        return whole
    while segments(title) > MOST_SEGMENTS:
        title = title[:-2].rstrip() + "."
    return title


def segments(text: str) -> int:
    """How many messages a network makes of it."""
    if all(c in GSM or c in GSM_TWICE for c in text):
        length = len(text) + sum(c in GSM_TWICE for c in text)
        return 1 if length <= 160 else math.ceil(length / 153)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= 70 else math.ceil(length / 67)


def _alike(text: str) -> str:
    return text.translate(ALIKE)
