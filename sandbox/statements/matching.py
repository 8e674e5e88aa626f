"""Which entries of a file are known already; compares, and writes nothing.

Banks repeat themselves: the same statement comes in two formats, two exports overlap, and one of
them says less. So an entry is known if one with the same account, day and amount is there and
neither contradicts the other: what both say must be equal, what one leaves out does not count.
Each known entry is matched once, so two equal coffees in one file stay two.
"""

import hashlib
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import date

from sandbox.statements.statement import Entry, Statement

type Place = tuple[str, str, date, int]


@dataclass(slots=True, eq=False)
class Known:
    """What an entry says of itself besides account, day and amount."""

    external_id: str
    words: tuple[str, ...]

    def agrees(self, words: tuple[str, ...]) -> bool:
        """Whether nothing that both say differs."""
        return all(
            not mine or not theirs or mine == theirs
            for mine, theirs in zip(self.words, words, strict=True)
        )


@dataclass(slots=True)
class Sieve:
    """Lets through what is not known yet, statement by statement."""

    known: dict[Place, list[Known]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[Known, tuple[str, ...]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def remember(self, place: Place, known: Known) -> None:
        """An entry that is there: `place` is account, currency, day and signed amount."""
        self.known[place].append(known)
        self.taken.add(known.external_id)

    def fresh(self, statement: Statement) -> list[tuple[str, Entry]]:
        """The entries that are not there, each with the name under which it will be."""
        identity = _identity(statement)
        if identity in self.seen:
            # The file holds this statement twice: it may match what it just brought.
            self.holders.clear()
        self.seen.add(identity)
        return [item for entry in statement.entries if (item := self._sift(statement, entry))]

    def _sift(self, statement: Statement, entry: Entry) -> tuple[str, Entry] | None:
        place = (statement.account, entry.currency, entry.booked_on, entry.amount_minor)
        words = words_of(entry)
        if self._match(place, words):
            return None
        known = Known(self._name(place, words), words)
        self.remember(place, known)
        self.holders[known] = words
        return known.external_id, entry

    def _match(self, place: Place, words: tuple[str, ...]) -> bool:
        """Finds a known entry for `words`; those matched before make room where they can.

        The one that comes first must not take what only a later one agrees with, or a file that
        is read again would bring something new: an augmenting path, as in bipartite matching.
        """
        came_from: dict[tuple[str, ...], tuple[tuple[str, ...], Known] | None] = {words: None}
        queue = deque([words])
        while queue:
            seeker = queue.popleft()
            for known in self.known[place]:
                if not known.agrees(seeker):
                    continue
                if known not in self.holders:
                    self._make_room(came_from, seeker, known)
                    return True
                holder = self.holders[known]
                if holder not in came_from:
                    came_from[holder] = (seeker, known)
                    queue.append(holder)
        return False

    def _make_room(
        self,
        came_from: dict[tuple[str, ...], tuple[tuple[str, ...], Known] | None],
        seeker: tuple[str, ...],
        free: Known,
    ) -> None:
        """The last of the row takes what is free, and each before it takes what it leaves."""
        while True:
            self.holders[free] = seeker
            step = came_from[seeker]
            if step is None:
                return
            seeker, free = step

    def _name(self, place: Place, words: tuple[str, ...]) -> str:
        digest = hashlib.sha256(repr((place, words)).encode()).hexdigest()[:40]
        number = 0
        while (name := f"{place[2]}/{digest}/{number}") in self.taken:
            number += 1
        return name


def words_of(entry: Entry) -> tuple[str, ...]:
    """What is compared: bank's reference, end-to-end id, account, name and purpose."""
    return compared(
        entry.account_servicer_reference,
        entry.end_to_end_id,
        entry.counterparty_iban,
        entry.counterparty_name,
        entry.remittance_information,
    )


def compared(*texts: str) -> tuple[str, ...]:
    """Letters and digits alone: formats break lines and fold case each in their own way."""
    return tuple(re.sub(r"[\W_]+", "", text).casefold()[:70] for text in texts)


def day_of(external_id: str) -> date:
    """The booking date inside a name that `Sieve` gave."""
    return date.fromisoformat(external_id.partition("/")[0])


def _identity(statement: Statement) -> tuple[object, ...]:
    stated = [
        (b.amount_minor, b.currency, b.stated_on) for b in (*statement.opening, *statement.closing)
    ]
    return (statement.account, statement.number, *stated)
