"""Finding as JSON: the list, its totals, the merchants in it, saved views and columns."""

from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse, QueryDict
from ninja import Field, Path, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from selfcare.clients import shapes, totals
from selfcare.clients import transactions as service
from selfcare.transactions import finding, keeping
from selfcare.transactions.finding import Finding
from selfcare.transactions.models import QUERY_LENGTH, SavedView
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["transactions"])

ViewId = Annotated[str, Path(pattern=r"^viw_[0-9a-f]{32}$", examples=["viw_" + "0" * 32])]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Query_ = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=QUERY_LENGTH)]
KEPT = errors_for(400, 401, 403, 404, 415, 422, 503)


class FilterQuery(Schema):
    """The same names as in the list page's address; those that say so may be repeated."""

    q: str = Field(
        "",
        description=(
            "words that must all occur, and what they are understood as: amounts (`49,90`, "
            "`>100`, `10..50`), days (`last week`, `2026-03`) and `key:value` with status, "
            "merchant, ref, iban, label, kind, currency, from, until, booked, amount, in: and out:"
        ),
        examples=["merchant:nordlicht >20 2026-03"],
    )
    status: list[str] = Field(
        [], description="a status, or waiting, pending, completed, unsuccessful; repeatable"
    )
    kind: list[str] = Field([], description="repeatable", examples=[["payment", "refund"]])
    direction: str = Field("", description="in or out", examples=["out"])
    currency: list[str] = Field([], description="repeatable", examples=[["EUR"]])
    from_: str = Field(
        "", alias="from", description="first day, in your time zone", examples=["2026-03-01"]
    )
    until: str = Field("", description="last day, included", examples=["2026-03-31"])
    booked_from: str = Field(
        "", description="first day of booking (completion)", examples=["2026-03-01"]
    )
    booked_until: str = Field("", description="last day of booking", examples=["2026-03-31"])
    at_least: str = Field("", description="in major units of any currency", examples=["49.90"])
    at_most: str = Field("", description="in major units of any currency", examples=["100"])
    merchant: list[str] = Field([], description="a merchant’s id, or a part of a name; repeatable")
    label: list[str] = Field([], description="ids of labels; all of them must be on; repeatable")
    account: list[str] = Field([], description="ids of accounts; repeatable")
    needs_me: str = Field("", description="true for what waits for you")


class ListQuery(FilterQuery):
    sort: str = Field(
        finding.NEWEST, description="-created_at, created_at, -amount or amount (magnitude)"
    )
    cursor: str = Field("", description="next_cursor of the page before")
    limit: int = Field(25, ge=1, le=100)


