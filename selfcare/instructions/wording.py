"""What an instruction's state means, in words: tables only; no rule and no call lives here."""

from dataclasses import dataclass

from selfcare.instructions.models import Instruction, State


@dataclass(frozen=True, slots=True)
class Words:
    """`headline` for the h1, `lead` for where the money is and what to do next."""

    headline: str
    lead: str


DONE = {
    "cancel": Words(
        "Cancelled",
        "Your {amount} to {payee} won’t be sent. What was set aside is yours to spend again.",
    ),
    "confirm": Words("Confirmed", "Your {amount} to {payee} is on its way."),
    "decline": Words("Not paid", "{payee} was told that you don’t pay. No money moved."),
    "undo": Words("Undone", "Your {amount} to {payee} was called back before anything left."),
    "withdraw_confirmation": Words(
        "Confirmation withdrawn",
        "Your {amount} to {payee} won’t be sent on its day. Nothing has left your account.",
    ),
    "repeat": Words(
        "Sent again",
        "Your {amount} to {payee} is on its way once more, as a transaction of its own.",
    ),
    "request_refund": Words(
        "Refund asked for",
        "We passed your request for {amount} on to {payee}. No money has moved yet; "
        "their answer appears with the payment.",
    ),
    "dispute": Words(
        "Dispute opened",
        "We told {payee} that you dispute {amount}. They answer first; if you two don’t agree, "
        "we decide. No money has moved yet.",
    ),
    "report_fraud": Words(
        "Fraud reported",
        "We are looking into your {amount} to {payee}, and you hear from us within 7 days. "
        "No money has moved yet.",
    ),
    "recall": Words(
        "Recall asked for",
        "We asked the bank of {payee} to give back your {amount}. They have to ask {payee} "
        "first. No money has moved yet.",
    ),
    "ask_merchant": Words(
        "Question sent", "We passed it on to {payee}. Their answer appears in your case."
    ),
    "case_message": Words("Message sent", "It is part of your case about {payee} now."),
    "case_withdraw": Words(
        "Case withdrawn", "Nobody decides about it any more. No money moved because of that."
    ),
    "case_escalate": Words(
        "Now it is a dispute",
        "We told {payee} that you don’t agree. If you two don’t settle it, we decide. "
        "No money has moved yet.",
    ),
}
# What came of it says more where it may come out in several ways: (action, status afterwards).
DONE_AS = {
    ("undo", "action_required"): Words(
        "Undone",
        "Your {amount} to {payee} was called back before anything left. It waits for you again, "
        "and nothing moves unless you confirm.",
    ),
    ("undo", "cancelled"): Words(
        "Undone",
        "Your {amount} to {payee} was called back before anything left, and is cancelled.",
    ),
    ("withdraw_confirmation", "action_required"): Words(
        "Confirmation withdrawn",
        "Your {amount} to {payee} waits for you again, and nothing moves unless you confirm.",
    ),
    ("withdraw_confirmation", "cancelled"): Words(
        "Confirmation withdrawn",
        "The time to confirm was over, so your {amount} to {payee} is cancelled. Nothing has "
        "left your account.",
    ),
    ("confirm", "scheduled"): Words(
        "Confirmed", "Your {amount} to {payee} leaves your account when its time comes."
    ),
    ("repeat", "scheduled"): Words(
        "Sent again",
        "Your {amount} to {payee} is in line as a transaction of its own. Its page shows when "
        "it leaves.",
    ),
}
DOING = {
    "cancel": "cancelling your {amount} to {payee}",
    "confirm": "sending your {amount} to {payee}",
    "decline": "telling {payee} that you don’t pay",
    "undo": "calling back your {amount} to {payee}",
    "withdraw_confirmation": "withdrawing your confirmation of {amount} to {payee}",
    "repeat": "sending {amount} to {payee} once more",
    "request_refund": "asking {payee} for {amount} back",
    "dispute": "opening your dispute with {payee} about {amount}",
    "report_fraud": "reporting the {amount} to {payee} as fraud",
    "recall": "asking the bank of {payee} for {amount} back",
    "ask_merchant": "passing your question on to {payee}",
    "case_message": "adding what you wrote to your case",
    "case_withdraw": "withdrawing your case",
    "case_escalate": "making a dispute of your refund request",
}
UNKNOWN = {
    "cancel": "We don’t know yet whether it was cancelled",
    "confirm": "We don’t know yet whether it was confirmed",
    "decline": "We don’t know yet whether your refusal arrived",
    "undo": "We don’t know yet whether it was undone",
    "withdraw_confirmation": "We don’t know yet whether it was withdrawn",
    "repeat": "We don’t know yet whether it was sent again",
    "request_refund": "We don’t know yet whether your request arrived",
    "dispute": "We don’t know yet whether your dispute was opened",
    "report_fraud": "We don’t know yet whether your report arrived",
    "recall": "We don’t know yet whether the recall was asked for",
    "ask_merchant": "We don’t know yet whether your question arrived",
    "case_message": "We don’t know yet whether your message arrived",
    "case_withdraw": "We don’t know yet whether it was withdrawn",
    "case_escalate": "We don’t know yet whether it is a dispute",
}
REFUSED = {
    "cancel": "It wasn’t cancelled",
    "confirm": "It wasn’t confirmed",
    "decline": "It wasn’t declined",
    "undo": "It wasn’t undone",
    "withdraw_confirmation": "The confirmation wasn’t withdrawn",
    "repeat": "It wasn’t sent again",
    "request_refund": "The refund wasn’t asked for",
    "dispute": "The dispute wasn’t opened",
    "report_fraud": "It wasn’t reported",
    "recall": "The recall wasn’t asked for",
    "ask_merchant": "Your question wasn’t sent",
    "case_message": "Your message wasn’t sent",
    "case_withdraw": "It wasn’t withdrawn",
    "case_escalate": "It didn’t become a dispute",
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
    "version_conflict": "Something about it changed after you opened the page. Look at it as it "
    "is now, then decide again.",
    "amount_changed": "The amount is no longer the one that you saw. Look at it as it is now, "
    "then decide again.",
    "action_not_allowed": "This is no longer possible, because things moved on meanwhile. The "
    "page of the transaction shows what you can do now.",
    "amount_exceeds_refundable": "That is more than can still come back from this payment. Ask "
    "for less.",
    "account_restricted": "Your account may look, but not move money. Ask support to lift the "
    "restriction.",
    "step_up_required": "Your proof of identity wasn’t accepted. Start again and enter a new code.",
    "insufficient_funds": "There isn’t enough money on the account. Add money, then confirm again.",
    "offer_expired": "What you saw was looked up too long ago. Start again: payee and limits are "
    "looked up afresh.",
    "payee_closed": "The account of {payee} is closed. Ask them for new details.",
    "limit_exceeded": "It is more than you may send today. Send it tomorrow, or less of it.",
    "not_possible": "It was not possible when you looked, so nothing was sent.",
    "deadline_passed": "It took too long to reach the platform, so it was left alone. Start again.",
    "unknown_evidence": "One of the files got lost on the way. Start again and add it anew.",
    "too_much_evidence": "A case holds 20 files, and it has as many already.",
    "not_found": "It isn’t there any more under your account.",
    "too_many_requests": "Too much was asked at once. Wait a minute, then start again.",
}
# Why it was no longer possible, in the service's word for it.
WHY = {
    "undo_window_over": "The seconds in which it could be undone were over when you asked.",
    "deadline_passed": "The time for it was over when you asked.",
    "already_final": "It was final before you asked.",
    "already_sent": "It was sent before you asked.",
    "already_cancelled": "It was cancelled before you asked.",
    "expired": "It lapsed before you asked.",
    "failed": "It failed before you asked.",
    "not_confirmed_by_you": "There is no confirmation of yours left to take back.",
    "not_waiting_for_you": "It no longer waits for you: you or somebody else decided before.",
}
SEVERAL_REASONS = "The platform said no. Look at the transaction as it is now."
NOT_DONE = {
    "not_sent": "We couldn’t reach the platform, so nothing was sent.",
    "never_arrived": "It never reached the platform. We asked, and it is certain.",
    "replaced": "You decided anew about the same transaction, and that counts.",
    "unproved": "It waited for your proof of identity, which didn’t come in time.",
}


