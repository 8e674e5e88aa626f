"""What an instruction's state means, in words: tables only; no rule and no call lives here."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from selfcare.instructions.models import Instruction, State


@dataclass(frozen=True, slots=True)
class Words:
    """`headline` for the h1, `lead` for where the money is and what to do next."""

    headline: str
    lead: str


DONE = {
    "cancel": Words(
        noop("Cancelled"),
        noop("Your {amount} to {payee} won’t be sent. What was set aside is yours to spend again."),
    ),
    "confirm": Words(noop("Confirmed"), noop("Your {amount} to {payee} is on its way.")),
    "decline": Words(
        noop("Not paid"), noop("{payee} was told that you don’t pay. No money moved.")
    ),
    "undo": Words(
        noop("Undone"), noop("Your {amount} to {payee} was called back before anything left.")
    ),
    "withdraw_confirmation": Words(
        noop("Confirmation withdrawn"),
        noop("Your {amount} to {payee} won’t be sent on its day. Nothing has left your account."),
    ),
    "repeat": Words(
        noop("Sent again"),
        noop("Your {amount} to {payee} is on its way once more, as a transaction of its own."),
    ),
    "request_refund": Words(
        noop("Refund asked for"),
        noop(
            "We passed your request for {amount} on to {payee}. No money has moved yet; "
            "their answer appears with the payment."
        ),
    ),
    "dispute": Words(
        noop("Dispute opened"),
        noop(
            "We told {payee} that you dispute {amount}. They answer first; if you two don’t agree, "
            "we decide. No money has moved yet."
        ),
    ),
    "report_fraud": Words(
        noop("Fraud reported"),
        noop(
            "We are looking into your {amount} to {payee}, and you hear from us within 7 days. "
            "No money has moved yet."
        ),
    ),
    "recall": Words(
        noop("Recall asked for"),
        noop(
            "We asked the bank of {payee} to give back your {amount}. They have to ask {payee} "
            "first. No money has moved yet."
        ),
    ),
    "ask_merchant": Words(
        noop("Question sent"),
        noop("We passed it on to {payee}. Their answer appears in your case."),
    ),
    "case_message": Words(noop("Message sent"), noop("It is part of your case about {payee} now.")),
    "case_withdraw": Words(
        noop("Case withdrawn"),
        noop("Nobody decides about it any more. No money moved because of that."),
    ),
    "case_escalate": Words(
        noop("Now it is a dispute"),
        noop(
            "We told {payee} that you don’t agree. If you two don’t settle it, we decide. "
            "No money has moved yet."
        ),
    ),
}
# What came of it says more where it may come out in several ways: (action, status afterwards).
DONE_AS = {
    ("undo", "action_required"): Words(
        noop("Undone"),
        noop(
            "Your {amount} to {payee} was called back before anything left. It waits for you "
            "again, and nothing moves unless you confirm."
        ),
    ),
    ("undo", "cancelled"): Words(
        noop("Undone"),
        noop("Your {amount} to {payee} was called back before anything left, and is cancelled."),
    ),
    ("withdraw_confirmation", "action_required"): Words(
        noop("Confirmation withdrawn"),
        noop("Your {amount} to {payee} waits for you again, and nothing moves unless you confirm."),
    ),
    ("withdraw_confirmation", "cancelled"): Words(
        noop("Confirmation withdrawn"),
        noop(
            "The time to confirm was over, so your {amount} to {payee} is cancelled. Nothing has "
            "left your account."
        ),
    ),
    ("confirm", "scheduled"): Words(
        noop("Confirmed"), noop("Your {amount} to {payee} leaves your account when its time comes.")
    ),
    ("repeat", "scheduled"): Words(
        noop("Sent again"),
        noop(
            "Your {amount} to {payee} is in line as a transaction of its own. Its page shows when "
            "it leaves."
        ),
    ),
}
# The same decisions where the money would come to the person.
INCOMING = {
    "confirm": Words(
        noop("Confirmed"), noop("Your {amount} from {payee} is on its way to your account.")
    ),
    "decline": Words(
        noop("Not taken"), noop("{payee} was told that you don’t take it. No money moved.")
    ),
}
DOING = {
    "cancel": noop("We are cancelling your {amount} to {payee}."),
    "confirm": noop("We are sending your {amount} to {payee}."),
    "decline": noop("We are telling {payee} that you don’t pay."),
    "undo": noop("We are calling back your {amount} to {payee}."),
    "withdraw_confirmation": noop("We are withdrawing your confirmation of {amount} to {payee}."),
    "repeat": noop("We are sending {amount} to {payee} once more."),
    "request_refund": noop("We are asking {payee} for {amount} back."),
    "dispute": noop("We are opening your dispute with {payee} about {amount}."),
    "report_fraud": noop("We are reporting the {amount} to {payee} as fraud."),
    "recall": noop("We are asking the bank of {payee} for {amount} back."),
    "ask_merchant": noop("We are passing your question on to {payee}."),
    "case_message": noop("We are adding what you wrote to your case."),
    "case_withdraw": noop("We are withdrawing your case."),
    "case_escalate": noop("We are making a dispute of your refund request."),
}
DOING_INCOMING = {
    "confirm": noop("We are having {amount} from {payee} sent to your account."),
    "decline": noop("We are telling {payee} that you don’t take it."),
}
UNKNOWN = {
    "cancel": noop("We don’t know yet whether it was cancelled"),
    "confirm": noop("We don’t know yet whether it was confirmed"),
    "decline": noop("We don’t know yet whether your refusal arrived"),
    "undo": noop("We don’t know yet whether it was undone"),
    "withdraw_confirmation": noop("We don’t know yet whether it was withdrawn"),
    "repeat": noop("We don’t know yet whether it was sent again"),
    "request_refund": noop("We don’t know yet whether your request arrived"),
    "dispute": noop("We don’t know yet whether your dispute was opened"),
    "report_fraud": noop("We don’t know yet whether your report arrived"),
    "recall": noop("We don’t know yet whether the recall was asked for"),
    "ask_merchant": noop("We don’t know yet whether your question arrived"),
    "case_message": noop("We don’t know yet whether your message arrived"),
    "case_withdraw": noop("We don’t know yet whether it was withdrawn"),
    "case_escalate": noop("We don’t know yet whether it is a dispute"),
}
REFUSED = {
    "cancel": noop("It wasn’t cancelled"),
    "confirm": noop("It wasn’t confirmed"),
    "decline": noop("It wasn’t declined"),
    "undo": noop("It wasn’t undone"),
    "withdraw_confirmation": noop("The confirmation wasn’t withdrawn"),
    "repeat": noop("It wasn’t sent again"),
    "request_refund": noop("The refund wasn’t asked for"),
    "dispute": noop("The dispute wasn’t opened"),
    "report_fraud": noop("It wasn’t reported"),
    "recall": noop("The recall wasn’t asked for"),
    "ask_merchant": noop("Your question wasn’t sent"),
    "case_message": noop("Your message wasn’t sent"),
    "case_withdraw": noop("It wasn’t withdrawn"),
    "case_escalate": noop("It didn’t become a dispute"),
}
# The page on which each begins: the way back there where nothing was done.
AGAIN = {
    "cancel": "transactions:cancellation_new",
    "confirm": "transactions:confirmation_new",
    "decline": "transactions:confirmation_new",
    "request_refund": "cases:refund_request_new",
    "dispute": "cases:dispute_new",
    "report_fraud": "cases:fraud_report_new",
    "recall": "cases:recall_new",
    "ask_merchant": "cases:inquiry_new",
    "case_message": "cases:detail",
    "case_withdraw": "cases:withdrawal_new",
    "case_escalate": "cases:escalation_new",
    "undo": "transactions:undo_new",
    "withdraw_confirmation": "transactions:confirmation_withdrawal_new",
    "repeat": "transactions:repetition_new",
}
# What these make is a case, and goes on there.
MAKE_CASES = frozenset(
    {"request_refund", "dispute", "report_fraud", "recall", "ask_merchant", "case_escalate"}
)
# What the service's reason means, and what to do next.
REASONS = {
    "version_conflict": noop(
        "Something about it changed after you opened the page. Look at it as it "
        "is now, then decide again."
    ),
    "amount_changed": noop(
        "The amount is no longer the one that you saw. Look at it as it is now, then decide again."
    ),
    "action_not_allowed": noop(
        "This is no longer possible, because things moved on meanwhile. The "
        "page of the transaction shows what you can do now."
    ),
    "amount_exceeds_refundable": noop(
        "That is more than can still come back from this payment. Ask for less."
    ),
    "unknown_account": noop("The account that you chose can’t be used for it. Choose another one."),
    "account_restricted": noop(
        "Your account may look, but not move money. Ask support to lift the restriction."
    ),
    "step_up_required": noop(
        "Your proof of identity wasn’t accepted. Start again and enter a new code."
    ),
    "insufficient_funds": noop(
        "There isn’t enough money on the account. Add money, then confirm again."
    ),
    "offer_expired": noop(
        "What you saw was looked up too long ago. Start again: payee and limits are "
        "looked up afresh."
    ),
    "payee_closed": noop("The account of {payee} is closed. Ask them for new details."),
    "limit_exceeded": noop("It is more than you may send today. Send it tomorrow, or less of it."),
    "not_possible": noop("It was not possible when you looked, so nothing was sent."),
    "deadline_passed": noop(
        "It took too long to reach the platform, so it was left alone. Start again."
    ),
    "unknown_evidence": noop("One of the files got lost on the way. Start again and add it anew."),
    "too_much_evidence": noop("A case holds 20 files, and it has as many already."),
    "not_found": noop("It isn’t there any more under your account."),
    "too_many_requests": noop("Too much was asked at once. Wait a minute, then start again."),
}
# Why it was no longer possible, in the service's word for it.
WHY = {
    "undo_window_over": noop("The seconds in which it could be undone were over when you asked."),
    "deadline_passed": noop("The time for it was over when you asked."),
    "already_final": noop("It was final before you asked."),
    "already_sent": noop("It was sent before you asked."),
    "already_cancelled": noop("It was cancelled before you asked."),
    "expired": noop("It lapsed before you asked."),
    "failed": noop("It failed before you asked."),
    "not_confirmed_by_you": noop("There is no confirmation of yours left to take back."),
    "not_waiting_for_you": noop("It no longer waits for you: you or somebody else decided before."),
}
SEVERAL_REASONS = noop("The platform said no. Look at the transaction as it is now.")
NOT_DONE = {
    "not_sent": noop("We couldn’t reach the platform, so nothing was sent."),
    "never_arrived": noop("It never reached the platform. We asked, and it is certain."),
    "replaced": noop("You decided anew about the same transaction, and that counts."),
    "unproved": noop("It waited for your proof of identity, which didn’t come in time."),
}


def of(instruction: Instruction) -> Words:
    """The words for an instruction as it stands."""
    facts = {"amount": str(instruction.amount), "payee": instruction.shown["payee"]}
    action = instruction.action
    if instruction.state == State.DONE:
        came_to = str((instruction.outcome or {}).get("transaction_status", ""))
        incoming = INCOMING.get(action) if is_incoming(instruction) else None
        words = incoming or DONE_AS.get((action, came_to)) or DONE[action]
        return Words(_(words.headline), _(words.lead).format(**facts))
    if instruction.state == State.REJECTED:
        reason = _(_refusal(instruction)).format(**facts)
        # It may have been confirmed in another tab: only what this one did is certain.
        changed_nothing = _("What you just asked changed nothing.")
        return Words(_(REFUSED[action]), f"{changed_nothing} {reason}")
    if instruction.state == State.NOT_DONE:
        reason = _(NOT_DONE.get(instruction.code, NOT_DONE["not_sent"]))
        again = _("It moved no money. You can start again.")
        return Words(_("It was not carried out"), f"{reason} {again}")
    doing = DOING[action]
    if is_incoming(instruction):
        doing = DOING_INCOMING.get(action, doing)
    return _still_open(instruction.state, action, _(doing).format(**facts))


def is_incoming(instruction: Instruction) -> bool:
    """Whether the money would come to the person."""
    return str(instruction.shown.get("direction")) == "in"


def _refusal(instruction: Instruction) -> str:
    why = str((instruction.outcome or {}).get("reason", ""))
    if instruction.code in {"action_not_allowed", "not_possible"} and why in WHY:
        return WHY[why]
    return REASONS.get(instruction.code, SEVERAL_REASONS)


def _still_open(state: str, action: str, doing: str) -> Words:
    if state == State.AWAITING_PROOF:
        return Words(
            _("One step is missing"),
            _("We have your instruction, and nothing moves before you prove that it is you."),
        )
    if state == State.QUEUED:
        return Words(
            _("It is in line"), _("It comes next, and is done once. You may close this page.")
        )
    if state == State.SENDING:
        once = _("Doing it again changes nothing.")
        return Words(_("We are on it"), f"{doing} {once}")
    return Words(
        _(UNKNOWN[action]),
        _(
            "We sent it once, and the platform has not answered. Please don’t do it again: "
            "we keep asking, and it counts once."
        ),
    )
