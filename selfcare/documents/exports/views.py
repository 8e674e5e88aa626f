"""The pages of exports: ask for one, see how far it is, take it, cancel it; all without script."""

import base64
import json
import secrets
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare.clients import transactions as service
from selfcare.clients.totals import TotalsRow
from selfcare.documents.exports import actions, formats, wording
from selfcare.documents.exports.asking import Chosen, chosen
from selfcare.documents.exports.making import words_for_reader
from selfcare.documents.exports.models import Export, found
from selfcare.transactions.finding import SORTS
from selfcare.transactions.tally import Sum, sums_of
from selfcare.web import problems
from selfcare.web.formats import number
from selfcare.web.guards import signed_in
from selfcare.web.moments import Zone
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

LISTED = 100
# How soon the page looks again, by the seconds that the export has been on its way.
LOOKS = ((10, 1), (60, 2), (600, 5))
SELDOM = 15
QUERY_SHOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export_new(request: SignedInRequest) -> HttpResponse:
    """The form; a POST with `format` makes the export, one without (chosen rows) shows it too."""
    asked = chosen(request)
    if asked.problems:
        return render_page(request, "documents/export_new.html", {"asked": asked}, status=400)
    refused, status = "", 200
    if request.method == "POST" and "format" in request.POST:
        try:
            return _made(request, asked)
        except actions.Refused as refusal:
            refused, status = refusal.words, 422
        except actions.KeyReused:
            refused, status = _("This form was sent before. Look again, and send it anew."), 422
    context = {"asked": asked, "refused": refused, **_offered(request, asked)}
    return render_page(request, "documents/export_new.html", context, status=status)


def _made(request: SignedInRequest, asked: Chosen) -> HttpResponse:
    if request.POST["format"] not in formats.BY_NAME:
        raise actions.Refused("unknown_format", _("Choose one of the formats."))
    if not asked.key:
        raise actions.Refused("no_key", _("This form wasn’t whole. Send it once more."))
    export = actions.create(
        person=request.person,
        finding=asked.finding,
        format_name=request.POST["format"],
        key=asked.key,
        request_id=request.request_id,
    )
    # A file that is there begins to load by itself, with script or without.
    return SeeOther(f"{export.url}?take=1" if export.is_ready else export.url)


def _offered(request: SignedInRequest, asked: Chosen) -> dict[str, Any]:
    totals = service.transaction_totals(request.person.subject, asked.finding.filters)
    rows = sum(one.count for one in totals.data)
    wanted = request.POST.get("format") or request.GET.get("format", "csv")
    kinds = []
    for kind in formats.ALL:
        fits = rows <= kind.most_rows
        state = "disabled" if not fits else "checked" if kind.name == wanted else ""
        words = kind.used_for if fits else kind.advice
        kinds.append({"kind": kind, "words": words, "state": state})
    return {
        "rows": rows,
        "at_once": rows <= formats.AT_ONCE_ROWS,
        "as_of": totals.as_of,
        "totals": sums_of(totals.data),
        "kinds": kinds,
        "wanted": wanted,
        "new_key": secrets.token_urlsafe(24),
    }


@require_safe
@signed_in
def export_list(request: SignedInRequest) -> HttpResponse:
    exports = Export.objects.shown_to(request.person.subject).order_by("-created_at")[:LISTED]
    rows = [
        {
            "export": one,
            "words": words_for_reader(one),
            "told": wording.of(one.state, one.failure),
            "kind": formats.BY_NAME.get(one.format),
        }
        for one in exports
    ]
    return render_page(request, "documents/export_list.html", {"rows": rows})


