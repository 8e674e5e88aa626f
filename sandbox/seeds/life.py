"""The rhythms of a person's life: which purchases fall on which day; no balance is looked at here.

Each day has its own random numbers, made from seed, person and date, so that a day stays the same
when the history is told again a week later.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.seeds.cast import Role
from sandbox.seeds.plan import Plan
from sandbox.seeds.shops import BY_KEY, Shop
from sandbox.transactions import exchange

HOME = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Habit:
    """Shops one of which is visited, the chance on each weekday from Monday, and the hours."""

    shops: tuple[str, ...]
    chance: tuple[float, ...]
    hours: tuple[float, float]


def _week(workday: float, saturday: float, sunday: float) -> tuple[float, ...]:
    return (workday,) * 5 + (saturday, sunday)


HABITS = [
    Habit(("metroline",), _week(0.42, 0.3, 0.2), (7.1, 9.2)),
    Habit(("metroline",), _week(0.24, 0.2, 0.12), (16.8, 19.6)),
    Habit(("kaffeewerk", "kaffeewerk", "harbour-coffee"), _week(0.52, 0.45, 0.3), (8.2, 11.0)),
    Habit(("backstube-linde",), (0.05, 0.05, 0.2, 0.05, 0.1, 0.6, 0.5), (7.5, 11.5)),
    Habit(("gruenmarkt", "gruenmarkt", "unverpackt-kanal"), (0.3, 0.1, 0.35, 0.15, 0.4, 0.6, 0.0),
          (16.5, 20.2)),
    Habit(("spaetkauf-anker",), (0.04, 0.04, 0.06, 0.08, 0.22, 0.26, 0.12), (19.5, 23.6)),
    Habit(("suppenkueche-nord", "falafel-jasmin"), _week(0.27, 0.05, 0.0), (11.9, 13.7)),
    Habit(("trattoria-bellacqua", "zollhaus"), (0.0, 0.02, 0.04, 0.06, 0.3, 0.34, 0.1),
          (18.8, 22.3)),
    Habit(("lichtspiel",), (0.0, 0.06, 0.0, 0.03, 0.13, 0.16, 0.06), (17.0, 20.5)),
    Habit(("nordlicht-books",), _week(0.05, 0.09, 0.05), (10.5, 22.5)),
    Habit(("papierhaus", "studio-halm"), _week(0.03, 0.07, 0.0), (11.0, 18.5)),
    Habit(("faden-zwirn",), _week(0.02, 0.06, 0.01), (12.0, 19.5)),
    Habit(("drogerie-klar", "drogerie-klar", "apotheke-markt"), _week(0.13, 0.2, 0.0),
          (10.0, 19.8)),
    Habit(("tandem-bikes",), _week(0.012, 0.03, 0.0), (10.0, 18.0)),
    Habit(("fernzug",), (0.02, 0.01, 0.01, 0.03, 0.06, 0.03, 0.04), (7.0, 21.0)),
]  # fmt: skip
# Day of the month, hour, shop: what is taken every month.
STANDING = [
    (2, 6.4, "funknetz"), (3, 6.4, "glasfaser-spree"), (4, 6.5, "lumen-energie"),
    (5, 9.1, "tonfall"), (8, 9.2, "wolkenlager"), (11, 6.1, "abendblatt-neu"),
    (15, 6.4, "schirm-versicherung"), (16, 10.3, "kletterhalle-grat"),
]  # fmt: skip
RENT = (1, "Hausverwaltung Birke", 89_000)
# First day, nights, country's shops: journeys, by month and day of each year.
JOURNEYS = [
    ((2, 20), 3, "CZ"), ((5, 8), 4, "GB"), ((7, 14), 11, "DK"), ((10, 16), 3, "CZ"),
    ((11, 6), 3, "GB"),
]  # fmt: skip


def at(on: date, hour: float, rng: random.Random) -> datetime:
    """An instant on a day in Berlin, never on the full minute."""
    moment = datetime.combine(on, time(), tzinfo=HOME) + timedelta(hours=hour)
    return (moment + timedelta(seconds=rng.randrange(1, 59), milliseconds=rng.randrange(1000))
            ).astimezone(UTC)  # fmt: skip


def price(shop: Shop, rng: random.Random) -> int:
    """A price in the shop's span, small ones more often; most end in 0, 5 or 9."""
    if shop.low == shop.high:
        return shop.low
    amount = shop.low + int((shop.high - shop.low) * rng.random() ** 2.2)
    if shop.currency in {"CZK", "DKK"}:
        return amount // 100 * 100
    return amount - amount % 10 + rng.choice((0, 0, 5, 9, 9, amount % 10))


