"""What Alice has under way to put right when somebody first looks, and what came of the rest."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.cases import answering, life
from sandbox.cases.rules import OPEN_STATES
from sandbox.people.models import Person
from sandbox.seeds.between import refund
from sandbox.seeds.cast import BY_KEY as ROLES
from sandbox.seeds.life import purchase
from sandbox.seeds.plan import Plan, Tale, Turn
from sandbox.seeds.shops import BY_KEY as BY_SHOP
from sandbox.seeds.tales import asked_back
from sandbox.transactions.models import Transaction

NO_SIGNATURE = "Our carrier has a signature for this delivery."


def tell(now: datetime, seed: int) -> list[Plan]:
    """One tale of each kind: to answer, to wait for, to take further, won, lost and told."""
    rng = random.Random(f"{seed}:troubles")

    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    def bought(key: str, days: float, amount: int, words: str) -> Plan:
        plan = purchase(ROLES["alice"], BY_SHOP[key], ago(days), rng)
        plan.amount_minor, plan.remittance = amount, words
        return plan

    paper = bought("papierhaus", 12.1, 2350, "notebooks, two damaged")
    asked_back(paper, ago(9.2), 2350, "not_as_described",
               "Two of the notebooks came with bent covers.")  # fmt: skip
    return [
        paper, *_bike(ago, bought), _jacket(ago, bought), *_lamp(ago, bought), _train(ago, bought),
        _to_zofia(ago),
    ]  # fmt: skip


def _bike(ago: Callable[[float], datetime], bought: Callable[..., Plan]) -> list[Plan]:
    """Half a yes, which may be taken to the platform."""
    bike = bought("tandem-bikes", 8.1, 18_900, "city bike, bell")
    back = refund(bike, ago(4.2), 4000, "The bell was out of stock")
    asked_back(
        bike, ago(6), 9000, "not_as_described",
        "The bell is missing, and the saddle isn't the one in the picture.",
        Turn(at=back.at, step="partly_accepted", by="merchant", amount_minor=4000,
             text="The bell was out of stock, so that is yours. The saddle is the one you chose."),
    )  # fmt: skip
    return [bike]


def _jacket(ago: Callable[[float], datetime], bought: Callable[..., Plan]) -> Plan:
    """Contested: the platform waits for what Alice has."""
    jacket = bought("faden-zwirn", 23, 12_900, "rain jacket, green")
    jacket.tale = Tale(
        kind="dispute", at=ago(6.4), reason="not_received", amount_minor=12_900,
        message="The parcel never came. The tracking has stood still for two weeks.",
        turns=[Turn(at=ago(2.2), step="contested", by="merchant", text=NO_SIGNATURE)],
    )  # fmt: skip
    return jacket


def _lamp(ago: Callable[[float], datetime], bought: Callable[..., Plan]) -> list[Plan]:
    """Won, with a picture's worth of evidence."""
    lamp = bought("ritter-ilg", 47, 7900, "desk lamp")
    words = "Report of the electrician: the switch was never wired."
    lamp.tale = Tale(
        kind="dispute", at=ago(41), reason="not_as_described", amount_minor=7900,
        message="The lamp can't be switched on. They say that I broke it.",
        turns=[
            Turn(at=ago(37), step="contested", by="merchant", text="It left us in working order."),
            Turn(at=ago(35.1), step="message", by="user", text=words, file="electrician.pdf"),
            Turn(at=ago(35.1), step="under_review", by="platform"),
            Turn(at=ago(26), step="accepted", by="platform", amount_minor=7900,
                 text="What you showed supports what you say."),
        ],
    )  # fmt: skip
    refund(lamp, ago(26), 7900, "Decided for the buyer")
    return [lamp]


def _train(ago: Callable[[float], datetime], bought: Callable[..., Plan]) -> Plan:
    """A question that was answered."""
    train = bought("fernzug", 3.6, 4990, "seat 64, coach 12")
    train.tale = Tale(
        kind="inquiry", at=ago(2.8), reason="", amount_minor=None,
        message="The train was changed to one without coach 12. Where do I sit now?",
        turns=[Turn(at=ago(2.1), step="answered", by="merchant",
                    text="You have seat 64 in coach 9 now, by the window as before.")],
    )  # fmt: skip
    return train


def _to_zofia(ago: Callable[[float], datetime]) -> Plan:
    """A recall that her friend's bank said no to."""
    sent = Plan(
        owner="alice", at=ago(7.3), kind="transfer", direction="out", currency="EUR",
        amount_minor=6200, name="Žofia Dvořák", remittance="flowers and train", asks=True,
        instant=True, settles_after=timedelta(seconds=6), end_to_end_id="ZOF-EUR-0006200",
    )  # fmt: skip
    sent.tale = Tale(
        kind="recall", at=ago(6.9), reason="wrong_amount", amount_minor=6200,
        message="I meant 26.00 and typed 62.00.",
        turns=[Turn(at=ago(1.3), step="declined", by="bank",
                    text="The payee does not agree, and without their consent it can't be "
                    "taken back.")],
    )  # fmt: skip
    return sent


def again(person: Person, now: datetime) -> int:
    """Something to wait for and something to do, where neither is left; says how many came."""
    made = 0
    open_ones = set(person.cases.filter(state__in=OPEN_STATES).values_list("kind", "state"))
    if not any(kind == "refund_request" for kind, _ in open_ones):
        made += _open(person, "refund_request", "not_as_described", "One of them is broken.", now)
    if ("dispute", "needs_user") not in open_ones:
        made += _open(person, "dispute", "not_received", "It never came.", now)
    return made


def _open(person: Person, kind: str, reason: str, message: str, now: datetime) -> int:
    """A case on the latest payment that allows it, which stays open until somebody's hand."""
    rows = Transaction.objects.select_for_update(of=("self",)).filter(
        person=person, kind="payment", status="completed", direction="out", open_cases="",
        refunded_minor=0, refund_request=None, amount_minor__gte=1500, merchant__isnull=False,
        completed_at__gt=now - timedelta(days=100),
    )  # fmt: skip
    row = rows.select_related("person", "merchant").order_by("-completed_at").first()
    if row is None:
        return 0
    case = life.opened(
        row, kind, at=now, reason=reason, amount_minor=row.amount_minor, message=message
    )
    if kind == "dispute":
        answering.contest(case, row, now, note=NO_SIGNATURE)
    case.answer_at, case.due_at = None, case.respond_by
    case.save(update_fields=["answer_at", "due_at"])
    return 1
