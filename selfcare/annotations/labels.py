"""Which labels are on which transactions: rules, and what was said by hand; it changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from selfcare import ids
from selfcare.annotations import texts
from selfcare.annotations.models import Label, Placing, Rule
from selfcare.clients.shapes import Transaction
from selfcare.clients.transactions import LabelSet


def of(subject: str) -> list[Label]:
    """The person's labels by name."""
    return list(Label.objects.of(subject).order_by("alike"))


def find(subject: str, public_id: str) -> Label | None:
    """This person's label; None for anybody else's as for one that never was."""
    pk = ids.decode("lbl", public_id)
    return Label.objects.of(subject).filter(pk=pk).first() if pk else None


def named(subject: str, name: str) -> Label | None:
    """The person's label that is read like `name`."""
    return Label.objects.of(subject).filter(alike=texts.alike(name)).first()


def set_of(label: Label) -> LabelSet:
    """What the transaction service is asked for in place of the label."""
    return sets_of([label])[0]


def sets_of(labels: Iterable[Label]) -> list[LabelSet]:
    """The same for several at once, in their order."""
    wanted = [label.pk for label in labels]
    ruled = defaultdict(list)
    for rule in Rule.objects.filter(label__in=wanted).order_by("created_at"):
        ruled[rule.label_id, rule.kind].append(rule.value)
    placed = defaultdict(list)
    for placing in Placing.objects.filter(label__in=wanted).order_by("pk"):
        placed[placing.label_id, placing.is_on].append(placing.transaction_id)
    return [
        LabelSet(
            merchants=tuple(ruled[pk, Rule.Kind.MERCHANT]),
            counterparties=tuple(ruled[pk, Rule.Kind.COUNTERPARTY]),
            ids=tuple(placed[pk, True]),
            except_ids=tuple(placed[pk, False]),
        )
        for pk in wanted
    ]


def for_transactions(subject: str, transactions: Iterable[Transaction]) -> dict[str, list[Label]]:
    """The labels of each transaction by its id, by name; an empty list for one without."""
    transactions = list(transactions)
    ruled = defaultdict(set)
    for rule in Rule.objects.filter(subject=subject):
        ruled[rule.kind, rule.value].add(rule.label_id)
    placings = Placing.objects.filter(
        subject=subject, transaction_id__in=[txn.id for txn in transactions]
    )
    said: dict[bool, dict[str, set[UUID]]] = {True: defaultdict(set), False: defaultdict(set)}
    for placing in placings:
        said[placing.is_on][placing.transaction_id].add(placing.label_id)
    known = of(subject)
    found = {}
    for txn in transactions:
        here = ruled_for(txn, ruled) | said[True][txn.id]
        here -= said[False][txn.id]
        found[txn.id] = [label for label in known if label.pk in here]
    return found


def ruled_for(txn: Transaction, ruled: Mapping[tuple[str, str], set[UUID]]) -> set[UUID]:
    """The labels that rules put on: by the merchant's id, and by the other side's exact name."""
    by_name = ruled.get((Rule.Kind.COUNTERPARTY, txn.counterparty.name), set())
    merchant = txn.merchant.id if txn.merchant else ""
    return by_name | ruled.get((Rule.Kind.MERCHANT, merchant), set())
