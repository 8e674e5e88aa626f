"""The pages of what a person keeps about the list: saved views and columns."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from selfcare.transactions import finding, keeping
from selfcare.transactions.finding import address
from selfcare.transactions.models import MOST_VIEWS, SavedView
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def view_list(request: SignedInRequest) -> HttpResponse:
    """The saved views, and the form that keeps one more."""
    given = request.POST if request.method == "POST" else request.GET
    found = finding.read(given if request.method == "GET" else {}, request.person)
    query = given.get("query", "") if request.method == "POST" else found.query_string
    context: dict[str, Any] = {"query": query, "name": given.get("name", "")[:200]}
    status = 200
    if request.method == "POST":
        try:
            view = keeping.save_view(
                person=request.person,
                name=given.get("name", ""),
                query=query,
                is_default=bool(given.get("is_default")),
            )
        except keeping.Refused as refusal:
            context |= {"refusal": refusal, "is_default": given.get("is_default")}
            status = 422
        else:
            return SeeOther(address(view.query))
    context |= _views(request, query)
    return render_page(request, "transactions/views.html", context, status=status)


def _views(request: SignedInRequest, query: str) -> dict[str, Any]:
    views = keeping.views_of(request.person.subject)
    return {
        "views": [(view, address(view.query), _words(request, view.query)) for view in views],
        "most": MOST_VIEWS,
        "is_full": len(views) >= MOST_VIEWS,
        "words": _words(request, query) if query else "",
    }


def _words(request: SignedInRequest, query: str) -> finding.Finding:
    return finding.of_query(query, request.person)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def view_detail(request: SignedInRequest, view_id: str) -> HttpResponse:
    """One saved view: its name, whether it opens first, and the way to delete it."""
    view = SavedView.objects.found(request.person.subject, view_id)
    if view is None:
        raise Http404
    context: dict[str, Any] = {"view": view, "name": view.name, "is_default": view.is_default}
    status = 200
    if request.method == "POST":
        if request.POST.get("do") == "delete":
            keeping.delete_view(view)
            return SeeOther(reverse("transactions:views"))
        name, is_default = request.POST.get("name", ""), bool(request.POST.get("is_default"))
        try:
            keeping.change_view(view, name=name, is_default=is_default)
        except keeping.Refused as refusal:
            context |= {"refusal": refusal, "name": name[:200], "is_default": is_default}
            status = 422
        else:
            return SeeOther(reverse("transactions:views"))
    context |= {"found": _words(request, view.query), "url": address(view.query)}
    return render_page(request, "transactions/view.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def column_list(request: SignedInRequest) -> HttpResponse:
    """Which columns, in which order; `back` is the query string of the list that it came from."""
    subject = request.person.subject
    back = (request.POST or request.GET).get("back", "")
    found = finding.of_query(back, request.person)
    if request.method == "POST":
        order, step = request.POST.getlist("order"), 0
        code, _colon, way = request.POST.get("move", "").partition(":")
        if way in {"up", "down"}:
            step = -1 if way == "up" else 1
            order = keeping.moved(order, code, step)
        shown = {*request.POST.getlist("show"), *keeping.ALWAYS}
        chosen = [name for name in order if name in shown and name in keeping.COLUMNS]
        if request.POST.get("do") == "ledger":
            chosen = []
        if not step:
            keeping.keep_columns(subject=subject, columns=chosen)
            return SeeOther(address(found.query_string))
        names = [name for name in order if name in keeping.COLUMNS]
    else:
        kept = keeping.columns_of(subject)
        chosen = list(kept or keeping.COLUMNS)
        names = [*chosen]
    names += [name for name in keeping.COLUMNS if name not in names]
    context = {
        "columns": [
            (name, _(keeping.COLUMNS[name]), name in chosen, name in keeping.ALWAYS)
            for name in dict.fromkeys(names)
        ],
        "back": found.query_string,
        "back_url": address(found.query_string),
        "moved": request.POST.get("move", ""),
    }
    return render_page(request, "transactions/columns.html", context)
