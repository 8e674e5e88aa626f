"""What is known of a person when rules are asked: wishes, zone, addresses; it changes nothing."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from selfcare.notifications import digests
from selfcare.notifications.deciding import Choice, Wishes
from selfcare.notifications.models import Address, Rule, Settings
from selfcare.notifications.models.rules import Channel
from selfcare.notifications.quiet import Quiet
from selfcare.preferences.actions import zone_of


def addresses_of(subject: str) -> dict[str, Address]:
    """By channel the address that is used: the primary one, else the one they had first."""
    usable = Address.objects.of(subject).usable().order_by("-is_primary", "verified_at", "pk")
    found: dict[str, Address] = {}
    for address in usable:
        found.setdefault(address.channel, address)
    return found


def has_email(subject: str) -> bool:
    """Whether any address of theirs is known, in use or not."""
    return Address.objects.of(subject).filter(channel=Channel.EMAIL).exists()


def settings_of(subject: str) -> Settings:
    """The person's settings; where they saved none, those that hold until they do."""
    return Settings.objects.filter(subject=subject).first() or Settings(subject=subject)


def wishes_of(subject: str, *, addresses: Mapping[str, Address] | None = None) -> Wishes:
    """All that deciding asks of a person, as saved."""
    if addresses is None:
        addresses = addresses_of(subject)
    return as_wishes(
        settings_of(subject),
        Rule.objects.of(subject),
        zone=zone_of(subject),
        reachable=frozenset(addresses),
    )


def as_wishes(
    settings: Settings, rules: Iterable[Rule], *, zone: ZoneInfo, reachable: frozenset[str]
) -> Wishes:
    """Rows, saved or not, as deciding takes them."""
    quiet = None
    if settings.quiet_from is not None and settings.quiet_until is not None:
        quiet = Quiet(settings.quiet_from, settings.quiet_until)
    return Wishes(
        zone=zone,
        choices={(rule.category, rule.channel): Choice.of(rule) for rule in rules},
        quiet=quiet,
        digest_at=settings.digest_at or digests.AT,
        digest_weekday=settings.digest_weekday,
        reachable=reachable - {Channel.IN_APP},
    )
