"""What happened to a planned transaction, step by step and by whom; no rows, no balances."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sandbox.cases.models import Case, CaseEvent
from sandbox.seeds.cast import BY_KEY
from sandbox.seeds.plan import Plan

NOTES = {
    "AC04": "The payee's account is closed", "AC06": "The payee's account is blocked",
    "AM04": "Not enough money in the account", "MS03": "The bank gave no reason",
    "FRAD": "Stopped by the fraud check", "TM01": "It arrived after the cut-off",
    "DUPL": "Asked for twice", "CUST": "Changed my mind",
}  # fmt: skip
NO = "Our terms leave 14 days for a return."
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


def answered_at(plan: Plan) -> datetime:
    """When the shop answered the wish of a plan."""
    begun = plan.wish.at if plan.wish else plan.at
    return plan.refunds[-1].at if plan.refunds else begun + timedelta(hours=20)


def of_wish(plan: Plan, case: Case) -> list[CaseEvent]:
    """What the case of a wish tells of itself."""
    owner, shop = BY_KEY[plan.owner].name, plan.shop.name if plan.shop else ""
    told = [
        CaseEvent(
            case=case, at=case.created_at, name="case.opened", actor_kind="user",
            actor_name=owner, note=case.message, amount_minor=case.amount_minor,
        )
    ]  # fmt: skip
    if case.state != "open":
        no = NO if case.state == "declined" else ""
        told.append(
            CaseEvent(
                case=case, at=case.updated_at, name=f"case.{case.state}", actor_kind="merchant",
                actor_name=shop, note=no, amount_minor=case.granted_minor or None,
            )
        )  # fmt: skip
    return told


def _afterwards(plan: Plan) -> Iterator[Step]:
    shop = plan.shop.name if plan.shop else ""
    if plan.wish:
        owner = BY_KEY[plan.owner].name
        yield Step(plan.wish.at, "refund_request.opened", "user", owner, note=plan.wish.message)
        answered = answered_at(plan)
        if plan.wish.state in {"accepted", "partly_accepted"}:
            yield Step(answered, "refund_request.accepted", "merchant", shop)
        if plan.wish.state == "declined":
            yield Step(answered, "refund_request.declined", "merchant", shop,
                       note=NO)  # fmt: skip
    for back in plan.refunds:
        yield Step(back.settled_at, "refund.received", "merchant", shop, note=back.remittance)
