"""The pages of the inbox: its list, its looks, opening one, marking; and the bell of every page."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from selfcare.notifications.inbox import asking, freshness, marking, showing
from selfcare.notifications.inbox import bell as bells
from selfcare.notifications.inbox.asking import Asked
from selfcare.notifications.inbox.freshness import Seen
from selfcare.notifications.models import Notification
from selfcare.web import problems
from selfcare.web.guards import public, signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Request, SignedInRequest, in_place
from selfcare.web.zones import zone_of

# A page that was put in place shows no more rows at once than fit through one look.
LONGEST_BACK = 500


@require_safe
@signed_in
def inbox_list(request: SignedInRequest) -> HttpResponse:
    """What waits for the person first, then everything by day, page by page."""
    subject, asked = request.person.subject, Asked.read(request.GET)
    cursor = request.GET.get("cursor", "")
    context: dict[str, Any] = {"cursor": cursor}
    status = 400 if asked.unknown else 200
    only_waiting = asked.show == "waiting"
    try:
        page = asking.page(subject, asked, cursor=cursor, waiting=only_waiting)
    except asking.BadCursor:
        page, status = asking.page(subject, asked, waiting=only_waiting), 400
        context |= {"bad_cursor": True, "cursor": ""}
    first = () if context["cursor"] or only_waiting else asking.waiting(subject, asked)
    now = page.as_of
    rows = showing.rows(request.person, page.rows, now)
    context |= {
        **showing.frame(asked, showing.counts(subject)),
        "waiting": showing.rows(request.person, first, now),
        "most_waiting": asking.MOST_WAITING,
        "months": settings.NOTIFICATION_MONTHS,
        "waiting_ids": ",".join(one.public_id for one in first),
        "days": list(showing.days(rows, zone_of(request.person))),
        # One field a page, however many days it has: a form has room for two hundred.
        "page_ids": ",".join(one.id for one in rows),
        "shown": len(rows) + len(first),
        "next_url": showing.url_of(asked, cursor=page.next_cursor) if page.next_cursor else "",
        "fresh": freshness.begin(asked, (*first, *page.rows), now),
    }
    return render_page(
        request, "notifications/inbox.html", context, partial="results", status=status
    )


@require_safe
@signed_in
def inbox_fresh(request: SignedInRequest) -> HttpResponse:
    """One look at what came and changed; only a page that is open asks, others get the inbox."""
    asked, seen = Asked.read(request.GET), Seen.read(request.GET)
    if seen is None or not in_place(request):
        return redirect(showing.url_of(asked))
    context: dict[str, Any] = {"here_url": showing.url_of(asked)}
    try:
        found = freshness.look(request.person.subject, asked, seen)
    except (DatabaseError, InterfaceError):
        context["fresh"] = freshness.later(asked, seen)
    else:
        now = timezone.now()
        context |= {
            "fresh": found.next,
            "many": found.many,
            "arrived": showing.rows(request.person, found.arrived, now),
            "arrived_ids": ",".join(one.public_id for one in found.arrived),
            "changed": showing.rows(request.person, found.changed, now),
        }
        if found.arrived or found.changed or found.many:
            context |= _counted(request)
    return render_page(request, "notifications/fresh.html", context, partial="fresh")


@require_safe
@signed_in
def notification_open(request: SignedInRequest, notification_id: str) -> HttpResponse:
    """Leads to what it tells of, and marks it read."""
    return _lead(request, notification_id, to_act=False)


@require_safe
@signed_in
def notification_act(request: SignedInRequest, notification_id: str) -> HttpResponse:
    """Leads to the page where it is acted upon; there it is settled, not here."""
    return _lead(request, notification_id, to_act=True)


def _lead(request: SignedInRequest, notification_id: str, *, to_act: bool) -> HttpResponse:
    notification = asking.find(request.person.subject, notification_id)
    if notification is None:
        raise Http404
    # A browser that fetches ahead has shown it to nobody.
    ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method == "GET" and not ahead:
        marking.opened(notification)
    return HttpResponseRedirect(showing.way(notification, timezone.now(), to_act=to_act))


@require_POST
@signed_in
def marks_new(request: SignedInRequest) -> HttpResponse:
    """Marks those that were ticked, all that were shown, or one; named by their ids alone."""
    asked = Asked.read(QueryDict(request.POST.get("back", "")[:LONGEST_BACK]))
    ids, read = _chosen(request.POST)
    try:
        marked = marking.mark(subject=request.person.subject, ids=ids, read=read)
    except marking.TooMany:
        return problems.page(request, 400)
    if not in_place(request):
        return SeeOther(showing.url_of(asked))
    keys = list(asking.primary_keys(marked))
    rows = Notification.objects.in_inbox(request.person.subject).filter(pk__in=keys)
    context = {
        "changed": showing.rows(request.person, rows, timezone.now()),
        "count": len(marked),
        "read": read,
        **_counted(request),
    }
    return render_page(request, "notifications/marked.html", context, partial="marked")


def _counted(request: SignedInRequest) -> dict[str, Any]:
    """The numbers of the frame, which change with what is put in place."""
    return {"counts": showing.counts(request.person.subject), "bell": bells.of(request.person)}


def _chosen(posted: QueryDict) -> tuple[list[str], bool]:
    """The ids and whether they are read now: `one` is the button of a row and goes before ticks."""
    one = posted.get("one", "")
    if one:
        word, _, notification_id = one.partition(" ")
        return [notification_id], word == "read"
    if posted.get("do") == "shown":
        shown = ",".join(posted.getlist("shown"))
        return [part for part in shown.split(",") if part], True
    return posted.getlist("id"), posted.get("do") != "unread"


@require_safe
@public
def bell(request: Request) -> HttpResponse:
    """The count in the frame, for pages that are open.

    To whoever's session is over it says nothing: no page is taken away for a number on it.
    """
    if not in_place(request):
        return redirect("notifications:inbox")
    response = render_page(
        request, "notifications/_bell.html", {"bell": bells.again(request.person, request.GET)}
    )
    response["Cache-Control"] = "private, no-store"
    return response
