"""What happened to a planned transaction, step by step and by whom; no rows, no balances."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sandbox.seeds.cast import BY_KEY
from sandbox.seeds.plan import Plan

NOTES = {
    "AC04": "The payee's account is closed", "AC06": "The payee's account is blocked",
    "AM04": "Not enough money in the account", "MS03": "The bank gave no reason",
    "FRAD": "Stopped by the fraud check", "TM01": "It arrived after the cut-off",
    "DUPL": "Asked for twice", "CUST": "Changed my mind",
}  # fmt: skip
BANKS = {"EUR": "Hausbank Spree", "GBP": "Harbour Bank", "CZK": "Banka Most"}


class Step(NamedTuple):
    """One line of the timeline; `status` is empty where the step did not change it."""

    at: datetime
    name: str
    actor_kind: str
    actor_name: str
    status: str = ""
    reason_code: str = ""
    note: str = ""


def steps(plan: Plan) -> list[Step]:
    """The timeline, oldest first."""
    told = [*_course(plan), *_afterwards(plan)]
    return sorted(told, key=lambda step: step.at)


def version(told: list[Step]) -> int:
    """A version for each change: of status, or of what has come back."""
    return sum(1 for step in told if step.status or not step.name.startswith("transaction."))


def _maker(plan: Plan) -> tuple[str, str]:
    if plan.shop:
        return "merchant", plan.shop.name
    if plan.kind == "deposit":
        return "bank", plan.name
    if plan.direction == "in":
        return "user", plan.name
    return "user", BY_KEY[plan.owner].name


def _course(plan: Plan) -> Iterator[Step]:
    owner = BY_KEY[plan.owner].name
    short = min(plan.settles_after, timedelta(minutes=2))
    yield Step(plan.at, "transaction.created", *_maker(plan), "created")
    if plan.asks:
        yield Step(plan.at + timedelta(milliseconds=310), "transaction.action_required",
                   "platform", "", "action_required")  # fmt: skip
        if plan.status in {"completed", "processing", "failed"}:
            yield Step(plan.at + short * 0.7, "transaction.confirmed", "user", owner)
    end = plan.settled_at
    match plan.status:
        case "completed":
            if not plan.instant or plan.asks:
                yield Step(plan.at + short * 0.8, "transaction.processing", "platform", "",
                           "processing")  # fmt: skip
            bank = BANKS.get(plan.currency, "")
            yield Step(end, "transaction.completed", "bank", bank, "completed")
        case "processing":
            yield Step(plan.at + short * 0.8, "transaction.processing", "platform", "",
                       "processing")  # fmt: skip
        case "scheduled":
            yield Step(plan.at + timedelta(seconds=1), "transaction.scheduled", "user", owner,
                       "scheduled")  # fmt: skip
        case "failed":
            yield Step(end, "transaction.failed", "bank", BANKS.get(plan.currency, ""), "failed",
                       plan.reason_code, NOTES.get(plan.reason_code, ""))  # fmt: skip
        case "cancelled":
            yield Step(end, "transaction.cancelled", "user", owner, "cancelled",
                       plan.reason_code, NOTES.get(plan.reason_code, ""))  # fmt: skip
        case "expired":
            yield Step(end, "transaction.expired", "platform", "", "expired")


def _afterwards(plan: Plan) -> Iterator[Step]:
    shop = plan.shop.name if plan.shop else ""
    if plan.tale:
        owner, kind = BY_KEY[plan.owner].name, plan.tale.kind
        opening = plan.tale.message or plan.tale.reason
        yield Step(plan.tale.at, f"{kind}.opened", "user", owner, note=opening)
        for turn in plan.tale.turns:
            if turn.step != "message":
                name = {"user": owner, "merchant": shop}.get(turn.by, "")
                yield Step(turn.at, f"{kind}.{turn.step}", turn.by, name, note=turn.text)
    for back in plan.refunds:
        yield Step(back.settled_at, "refund.received", "merchant", shop, note=back.remittance)
