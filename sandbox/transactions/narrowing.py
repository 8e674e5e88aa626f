"""From filters to rows: which of a person's transactions are meant; orders and counts nothing."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr

from sandbox import ids
from sandbox.ledger.models import Account
from sandbox.people.models import Merchant, Person
from sandbox.transactions import search
from sandbox.transactions.filters import Filters, Named
from sandbox.transactions.models import Transaction

BOUNDS = {
    "created_from": "created_at__gte",
    "created_until": "created_at__lt",
    "completed_from": "completed_at__gte",
    "completed_until": "completed_at__lt",
    "amount_from": "amount_common__gte",
    "amount_until": "amount_common__lte",
    "changed_since": "updated_at__gt",
}


def narrowed(person: Person, filters: Filters) -> QuerySet[Transaction]:
    """The person's transactions that the filters let through."""
    rows = Transaction.objects.filter(plain(person, filters), _bounds(filters), person=person)
    if filters.ids:
        rows = rows.filter(pk__in=filters.ids)
    for term in search.terms(filters.q):
        rows = rows.filter(search__contains=term)
    if filters.counterparty:
        rows = _in_names(rows, search.phrase(filters.counterparty))
    if filters.reference:
        rows = _in_references(rows, filters.reference)
    if filters.iban:
        rows = rows.filter(counterparty_iban__contains=filters.iban)
    for one in filters.sets:
        rows = rows.filter(in_set(one))
    return rows


def plain(person: Person, filters: Filters) -> Q:
    """What is equal to something: holds for rows and for their monthly sums alike."""
    wanted = Q()
    for name in ("status", "kind", "currency"):
        values = getattr(filters, name)
        if values:
            wanted &= _among(name, list(values))
    if filters.direction:
        wanted &= Q(direction=filters.direction)
    if filters.needs_me:
        wanted &= Q(status=Transaction.Status.ACTION_REQUIRED)
    if filters.merchant:
        wanted &= _among("merchant_id", merchants(filters.merchant))
    if filters.account:
        wanted &= _among("account_id", _accounts(person, filters.account))
    return wanted


def had_to_do_with(person: Person) -> QuerySet[Merchant]:
    """The merchants of a person's transactions."""
    return Merchant.objects.filter(
        Exists(Transaction.objects.filter(person=person, merchant=OuterRef("pk")))
    )


def in_set(one: Named) -> Q:
    """What a set holds; an empty one nothing."""
    held = Q(pk__in=one.ids)
    if one.merchants:
        held |= Q(merchant_id__in=merchants(one.merchants))
    if one.counterparties:
        held |= Q(counterparty_name__in=one.counterparties)
    return held & ~Q(pk__in=one.except_ids) if one.except_ids else held


def _bounds(filters: Filters) -> Q:
    bounds = {lookup: getattr(filters, name) for name, lookup in BOUNDS.items()}
    return Q(**{lookup: value for lookup, value in bounds.items() if value is not None})


def _among(column: str, values: list[str] | list[int]) -> Q:
    return Q(**{column: values[0]}) if len(values) == 1 else Q(**{f"{column}__in": values})


def merchants(public_ids: tuple[str, ...]) -> list[int]:
    # Looked up before: the planner knows how common a merchant is, but not a subquery's answer.
    return list(Merchant.objects.filter(public_id__in=public_ids).values_list("pk", flat=True))


def _accounts(person: Person, public_ids: tuple[str, ...]) -> list[int]:
    own = Account.objects.filter(person=person, public_id__in=public_ids)
    return list(own.values_list("pk", flat=True))


def _in_names(rows: QuerySet[Transaction], term: str) -> QuerySet[Transaction]:
    """The whole text says quickly who may be meant, its first part says who is."""
    found = StrIndex(F("search"), Value(term))
    ends = StrIndex(F("search"), Value(search.AFTER_NAMES))
    return (
        rows.filter(search__contains=term).alias(_at=found, _ends=ends).filter(_at__lt=F("_ends"))
    )


def _in_references(rows: QuerySet[Transaction], text: str) -> QuerySet[Transaction]:
    term = search.phrase(text)
    rest = Substr(F("search"), StrIndex(F("search"), Value(search.AFTER_NAMES)))
    found = StrIndex(rest, Value(term))
    ends = StrIndex(rest, Value(search.AFTER_REFERENCES))
    rows = rows.alias(_ref=found, _refs_end=ends)
    held = Q(search__contains=term, _ref__gt=0, _ref__lt=F("_refs_end"))
    pk = ids.unwire("txn", text.strip())
    return rows.filter(held | Q(pk=pk) if pk else held)
