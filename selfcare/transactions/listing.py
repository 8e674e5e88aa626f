"""What the list shows around its rows: tabs, filters in use, days, links; it calls nobody."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from selfcare.clients.shapes import Transaction, TransactionPage
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.transactions.forms import STATUS_GROUPS, FilterForm
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

FILTERS = ("q", "status", "kind", "currency", "from", "until")


def frame(request: SignedInRequest, form: FilterForm) -> dict[str, Any]:
    """Everything but the rows; works for a form with errors, too."""
    used = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    return {
        "form": form,
        "tabs": list(_tabs(used)),
        "tokens": list(_tokens(form, used)),
        "is_filtered": bool(used),
        "clear_url": reverse("transactions:list"),
        "first_url": _url(used) if request.GET.get("cursor") else None,
        "days": [],
        "next_url": None,
        "shown": 0,
    }


def rows(request: SignedInRequest, page: TransactionPage | None) -> dict[str, Any]:
    """The rows of a page by day in the person's zone; None where there is nothing to show."""
    if page is None:
        return {"days": [], "transactions": (), "shown": 0, "next_url": None}
    used = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    following = {**used, "cursor": page.next_cursor} if page.next_cursor else None
    return {
        "days": list(_days(request, page)),
        "transactions": page.data,
        "shown": len(page.data),
        "next_url": _url(following) if following else None,
        "as_of": page.as_of,
    }


def _days(request: SignedInRequest, page: TransactionPage) -> Iterator[dict[str, Any]]:
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


def _tabs(used: dict[str, str]) -> Iterator[dict[str, Any]]:
    rest = {name: value for name, value in used.items() if name != "status"}
    chosen = used.get("status", "")
    yield {"words": "All", "url": _url(rest), "current": not chosen}
    for name in STATUS_GROUPS:
        words = wording.STATUS_GROUPS[name]
        yield {
            "words": words,
            "url": _url({**rest, "status": name}),
            "current": chosen == name,
        }


def _tokens(form: FilterForm, used: dict[str, str]) -> Iterator[dict[str, str]]:
    form.is_valid()
    for name, value in used.items():
        # The status has its tab already; a value that isn't understood is told at its field.
        if name in form.errors or (name == "status" and value in STATUS_GROUPS):
            continue
        rest = {other: kept for other, kept in used.items() if other != name}
        yield {
            "name": name,
            "words": wording.FILTERS[name],
            "value": wording.filter_value(name, form.cleaned_data[name]),
            "remove_url": _url(rest),
        }


def _url(parameters: dict[str, str]) -> str:
    query = urlencode(parameters)
    address = reverse("transactions:list")
    return f"{address}?{query}" if query else address
