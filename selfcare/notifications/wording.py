"""The words of the settings: what categories, channels and modes are called; decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from selfcare.notifications.models.rules import Category, Channel, Rule

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise


@dataclass(frozen=True, slots=True)
class Named:
    """What a person reads for a code; `fine` says what belongs to it."""

    title: Words
    fine: Words = ""
    icon: str = ""


CATEGORIES: Mapping[str, Named] = {
    Category.MONEY_IN: Named(_("Money in"), _("Payouts, deposits and transfers to you")),
    Category.MONEY_OUT: Named(_("Money out"), _("Payments, transfers and withdrawals")),
    Category.FAILED: Named(
        _("Failed"), _("A payment failed, lapsed, or was called off by another")
    ),
    Category.NEEDS_ACTION: Named(
        _("Needs your action"), _("A payment to confirm, or a case that waits for you")
    ),
    Category.CASES: Named(_("Refunds and disputes"), _("Answers, decisions and money back")),
    Category.PERMISSIONS: Named(
        _("Merchant permissions"), _("A permission given, used up or taken back")
    ),
    Category.STATEMENTS: Named(_("Statements"), _("When a month’s statement is ready")),
    Category.NEWS: Named(_("Product news"), _("What is new in Selfcare, a few times a year")),
    Category.SECURITY: Named(_("Security"), _("New devices, and changes of where we write to you")),
}
# How the matrix is divided, in its order.
GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_("Money"), (Category.MONEY_IN, Category.MONEY_OUT, Category.FAILED)),
    (_("Your move"), (Category.NEEDS_ACTION, Category.CASES)),
    (_("From time to time"), (Category.PERMISSIONS, Category.STATEMENTS, Category.NEWS)),
    (_("Security"), (Category.SECURITY,)),
)
CHANNELS: Mapping[str, Named] = {
    Channel.IN_APP: Named(_("Inbox"), icon="inbox"),
    Channel.EMAIL: Named(_("Mail"), icon="mail"),
    Channel.SMS: Named(_("Text"), icon="message-square-text"),
    Channel.PUSH: Named(_("Push"), icon="smartphone"),
}
MODES: Mapping[str, Words] = {
    Rule.Mode.OFF: _("Not at all"),
    Rule.Mode.AT_ONCE: _("At once"),
    Rule.Mode.DAILY: _("Once a day, together"),
    Rule.Mode.WEEKLY: _("Once a week, together"),
}
SHORT_MODES: Mapping[str, Words] = {
    Rule.Mode.DAILY: _("daily"),
    Rule.Mode.WEEKLY: _("weekly"),
}
MERCHANTS: Mapping[str, Words] = {
    Rule.Merchants.ALL: _("All merchants"),
    Rule.Merchants.ONLY: _("Only those ticked"),
    Rule.Merchants.EXCEPT: _("All but those ticked"),
}
WEEKDAYS: tuple[Words, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
LOCKED = _("Security notices can’t be switched off here: a thief would do that first.")
