"""What one currency is worth in another on a day; moves no money."""

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.transactions.search import EXPONENTS

# Euros for one unit; they sway by a few per cent over the year.
RATES = {"GBP": 1.1860, "USD": 0.9185, "CZK": 0.0402, "DKK": 0.1340}


def euros(currency: str, on: date) -> float:
    """Euros for one unit on a day. KeyError for a currency that nobody changes."""
    return RATES[currency] * (1 + 0.018 * math.sin(on.toordinal() / 41))


def rate(source: str, target: str, on: date) -> Decimal | None:
    """What one unit of `source` is in `target`, in six figures; None where nobody changes them."""
    worth = [1.0 if one == "EUR" else euros(one, on) if one in RATES else 0.0
             for one in (source, target)]  # fmt: skip
    return Decimal(f"{worth[0] / worth[1]:.6g}") if all(worth) else None


def changed(amount_minor: int, source: str, target: str, at: Decimal) -> int:
    """The amount in minor units of `target`, rounded half up, and at least one of them."""
    shift = EXPONENTS.get(target, 2) - EXPONENTS.get(source, 2)
    exact = amount_minor * at * Decimal(10) ** shift
    return max(1, int(exact.quantize(Decimal(1), ROUND_HALF_UP)))
