"""The console's part about the team: who works for the merchant, and as what."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import Field

from sandbox import clock, problems
from sandbox.console import writing
from sandbox.console.door import Visit, console
from sandbox.people.models import Membership, Merchant, Person
from sandbox.problems import ProblemError
from sandbox.transactions.bodies import Body, Text

type Json = dict[str, Any]

MOST = 100
Role = Membership.Role


class NewMember(Body):
    email: Annotated[Text, Field(min_length=3, max_length=254)]
    role: Literal["admin", "viewer"]


class NewRole(Body):
    role: Literal["admin", "viewer"]


class NewRemoval(Body):
    """Nothing to say."""


@console("GET", "POST")
def member_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return writing.carry_out(
            request, visit, NewMember, lambda body, _: _add(visit, body),
            operation="console_member", happened="member.added",
        )  # fmt: skip
    rows = _rows(visit.merchant).order_by("person__name", "pk")
    return problems.answer(200, {"data": [shown(row) for row in rows]})


@console("GET")
def member_detail(request: HttpRequest, visit: Visit, member: str) -> HttpResponse:
    return problems.answer(200, shown(_known(visit, member)))


@console("POST")
def role_new(request: HttpRequest, visit: Visit, member: str) -> HttpResponse:
    def effect(body: NewRole, now: datetime) -> Json:
        _lock(visit.merchant)
        row = _known(visit, member)
        if body.role == "viewer":
            _keep_an_admin(row)
        row.role = body.role
        row.save(update_fields=["role"])
        return shown(row)

    return writing.carry_out(
        request, visit, NewRole, effect,
        operation="console_member_role", happened="member.changed",
    )  # fmt: skip


@console("POST")
def removal_new(request: HttpRequest, visit: Visit, member: str) -> HttpResponse:
    """From their next request on they see nothing any more."""

    def effect(body: NewRemoval, now: datetime) -> Json:
        _lock(visit.merchant)
        row = _known(visit, member)
        _keep_an_admin(row)
        told = shown(row)
        row.delete()
        return told

    return writing.carry_out(
        request, visit, NewRemoval, effect,
        operation="console_member_removal", happened="member.removed",
    )  # fmt: skip


def shown(row: Membership) -> Json:
    person = row.person
    return {
        "id": person.sub, "name": person.name, "email": person.email, "role": row.role,
        "created_at": clock.rfc3339(row.created_at),
    }  # fmt: skip


def _add(visit: Visit, body: NewMember) -> Json:
    _lock(visit.merchant)
    person = Person.objects.filter(email=body.email.strip().lower(), is_active=True).first()
    if person is None:
        told = "Nobody signs in here with this address."
        raise ProblemError(422, "unknown_person", told, field="email")
    rows = visit.merchant.memberships
    if rows.filter(person=person).exists():
        raise ProblemError(409, "already_member", "They are on the team.", field="email")
    if rows.count() >= MOST:
        raise ValueError(f"{MOST} people are the most")
    rows.create(person=person, role=body.role)
    return shown(_rows(visit.merchant).get(person=person))


def _lock(merchant: Merchant) -> None:
    """Two admins who remove one another at once leave one of them."""
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)


def _keep_an_admin(row: Membership) -> None:
    others = row.merchant.memberships.filter(role=Role.ADMIN).exclude(pk=row.pk)
    if row.role == Role.ADMIN and not others.exists():
        raise ProblemError(422, "last_admin", "Somebody has to be the admin.")


def _rows(merchant: Merchant) -> QuerySet[Membership]:
    return merchant.memberships.select_related("person", "merchant")


def _known(visit: Visit, member: str) -> Membership:
    found = None if "\0" in member else _rows(visit.merchant).filter(person__sub=member).first()
    if found is None:
        raise ProblemError(404, "unknown_member", "Nobody of the team.")
    return found
