"""The summary as JSON: the same periods, comparisons and figures as on its page."""

from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from selfcare.clients.shapes import Moment
from selfcare.transactions import periods, summing
from selfcare.transactions.summary_views import asking_of, label_sets, own_currencies
from selfcare.web import problems
from selfcare.web.api import errors_for
from selfcare.web.zones import zone_of

router = Router(tags=["transactions"])


class SummaryQuery(Schema):
    by: Literal["month", "merchant", "label"] = Field("month", examples=["merchant"])
    period: str = Field(
        "",
        description=f"{', '.join(periods.CHOICES)}; {periods.USUAL} unless `from` is given",
        examples=["3-months"],
    )
    from_: str = Field("", alias="from", description="first day of a free period")
    until: str = Field("", description="last day, included; today unless given")
    currency: str = Field("", description="your first account’s unless given", examples=["EUR"])


class SummaryGroupOut(Schema):
    """`query` is the query string of the list of exactly these; empty where there is none."""

    key: str = Field(examples=["mer_01994f5e6a7b7c8d9e0f1a2b3c4d5e6f"])
    name: str = Field(examples=["Nordlicht Books"])
    count: int = Field(examples=[4])
    in_minor: int = Field(examples=[0])
    out_minor: int = Field(examples=[12980])
    before_in_minor: int = Field(examples=[0])
    before_out_minor: int = Field(examples=[6490])
    query: str = Field(examples=["status=completed&currency=EUR&from=2026-09-01&until=2026-11-21"])


class SummaryOut(Schema):
    """Completed transactions by the day they began; `before` is what they are compared with."""

    by: str = Field(examples=["merchant"])
    currency: str = Field(examples=["EUR"])
    from_on: str = Field(examples=["2026-09-01"])
    until_on: str = Field(examples=["2026-11-21"])
    before_from_on: str = Field(examples=["2026-06-01"])
    before_until_on: str = Field(examples=["2026-08-21"])
    data: list[SummaryGroupOut]
    as_of: Moment | None = Field(description="null where nothing had to be asked")


@router.get(
    "/transactions/summary",
    response={200: SummaryOut, **errors_for(400, 401, 404, 422, 503)},
    summary="Sum up a period",
)
def summary(request: Any, query: Query[SummaryQuery]) -> SummaryOut | HttpResponse:
    """Money in and out by month, merchant or label, beside the period before."""
    try:
        today = timezone.now().astimezone(zone_of(request.person)).date()
        period = periods.read(request.GET, today)
        known = () if query.currency else own_currencies(request.person.subject)
        asking = asking_of(request, period, known=known)
    except periods.BadPeriod as error:
        return problems.response(request, 400, code="bad_period", detail=str(error))
    sets = label_sets(request.person.subject) if query.by == "label" else {}
    part = summing.parts(asking, sets, [query.by])[query.by]
    if part.failure:
        raise part.failure
    return SummaryOut(
        by=query.by,
        currency=asking.currency,
        from_on=period.span.first.isoformat(),
        until_on=period.span.last.isoformat(),
        before_from_on=period.before.first.isoformat(),
        before_until_on=period.before.last.isoformat(),
        data=[_group(group) for group in part.groups],
        as_of=part.as_of,
    )


def _group(group: summing.Group) -> SummaryGroupOut:
    return SummaryGroupOut(
        key=group.key,
        name=group.name,
        count=group.count,
        in_minor=group.in_minor,
        out_minor=group.out_minor,
        before_in_minor=group.before_in_minor,
        before_out_minor=group.before_out_minor,
        query=group.url.partition("?")[2],
    )
