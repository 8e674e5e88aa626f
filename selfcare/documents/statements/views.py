"""Statements by account and month: which there are, one as a page, one as PDF."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from selfcare.clients import transactions as service
from selfcare.clients.filters import Filters
from selfcare.documents import typeset
from selfcare.documents.statements import content
from selfcare.web import problems
from selfcare.web.formats import Formats, active, use
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Person, SignedInRequest
from selfcare.web.zones import zone_of

SHOWN = 200
MOST_YEARS = 12


@require_safe
@signed_in
def statement_list(request: SignedInRequest) -> HttpResponse:
    accounts = service.accounts(request.person.subject)
    context = {
        "accounts": [
            {"account": one, "years": years_of(request.person, one.id)} for one in accounts.data
        ],
        "as_of": accounts.as_of,
    }
    return render_page(request, "documents/statements.html", context)


@require_safe
@signed_in
def statement(request: SignedInRequest, account_id: str, month: str) -> HttpResponse:
    told = _told(request, account_id, month)
    entries = told.entries or ()
    page = _page(request, len(entries))
    context: dict[str, Any] = {
        "told": told,
        "totals": told.totals,
        "month": told.month,
        "title": content.title(told.month),
        "shown": entries[(page - 1) * SHOWN : page * SHOWN],
        "page": page,
        "pages": max(1, -(-len(entries) // SHOWN)),
        "export_query": export_query(account_id, told.month),
        "as_of": told.as_of,
    }
    status = 503 if told.mismatch else 200
    return render_page(request, "documents/statement.html", context, status=status)


@require_safe
@signed_in
def statement_pdf(request: SignedInRequest, account_id: str, month: str) -> HttpResponse:
    """What doesn't add up, or is too long for a paper, is told on the page and not printed."""
    told = _told(request, account_id, month)
    if not told.is_printable and not told.mismatch:
        return SeeOther(reverse("documents:statement", args=[account_id, told.month.name]))
    return pdf_answer(request, told)


def pdf_answer(request: Any, told: content.Told, written: Formats | None = None) -> HttpResponse:
    """`written` is what `told` was read in, where that isn't what is active now."""
    if told.mismatch:
        return problems.page(
            request, 503, code="does_not_add_up", detail=told.mismatch, retry_after=60
        )
    if not told.is_printable:
        return problems.page(request, 413, code="too_many_entries")
    filename = f"statement-{told.totals.account.id}-{told.month.name}.pdf"
    with use(written or active()):
        data = content.data(told, request.person)
    return typeset.answer(request, "statement", data, filename, made_at=told.as_of, written=written)


def month_or_404(person: Person, name: str) -> content.Month:
    month = content.month_of(name, zone_of(person), timezone.now())
    if month is None:
        raise Http404
    return month


def _told(request: SignedInRequest, account_id: str, name: str) -> content.Told:
    month = month_or_404(request.person, name)
    return content.read(request.person, account_id, month, timezone.now())


def years_of(person: Person, account_id: str) -> list[tuple[int, list[content.Month]]]:
    """The months since the account's first transaction, newest first, by year."""
    first = service.transactions(
        person.subject, Filters(account=(account_id,)), sort="created_at", limit=1
    )
    zone, now = zone_of(person), timezone.now()
    today = now.astimezone(zone).date()
    began = first.data[0].created_at.astimezone(zone).date() if first.data else today
    day = max(date(began.year, began.month, 1), date(today.year - MOST_YEARS, 1, 1))
    years: dict[int, list[content.Month]] = {}
    while day <= today:
        month = content.month_of(f"{day:%Y-%m}", zone, now)
        if month is not None:
            years.setdefault(day.year, []).insert(0, month)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return sorted(years.items(), reverse=True)


def export_query(account_id: str, month: content.Month) -> str:
    """The question for exactly this month's entries, which go by booking, for the exports."""
    question = {
        "account": account_id,
        "status": "completed",
        "booked_from": month.first.isoformat(),
        "booked_until": month.last.isoformat(),
    }
    return f"{reverse('documents:export_new')}?{urlencode(question)}"


def _page(request: SignedInRequest, entries: int) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    return min(max(1, number), max(1, -(-entries // SHOWN)))