def purchase(role: Role, shop: Shop, when: datetime, rng: random.Random) -> Plan:
    """A payment to a shop from the account in its currency, or from euros with an exchange."""
    amount = price(shop, rng)
    number = when.toordinal() % 1000 * 100 + rng.randrange(100)
    asks = amount > 3000 and shop.currency == "EUR"
    plan = Plan(
        owner=role.key, at=when, kind="payment", direction="out", currency=shop.currency,
        amount_minor=amount, shop=shop,
        reference=f"{shop.prefix}-{number}",
        end_to_end_id=f"{shop.prefix}{'ABCDEFGHJK'[number % 10]}-{when:%Y%m%d}-{number:07d}",
        remittance=rng.choice(shop.goods.split(";")) if shop.goods else "",
        asks=asks,
        settles_after=timedelta(seconds=rng.randrange(24, 95) if asks else rng.randrange(2, 9)),
    )  # fmt: skip
    if shop.currency not in role.opening:
        exchanged(plan, when.date())
    return plan


def exchanged(plan: Plan, on: date) -> None:
    """Turn an amount in another currency into euros, keeping the original."""
    factor = exchange.euros(plan.currency, on)
    plan.original_minor, plan.original_currency = plan.amount_minor, plan.currency
    plan.rate = f"{factor:.4f}"
    plan.amount_minor = max(1, round(plan.amount_minor * factor))
    plan.currency = "EUR"


def days(role: Role, seed: int, since: date, until: date) -> Iterator[Plan]:
    """All that a person does between two days, both included; the caller cuts at the hour."""
    on = since
    while on <= until:
        rng = random.Random(f"{seed}:{role.key}:{on}")
        journey = _journey(on) if role.key == "alice" else None
        if journey:
            yield from _abroad(role, on, journey, rng)
        else:
            yield from _at_home(role, on, rng)
        yield from _monthly(role, on, rng)
        on += timedelta(days=1)


def _at_home(role: Role, on: date, rng: random.Random) -> Iterator[Plan]:
    for habit in HABITS:
        if rng.random() < habit.chance[on.weekday()] * role.pace:
            shop = BY_KEY[rng.choice(habit.shops)]
            yield purchase(role, shop, at(on, rng.uniform(*habit.hours), rng), rng)


def _monthly(role: Role, on: date, rng: random.Random) -> Iterator[Plan]:
    if role.pace >= 0.1:
        for day, hour, key in STANDING:
            if on.day == day and (role.key == "alice" or day in {2, 4}):
                plan = purchase(role, BY_KEY[key], at(on, hour, rng), rng)
                plan.reference = f"{plan.reference[:3]}{on:%y%m}"
                plan.asks = False
                yield plan
        day, landlord, rent = RENT
        if on.day == day:
            yield _bank(role, at(on, 5.2, rng), "withdrawal", landlord,
                        amount=_share(role, rent), words=f"Rent {on:%B %Y}")  # fmt: skip
    if role.key == "alice" and on.day == 9:
        yield purchase(role, BY_KEY["thames-review"], at(on, 7.5, rng), rng)
    if role.wage_minor and on.day == 27:
        bonus = role.wage_minor // 2 if on.month == 11 else 0
        yield _bank(role, at(on, 4.7, rng), "deposit", role.employer,
                    amount=role.wage_minor + bonus, words=f"Wages {on:%B %Y}")  # fmt: skip
    if role.key == "alice" and on.day in {7, 21} and rng.random() < 0.35:
        sold = purchase(role, BY_KEY["kleinod-market"], at(on, 14.1, rng), rng)
        sold.kind, sold.direction, sold.asks = "payout", "in", False
        yield sold


def _share(role: Role, rent: int) -> int:
    return rent if role.key == "alice" else rent * 3 // 4


def _bank(role: Role, when: datetime, kind: str, name: str, *, amount: int, words: str) -> Plan:
    return Plan(
        owner=role.key, at=when, kind=kind, direction="in" if kind == "deposit" else "out",
        currency="EUR", amount_minor=amount, name=name, remittance=words, instant=False,
        end_to_end_id=f"{name[:3].upper()}-{when:%Y%m%d}-{amount:07d}",
        settles_after=timedelta(hours=3, minutes=12),
    )  # fmt: skip


def _journey(on: date) -> str | None:
    for (month, day), nights, country in JOURNEYS:
        begun = date(on.year, month, day)
        if begun <= on <= begun + timedelta(days=nights):
            return country
    return None


def _abroad(role: Role, on: date, country: str, rng: random.Random) -> Iterator[Plan]:
    """Two to five purchases a day among that country's shops."""
    shops = [
        shop for shop in BY_KEY.values() if shop.country == country and shop.category != "news"
    ]
    often = [1 if shop.category == "travel" else 5 for shop in shops]
    for hour in sorted(rng.uniform(8.5, 22.0) for _ in range(rng.randrange(2, 6))):
        (shop,) = rng.choices(shops, often)
        yield purchase(role, shop, at(on, hour, rng), rng)
