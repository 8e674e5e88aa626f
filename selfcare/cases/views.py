"""The pages that look at cases: the list, one case, its files, and the cards of other pages."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.annotations import media
from selfcare.cases import actions, deciding, forms, story
from selfcare.clients import cases as service
from selfcare.clients.case_shapes import Case, CasePage
from selfcare.instructions import drafts, intents
from selfcare.instructions.models import Instruction
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

ON_CARD = 5
# Asked again after so many seconds, each time a little later; then the page rests.
FIRST_PAUSE, LONGEST_PAUSE, LOOKS = 4, 60, 24
DIGEST = re.compile(r"[0-9a-f]{64}")
MEDIA_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg"})


@require_safe
@signed_in
def case_list(request: SignedInRequest) -> HttpResponse:
    """Open ones first, and what waits for the person before them; closed ones page by page."""
    subject, cursor = request.person.subject, request.GET.get("cursor", "")[:2000]
    context: dict[str, Any] = {"cursor": cursor}
    status = 200
    try:
        if not cursor:
            open_ones = service.cases(subject, state="open", limit=100)
            context |= {"open": story.in_order(open_ones.data), "as_of": open_ones.as_of}
        closed = service.cases(subject, state="closed", limit=20, cursor=cursor)
        context |= {"closed": closed.data, "next_cursor": closed.next_cursor}
    except errors.Rejected as refusal:
        if refusal.status != 400:
            raise
        context |= {"bad_cursor": True, "closed": ()}
        status = 400
    except errors.NoAnswer as failure:
        known = failure.last_known.data if failure.last_known else ()
        context |= {
            "failure": problems.of(failure),
            "known_at": failure.known_at,
            "open": story.in_order(tuple(c for c in known if c.is_open)),
            "closed": tuple(c for c in known if not c.is_open),
        }
        status = 503
    return render_page(request, "cases/list.html", context, status=status)


@require_safe
@signed_in
def case_detail(request: SignedInRequest, case_id: str) -> HttpResponse:
    """State, messages and timeline; the part that changes is asked for again while it is open."""
    subject = request.person.subject
    failure, known_at, status = None, None, 200
    try:
        case = service.case(subject, case_id)
    except errors.NoAnswer as error:
        if error.last_known is None:
            raise
        case, known_at, failure, status = error.last_known, error.known_at, problems.of(error), 503
    if request.htmx:
        # htmx puts in what comes with a success alone; the words on it say how old it is.
        status = 200
    draft = drafts.find(subject, "case_message", case.id)
    form = deciding.fresh(request, forms.MessageForm, draft)
    intent = actions.intent_in(case, "case_message", key=intents.new_key())
    context = {
        "case": case,
        **story.of(case, zone_of(request.person)),
        "failure": failure,
        "known_at": known_at,
        "intent": intent.token(),
        "instructions": _open_instructions(case),
        **_look(request, case),
        **deciding.frame(request, form, draft, notice="", about=("case_message", case.id)),
    }
    return render_page(request, "cases/detail.html", context, partial="state", status=status)


def _look(request: SignedInRequest, case: Case) -> dict[str, Any]:
    """When the page asks again: it slows down, and stops where nothing can change any more."""
    given = request.GET.get("look", "0")
    look = int(given) if given.isdecimal() and len(given) < 4 else 0
    if not case.is_open or look >= LOOKS:
        return {"next_look": None}
    return {"next_look": look + 1, "pause": min(FIRST_PAUSE + look * look // 2, LONGEST_PAUSE)}


def _open_instructions(case: Case) -> list[Instruction]:
    found = Instruction.objects.open_about(case.owner, case.transaction_id)
    return [i for i in found if i.payload.get("case_id") == case.id]


@require_safe
@signed_in
def evidence_detail(request: SignedInRequest, case_id: str, sha256: str) -> HttpResponse:
    """A file of a case, to keep and never to be shown in place: it may come from anybody."""
    return attached(request.person.subject, case_id, sha256)


def attached(subject: str, case_id: str, sha256: str) -> HttpResponse:
    """The file as an attachment, for its page and the JSON API; 404 where it isn't in the case."""
    if not DIGEST.fullmatch(sha256):
        raise Http404
    file = service.case(subject, case_id).file(sha256)
    if file is None:
        raise Http404
    known = file.media_type in MEDIA_TYPES
    # A name is as anybody typed it: it must neither break the header nor say another type.
    name = media.true_name(file.name, file.media_type) if known else media.plain_name(file.name)
    response = HttpResponse(
        service.evidence(subject, sha256),
        content_type=file.media_type if known else "application/octet-stream",
    )
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
@signed_in
def card(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """What is under way about one transaction, for its page."""
    found = partial(service.cases, request.person.subject, transaction_id=transaction_id)
    context = {"transaction_id": transaction_id, **_card(found)}
    return render_page(request, "cases/card.html", context, partial="card")


@require_safe
@signed_in
def card_open(request: SignedInRequest) -> HttpResponse:
    """What is under way at all, for the home page."""
    context = _card(partial(service.cases, request.person.subject, state="open"))
    return render_page(request, "cases/card_open.html", context, partial="card")


def _card(ask: Callable[[], CasePage]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    try:
        found = ask()
    except errors.NoAnswer as failure:
        found = failure.last_known
        context = {"failure": problems.of(failure), "known_at": failure.known_at}
    if found is not None:
        rows = story.in_order(found.data)
        context |= {"cases": rows[:ON_CARD], "more": rows[ON_CARD:]}
    return context
