"""The pages of the list: its rows, what they come to, and what has changed since."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from selfcare import deadline, errors
from selfcare.clients import transactions as service
from selfcare.transactions import finding, freshness, keeping, listing, tally
from selfcare.transactions.finding import Finding, address
from selfcare.web import formats, problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest, in_place

CURSOR_LENGTH = 4000
# A look in the background waits for nobody.
LOOK_SECONDS = 1.5


@require_safe
@signed_in
def transaction_list(request: SignedInRequest) -> HttpResponse:
    views = keeping.views_of(request.person.subject)
    default = next((view for view in views if view.is_default), None)
    if default and not request.GET and not in_place(request):
        return redirect(address(default.query))
    found = finding.read(request.GET, request.person)
    frame = listing.frame(request, found, views)
    status = 400 if found.is_nonsense else 200
    cursor = request.GET.get("cursor", "")[:CURSOR_LENGTH]
    try:
        page = service.transactions(
            request.person.subject,
            found.filters,
            sort=found.sort,
            cursor=cursor,
            limit=request.wishes.rows,
        )
    except errors.Rejected as refusal:
        if refusal.status != 400:
            raise
        frame |= {"bad_cursor": refusal.code == "bad_cursor", "refused": refusal.code}
        status = 400
    except errors.NoAnswer as failure:
        frame |= {"failure": problems.of(failure), "known_at": failure.known_at}
        frame |= listing.rows(request, failure.last_known, found)
        status = 503
    else:
        frame |= listing.rows(request, page, found)
    response = render_page(
        request, "transactions/list.html", frame, partial="results", status=status
    )
    return _at_its_address(request, response, found)


def _at_its_address(
    request: SignedInRequest, response: HttpResponse, found: Finding
) -> HttpResponse:
    """A list that was put in place is found again by the one spelling of its question."""
    wanted = address(found.query_string)
    shown = request.htmx.current_url_abs_path or "" if request.htmx else wanted
    if request.GET.get("cursor") or not in_place(request):
        return response
    response["HX-Push-Url"] = "false" if shown == wanted else wanted
    return response


@require_safe
@signed_in
def transaction_totals(request: SignedInRequest) -> HttpResponse:
    """What is shown, added up, and the count of each tab; beside the list, so it may be late."""
    found = finding.read(request.GET, request.person)
    context: dict[str, Any] = {"found": found, "tabs": list(listing.tabs_of(found))}
    context |= {"here_url": address(found.query_string), "again_url": request.get_full_path()}
    try:
        totals = service.transaction_totals(request.person.subject, found.any_status)
    except errors.NoAnswer as failure:
        context["failure"] = problems.of(failure)
    except errors.Rejected as refusal:
        if refusal.status != 400:
            raise
        context["failure"] = True
    else:
        summed = tally.add_up(totals, found.filters.status)
        context |= {"tally": summed, "as_of": totals.as_of}
        counts = {name: formats.number(count) for name, count in summed.counts.items()}
        context["tabs"] = [{**tab, "count": counts[tab["name"]]} for tab in context["tabs"]]
    return render_page(request, "transactions/totals.html", context, partial="tally")


@require_safe
@signed_in
def transaction_fresh(request: SignedInRequest) -> HttpResponse:
    """One look at what has changed; only a page that is open asks, anybody else gets the list."""
    found = finding.read(request.GET, request.person)
    asked = freshness.read(request.GET)
    if asked is None or not in_place(request):
        return redirect(address(found.query_string))
    return render_page(
        request, "transactions/fresh.html", _look(request, found, asked), partial="fresh"
    )


def _look(request: SignedInRequest, found: Finding, asked: dict[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {"here_url": address(found.query_string), "was_new": asked["new"]}
    try:
        with deadline.within(LOOK_SECONDS):
            fresh = freshness.look(request.person.subject, found, asked)
    except errors.CallFailed:
        context |= {"fresh": freshness.later(found, asked), "new": asked["new"]}
        return context | {"more": asked["more"]}
    context |= {"fresh": fresh.next, "new": fresh.new, "more": fresh.more}
    return context | {"changed": fresh.changed}
