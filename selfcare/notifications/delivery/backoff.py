"""How long a message waits for its next try; knows no tables and no clock."""

import random

MOST_TRIES = 16
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 86_400.0
# Each pause is this many times the one before: 5 s before the second try, a day before the last.
GROWTH = (LONGEST_SECONDS / FIRST_SECONDS) ** (1 / (MOST_TRIES - 2))
# So that what failed together doesn't come back together.
JITTER = 0.2


def pause(tries: int, *, at_least: float = 0.0) -> float | None:
    """Seconds until the next try after `tries` of them; None where that was the last.

    `at_least` is what the provider asked for (Retry-After).
    """
    if tries >= MOST_TRIES:
        return None
    seconds: float = min(LONGEST_SECONDS, FIRST_SECONDS * GROWTH ** (max(tries, 1) - 1))
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - nobody gains by guessing it
    return max(seconds * spread, at_least)
