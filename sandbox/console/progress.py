"""The console's part about what a merchant has really done, as its tables tell."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Min, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse

from sandbox import clock, problems
from sandbox.console.door import Visit, console
from sandbox.console.models import Milestone
from sandbox.merchant_api import handoffs
from sandbox.merchant_api.models import WAITS, ApiKey, ApiRequest, Demand, Handoff, ReturnAddress
from sandbox.people.models import Membership, Merchant, Person
from sandbox.scenarios.models import Run
from sandbox.seeds.cast import BY_KEY
from sandbox.transactions.models import Transaction
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent
from sandbox.worlds.models import Advance

type Json = dict[str, Any]

Kind, Status = Transaction.Kind, Transaction.Status
MERCHANT_API = "/merchant-api/v1"


@console("GET")
def progress(request: HttpRequest, visit: Visit) -> HttpResponse:
    """When each thing was done first: in the world as it is, and ever. Null for what wasn't yet;
    with where to go on."""
    merchant = visit.merchant
    done = done_now(merchant)
    ever = keep(merchant, done)
    return problems.answer(
        200,
        {
            "done": {name: clock.maybe(at) for name, at in done.items()},
            "ever": {name: clock.maybe(ever.get(name)) for name in DONE},
            "api_url": settings.SANDBOX_URL,
            "return_url": _return_url(merchant),
            "waiting": _waiting(merchant, clock.now()),
            "endpoint": lacking(merchant),
            "test_customer": test_customer(),
        },
    )


def done_now(merchant: Merchant) -> dict[str, datetime | None]:
    return {name: when(merchant) for name, when in DONE.items()}


def keep(merchant: Merchant, done: dict[str, datetime | None]) -> dict[str, datetime]:
    """Remember what is done for the first time; gives all that ever was. A fresh world asks for it
    before it forgets the rest."""
    ever = dict(Milestone.objects.filter(merchant=merchant).values_list("name", "at"))
    new = {name: at for name, at in done.items() if at and name not in ever}
    Milestone.objects.bulk_create(
        [Milestone(merchant=merchant, name=name, at=at) for name, at in new.items()],
        ignore_conflicts=True,
    )
    return {**new, **ever}


def _first(rows: QuerySet[Any], at: str) -> datetime | None:
    found: datetime | None = rows.aggregate(at=Min(at))["at"]
    return found


def _keys(merchant: Merchant) -> QuerySet[ApiKey]:
    """The demo shop's was made for it, and by nobody."""
    return merchant.api_keys.filter(environment=settings.SANDBOX_KEYS, built_in=False)


def _addresses(merchant: Merchant) -> QuerySet[ReturnAddress]:
    """The demo shop's own is not the merchant's doing."""
    return merchant.return_addresses.exclude(url=_shop_url())


def _asked(merchant: Merchant, kind: str, **facts: Any) -> QuerySet[Transaction]:
    """What customers took on, if the merchant itself had asked for it, and not the demo shop."""
    rows = Transaction.objects.filter(merchant=merchant, kind=kind, demand__isnull=False, **facts)
    return rows.exclude(demand__return_url=_shop_url())


def _endpoints(merchant: Merchant) -> QuerySet[Endpoint]:
    """The demo shop's own is not the merchant's doing."""
    return merchant.endpoints.exclude(url__startswith=f"{settings.SANDBOX_INSIDE_URL}/shop/")


def _told(endpoints: QuerySet[Endpoint]) -> QuerySet[Delivery]:
    """A sample tells of nothing that happened."""
    return Delivery.objects.filter(endpoint__in=endpoints).exclude(event__sample=True)


def _shop_url() -> str:
    """Where the demo shop's customers come back to."""
    return f"{settings.SANDBOX_URL}/shop/back/"


def _signed(merchant: Merchant, **facts: Any) -> QuerySet[ApiRequest]:
    rows = ApiRequest.objects.filter(merchant=merchant, verdict=ApiRequest.Verdict.VERIFIED)
    rows = rows.filter(key__built_in=False)
    return rows.filter(**facts)


def _repeated(merchant: Merchant) -> datetime | None:
    """A write that came twice under one Idempotency-Key, and was answered both times."""
    twice = (
        _signed(merchant, method="POST", status=201)
        .exclude(idempotency_key="")
        .values("idempotency_key", "target")
        .annotate(times=Count("pk"), again=Min("at"))
        .filter(times__gt=1)
    )
    return min((row["again"] for row in twice), default=None)


def _answered(merchant: Merchant, resource: str) -> datetime | None:
    """By a program of theirs; what the box answered in their name doesn't count."""
    path = f"{MERCHANT_API}/{resource}/"
    rows = _signed(merchant, method="POST", status=201, target__startswith=path)
    return _first(rows.filter(target__endswith="/answers"), "at")


def _second_admin(merchant: Merchant) -> datetime | None:
    rows = merchant.memberships.filter(role=Membership.Role.ADMIN).order_by("created_at", "pk")
    found = list(rows.values_list("created_at", flat=True)[:2])
    return found[1] if len(found) > 1 else None


def _public_address(merchant: Merchant) -> datetime | None:
    return _first(merchant.return_addresses.filter(url__startswith="https://"), "created_at")


