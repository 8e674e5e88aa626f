"""The service's questions: totals, groups, streams, statements, merchants; nothing changes here."""

import re

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from sandbox import clock, problems
from sandbox.people.models import Person
from sandbox.transactions import booked, filters, groups, listing, stream, totals, wire
from sandbox.transactions.door import Visit, is_foreign, service
from sandbox.transactions.narrowing import had_to_do_with

ACCOUNT = re.compile(r"acc_[A-Za-z0-9_]{1,36}")


@service("list", "POST", reads=True)
def search(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    return page(listing.question(person, filters.from_body(request)))


def page(asked: listing.Question) -> HttpResponse:
    now = clock.now()
    found = listing.page(asked)
    body = {
        "data": [wire.transaction(row, now) for row in found.rows],
        "next_cursor": found.next_cursor,
        "as_of": clock.rfc3339(now),
    }
    return problems.answer(200, body)


@service("totals", "POST", reads=True)
def totals_of(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    rows = totals.totals(person, filters.read(filters.from_body(request)))
    return problems.answer(200, {"data": rows, "as_of": clock.rfc3339(now)})


@service("summary", "POST", reads=True)
def summary_of(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    now = clock.now()
    rows = groups.summary(person, filters.from_body(request))
    return problems.answer(200, {"data": rows, "as_of": clock.rfc3339(now)})


@service("stream", "POST", reads=True)
def lines(request: HttpRequest, visit: Visit, person: Person) -> StreamingHttpResponse:
    asked = listing.question(
        person, filters.from_body(request), most=stream.MOST, default=stream.MOST, place="after"
    )
    return StreamingHttpResponse(
        stream.lines(asked, clock.now()), content_type="application/x-ndjson"
    )


@service("statement", "GET")
def statement_of(
    request: HttpRequest, visit: Visit, person: Person, account_id: str
) -> HttpResponse:
    own = person.accounts.all()
    if is_foreign(request):
        account = own.order_by("pk").first()
    else:
        account = (
            own.filter(public_id=account_id).first() if ACCOUNT.fullmatch(account_id) else None
        )
    if account is None:
        raise problems.ProblemError(404, "unknown_account", "There is no such account.")
    since, until = filters.period(request.GET)
    return problems.answer(200, booked.statement(account, since, until))


@service("merchants", "GET")
def merchants(request: HttpRequest, visit: Visit, person: Person) -> HttpResponse:
    facts = filters.from_query(request.GET)
    if set(facts) - {"q"}:
        raise filters.bad(sorted(set(facts) - {"q"})[0][:40], "is not a filter")
    asked = filters.read(facts).q
    rows = had_to_do_with(person).order_by("name", "pk")
    found = [row for row in rows if filters.matches(asked, row.name)][:50]
    return problems.answer(
        200, {"data": [{"id": row.public_id, "name": row.name} for row in found]}
    )
