"""Any number of finished transactions for a person, in blocks that leave the balance alone."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sandbox import ids
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant, Person
from sandbox.seeds.cast import iban
from sandbox.seeds.shops import Shop
from sandbox.transactions.models import Transaction
from sandbox.transactions.search import search_text

YEARS = timedelta(days=3650)
BLOCK = 50
COLUMNS = [column.attname for column in Transaction._meta.concrete_fields if not column.generated]
FIRST = [
    "Ada", "Bruno", "Carla", "Dario", "Edda", "Farid", "Greta", "Hakan", "Ines", "Jonas", "Katya",
    "Levi", "Mara", "Nils", "Olga", "Piet", "Rosa", "Sven", "Tilda", "Umut", "Vera", "Wanda",
    "Yusuf", "Zoë",
]  # fmt: skip
LAST = [
    "Albers", "Brandt", "Castro", "Demir", "Engel", "Fuchs", "Graf", "Hansen", "Ivanov", "Jansen",
    "Kowalski", "Lorenz", "Mráz", "Nowak", "Olsen", "Peters", "Rossi", "Schäfer", "Tanaka",
    "Ulrich", "Vogel", "Weiß", "Ziegler",
]  # fmt: skip
THINGS = [
    "lamp", "kettle", "rope", "bench", "ticket", "lesson", "window", "paint", "ladder", "basket",
    "garden", "repair", "parcel", "supper", "picnic", "violin", "jersey", "anchor", "pillow",
    "mirror", "candle", "walnut", "saddle",
]  # fmt: skip
KINDS = [
    "blue", "old", "spare", "second", "small", "large", "winter", "summer", "folded", "wooden",
    "borrowed", "late", "shared", "final", "first", "northern", "quiet",
]  # fmt: skip
RARE = ("zwieback", "kintsugi", "ormolu", "axolotl", "theodolite", "marzipan", "glockenspiel",
        "quokka", "palimpsest", "bergamot")  # fmt: skip


@dataclass(slots=True)
class Block:
    """Rows to be written together; an entry is instant, transaction, account, peer, amount.

    `changes` is by how much each account's balance grows.
    """

    transactions: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    entries: list[tuple[datetime, UUID, int, int, int]] = field(default_factory=list)
    changes: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Purse:
    """One account of the person, and where money goes to and comes from in its currency."""

    account: Account
    world: Account
    shops: list[tuple[Shop, Merchant, Account, str]]


@dataclass(slots=True)
class Grower:
    """Makes blocks, oldest first; the same random numbers make the same rows."""

    person: Person
    purses: list[Purse]
    rng: random.Random
    ibans: list[str] = field(default_factory=list)

    def blocks(self, count: int, until: datetime) -> Iterator[Block]:
        """`count` transactions spread over ten years of days between 7 and 23 o'clock UTC."""
        self.ibans = [iban("DE", self.rng) for _ in range(500)]
        begun = (until - YEARS).replace(hour=7, minute=0, second=0, microsecond=0)
        a_day = -(-count // YEARS.days)
        gap = timedelta(hours=16) / a_day
        for start in range(0, count, BLOCK):
            numbers = range(start, min(start + BLOCK, count))
            times = [
                begun + timedelta(days=n // a_day) + gap * (n % a_day + self.rng.random() * 0.9)
                for n in numbers
            ]
            yield self._block(times, start)

    def _block(self, times: list[datetime], start: int) -> Block:
        """The first brings in what the others spend, so nothing is ever overdrawn."""
        block = Block()
        weights = [7] + [1] * (len(self.purses) - 1)
        (purse,) = self.rng.choices(self.purses, weights)
        rows = [self._row(purse, at, start + n) for n, at in enumerate(times)]
        self._refund(rows)
        spent = sum(
            row["amount_minor"] if row["direction"] == "out" else -row["amount_minor"]
            for row in rows[1:]
            if row["status"] == "completed"
        )
        rows[0] = self._deposit(purse, times[0], max(spent, 100))
        for row in rows:
            self._keep(block, purse, row)
        return block

    def _row(self, purse: Purse, at: datetime, number: int) -> dict[str, Any]:
        chance = self.rng.random()
        if chance < 0.9:
            return self._payment(purse, at, number)
        name = f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"
        return self._facts(purse, at) | {
            "kind": "transfer" if chance < 0.98 else "withdrawal",
            "direction": "out" if chance < 0.95 or chance >= 0.98 else "in",
            "amount_minor": self.rng.randrange(5, 400) * 50,
            "counterparty_kind": "person",
            "counterparty_name": name,
            "counterparty_iban": self.rng.choice(self.ibans),
            "end_to_end_id": f"{name[:3].upper()}-{at:%Y%m%d}-{number:07d}",
            "remittance_information": self._words(),
        }

    def _payment(self, purse: Purse, at: datetime, number: int) -> dict[str, Any]:
        shop, merchant, account, bank = self.rng.choice(purse.shops)
        status = "completed"
        reason = ""
        if self.rng.random() < 0.012:
            status, reason = self.rng.choice((("failed", "AC04"), ("failed", "AM04"),
                                              ("cancelled", "CUST"), ("expired", "")))  # fmt: skip
        return self._facts(purse, at) | {
            "kind": "payment", "direction": "out", "status": status, "reason_code": reason,
            "completed_at": at + timedelta(seconds=3) if status == "completed" else None,
            "peer_id": account.pk, "merchant_id": merchant.pk,
            "amount_minor": self.rng.randrange(shop.low, shop.high + 1),
            "counterparty_kind": "merchant", "counterparty_name": shop.name,
            "counterparty_iban": bank,
            "end_to_end_id": f"{shop.prefix}G-{at:%Y%m%d}-{number:07d}",
            "merchant_reference": f"{shop.prefix}-{number:07d}",
            "remittance_information": self._words(),
        }  # fmt: skip

    def _deposit(self, purse: Purse, at: datetime, amount: int) -> dict[str, Any]:
        return self._facts(purse, at) | {
            "kind": "deposit", "direction": "in", "amount_minor": amount,
            "counterparty_kind": "bank", "counterparty_name": "Hausbank Spree",
            "remittance_information": "From my own account",
        }  # fmt: skip

    def _facts(self, purse: Purse, at: datetime) -> dict[str, Any]:
        done = at + timedelta(seconds=3)
        return {
            "id": ids.uuid7(at, self.rng), "version": 2, "person_id": self.person.pk,
            "account_id": purse.account.pk, "peer_id": purse.world.pk, "merchant_id": None,
            "status": "completed", "reason_code": "", "currency": purse.account.currency,
            "fee_minor": 0, "original_amount_minor": None, "original_currency": "", "rate": "",
            "refunded_minor": 0, "reserved_minor": 0, "created_at": at, "updated_at": done,
            "completed_at": done, "scheduled_for": None, "expires_at": None, "cut_off_at": None,
            "due_at": None, "instant": True, "fails_with": "", "counterparty_iban": "",
            "end_to_end_id": "", "merchant_reference": "", "external_id": None,
            "refund_of_id": None, "refund_request_id": None,
            "open_cases": "", "confirmed_at": None,
        }  # fmt: skip

    def _words(self) -> str:
        if self.rng.random() < 0.0001:
            return f"{self.rng.choice(KINDS)} {self.rng.choice(RARE)}"
        return f"{self.rng.choice(KINDS)} {self.rng.choice(THINGS)}"

    def _refund(self, rows: list[dict[str, Any]]) -> None:
        """About every second block one payment comes back, as the last of the block."""
        last = rows[-1]
        paid = rows[len(rows) // 2]
        fits = paid["kind"] == "payment" and paid["status"] == "completed"
        if len(rows) < 4 or not fits or self.rng.random() < 0.5:
            return
        back = {**paid, **{key: last[key] for key in
                ("id", "created_at", "updated_at")}}  # fmt: skip
        back |= {
            "kind": "refund", "direction": "in", "refund_of_id": paid["id"],
            "completed_at": back["updated_at"],
            "merchant_reference": f"{paid['merchant_reference']}-R1",
            "end_to_end_id": f"{paid['end_to_end_id']}-R1",
        }  # fmt: skip
        paid["refunded_minor"] = paid["amount_minor"]
        rows[-1] = back

    def _keep(self, block: Block, purse: Purse, row: dict[str, Any]) -> None:
        row["search"] = search_text(
            names=(row["counterparty_name"],),
            references=(row["end_to_end_id"], row["merchant_reference"],
                        row["remittance_information"]),
            amount_minor=row["amount_minor"], currency=row["currency"],
        )  # fmt: skip
        block.transactions.append(tuple([row[column] for column in COLUMNS]))
        maker = "merchant" if row["merchant_id"] else "user"
        ender = {"cancelled": "user", "expired": "platform"}.get(row["status"], "bank")
        block.events += [
            (row["id"], row["created_at"], "transaction.created", maker,
             row["counterparty_name"] if row["merchant_id"] else self.person.name,
             "created", "", ""),
            (row["id"], row["updated_at"], f"transaction.{row['status']}", ender, "",
             row["status"], row["reason_code"], ""),
        ]  # fmt: skip
        if row["status"] == "completed":
            signed = row["amount_minor"] if row["direction"] == "in" else -row["amount_minor"]
            peer = row["peer_id"]
            block.entries.append((row["updated_at"], row["id"], purse.account.pk, peer, signed))
            block.changes[purse.account.pk] += signed
            block.changes[peer] -= signed