class SavedViewOut(Schema):
    """A named query string of the list; `query` goes behind `/transactions/?` or this list's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "viw_01994f5e6a7b7c8d9e0f1a2b3c4d5e6f",
                    "name": "Books",
                    "query": "q=merchant%3Anordlicht&status=completed",
                    "words": "Completed transactions with nordlicht",
                    "is_default": False,
                    "problems": [],
                }
            ]
        }
    )

    id: str
    name: str
    query: str
    words: str = Field(description="what it shows, in one line")
    is_default: bool = Field(description="whether the bare list opens with it")
    problems: list[str] = Field(description="what of it is gone: a label, a merchant")


class SavedViewsOut(Schema):
    data: list[SavedViewOut]


class SavedViewIn(Schema):
    name: Name = Field(examples=["Books"])
    query: Query_ = Field(examples=["q=merchant%3Anordlicht&status=completed"])
    is_default: bool = False


class SavedViewChange(Schema):
    name: Name = Field(examples=["Books"])
    is_default: bool = Field(False, examples=[True])


class Columns(Schema):
    """In their order; none for the ledger by day. `counterparty` and `amount` always come."""

    columns: Annotated[
        list[
            Literal[
                "date", "counterparty", "status", "kind", "reference", "account", "labels",
                "fee", "amount",
            ]
        ],
        Field(max_length=9),
    ] = Field(examples=[["date", "counterparty", "labels", "amount"]])  # fmt: skip


# ── The list ────────────────────────────────────────────────────────────────────────────────
@router.get(
    "/transactions",
    response={200: shapes.TransactionPage, **errors_for(400, 401, 404, 422, 503)},
    summary="List transactions",
)
def transactions(request: Any, query: Query[ListQuery]) -> shapes.TransactionPage | HttpResponse:
    """In the order of `sort`; follow `next_cursor` until it is null."""
    found = finding.read(request.GET, request.person)
    if not found.is_valid:
        return _refused(request, found)
    return service.transactions(
        request.person.subject,
        found.filters,
        sort=found.sort,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/transactions/totals",
    response={200: totals.Totals, **errors_for(400, 401, 404, 422, 503)},
    summary="What a list comes to",
)
def transaction_totals(request: Any, query: Query[FilterQuery]) -> totals.Totals | HttpResponse:
    """All pages of the same list together: a row for each currency and status."""
    found = finding.read(request.GET, request.person)
    if not found.is_valid:
        return _refused(request, found)
    return service.transaction_totals(request.person.subject, found.filters)


@router.get(
    "/merchants",
    response={200: totals.MerchantNames, **errors_for(401, 404, 422, 503)},
    summary="Merchants you have paid",
)
def merchants(
    request: Any,
    q: Annotated[str, Query(max_length=100, description="a part of the name")] = "",
) -> totals.MerchantNames:
    """50 at most, by name; an `id` is what `merchant` of the list takes."""
    return service.merchants(request.person.subject, q.replace("\x00", "").strip())


def _refused(request: Any, found: Finding) -> HttpResponse:
    told = [
        {"location": ["query", name], "detail": sentence}
        for name, sentences in found.errors.items()
        for sentence in sentences
    ]
    return problems.response(request, 400, code="bad_filter", errors=told)


# ── Saved views ─────────────────────────────────────────────────────────────────────────────
@router.get(
    "/saved-views", response={200: SavedViewsOut, **errors_for(401, 503)}, summary="Saved views"
)
def saved_views(request: Any) -> SavedViewsOut:
    """Yours, by name; 20 at most."""
    views = SavedView.objects.of(request.person.subject)
    return SavedViewsOut(data=[_out(request, view) for view in views])


@router.post("/saved-views", response={201: SavedViewOut, **KEPT}, summary="Save a view")
def save_view(request: Any, body: SavedViewIn) -> Any:
    """Keeps what a query string shows; it is stored in its canonical spelling."""
    try:
        view = keeping.save_view(
            person=request.person, name=body.name, query=body.query, is_default=body.is_default
        )
    except keeping.Refused as refusal:
        return _unfit(request, refusal)
    return Status(201, _out(request, view))


@router.get("/saved-views/{view_id}", response={200: SavedViewOut, **KEPT}, summary="One view")
def saved_view(request: Any, view_id: ViewId) -> SavedViewOut:
    """Its name, and the query string of the list that it stands for."""
    return _out(request, _view(request, view_id))


@router.put("/saved-views/{view_id}", response={200: SavedViewOut, **KEPT}, summary="Rename a view")
def change_view(request: Any, view_id: ViewId, body: SavedViewChange) -> Any:
    """Another name, or another one that the bare list opens with."""
    view = _view(request, view_id)
    try:
        keeping.change_view(view, name=body.name, is_default=body.is_default)
    except keeping.Refused as refusal:
        return _unfit(request, refusal)
    return _out(request, view)


@router.delete("/saved-views/{view_id}", response={204: None, **KEPT}, summary="Delete a view")
def delete_view(request: Any, view_id: ViewId) -> Any:
    """The transactions that it showed stay."""
    keeping.delete_view(_view(request, view_id))
    return Status(204, None)


def _view(request: Any, view_id: str) -> SavedView:
    view = SavedView.objects.found(request.person.subject, view_id)
    if view is None:
        raise Http404
    return view


def _out(request: Any, view: SavedView) -> SavedViewOut:
    found = finding.read(QueryDict(view.query), request.person)
    return SavedViewOut(
        id=view.public_id,
        name=view.name,
        query=view.query,
        words=found.words,
        is_default=view.is_default,
        problems=[sentence for sentences in found.errors.values() for sentence in sentences],
    )


def _unfit(request: Any, refusal: keeping.Refused) -> HttpResponse:
    told = [{"location": ["body", refusal.field], "detail": str(refusal)}]
    return problems.response(request, 422, code=refusal.code, errors=told)


# ── Columns ─────────────────────────────────────────────────────────────────────────────────
@router.get("/list-columns", response={200: Columns, **errors_for(401, 503)}, summary="Columns")
def columns(request: Any) -> Any:
    """Which columns your list has; none: it is a ledger by day."""
    return {"columns": list(keeping.columns_of(request.person.subject))}


@router.put("/list-columns", response={200: Columns, **KEPT}, summary="Choose columns")
def choose_columns(request: Any, body: Columns) -> Any:
    """Columns and their order; an empty list makes the list a ledger by day again."""
    kept = keeping.keep_columns(subject=request.person.subject, columns=body.columns)
    return {"columns": list(kept)}