def of(instruction: Instruction) -> Words:
    """The words for an instruction as it stands."""
    facts = {"amount": str(instruction.amount), "payee": instruction.shown["payee"]}
    action = instruction.action
    if instruction.state == State.DONE:
        came_to = str((instruction.outcome or {}).get("transaction_status", ""))
        words = DONE_AS.get((action, came_to)) or DONE[action]
        return Words(words.headline, words.lead.format(**facts))
    if instruction.state == State.REJECTED:
        reason = _refusal(instruction).format(**facts)
        # It may have been confirmed in another tab: only what this one did is certain.
        return Words(REFUSED[action], f"What you just asked changed nothing. {reason}")
    if instruction.state == State.NOT_DONE:
        reason = NOT_DONE.get(instruction.code, NOT_DONE["not_sent"])
        return Words("It was not carried out", f"{reason} It moved no money. You can start again.")
    return _still_open(instruction.state, action, facts)


def _refusal(instruction: Instruction) -> str:
    why = str((instruction.outcome or {}).get("reason", ""))
    if instruction.code in {"action_not_allowed", "not_possible"} and why in WHY:
        return WHY[why]
    return REASONS.get(instruction.code, SEVERAL_REASONS)


def _still_open(state: str, action: str, facts: dict[str, str]) -> Words:
    if state == State.AWAITING_PROOF:
        return Words(
            "One step is missing",
            "We have your instruction, and nothing moves before you prove that it is you.",
        )
    doing = DOING[action].format(**facts)
    if state == State.QUEUED:
        return Words("It is in line", f"Next we are {doing}. You may close this page.")
    if state == State.SENDING:
        return Words("We are on it", f"We are {doing}. Doing it again changes nothing.")
    return Words(
        UNKNOWN[action],
        "We sent it once, and the platform has not answered. Please don’t do it again: "
        "we keep asking, and it counts once.",
    )
