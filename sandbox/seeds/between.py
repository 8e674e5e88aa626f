"""What goes on between people, and what goes wrong: transfers, refunds, failures; still no rows."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sandbox.seeds import life
from sandbox.seeds.cast import BY_KEY as ROLES
from sandbox.seeds.cast import Role
from sandbox.seeds.plan import Plan, Turn
from sandbox.seeds.shops import BY_KEY as BY_SHOP
from sandbox.seeds.tales import asked_back

# Friend, words, direction and the span of the amount.
BETWEEN = [
    ("bob", "dinner on Tuesday", "out", 1400, 4200), ("bob", "tickets, thanks", "in", 1200, 3600),
    ("bob", "his share of the boat", "in", 4000, 9000), ("bob", "birthday, Mum", "out", 2000, 5000),
    ("bob", "groceries, Saturday", "out", 900, 3300), ("bob", "lost the bet", "in", 500, 500),
    ("carol", "concert tickets", "in", 2500, 2500), ("carol", "flat, cleaning", "out", 1500, 3500),
    ("carol", "the blue lamp", "out", 4500, 4500), ("carol", "brunch", "in", 1100, 2400),
]  # fmt: skip
ABROAD = ("theatre, Saturday", "train to Brno", "for the flowers", "museum")
NO = "Our terms leave 14 days for a return, and they are over."
ZOFIA = "Žofia Dvořák"
FAILURES = [
    ("studio-halm", 5800, "AC04", "creditor account is closed"),
    ("ritter-ilg", 48_900, "AM04", "not enough money"),
    ("gruenmarkt", 4215, "MS03", "the bank gave no reason"),
    ("tandem-bikes", 21_500, "FRAD", "stopped by the fraud check"),
    ("nordlicht-books", 2390, "AC06", "creditor account is blocked"),
    ("fernzug", 6790, "TM01", "arrived after the cut-off"),
    ("wolkenlager", 999, "AM04", "not enough money"),
]
ENDINGS = [
    ("cancelled", "CUST", "papierhaus", 3150), ("expired", "", "nordlicht-books", 1890),
    ("expired", "", "ritter-ilg", 12_900), ("cancelled", "DUPL", "lichtspiel", 2400),
    ("cancelled", "CUST", "faden-zwirn", 7990),
]  # fmt: skip


def transfers(seed: int, since: date, until: date) -> Iterator[Plan]:
    """Alice's transfers with the cast, told once from her side, and with Žofia abroad."""
    on = since
    while on <= until:
        rng = random.Random(f"{seed}:between:{on}")
        if rng.random() < (0.22 if on.weekday() in {4, 6} else 0.09):
            friend, words, direction, low, high = rng.choice(BETWEEN)
            amount = rng.randrange(low, high + 1, 50) if high > low else low
            when = life.at(on, rng.uniform(9, 22), rng)
            yield _transfer("alice", when, direction, amount, friend=friend, words=words)
        if rng.random() < 0.03:
            when = life.at(on, rng.uniform(10, 21), rng)
            yield _to_zofia(when, rng)
        on += timedelta(days=1)


def _transfer(owner: str, when: datetime, direction: str, amount: int, *, friend: str,
              words: str) -> Plan:  # fmt: skip
    return Plan(
        owner=owner, at=when, kind="transfer", direction=direction, currency="EUR",
        amount_minor=amount, friend=friend, name=ROLES[friend].name, remittance=words,
        asks=direction == "out", settles_after=timedelta(seconds=6),
    )  # fmt: skip


def _to_zofia(when: datetime, rng: random.Random) -> Plan:
    currency = rng.choice(("GBP", "CZK", "CZK"))
    amount = rng.randrange(10, 45) * (100 if currency == "GBP" else 2500)
    plan = Plan(
        owner="alice", at=when, kind="transfer", direction=rng.choice(("out", "out", "in")),
        currency=currency, amount_minor=amount, name=ZOFIA, remittance=rng.choice(ABROAD),
        instant=False, settles_after=timedelta(hours=17, minutes=4),
        end_to_end_id=f"ZOF-{when:%Y%m%d}-{amount:06d}",
    )  # fmt: skip
    if plan.direction == "out" and rng.random() < 0.5:
        life.exchanged(plan, when.date())
        plan.fee_minor = 50
        plan.asks = True
    return plan


def refunds(plans: Iterable[Plan], seed: int, now: datetime) -> Iterator[Plan]:
    """Some purchases come back, whole or in part, by themselves or because the person asked."""
    for plan in plans:
        told_already = plan.tale or plan.refunds
        if plan.kind != "payment" or not plan.moves or told_already or plan.amount_minor < 1500:
            continue
        rng = random.Random(f"{seed}:refund:{plan.end_to_end_id}:{plan.at}")
        if rng.random() >= 0.05 or plan.original_minor:
            continue
        delay = timedelta(days=rng.randrange(2, 12), hours=rng.randrange(1, 9))
        if plan.at + delay + timedelta(hours=2) > now:
            continue
        part = rng.choice((plan.amount_minor, plan.amount_minor // 200 * 100))
        words = rng.choice(("sent back", "out of stock", "arrived late", "wrong size"))
        if rng.random() < 0.5:
            step = "accepted" if part == plan.amount_minor else "partly_accepted"
            asked_back(
                plan, plan.at + delay / 2, plan.amount_minor, "not_as_described", words,
                Turn(at=plan.at + delay, step=step, by="merchant", amount_minor=part),
            )  # fmt: skip
        elif rng.random() < 0.2:
            asked = plan.at + delay / 2
            asked_back(
                plan, asked, plan.amount_minor, "changed_mind", "I would rather not keep it.",
                Turn(at=asked + timedelta(hours=20), step="declined", by="merchant", text=NO),
            )  # fmt: skip
            continue
        yield refund(plan, plan.at + delay, part, words)


def refund(plan: Plan, when: datetime, amount: int, words: str) -> Plan:
    """The money coming back from a shop for a payment."""
    back = Plan(
        owner=plan.owner, at=when, kind="refund", direction="in", currency=plan.currency,
        amount_minor=amount, shop=plan.shop, refund_of=plan, remittance=words,
        reference=f"{plan.reference}-R{len(plan.refunds) + 1}",
        end_to_end_id=f"{plan.end_to_end_id}-R{len(plan.refunds) + 1}",
    )  # fmt: skip
    plan.refunded_minor += amount
    plan.refunds.append(back)
    return back


def mishaps(role: Role, seed: int, since: date, until: date) -> Iterator[Plan]:
    """About twice a month something fails, lapses or is called off."""
    on = since
    while on <= until:
        rng = random.Random(f"{seed}:mishap:{role.key}:{on}")
        if rng.random() < 0.075 * role.pace:
            yield _mishap(role, life.at(on, rng.uniform(9, 20), rng), rng)
        on += timedelta(days=1)


def _mishap(role: Role, when: datetime, rng: random.Random) -> Plan:
    if rng.random() < 0.55:
        key, amount, code, _ = rng.choice(FAILURES)
        status = "failed"
    else:
        status, code, key, amount = rng.choice(ENDINGS)
    plan = life.purchase(role, BY_SHOP[key], when, rng)
    if plan.original_minor is None:
        plan.amount_minor = amount
    plan.status, plan.reason_code, plan.asks = status, code, status != "failed"
    plan.settles_after = timedelta(minutes=30 if status == "expired" else rng.randrange(1, 9))
    if status == "expired":
        plan.expires_at = plan.settled_at
    return plan
