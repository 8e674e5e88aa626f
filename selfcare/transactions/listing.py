"""What the list shows around its rows: tabs, chips, days, links; it asks no service for rows."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.db import DatabaseError, InterfaceError
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from selfcare.annotations import labels
from selfcare.clients.shapes import Transaction, TransactionPage, rfc3339
from selfcare.money import Money
from selfcare.transactions import freshness, keeping, wording
from selfcare.transactions.filter_form import FilterForm
from selfcare.transactions.finding import NEWEST, SORTS, Finding, address
from selfcare.transactions.forms import STATUS_GROUPS
from selfcare.transactions.models import SavedView
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of


def frame(request: SignedInRequest, found: Finding, views: list[SavedView]) -> dict[str, Any]:
    """Everything but the rows; works where some of it wasn't understood, too."""
    tabs = list(tabs_of(found))
    by_tab = next((tab["name"] for tab in tabs if tab["current"]), "")
    # A tab alone says it already; what was typed or ticked beside it has its chip.
    told = [part for part in found.parts if part.name == "status"] if by_tab else []
    is_tab = len(told) == 1 and told[0].field == "status"
    chips = [chip for chip in found.chips if not (chip.name == "status" and is_tab)]
    form = FilterForm(request.person, found)
    here = next((view for view in views if view.query == found.query_string), None)
    return {
        "found": found,
        "form": form,
        "tabs": tabs,
        "tab": by_tab,
        "chips": chips,
        "problems": _problems(found, form),
        "clear_url": address(""),
        "first_url": address(found.query_string) if request.GET.get("cursor") else None,
        "here_url": address(found.query_string),
        "views": [(view, address(view.query)) for view in views],
        "view": here,
        "orders": list(_orders(found)),
        "columns": [(code, _(keeping.COLUMNS[code])) for code in _columns(request)],
        "tally_url": _with_query("transactions:totals", found.query_string),
        "export_url": _maybe("documents:export_new", found.query_string),
        "bulk_url": _maybe("transactions:bulk_new", ""),
        "days": [],
        "next_url": None,
        "shown": 0,
    }


def rows(
    request: SignedInRequest, page: TransactionPage | None, found: Finding | None = None
) -> dict[str, Any]:
    """The rows of a page, by day where time orders them; None where there is nothing to show.

    With `found` come the ways on from there; a card has none.
    """
    if page is None:
        return {"days": [], "transactions": (), "shown": 0, "next_url": None}
    told = {
        "days": list(_days(request, page, found.sort if found else NEWEST)),
        "transactions": page.data,
        "shown": len(page.data),
        "as_of": page.as_of,
    }
    if found is None:
        return told
    after = f"{found.query_string}&" if found.query_string else ""
    cursor = urlencode({"cursor": page.next_cursor or ""})
    return {
        **told,
        "labels": labels_of(request, page.data),
        "next_url": address(f"{after}{cursor}") if page.next_cursor else None,
        "stamp": crc32(f"{found.query_string} {rfc3339(page.as_of)}".encode()),
        "fresh": freshness.begin(found, page),
    }


def labels_of(
    request: SignedInRequest, transactions: tuple[Transaction, ...]
) -> dict[str, list[Any]]:
    """The labels of each row; none while the database is away."""
    try:
        return labels.for_transactions(request.person.subject, transactions)
    except (DatabaseError, InterfaceError):
        return {}


def tabs_of(found: Finding) -> Iterator[dict[str, Any]]:
    """Every status and each group of them, with the address of the same list in it."""
    chosen = set(found.filters.status)
    everything = {"": (), **STATUS_GROUPS}
    for name, members in everything.items():
        yield {
            "name": name,
            "words": wording.status_words(name) if name else _("All"),
            "url": address(found.with_status(name)),
            "current": chosen == set(members),
        }


def _problems(found: Finding, form: FilterForm) -> list[str]:
    """What wasn't understood and isn't told at a field of the panel."""
    return [
        sentence
        for name, sentences in found.errors.items()
        if name not in form.fields or name == "needs_me"
        for sentence in sentences
    ]


def _orders(found: Finding) -> Iterator[dict[str, Any]]:
    for sort, words in SORTS.items():
        url = address(found.sorted_by(sort))
        yield {"sort": sort, "words": _(words), "url": url, "current": sort == found.sort}


def _columns(request: SignedInRequest) -> tuple[str, ...]:
    return keeping.columns_of(request.person.subject)


def _with_query(name: str, query_string: str) -> str:
    url = reverse(name)
    return f"{url}?{query_string}" if query_string else url


def _maybe(name: str, query_string: str) -> str:
    """The address of a page of another room; empty where that room isn't there."""
    try:
        return _with_query(name, query_string)
    except NoReverseMatch:
        return ""


def _days(request: SignedInRequest, page: TransactionPage, sort: str) -> Iterator[dict[str, Any]]:
    if not page.data:
        return
    if sort not in {NEWEST, "created_at"}:
        yield {"date": None, "transactions": list(page.data), "sums": []}
        return
    zone = zone_of(request.person)

    def day_of(transaction: Transaction) -> date:
        return transaction.created_at.astimezone(zone).date()

    for day, group in groupby(page.data, key=day_of):
        transactions = list(group)
        sums: dict[str, Money] = {}
        for txn in transactions:
            if txn.status == "completed":
                net = txn.signed - txn.fee
                sums[txn.currency] = sums[txn.currency] + net if txn.currency in sums else net
        yield {"date": day, "transactions": transactions, "sums": list(sums.values())}
