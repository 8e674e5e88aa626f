"""A scenario's stage: a merchant, customers and an endpoint that exist for one run alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from sandbox import clock, ids
from sandbox.control import making
from sandbox.events import muting
from sandbox.merchant_api import sealing
from sandbox.merchant_api.models import ReturnAddress
from sandbox.people.models import Merchant, Person
from sandbox.scenarios.echoing import Echo
from sandbox.scenarios.models import Run
from sandbox.scenarios.script import Script
from sandbox.webhooks import endpoints, jobs, numbering, outgoing
from sandbox.webhooks.models import Delivery, Endpoint
from sandbox.worlds import wiping
from sandbox.worlds.models import World

BACK = "https://shop.example/back"
HOOK = "https://shop.example/webhooks"
# Far enough from now that nothing on the stage is ever due by real time while it stands.
AHEAD = timedelta(days=1)
AT_ONCE = 200


@dataclass(slots=True)
class Stage:
    """Who plays, what things are called, how the endpoint behaves, and what reached it.

    `arrived` has the sequence number and the instant of each webhook that was taken, copies too.
    """

    merchant: Merchant
    people: dict[str, Person]
    begins: datetime
    now: datetime
    asked: dict[str, UUID] = field(default_factory=dict)
    cases: dict[str, UUID] = field(default_factory=dict)
    answers: int | str = 204
    copies: int = 1
    order: str = "as_sent"
    arrived: list[tuple[int, datetime]] = field(default_factory=list)
    echo: Echo | None = None

    def deliver(self) -> int:
        """Hand the endpoint what is due; says how much. While order is reversed it piles up."""
        numbering.number(self.merchant)
        return 0 if self.order == "reversed" else self._hand_over(back_to_front=False)

    def turn_round(self) -> int:
        """What has piled up arrives, the latest first."""
        numbering.number(self.merchant)
        return self._hand_over(back_to_front=True)

    def _hand_over(self, *, back_to_front: bool) -> int:
        made = 0
        while claimed := jobs.claim(self._due(), AT_ONCE, at=self.now):
            if back_to_front:
                claimed.reverse()
            jobs.note([jobs.Outcome(job, self._receive(job), 0) for job in claimed])
            made += len(claimed)
        return made

    def _due(self) -> QuerySet[Delivery]:
        return jobs.due_of(self.merchant, self.now)

    def _receive(self, job: jobs.Job) -> outgoing.Reply:
        sent = job.content.decode()
        if self.answers == "nothing":
            return outgoing.Reply(None, "no_connection", sent, "")
        status = int(self.answers)
        if 200 <= status < 300:
            event = Delivery.objects.select_related("event").get(pk=job.delivery_id).event
            self.arrived += [(event.sequence or 0, self.now)] * self.copies
            if self.echo:
                for _ in range(self.copies):
                    self.echo.send(job, event.type)
        return outgoing.Reply(status, "", sent, f"HTTP/1.1 {status}")


def set_up(run: Run, script: Script) -> Stage:
    """The stage of a run, as it is at the beginning each time."""
    begins = clock.real_now().replace(microsecond=0) + AHEAD
    owner = run.merchant
    merchant = Merchant.objects.create(
        public_id=run.stage,
        name=owner.name,
        legal_name=owner.legal_name,
        website=owner.website,
        temperament=Merchant.Temperament.SILENT,
    )
    World.objects.create(merchant=merchant, ahead=AHEAD, scripted=True)
    ReturnAddress.objects.create(merchant=merchant, url=BACK)
    endpoint_id = ids.uuid7(begins)
    Endpoint.objects.create(
        id=endpoint_id, merchant=merchant, url=HOOK, types=["*"],
        secret=sealing.seal(endpoints.new_secret().encode(), str(endpoint_id)),
    )  # fmt: skip
    people = {}
    with muting.silence():
        for one in script.customers:
            balance = {"currency": one.currency, "amount_minor": one.balance_minor}
            facts = {
                "email": _email(run, one.named), "name": f"{one.named.capitalize()} Example",
                "balances": [balance],
            }  # fmt: skip
            people[one.named] = making.person(facts, begins)
    merchant = Merchant.objects.select_related("world").get(pk=merchant.pk)
    return Stage(merchant, people, begins, begins)


def strike(run: Run) -> None:
    """Nothing of the stage is left, also where a worker died on it."""
    found = Merchant.objects.filter(public_id=run.stage).first()
    people = Person.objects.filter(email__endswith=_email(run, "").lower())
    if found or people:
        wiping.wipe_stage(found, people)


def name_for(run_id: UUID) -> str:
    return f"mer_run_{run_id.hex[-20:]}"


def _email(run: Run, named: str) -> str:
    return f"{named}@{run.stage.removeprefix('mer_').replace('_', '-')}.example"
