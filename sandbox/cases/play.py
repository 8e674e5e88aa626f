"""How the other side answers by itself: merchants by temperament unless they have a program that
does, banks and platform by rule."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction as database

from sandbox.cases import answering
from sandbox.cases.models import Case
from sandbox.ledger.journal import InsufficientFundsError
from sandbox.people.models import Merchant
from sandbox.transactions.models import Transaction
from sandbox.transactions.shares import left_of
from sandbox.webhooks import endpoints

Temperament = Merchant.Temperament
WORDS = {
    "accepts": "Of course. We are sorry, and the money is on its way to you.",
    "part": "We can give back half, since part of the order was fine.",
    "declines": "Our terms leave 14 days for a return, and they are over.",
    "contests": "Our carrier has a signature for this delivery.",
    "inquiry": "Thank you for asking. We have looked it up and it is as it should be; "
    "write again if anything is still missing.",
    "again": "Thank you. We have read it and keep it with your order.",
    "ruled_for": "What you showed supports what you say.",
    "ruled_against": "The merchant could show that they did their part.",
    "not_shown": "What we have looks as if you made this payment yourself.",
    "recall_yes": "The payee agreed to give it back.",
    "recall_no": "The payee does not agree, and without their consent it can't be taken back.",
    "gone": "The money is no longer in the payee's account.",
}
# A bank's customer gives back what reached them by mistake, not what they talked somebody out of.
GIVEN_BACK = {"wrong_payee", "wrong_amount", "duplicate"}


def answer(case: Case, payment: Transaction, at: datetime) -> bool:
    """Play the turn that is open; False where that side stays silent."""
    turn: Callable[[Case, Transaction, datetime], bool] = {
        "merchant": _merchant, "platform": _platform, "bank": _bank,
    }[case.waiting_for]  # fmt: skip
    return turn(case, payment, at)


def _merchant(case: Case, payment: Transaction, at: datetime) -> bool:
    shop = payment.merchant
    mood = shop.temperament if shop else Temperament.SILENT
    # Who has events of this kind sent to a program of their own answers by that program.
    if shop and endpoints.is_asked_for(shop, case.kind):
        mood = Temperament.SILENT
    if mood == Temperament.SILENT:
        return False
    if case.kind == Case.Kind.INQUIRY:
        told = case.messages.filter(actor_kind="merchant").exists()
        answering.write(case, payment, at, WORDS["again" if told else "inquiry"])
    elif mood == Temperament.ACCEPTS:
        answering.grant(case, payment, at, note=WORDS[mood])
    elif mood == Temperament.PART:
        answering.grant(case, payment, at, amount_minor=half(case, payment), note=WORDS[mood])
    elif case.kind == Case.Kind.DISPUTE:
        answering.contest(case, payment, at, note=WORDS["contests"])
    else:
        answering.decline(case, payment, at, note=WORDS["declines"])
    return True


def half(case: Case, payment: Transaction) -> int:
    """Half of it, in whole units where it is more than some cents."""
    half = max(1, min(case.amount_minor or 0, left_of(payment)) // 2)
    return half // 100 * 100 or half


def _platform(case: Case, payment: Transaction, at: datetime) -> bool:
    """A ruling: for whom has something to show, or against whom said nothing."""
    shown = case.files.filter(actor_kind="user").exists()
    if case.kind == Case.Kind.FRAUD_REPORT:
        believed = case.reason != "tricked" or shown
        against = "not_shown"
    else:
        believed = shown or not case.events.filter(name="case.contested").exists()
        against = "ruled_against"
    if believed:
        answering.grant(case, payment, at, note=WORDS["ruled_for"])
    else:
        answering.decline(case, payment, at, note=WORDS[against])
    return True


def _bank(case: Case, payment: Transaction, at: datetime) -> bool:
    if case.reason not in GIVEN_BACK:
        answering.decline(case, payment, at, note=WORDS["recall_no"])
        return True
    giver = payment.peer if payment.peer.person_id else None
    if giver and giver.available_minor < min(case.amount_minor or 0, left_of(payment)):
        answering.decline(case, payment, at, note=WORDS["gone"])
        return True
    try:
        with database.atomic():
            answering.grant(case, payment, at, note=WORDS["recall_yes"])
    except InsufficientFundsError:
        return False  # spent just now: they are asked again, or it lapses
    return True