def _delivered(merchant: Merchant, **facts: Any) -> datetime | None:
    rows = _told(_endpoints(merchant)).filter(delivered_at__isnull=False, **facts)
    return _first(rows, "delivered_at")


def _secret_rotated(merchant: Merchant) -> datetime | None:
    """Nobody wrote down when: it counts from when it is seen."""
    rotated = merchant.endpoints.filter(former_until__isnull=False)
    return clock.real_now() if rotated.exists() else None


def _completed(merchant: Merchant, kind: str) -> datetime | None:
    return _first(_asked(merchant, kind, status=Status.COMPLETED), "completed_at")


def _not_paid(merchant: Merchant) -> datetime | None:
    taken = _first(
        _asked(merchant, Kind.PAYMENT, status__in=[Status.CANCELLED, Status.FAILED]), "updated_at"
    )
    own = Demand.objects.filter(merchant=merchant).exclude(return_url=_shop_url())
    lapsed = _first(own, "lapsed_at")
    return min(filter(None, (taken, lapsed)), default=None)


# By name; the console has the words for each, and knows which belong to the first steps.
DONE: dict[str, Callable[[Merchant], datetime | None]] = {
    "return_address": lambda one: _first(_addresses(one), "created_at"),
    "key": lambda one: _first(_keys(one), "created_at"),
    "signed_payment": lambda one: _first(
        _signed(one, method="POST", status=201, target=f"{MERCHANT_API}/payments"), "at"
    ),
    "customer_agreed": lambda one: _first(
        _asked(one, Kind.PAYMENT, confirmed_at__isnull=False), "confirmed_at"
    ),
    "webhook_delivered": _delivered,
    "payment_completed": lambda one: _completed(one, Kind.PAYMENT),
    "payment_not_paid": _not_paid,
    "payout_completed": lambda one: _completed(one, Kind.PAYOUT),
    "refunded": lambda one: _first(
        Transaction.objects.filter(
            merchant=one, kind=Kind.REFUND, status=Status.COMPLETED,
            refund_of__demand__isnull=False,
        ).exclude(refund_of__demand__return_url=_shop_url()), "completed_at",
    ),
    "refund_request_answered": lambda one: _answered(one, "refund-requests"),
    "dispute_answered": lambda one: _answered(one, "disputes"),
    "retried": _repeated,
    "refusal_seen": lambda one: _first(
        ApiRequest.objects.filter(
            merchant=one, verdict=ApiRequest.Verdict.REFUSED, key__built_in=False
        ), "at",
    ),
    "key_rotated": lambda one: _first(_keys(one).filter(replaces__isnull=False), "created_at"),
    "webhook_retried": lambda one: _delivered(one, attempt_count__gt=1),
    "public_return_address": _public_address,
    "second_admin": _second_admin,
    "webhook_secret_rotated": _secret_rotated,
    "clock_moved": lambda one: _first(Advance.objects.filter(world__merchant=one), "finished_at"),
    "scenario_passed": lambda one: _first(
        Run.objects.filter(merchant=one, state=Run.State.PASSED), "finished_at"
    ),
}  # fmt: skip


def _return_url(merchant: Merchant) -> str | None:
    row = _addresses(merchant).order_by("pk").first()
    return row.url if row else None


def _waiting(merchant: Merchant, now: datetime) -> Json | None:
    """The latest payment that waits for its customer."""
    rows = Demand.objects.filter(
        WAITS, Q(expires_at__gt=now), merchant=merchant, kind=Demand.Kind.PAYMENT
    )
    row = rows.exclude(return_url=_shop_url()).order_by("-created_at", "-id").first()
    way = row and Handoff.objects.filter(demand=row).first()
    return {"id": row.wire_id, "handoff_url": handoffs.url_of(way)} if row and way else None


def lacking(merchant: Merchant) -> Json | None:
    """The endpoint that comes nearest to being told, and what is missing there."""
    rows = _endpoints(merchant).order_by("state", "-created_at")
    if not (first := rows.first()):
        return None
    if first.state != Endpoint.State.ACTIVE:
        return {"id": first.wire_id, "lacks": "being_on"}
    told = _told(rows.filter(state=Endpoint.State.ACTIVE)).select_related("endpoint")
    latest = told.order_by("-created_at", "-id").first()
    if latest is None:
        # The worker has yet to look who wants what just happened.
        new = MerchantEvent.objects.filter(merchant=merchant, sequence=None, sample=False)
        wanted = any(map(first.wants, new.values_list("type", flat=True)))
        return {"id": first.wire_id, "lacks": "an_attempt" if wanted else "an_event"}
    lacks = "an_answer" if latest.attempt_count else "an_attempt"
    return {"id": latest.endpoint.wire_id, "lacks": None if latest.delivered_at else lacks}


def test_customer() -> str | None:
    """The e-mail of somebody whom a merchant may be, where the box's levers are open."""
    if settings.SANDBOX_CONTROL != "open":
        return None
    people = Person.objects.filter(is_active=True, memberships=None, accounts__isnull=False)
    known = Case(When(email=BY_KEY["alice"].email, then=0), default=1)
    return people.order_by(known, "pk").values_list("email", flat=True).first()
