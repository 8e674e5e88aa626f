"""The pages that answer "why did I (not) get this", for a notification and for a transaction."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from selfcare.clients import transactions as service
from selfcare.notifications.inbox import why
from selfcare.notifications.inbox.showing import as_read_by
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest


@require_safe
@signed_in
def notification_why(request: SignedInRequest, notification_id: str) -> HttpResponse:
    """Where this notification went, by which rule, to which address, with every try."""
    notification = why.find(request.person.subject, notification_id)
    if notification is None:
        raise Http404
    with as_read_by(request.person):
        context = {"whys": [why.of_notification(notification)], "one": notification}
    return render_page(request, "notifications/why.html", context)


@require_safe
@signed_in
def transaction_why(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """All that was told and not told about one transaction."""
    with as_read_by(request.person):
        whys, untold = why.of_object(request.person.subject, transaction_id)
    if not whys and not untold:
        # Nothing was ever told to us: is it theirs at all? Somebody else's is no page.
        service.transaction(request.person.subject, transaction_id)
    context = {"whys": whys, "untold": untold, "transaction_id": transaction_id}
    return render_page(request, "notifications/why.html", context)
