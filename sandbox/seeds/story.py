"""What lies open when somebody first looks: things waiting, on their way, and yesterday's."""

import random
from datetime import datetime, timedelta

from sandbox.seeds.cast import BY_KEY as ROLES
from sandbox.seeds.life import purchase
from sandbox.seeds.plan import Plan
from sandbox.seeds.shops import BY_KEY as BY_SHOP

LANDLORD = "Hausverwaltung Birke"


def _asked(key: str, now: datetime, *, minutes: float, lapses: timedelta, amount: int,
           words: str, rng: random.Random) -> Plan:  # fmt: skip
    plan = purchase(ROLES["alice"], BY_SHOP[key], now - timedelta(minutes=minutes), rng)
    plan.amount_minor, plan.remittance = amount, words
    plan.status, plan.asks = "action_required", True
    plan.expires_at = plan.due_at = now + lapses
    return plan


def waiting_soon(now: datetime, rng: random.Random) -> Plan:
    """The payment that lapses within the half hour."""
    return _asked("nordlicht-books", now, minutes=4, lapses=timedelta(minutes=26), amount=6490,
                  words="Two novels and an atlas", rng=rng)  # fmt: skip


def waiting_long(now: datetime, rng: random.Random) -> list[Plan]:
    """Those that can wait for days."""
    return [
        _asked("ritter-ilg", now, minutes=190, lapses=timedelta(days=3, hours=5), amount=18_900,
               words="Oak shelf, deposit", rng=rng),
        _asked("quayside-inn", now, minutes=1500, lapses=timedelta(days=6), amount=4200,
               words="One night, 12 March", rng=rng),
    ]  # fmt: skip


def under_way(now: datetime, rng: random.Random) -> list[Plan]:
    """Payments and transfers that have left and not arrived, and one just written down."""
    bikes = purchase(ROLES["alice"], BY_SHOP["tandem-bikes"], now - timedelta(hours=1), rng)
    bikes.amount_minor, bikes.remittance = 11_200, "city bike, service"
    theatre = Plan(
        owner="alice", at=now - timedelta(minutes=47), kind="transfer", direction="out",
        currency="EUR", amount_minor=4000, friend="carol", name=ROLES["carol"].name,
        remittance="concert tickets, second half",
    )  # fmt: skip
    for plan, hours in ((bikes, 5), (theatre, 3)):
        plan.status, plan.instant, plan.asks = "processing", False, True
        plan.cut_off_at = now + timedelta(hours=hours)
        plan.due_at = now + timedelta(hours=hours + 2)
    sold = purchase(ROLES["alice"], BY_SHOP["kleinod-market"], now - timedelta(minutes=18), rng)
    sold.kind, sold.direction, sold.status, sold.instant = "payout", "in", "processing", False
    sold.amount_minor, sold.due_at, sold.asks = 3950, now + timedelta(hours=20), False
    drawn = Plan(
        owner="alice", at=now - timedelta(minutes=9), kind="withdrawal", direction="out",
        currency="GBP", amount_minor=2000, name="Hausbank Spree", status="created", instant=False,
        remittance="Rest of the travel money",
    )  # fmt: skip
    return [bikes, theatre, sold, drawn]


def planned(now: datetime, rng: random.Random) -> list[Plan]:
    """What is to leave next week, each day at half past six in the morning (UTC)."""

    def on(days: int) -> datetime:
        return (now + timedelta(days=days)).replace(hour=6, minute=30, second=0, microsecond=0)

    rent = Plan(
        owner="alice", at=now - timedelta(days=2, hours=3), kind="withdrawal", direction="out",
        currency="EUR", amount_minor=89_000, name=LANDLORD, remittance="Rent, next month",
        end_to_end_id=f"HAU-{on(7):%Y%m%d}-0089000",
    )  # fmt: skip
    share = Plan(
        owner="alice", at=now - timedelta(days=1, hours=5), kind="transfer", direction="out",
        currency="EUR", amount_minor=2500, friend="bob", name=ROLES["bob"].name,
        remittance="boat, my share",
    )  # fmt: skip
    for plan, days in ((rent, 7), (share, 4)):
        plan.status, plan.instant, plan.asks = "scheduled", False, False
        plan.scheduled_for = plan.due_at = on(days)
    return [rent, share]


def lately(now: datetime, seed: int) -> list[Plan]:
    """The last days as the sketches tell them: what failed, lapsed, was called off."""
    rng = random.Random(f"{seed}:lately")

    def bought(key: str, ago: timedelta, amount: int, words: str = "") -> Plan:
        plan = purchase(ROLES["alice"], BY_SHOP[key], now - ago, rng)
        plan.amount_minor, plan.remittance = amount, words or plan.remittance
        return plan

    failed = bought("studio-halm", timedelta(days=1, hours=4), 5800, "stoneware bowl")
    failed.status, failed.reason_code = "failed", "AC04"
    called_off = bought("faden-zwirn", timedelta(days=3, hours=1), 7990, "rain jacket")
    called_off.status, called_off.reason_code, called_off.asks = "cancelled", "CUST", True
    called_off.settles_after = timedelta(minutes=7)
    lapsed = bought("nordlicht-books", timedelta(days=6, hours=7), 1890, "Poems, second hand")
    lapsed.status, lapsed.asks = "expired", True
    lapsed.settles_after = timedelta(minutes=30)
    lapsed.expires_at = lapsed.settled_at
    zofia = Plan(
        owner="alice", at=now - timedelta(days=5, hours=20), kind="transfer", direction="out",
        currency="EUR", amount_minor=1779, name="Žofia Dvořák", remittance="theatre, Saturday",
        original_minor=1500, original_currency="GBP", rate="1.1860", fee_minor=50, asks=True,
        instant=False, settles_after=timedelta(hours=17), end_to_end_id="ZOF-GBP-0001500",
    )  # fmt: skip
    return [failed, called_off, lapsed, zofia]


def opened(now: datetime, seed: int) -> list[Plan]:
    """Everything that is open at the start of the demo."""
    rng = random.Random(f"{seed}:open:{now:%Y%m%d%H%M}")
    return [waiting_soon(now, rng), *waiting_long(now, rng), *under_way(now, rng),
            *planned(now, rng)]  # fmt: skip
