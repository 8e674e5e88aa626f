"""How long nonces and the request log are kept; forgets the rest."""

from datetime import datetime

from sandbox import clock
from sandbox.merchant_api import nonces, record


def forget_old(now: datetime | None = None) -> int:
    """A batch of each that is over."""
    at = now or clock.now()
    return nonces.sweep(at) + record.sweep(at)
