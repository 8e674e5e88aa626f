"""What of a payment is back and what is left, in the customer's currency and in the merchant's."""

from sandbox.transactions.models import Transaction


def left_of(payment: Transaction) -> int:
    return payment.amount_minor - payment.refunded_minor


def back_at_merchant(payment: Transaction) -> int:
    """What came back, in the currency in which the merchant asked for the payment.

    With the last of the customer's money the last of the merchant's is back too, whatever was lost
    by rounding on the way.
    """
    whole = payment.original_amount_minor
    if whole is None:
        return payment.refunded_minor
    if left_of(payment) == 0:
        return whole
    done = [row for row in payment.refunds.all() if row.status == Transaction.Status.COMPLETED]
    theirs = sum(row.original_amount_minor or 0 for row in done)
    platforms = sum(row.amount_minor for row in done if row.original_amount_minor is None)
    return min(whole, theirs + whole * platforms // payment.amount_minor)


def left_at_merchant(payment: Transaction) -> int:
    whole = payment.original_amount_minor
    return (payment.amount_minor if whole is None else whole) - back_at_merchant(payment)


def share_at_merchant(payment: Transaction, amount_minor: int) -> int:
    """A part of the payment in the currency in which the merchant asked for it."""
    whole = payment.original_amount_minor
    return amount_minor if whole is None else whole * amount_minor // payment.amount_minor


def share_of_customer(payment: Transaction, amount_minor: int) -> int:
    """The merchant's `amount_minor`, the next to come back, in the customer's currency; may be 0.

    Counted from all that is back then: so many small ones come to as much as one large one.
    """
    whole = payment.original_amount_minor
    if whole is None:
        return amount_minor
    back = back_at_merchant(payment) + amount_minor
    if back == whole:
        return left_of(payment)
    return max(0, payment.amount_minor * back // whole - payment.refunded_minor)
