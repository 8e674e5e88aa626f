"""Why something about an address was not done, in words for people and codes for programs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Row:
    """How a refusal is told; what it says is translated when it is said."""

    status: int
    words: Callable[[], str]


TABLE = {
    "email_malformed": Row(
        422, lambda: _("Write an e-mail address, such as name@example.com. Nothing was added.")
    ),
    "phone_malformed": Row(
        422,
        lambda: _(
            "Write the number with its country code, such as +49 151 23456789. Nothing was added."
        ),
    ),
    "phone_not_mobile": Row(
        422, lambda: _("This number can’t take texts. Write that of a mobile phone.")
    ),
    "browser_malformed": Row(
        422, lambda: _("That is no browser’s subscription. Copy all of it, from { to }.")
    ),
    "browser_unreachable": Row(
        422, lambda: _("We can’t reach the server of this subscription. Nothing was added.")
    ),
    "too_many_browsers": Row(
        429, lambda: _("So many browsers were tried that you have to wait an hour for the next.")
    ),
    "address_known": Row(409, lambda: _("You have this one already, and it works.")),
    "too_many_addresses": Row(
        409, lambda: _("You have ten of this kind, as many as fit. Remove one first.")
    ),
    "channel_off": Row(409, lambda: _("Selfcare sends nothing this way here.")),
    "too_many_codes": Row(
        429, lambda: _("So many codes were asked for that you have to wait an hour for the next.")
    ),
    "too_many_codes_today": Row(
        429, lambda: _("So many codes were sent there that you have to wait a day for the next.")
    ),
    "code_too_soon": Row(429, lambda: _("A code was sent a moment ago. Wait a minute for it.")),
    "code_not_sent": Row(
        503, lambda: _("We couldn’t send the code just now. Ask for another in a minute.")
    ),
    "code_refused": Row(
        422, lambda: _("The code came back: nobody takes it there. Look at the address again.")
    ),
    "code_wrong": Row(422, lambda: _("That isn’t the code. Look again, and write all six digits.")),
    "code_over": Row(
        409, lambda: _("This code is no longer good. Ask for another one, and use that.")
    ),
    "not_verified": Row(409, lambda: _("Verify it first; until then nothing is sent there.")),
    "sign_in_address": Row(
        409,
        lambda: _(
            "You sign in with this address, so it stays. Change it where you manage your sign-in."
        ),
    ),
}


class Refused(Exception):
    """It was not done; `code` is its row in the table, `words` the sentence for the person."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)

    @property
    def status(self) -> int:
        return TABLE[self.code].status

    @property
    def words(self) -> str:
        return TABLE[self.code].words()
