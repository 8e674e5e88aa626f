"""What is known of a person when rules are asked: wishes, zone, addresses; it changes nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from selfcare.notifications import channels
from selfcare.notifications.deciding import Choice, Wishes
from selfcare.notifications.delivery import digests
from selfcare.notifications.models import Address, Rule, Settings
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.quiet import Quiet
from selfcare.preferences.actions import of_all, zone_in
from selfcare.preferences.models import Preferences


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person as of now; `addresses` by channel the one that is used."""

    wishes: Wishes
    addresses: Mapping[str, Address]
    preferences: Preferences


def read(subjects: Collection[str]) -> dict[str, Known]:
    """Each of these people; four questions to the database, however many they are."""
    addresses = _addresses_of(subjects)
    settings = Settings.objects.in_bulk(list(subjects))
    preferences = of_all(subjects)
    rules: dict[str, list[Rule]] = {subject: [] for subject in subjects}
    for rule in Rule.objects.filter(subject__in=subjects):
        rules[rule.subject].append(rule)
    return {
        subject: Known(
            as_wishes(
                settings.get(subject) or Settings(subject=subject),
                rules[subject],
                zone=zone_in(preferences[subject]),
                reachable=frozenset(addresses[subject]),
            ),
            addresses[subject],
            preferences[subject],
        )
        for subject in subjects
    }


def addresses_of(subject: str) -> dict[str, Address]:
    """By channel the address that is used: the primary one, else the one they had first."""
    return _addresses_of([subject])[subject]


def _addresses_of(subjects: Collection[str]) -> dict[str, dict[str, Address]]:
    usable = Address.objects.filter(subject__in=subjects).usable()
    found: dict[str, dict[str, Address]] = {subject: {} for subject in subjects}
    for address in usable.order_by("-is_primary", "verified_at", "pk"):
        found[address.subject].setdefault(address.channel, address)
    return found


def has_email(subject: str) -> bool:
    """Whether any address of theirs is known, in use or not."""
    return bool(with_email([subject]))


def with_email(subjects: Collection[str]) -> set[str]:
    """Those of whom any address is known, in use or not."""
    known = Address.objects.filter(subject__in=subjects, channel=Channel.EMAIL)
    return set(known.values_list("subject", flat=True))


def settings_of(subject: str) -> Settings:
    """The person's settings; where they saved none, those that hold until they do."""
    return Settings.objects.filter(subject=subject).first() or Settings(subject=subject)


def as_wishes(
    settings: Settings, rules: Iterable[Rule], *, zone: ZoneInfo, reachable: frozenset[str]
) -> Wishes:
    """Rows, saved or not, as deciding takes them; nobody is reached on a channel that is off."""
    off = frozenset(Channel.values) - channels.on()
    quiet = None
    if settings.quiet_from is not None and settings.quiet_until is not None:
        quiet = Quiet(settings.quiet_from, settings.quiet_until)
    return Wishes(
        zone=zone,
        choices={(rule.category, rule.channel): Choice.of(rule) for rule in rules},
        quiet=quiet,
        digest_at=settings.digest_at or digests.AT,
        digest_weekday=settings.digest_weekday,
        reachable=reachable - {Channel.IN_APP} - off,
        off=off,
    )
