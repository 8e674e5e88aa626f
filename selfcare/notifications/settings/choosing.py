"""Keeps what a person chose of rules, quiet hours and digests; page and API both save here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from selfcare.money import LARGEST_MINOR, BadAmount, exponent
from selfcare.notifications import categories, people
from selfcare.notifications.deciding import Choice, Wishes
from selfcare.notifications.delivery import retiming
from selfcare.notifications.models import Rule, Settings
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.settings import merchants
from selfcare.notifications.settings.refusals import Refused
from selfcare.preferences.actions import zone_of

MOST_CURRENCIES = 20
MOST_MERCHANTS = 30
type Cell = tuple[str, str]

log = structlog.get_logger("selfcare.audit")


class ChangedElsewhere(Exception):
    """Another tab or program saved meanwhile; `plan` is what is saved."""

    def __init__(self, plan: "Plan") -> None:
        super().__init__("changed elsewhere")
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a person's settings, saved or about to be; a cell that isn't there is the default.

    Both ends of quiet hours are None where there are none.
    """

    choices: Mapping[Cell, Choice] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None
    digest_weekday: int = 0
    version: int = 0

    def choice(self, category: str, channel: str) -> Choice:
        default = Choice(categories.about(category).defaults[channel])
        return self.choices.get((category, channel), default)

    def with_choices(self, changed: Mapping[Cell, Choice]) -> "Plan":
        return replace(self, choices={**self.choices, **changed})

    def wishes(self, subject: str) -> Wishes:
        """As deciding takes them, for the person as they are now."""
        reachable = frozenset(people.addresses_of(subject))
        rules = [_row(subject, cell, choice) for cell, choice in self.choices.items()]
        settings = Settings(
            subject=subject,
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            digest_at=self.digest_at,
            digest_weekday=self.digest_weekday,
        )
        return people.as_wishes(settings, rules, zone=zone_of(subject), reachable=reachable)


def plan_of(subject: str) -> Plan:
    """What is saved, the version first: what is read after it is at least as new."""
    settings = people.settings_of(subject)
    return Plan(
        choices={(r.category, r.channel): Choice.of(r) for r in Rule.objects.of(subject)},
        quiet_from=settings.quiet_from,
        quiet_until=settings.quiet_until,
        digest_at=settings.digest_at,
        digest_weekday=settings.digest_weekday,
        version=settings.version,
    )


def save(*, subject: str, plan: Plan) -> Plan:
    """Keeps `plan` over the version that it says; it counts from then on, for what waits too.

    Raises Refused, and ChangedElsewhere where another version is saved by now.
    """
    check(subject, plan)
    now = timezone.now()
    with transaction.atomic():
        Settings.objects.get_or_create(subject=subject)
        saved = Settings.objects.filter(subject=subject, version=plan.version).update(
            quiet_from=plan.quiet_from,
            quiet_until=plan.quiet_until,
            digest_at=plan.digest_at,
            digest_weekday=plan.digest_weekday,
            version=F("version") + 1,
            saved_at=now,
        )
        if not saved:
            raise ChangedElsewhere(plan_of(subject))
        Rule.objects.of(subject).delete()
        Rule.objects.bulk_create(
            _row(subject, cell, choice)
            for cell, choice in plan.choices.items()
            if _differs(cell, choice)
        )
        retiming.arrange(subject, plan.wishes(subject), now)
    log.info("rules.saved", subject=subject, version=plan.version + 1)
    return plan_of(subject)


def check(subject: str, plan: Plan) -> None:
    """Raises Refused for the first thing that can't be kept or tried out."""
    if (plan.quiet_from is None) != (plan.quiet_until is None):
        missing = "quiet_from" if plan.quiet_from is None else "quiet_until"
        raise Refused("quiet_half", missing)
    if plan.quiet_from is not None and plan.quiet_from == plan.quiet_until:
        raise Refused("quiet_empty", "quiet_until")
    if not 0 <= plan.digest_weekday <= 6:
        raise Refused("bad_weekday", "digest_weekday")
    for (category, channel), choice in plan.choices.items():
        _check_cell(category, channel, choice)
    merchants.check(subject, plan.choices)


def _check_cell(category: str, channel: str, choice: Choice) -> None:
    where = f"{category}.{channel}"
    if category not in categories.TABLE.about:
        raise Refused("unknown_category", where, name=category[:40])
    if channel not in Channel.values:
        raise Refused("unknown_channel", where, name=channel[:40])
    about = categories.about(category)
    if choice.mode not in about.modes(channel):
        if channel in about.always:
            raise Refused("always_on", where)
        raise Refused("mode_not_possible", where, name=choice.mode[:40])
    if choice.above and not about.amounts:
        raise Refused("no_amounts", where)
    if len(choice.above) > MOST_CURRENCIES:
        raise Refused("too_many_currencies", where)
    for currency, minor in choice.above.items():
        _check_amount(where, currency, minor)
    if choice.merchants == Rule.Merchants.ALL:
        return
    if choice.merchants not in Rule.Merchants.values or not about.merchants:
        raise Refused("no_merchants", where)
    if not choice.merchant_ids:
        raise Refused("merchants_missing", where)
    if len(choice.merchant_ids) > MOST_MERCHANTS:
        raise Refused("too_many_merchants", where, most=MOST_MERCHANTS)


def _check_amount(where: str, currency: str, minor: object) -> None:
    try:
        exponent(currency)
    except BadAmount:
        raise Refused("unknown_currency", where, name=currency[:8]) from None
    if type(minor) is not int or not 0 <= minor <= LARGEST_MINOR:
        raise Refused("bad_amount", where)


def _row(subject: str, cell: Cell, choice: Choice) -> Rule:
    listed = choice.merchants != Rule.Merchants.ALL
    return Rule(
        subject=subject,
        category=cell[0],
        channel=cell[1],
        mode=choice.mode,
        above=dict(choice.above),
        merchants=choice.merchants,
        merchant_ids=sorted(set(choice.merchant_ids)) if listed else [],
    )


def _differs(cell: Cell, choice: Choice) -> bool:
    """A row only where it says something else than the default does."""
    default = categories.about(cell[0]).defaults[cell[1]]
    return choice.mode != default or bool(choice.above) or choice.merchants != Rule.Merchants.ALL


def cells(names: Iterable[str] = ()) -> list[Cell]:
    """All cells, or those of some categories, in the order of the table."""
    wanted = list(names) or list(categories.TABLE.about)
    return [(name, channel) for name in wanted for channel in Channel.values]
