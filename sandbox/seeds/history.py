"""The whole history in order, with money brought in before it runs out; still no rows."""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from sandbox.seeds import between, life, story, troubles
from sandbox.seeds.cast import CAST
from sandbox.seeds.plan import Plan
from sandbox.seeds.shops import BY_KEY as BY_SHOP

YEARS = timedelta(days=730)
OWN_BANK = "Hausbank Spree"
# Never less than `floor` in an account, brought in by whole `step`s; savings leave above `full`.
PURSES = {"EUR": (15_000, 20_000), "GBP": (2_000, 10_000), "CZK": (20_000, 300_000)}
FULL, KEPT = 640_000, 380_000


def begun(now: datetime) -> datetime:
    """When the accounts were opened: midnight two years ago."""
    return (now - YEARS).replace(hour=0, minute=0, second=0, microsecond=0)


def tell(seed: int, now: datetime) -> list[Plan]:
    """Every transaction of the world, oldest first."""
    since, until = begun(now).date() + timedelta(days=1), now.date()
    plans: list[Plan] = []
    for role in CAST:
        plans += life.days(role, seed, since, until)
        plans += between.mishaps(role, seed, since, until)
    plans += between.transfers(seed, since, until)
    # Nothing is half done by chance: what is open, the story tells on purpose.
    plans = [plan for plan in plans if plan.settled_at < now - timedelta(minutes=5)]
    plans += story.lately(now, seed)
    plans += _with_refunds(troubles.tell(now, seed))
    plans += between.refunds(list(plans), seed, now)
    plans += _shop_payouts(plans, now)
    opened = story.opened(now, seed)
    return _funded(plans, opened, now)


def _with_refunds(plans: list[Plan]) -> list[Plan]:
    return [*plans, *(back for plan in plans for back in plan.refunds)]


def _shop_payouts(plans: list[Plan], now: datetime) -> Iterator[Plan]:
    """Tandem Bikes pays out to Mia, who owns it, on every other Monday."""
    rng = random.Random("payouts")
    on = begun(now).date() + timedelta(days=1)
    on += timedelta(days=-on.weekday() % 7)
    while on < now.date():
        taken = rng.randrange(38_000, 91_000, 10)
        yield Plan(
            owner="mia", at=life.at(on, 6.5, rng), kind="payout", direction="in", currency="EUR",
            amount_minor=taken, shop=BY_SHOP["tandem-bikes"], reference=f"TB-PO-{on:%y%m%d}",
            remittance="Takings of two weeks", instant=False, settles_after=timedelta(hours=2),
            end_to_end_id=f"TBP-{on:%Y%m%d}-{taken:07d}",
        )  # fmt: skip
        on += timedelta(days=14)


def _funded(plans: list[Plan], opened: list[Plan], now: datetime) -> list[Plan]:
    """Walk through time; before an account would run low, its owner brings money in."""
    balances: dict[tuple[str, str], int] = defaultdict(int)
    for role in CAST:
        balances.update({(role.key, currency): held for currency, held in role.opening.items()})
    queue = [(plan.at, number, plan) for number, plan in enumerate(plans)]
    heapq.heapify(queue)
    number, told = len(queue), []
    while queue:
        _, _, plan = heapq.heappop(queue)
        told.append(plan)
        if not plan.moves:
            continue
        purse = (plan.owner, plan.currency)
        if plan.direction == "out":
            told += _brought_in(plan, balances, purse)
            balances[purse] -= plan.total_minor
        else:
            balances[purse] += plan.total_minor
        if plan.friend:
            told += _friend_pays(plan, balances)
        if plan.kind == "deposit" and plan.name != OWN_BANK and balances[purse] > FULL:
            number += 1
            saved = _saved(plan, (balances[purse] - KEPT) // 10_000 * 10_000)
            if saved.settled_at < now:
                heapq.heappush(queue, (saved.at, number, saved))
    # What is open must be payable too.
    for plan in opened:
        if plan.direction == "out":
            purse = (plan.owner, plan.currency)
            told += _brought_in(plan, balances, purse)
            balances[purse] -= plan.total_minor
    return sorted(told + opened, key=lambda plan: (plan.at, plan.owner, plan.end_to_end_id))


def _brought_in(
    plan: Plan, balances: dict[tuple[str, str], int], purse: tuple[str, str]
) -> Iterator[Plan]:
    floor, step = PURSES[purse[1]]
    missing = plan.total_minor + floor - balances[purse]
    if missing > 0:
        amount = -(-missing // step) * step
        balances[purse] += amount
        yield Plan(
            owner=purse[0], at=plan.at - timedelta(minutes=35, seconds=11), kind="deposit",
            direction="in", currency=purse[1], amount_minor=amount, name=OWN_BANK,
            remittance="From my own account",
            end_to_end_id=f"HBS-{plan.at:%Y%m%d%H%M}-{amount:07d}",
        )  # fmt: skip


def _friend_pays(plan: Plan, balances: dict[tuple[str, str], int]) -> Iterator[Plan]:
    """The other side of a transfer within the cast has a purse that may run low as well."""
    purse = (plan.friend, plan.currency)
    if plan.direction == "out":
        balances[purse] += plan.amount_minor
        return
    mirror = Plan(
        owner=plan.friend, at=plan.at, kind="transfer", direction="out",
        currency=plan.currency, amount_minor=plan.amount_minor,
    )  # fmt: skip
    yield from _brought_in(mirror, balances, purse)
    balances[purse] -= plan.amount_minor


def _saved(wage: Plan, amount: int) -> Plan:
    return Plan(
        owner=wage.owner, at=wage.at + timedelta(days=2, hours=13), kind="withdrawal",
        direction="out", currency=wage.currency, amount_minor=amount, name=OWN_BANK,
        remittance="Put aside", instant=False, settles_after=timedelta(hours=20),
        end_to_end_id=f"HBS-{wage.at:%Y%m%d%H%M}-S{amount:07d}",
    )  # fmt: skip