@require_safe
@signed_in
def export_detail(request: SignedInRequest, export_id: str) -> HttpResponse:
    export = own(request, export_id)
    age = (timezone.now() - export.created_at).total_seconds()
    context = {
        "export": export,
        "words": words_for_reader(export),
        "kind": formats.BY_NAME.get(export.format),
        "told": wording.of(export.state, export.failure),
        "look_again": next((every for until, every in LOOKS if age < until), SELDOM),
        "take": export.is_ready and request.GET.get("take") == "1",
        "totals": _sums(export.totals),
        "left_out": [
            wording.left_out(why, count)
            for why, count in (export.manifest or {}).get("left_out", {}).items()
        ],
        "notes": [wording.note(note) for note in (export.manifest or {}).get("notes", [])],
        "facts": _facts(export, Zone.of(zone_of(request.person))) if export.is_ready else [],
        "list_url": _list_url(export),
        "as_of": export.as_of,
    }
    return render_page(request, "documents/export_detail.html", context, partial="state")


@require_safe
@signed_in
def export_file(request: SignedInRequest, export_id: str) -> HttpResponse:
    answer: HttpResponse = file_of(own(request, export_id), request)
    return answer


@require_safe
@signed_in
def export_manifest(request: SignedInRequest, export_id: str) -> HttpResponse:
    export = own(request, export_id)
    if export.manifest is None:
        raise Http404
    text = json.dumps(export.manifest, indent=2, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{_name(export)}.manifest.json"'
    return answer


@require_POST
@signed_in
def export_cancellation_new(request: SignedInRequest, export_id: str) -> HttpResponse:
    """Cancels one on its way; whatever it is meanwhile, its page says so."""
    export = own(request, export_id)
    actions.cancel(export)
    return SeeOther(export.url)


@require_POST
@signed_in
def export_removal_new(request: SignedInRequest, export_id: str) -> HttpResponse:
    actions.remove(own(request, export_id))
    return SeeOther(reverse("documents:export_list"))


def own(request: Any, export_id: str) -> Export:
    """This person's export; 404 for an unknown one and for anybody else's alike."""
    export = found(request.person.subject, export_id)
    if export is None:
        raise Http404
    return export


def file_of(export: Export, request: HttpRequest) -> Any:
    """The file as a download that says its digest (RFC 9530); a problem where it isn't there."""
    if not export.is_ready:
        return problems.page(
            request,  # type: ignore[arg-type]
            409,
            code="not_ready",
            detail=_("This file isn’t there: it is still being made, or was cancelled, or failed."),
        )
    kind = formats.BY_NAME[export.format]
    answer = FileResponse(
        actions.opened(export),
        as_attachment=True,
        filename=_name(export),
        content_type=kind.media_type,
    )
    digest = base64.b64encode(bytes.fromhex(export.sha256)).decode()
    answer["Repr-Digest"] = f"sha-256=:{digest}:"
    answer["Content-Length"] = str(export.size)
    manifest = reverse("documents:export_manifest", args=[export.public_id])
    answer["Link"] = f'<{manifest}>; rel="describedby"; type="application/json"'
    return answer


def _name(export: Export) -> str:
    return str((export.manifest or {}).get("file_name", "export"))


def _facts(export: Export, zone: Zone) -> list[tuple[str, str, bool]]:
    """The manifest in words; True for what is copied letter by letter."""
    made_at, as_of = export.finished_at or export.created_at, export.as_of or export.created_at
    return [
        (_("Shows"), words_for_reader(export), False),
        (_("Query"), export.query_string[:QUERY_SHOWN] or _("none"), True),
        (_("Order"), _(SORTS.get(export.sort, export.sort)), False),
        (_("Rows"), number(export.rows), False),
        (_("As of"), zone.moment(as_of, seconds=True), False),
        (_("Made at"), zone.moment(made_at, seconds=True), False),
        (_("File"), _name(export), True),
        ("SHA-256", export.sha256, True),
        (_("Export"), export.public_id, True),
    ]


def _list_url(export: Export) -> str:
    query = QueryDict(export.query_string)
    address = reverse("transactions:list")
    return f"{address}?{query.urlencode()}" if query and "id" not in query else address


def _sums(totals: list[dict[str, Any]]) -> list[Sum]:
    """What the manifest counts, by the same states as under the list."""
    return sums_of(TotalsRow.model_validate(one) for one in totals)
