"""The customer's side of what a merchant asks for: looked at and taken on, by the token."""

from django.http import HttpRequest, HttpResponse

from sandbox import clock, ids, problems, worlds
from sandbox.handoffs import claiming, wire
from sandbox.handoffs.contract import Claim
from sandbox.merchant_api.models import Demand
from sandbox.people.models import Person
from sandbox.transactions import carry
from sandbox.transactions.door import Visit, service
from sandbox.transactions.models import Transaction
from sandbox.transactions.writes import Write


@service("handoff", "GET")
def handoff_detail(request: HttpRequest, visit: Visit, person: Person, token: str) -> HttpResponse:
    demand = _demand(visit, person, token)
    row = Transaction.objects.select_related(*carry.WITH).filter(demand=demand).first()
    with worlds.entered(demand.merchant):
        return problems.answer(200, wire.handoff(demand, row, person, clock.now()))


@service("handoff_claim", "POST")
def claim_new(request: HttpRequest, visit: Visit, person: Person, token: str) -> HttpResponse:
    def find() -> carry.Target:
        demand = _demand(visit, person, token)
        return carry.Target(demand.merchant, lambda _now: claiming.locked(demand.pk))

    write = Write(Claim, lambda demand, _body, now: claiming.claim(demand, person, now))
    return carry.carry_out(request, visit, person, write, find)


def _demand(visit: Visit, person: Person, token: str) -> Demand:
    demand = claiming.led_to(person, token, clock.now())
    visit.facts["transaction_id"] = ids.wire("txn", demand.pk)
    return demand
