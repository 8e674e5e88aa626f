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
    "request_refund": Words(
        "Refund asked for",
        "We passed your request for {amount} on to {payee}. No money has moved yet; "
        "their answer appears with the payment.",
    ),
}
DOING = {
    "cancel": "cancelling your {amount} to {payee}",
    "confirm": "sending your {amount} to {payee}",
    "decline": "telling {payee} that you don’t pay",
    "request_refund": "asking {payee} for {amount} back",
}
UNKNOWN = {
    "cancel": "We don’t know yet whether it was cancelled",
    "confirm": "We don’t know yet whether it was confirmed",
    "decline": "We don’t know yet whether your refusal arrived",
    "request_refund": "We don’t know yet whether your request arrived",
}
REFUSED = {
    "cancel": "It wasn’t cancelled",
    "confirm": "It wasn’t confirmed",
    "decline": "It wasn’t declined",
    "request_refund": "The refund wasn’t asked for",
}
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
    "deadline_passed": "It took too long to reach the platform, so it was left alone. Start again.",
    "not_found": "It isn’t there any more under your account.",
    "too_many_requests": "Too much was asked at once. Wait a minute, then start again.",
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
        words = DONE[action]
        return Words(words.headline, words.lead.format(**facts))
    if instruction.state == State.REJECTED:
        reason = REASONS.get(instruction.code, SEVERAL_REASONS)
        # It may have been confirmed in another tab: only what this one did is certain.
        return Words(REFUSED[action], f"What you just asked changed nothing. {reason}")
    if instruction.state == State.NOT_DONE:
        reason = NOT_DONE.get(instruction.code, NOT_DONE["not_sent"])
        return Words("It was not carried out", f"{reason} It moved no money. You can start again.")
    if instruction.state == State.AWAITING_PROOF:
        return Words(
            "One step is missing",
            "We have your instruction, and nothing moves before you prove that it is you.",
        )
    if instruction.state == State.SENDING:
        doing = DOING[action].format(**facts)
        return Words("We are on it", f"We are {doing}. Doing it again changes nothing.")
    return Words(
        UNKNOWN[action],
        "We sent it once, and the platform has not answered. Please don’t do it again: "
        "we keep asking, and it counts once.",
    )
