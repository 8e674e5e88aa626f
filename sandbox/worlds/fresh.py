"""A fresh world for a merchant: what its programs made is taken back, and its time is the real one.

What stays: the merchant's past from before, its keys, team, endpoints and return addresses. Where
it was ahead, what changed in that time goes too, whoever began it: nothing may lie in a future that
never came.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from sandbox import clock
from sandbox.cases.models import Case
from sandbox.merchant_api.models import ApiRequest, Demand
from sandbox.people.models import Merchant
from sandbox.problems import ProblemError
from sandbox.transactions.models import IdempotencyKey, Transaction
from sandbox.webhooks.models import Delivery, Endpoint, MerchantEvent, Received, Stream
from sandbox.worlds import wiping
from sandbox.worlds.models import Advance, Errand, World

CONSOLE = "console:"


def contents(merchant: Merchant) -> dict[str, int]:
    """How much of each would go; what hangs on one of these goes with it."""
    made = _made(merchant).values("pk")
    gone = Transaction.objects.filter(Q(pk__in=made) | Q(refund_of__in=made))
    refunds = gone.exclude(refund_of=None).count()
    return {
        "payments": gone.count() - refunds + _waiting(merchant).count(),
        "refunds": refunds,
        "cases": Case.objects.filter(transaction__in=gone).count(),
        "events": MerchantEvent.objects.filter(merchant=merchant).count(),
        "deliveries": Delivery.objects.filter(merchant=merchant).count(),
        "received": _received(merchant).count(),
        "requests": ApiRequest.objects.filter(merchant=merchant).count(),
        "idempotency_keys": _keys_of_writes(merchant).count(),
        "advances": Advance.objects.filter(world__merchant=merchant).count(),
    }


def begin_anew(merchant: Merchant) -> None:
    """Must run inside a database transaction. ProblemError 409 `clock_is_running`."""
    _check_quiet(merchant)
    _hold(merchant)
    wiping.wipe(_made(merchant).select_for_update(of=("self",)))
    Demand.objects.filter(merchant=merchant).delete()
    for rows in (
        MerchantEvent.objects.filter(merchant=merchant),
        _received(merchant),
        ApiRequest.objects.filter(merchant=merchant),
    ):
        rows.delete()
    # Who was failing in a time that is no more may begin again.
    Endpoint.objects.filter(merchant=merchant).update(failing_since=None)
    World.objects.filter(merchant=merchant).delete()


def _check_quiet(merchant: Merchant) -> None:
    world = World.objects.select_for_update().filter(merchant=merchant).first()
    busy = world and world.held_until and world.held_until > clock.real_now()
    if world and (busy or world.advances.filter(finished_at=None).exists()):
        told = "The clock is on its way forward; wait for that."
        raise ProblemError(409, "clock_is_running", told)


def _hold(merchant: Merchant) -> None:
    """What others lock before something else, first and in their order, so that nobody waits for
    one that waits for them: a write its key, who numbers the stream, who sends the endpoint, and
    who hands off the demand (a test customer: its errand before)."""
    _keys_of_writes(merchant).delete()
    for model in (Stream, Endpoint, Errand, Demand):
        rows = model._default_manager.filter(merchant=merchant).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))


def _made(merchant: Merchant) -> QuerySet[Transaction]:
    """What came of demands, the refunds of it, and what changed ahead of the real time."""
    demands: Any = Demand.objects.filter(merchant=merchant).values("transaction")
    now = clock.real_now() + timedelta(seconds=1)
    cases: Any = Case.objects.filter(transaction__merchant=merchant, updated_at__gt=now)
    begun = Q(pk__in=demands) | Q(refund_of__in=demands)
    ahead = Q(updated_at__gt=now) | Q(pk__in=cases.values("transaction"))
    return Transaction.objects.filter(begun | ahead, merchant=merchant)


def _waiting(merchant: Merchant) -> QuerySet[Demand]:
    return Demand.objects.filter(merchant=merchant, transaction=None)


def _received(merchant: Merchant) -> QuerySet[Received]:
    return Received.objects.filter(receiver__endpoint__merchant=merchant)


def _keys_of_writes(merchant: Merchant) -> QuerySet[IdempotencyKey]:
    """Of programs alone: a form of the console that is sent again has to be answered as before."""
    return IdempotencyKey.objects.filter(merchant=merchant).exclude(key__startswith=CONSOLE)
