"""From plans to rows, in bulk: transactions, timelines, postings and the balances they make."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox import ids
from sandbox.ledger import journal
from sandbox.ledger.models import Account, Entry, Posting
from sandbox.people.models import Merchant, Person
from sandbox.seeds import timeline
from sandbox.seeds.cast import iban
from sandbox.seeds.plan import Plan
from sandbox.seeds.tales import Desk
from sandbox.transactions.models import Transaction, TransactionEvent

BATCH = 2000


@dataclass(slots=True)
class Books:
    """Who and what already has a row, and the rows that are to be written."""

    rng: random.Random
    people: dict[str, Person]
    merchants: dict[str, Merchant]
    accounts: dict[tuple[str, str], Account]
    ibans: dict[str, str] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    steps: list[TransactionEvent] = field(default_factory=list)
    desk: Desk = field(default_factory=Desk)
    entries: list[tuple[Entry, list[tuple[Account, int]]]] = field(default_factory=list)
    written: dict[int, Transaction] = field(default_factory=dict)

    def account(self, kind: str, owner: str, currency: str) -> Account:
        """The account of a shop or of the platform in a currency, opened when first needed."""
        key = (owner or kind, currency)
        if key not in self.accounts:
            self.accounts[key] = (
                journal.merchant_account(self.merchants[owner], currency)
                if owner
                else journal.platform_account(Account.Kind(kind), currency)
            )
        return self.accounts[key]

    def iban_of(self, name: str, country: str) -> str:
        """Somebody outside keeps one bank account for the whole history."""
        if name not in self.ibans:
            self.ibans[name] = iban(country, random.Random(f"iban:{name}"))
        return self.ibans[name]

    def post(self, at: datetime, name: str, row: Transaction | None,
             lines: list[tuple[Account, int]]) -> None:  # fmt: skip
        """One entry whose lines sum to zero in each currency, and the balances after it."""
        sums: dict[str, int] = defaultdict(int)
        for account, amount in lines:
            sums[account.currency] += amount
            account.balance_minor += amount
        if any(sums.values()):
            raise ValueError(f"{name} does not sum to zero: {dict(sums)}")
        entry = Entry(at=at, name=name, transaction_id=row.id if row else None)
        self.entries.append((entry, lines))

    def tell(self, plans: Iterable[Plan]) -> None:
        """Make rows of plans, which come oldest first (a refund after what it refunds)."""
        for plan in plans:
            row = self._transaction(plan)
            self.written[id(plan)] = row
            if plan.moves:
                self.post(plan.settled_at, "transaction.completed", row, _lines(self, plan, row))
            if plan.friend:
                self._mirror(plan, row)

    def _peer(self, plan: Plan) -> Account:
        currency = plan.original_currency or plan.currency
        if plan.shop:
            return self.account("merchant", plan.shop.key, currency)
        if plan.friend:
            return self.accounts[plan.friend, currency]
        return self.account("world", "", currency)

    def _transaction(self, plan: Plan) -> Transaction:
        told = timeline.steps(plan)
        refunded = self.written.get(id(plan.refund_of))
        row = Transaction(
            id=ids.uuid7(plan.at, self.rng),
            version=timeline.version(told),
            person=self.people[plan.owner],
            account=self.accounts[plan.owner, plan.currency],
            peer=self._peer(plan),
            merchant=self.merchants[plan.shop.key] if plan.shop else None,
            kind=plan.kind, direction=plan.direction, status=plan.status,
            reason_code=plan.reason_code, amount_minor=plan.amount_minor, currency=plan.currency,
            fee_minor=plan.fee_minor, original_amount_minor=plan.original_minor,
            original_currency=plan.original_currency, rate=plan.rate,
            refunded_minor=plan.refunded_minor,
            reserved_minor=_reserved(plan),
            created_at=plan.at, updated_at=told[-1].at,
            completed_at=plan.settled_at if plan.moves else None,
            scheduled_for=plan.scheduled_for, expires_at=plan.expires_at,
            cut_off_at=plan.cut_off_at, due_at=plan.due_at, instant=plan.instant,
            fails_with=plan.fails_with, **self._other_side(plan),
            end_to_end_id=plan.end_to_end_id, merchant_reference=plan.reference,
            remittance_information=plan.remittance, refund_of=refunded,
        )  # fmt: skip
        row.account.reserved_minor += row.reserved_minor
        self._keep(row, told)
        if plan.tale:
            self.desk.tell(plan, row, self.rng)
        return row

    def _other_side(self, plan: Plan) -> dict[str, str]:
        if plan.shop:
            other = self.iban_of(plan.shop.legal_name, plan.shop.country)
            return {"counterparty_kind": "merchant", "counterparty_name": plan.shop.name,
                    "counterparty_iban": other}  # fmt: skip
        if plan.friend:
            other = self.accounts[plan.friend, plan.currency].iban
            return {"counterparty_kind": "person", "counterparty_name": plan.name,
                    "counterparty_iban": other}  # fmt: skip
        country = "CZ" if plan.name == "Žofia Dvořák" else "DE"
        return {
            "counterparty_kind": "person" if plan.kind == "transfer" else "bank",
            "counterparty_name": plan.name,
            "counterparty_iban": self.iban_of(plan.name, country),
        }

    def _keep(self, row: Transaction, told: list[timeline.Step]) -> None:
        row.search = row.build_search()
        self.transactions.append(row)
        self.steps += [TransactionEvent(transaction=row, **step._asdict()) for step in told]

    def _mirror(self, plan: Plan, row: Transaction) -> None:
        """The friend's own view of a finished transfer; its money is in the teller's entry."""
        if not plan.moves:
            return
        owner = self.people[plan.owner]
        twin = Transaction(
            id=ids.uuid7(plan.at, self.rng), version=row.version,
            person=self.people[plan.friend], account=row.peer, peer=row.account,
            kind=row.kind, direction="in" if row.direction == "out" else "out",
            status=row.status, amount_minor=row.amount_minor, currency=row.currency,
            created_at=row.created_at, updated_at=row.updated_at, completed_at=row.completed_at,
            instant=row.instant, counterparty_kind="person", counterparty_name=owner.name,
            counterparty_iban=row.account.iban, end_to_end_id=row.end_to_end_id,
            remittance_information=row.remittance_information,
        )  # fmt: skip
        self._keep(twin, timeline.steps(plan))

    def write(self) -> None:
        """Insert everything; the caller holds the database transaction."""
        for row in self.transactions:
            row.refund_request = None  # set again when the cases are there
        Transaction.objects.bulk_create(self.transactions, batch_size=BATCH)
        self.desk.write()
        TransactionEvent.objects.bulk_create(self.steps, batch_size=BATCH)
        Entry.objects.bulk_create([entry for entry, _ in self.entries], batch_size=BATCH)
        Posting.objects.bulk_create(
            [
                Posting(entry=entry, account=account, amount_minor=amount)
                for entry, lines in self.entries
                for account, amount in lines
            ],
            batch_size=BATCH,
        )
        accounts = list(self.accounts.values())
        Account.objects.bulk_update(accounts, ["balance_minor", "reserved_minor"])
        self.transactions, self.steps, self.entries = [], [], []


def _reserved(plan: Plan) -> int:
    held = plan.status == "processing" and plan.direction == "out"
    return plan.total_minor if held else 0


def _lines(books: Books, plan: Plan, row: Transaction) -> list[tuple[Account, int]]:
    """Which accounts a finished transaction moved: own, other side, fees, and the exchange."""
    sign = 1 if plan.direction == "in" else -1
    lines = [(row.account, sign * plan.total_minor)]
    if plan.fee_minor:
        lines.append((books.account("fees", "", plan.currency), plan.fee_minor))
    if plan.original_minor is None:
        return [*lines, (row.peer, -sign * plan.amount_minor)]
    here = books.account("fx", "", plan.currency)
    there = books.account("fx", "", plan.original_currency)
    return [
        *lines, (here, -sign * plan.amount_minor),
        (there, sign * plan.original_minor), (row.peer, -sign * plan.original_minor),
    ]  # fmt: skip
