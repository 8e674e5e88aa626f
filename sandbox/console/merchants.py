"""Which merchants a person works for, and as what."""

from django.http import HttpRequest, HttpResponse

from sandbox import problems
from sandbox.console.door import Visit, person_only
from sandbox.people.models import Membership


@person_only("GET")
def merchant_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    rows = Membership.objects.filter(person=visit.person).select_related("merchant")
    data = [
        {"id": row.merchant.public_id, "name": row.merchant.name, "role": row.role}
        for row in rows.order_by("merchant__name", "pk")
    ]
    return problems.answer(200, {"data": data})
