"""Why settings can't be kept like that: codes for programs, words for people; decides nothing."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Row:
    status: int
    words: str | Promise


TABLE = {
    "unknown_category": Row(422, _("There is no kind of notice “%(name)s”.")),
    "unknown_channel": Row(422, _("There is no way of telling you called “%(name)s”.")),
    "rule_twice": Row(422, _("There are two rules for the same kind of notice and way.")),
    "mode_not_possible": Row(422, _("“%(name)s” is not possible here. Choose another way.")),
    "always_on": Row(
        422,
        _("Security notices always come to the inbox and by mail, so that no thief silences them."),
    ),
    "no_amounts": Row(422, _("These notices have no amount, so none can be set.")),
    "bad_amount": Row(422, _("Write an amount of zero or more, such as 20.00.")),
    "unknown_currency": Row(422, _("%(name)s is no currency that we know.")),
    "too_many_currencies": Row(422, _("Amounts in 20 currencies are as many as fit.")),
    "no_merchants": Row(422, _("These notices are about no merchant, so none can be chosen.")),
    "merchants_missing": Row(422, _("Tick at least one merchant, or choose all of them.")),
    "too_many_merchants": Row(422, _("%(most)d merchants are as many as fit in one rule.")),
    "unknown_merchant": Row(422, _("You have had to do with no merchant “%(name)s”.")),
    "merchants_not_known": Row(
        503,
        _(
            "We can’t reach your transactions right now, so we don’t know that merchant. "
            "Nothing was saved."
        ),
    ),
    "quiet_half": Row(422, _("Quiet hours need both a beginning and an end.")),
    "quiet_empty": Row(422, _("Quiet hours end when they begin. Choose another end.")),
    "bad_time": Row(422, _("Write a time of day such as 22:00.")),
    "bad_weekday": Row(422, _("Choose a day of the week.")),
    "settings_changed": Row(
        409, _("Your settings were changed elsewhere meanwhile. Nothing was saved.")
    ),
}


class Refused(Exception):
    """Nothing was saved; `code` is its row in the table, `field` what to mend."""

    def __init__(self, code: str, field: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts

    @property
    def status(self) -> int:
        return TABLE[self.code].status

    @property
    def words(self) -> str:
        return str(TABLE[self.code].words) % self.facts
