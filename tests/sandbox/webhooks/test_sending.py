"""Deliveries: each attempt once, again and again with pauses, and one bad endpoint harms nobody."""

import runpy
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.db import transaction as database
from pytest_django import Settings

from sandbox import clock
from sandbox.control import making
from sandbox.merchant_api import payments
from sandbox.merchant_api.contract import NewPayment
from sandbox.people.models import Merchant
from sandbox.webhooks import due, endpoints, jobs, numbering, resending, samples, telling
from sandbox.webhooks.models import Delivery, DeliveryAttempt, Endpoint, MerchantEvent
from sandbox.webhooks.sending import Sender
from sandbox.worlds import entered, winding
from sandbox.worlds.models import Advance, World
from tests.sandbox.running import ROOT
from tests.sandbox.webhooks import hooks

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = (
    5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 43200.0, 43200.0, 43200.0,
    43200.0, 43200.0,
)  # fmt: skip


@pytest.fixture(autouse=True)
def this_machine(settings: Settings) -> None:
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset({"127.0.0.1:*"})
    # Who fails for as long as all pauses together is switched off: no slow machine gets there.
    settings.SANDBOX_WEBHOOK_WAITS = (0.05, 0.05, 600.0)


def endpoint_at(merchant: Merchant, hook: hooks.Hook, *types: str) -> endpoints.Made:
    return endpoints.make(merchant, url=hook.url, types=types or ("*",))


def happen(merchant: Merchant, count: int = 1, type_: str = "payment.completed") -> None:
    for _ in range(count):
        telling.tell(
            merchant, type_, object_id="pay_1", at=clock.now(), data={"id": "pay_1", "ü": "€"}
        )


@pytest.fixture
def sender(db: None) -> Iterator[Sender]:
    found = Sender()
    yield found
    found.finish(5)


@pytest.fixture
def send(sender: Sender) -> Callable[..., None]:
    """Sends until nothing waits any more."""

    def until_done(done: Callable[[], bool] | None = None) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            moved = sender.round(0.02)
            waiting = Delivery.objects.filter(state="waiting")
            if done is not None and done():
                return
            if done is None and not sender.under_way and not sender.finished and not moved:
                if not waiting.exists():
                    return
                time.sleep(0.01)
        raise AssertionError(f"{waiting.count()} deliveries still wait")

    return until_done


# ── One delivery ────────────────────────────────────────────────────────────────────────────
def test_it_delivers_what_was_told_signed_as_the_standard_says(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with hooks.serving() as hook:
        made = endpoint_at(merchant, hook)
        happen(merchant)
        send()
    (got,) = hook.got
    event = MerchantEvent.objects.get()
    assert got.verified_by(made.secret)
    assert not got.verified_by(endpoints.new_secret())
    assert got.headers["webhook-id"] == event.wire_id
    assert got.event == {
        "id": event.wire_id, "type": "payment.completed", "sequence": 1,
        "timestamp": clock.rfc3339(event.occurred_at), "data": {"id": "pay_1", "ü": "€"},
    }  # fmt: skip
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.number, attempt.status, attempt.error) == (1, 204, "")
    assert attempt.request.endswith(got.body.decode())
    assert attempt.delivery.state == "delivered"


def test_the_example_in_the_documentation_believes_it_and_no_changed_byte(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    is_ours = runpy.run_path(str(ROOT / "docs" / "signing" / "verify.py"))["is_ours"]
    with hooks.serving() as hook:
        secret = endpoint_at(merchant, hook).secret
        happen(merchant)
        send()
    (got,) = hook.got
    assert is_ours(secret, got.headers, got.body)
    assert not is_ours(endpoints.new_secret(), got.headers, got.body)
    assert not is_ours(secret, got.headers, got.body.replace(b"pay_1", b"pay_2"))
    for name, value in (
        ("webhook-id", "evt_1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA"),
    ):  # fmt: skip
        assert not is_ours(secret, {**got.headers, name: value}, got.body)


def test_it_sends_only_the_types_that_were_chosen(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with ExitStack() as stack:
        all_, some, one = (stack.enter_context(hooks.serving()) for _ in range(3))
        endpoint_at(merchant, all_)
        endpoint_at(merchant, some, "payment.*")
        endpoint_at(merchant, one, "refund.completed", "payment.failed")
        for type_ in ("payment.created", "payment.failed", "refund.completed", "dispute.opened"):
            happen(merchant, type_=type_)
        send()
    assert [sorted(hook.sequences) for hook in (all_, some, one)] == [[1, 2, 3, 4], [1, 2], [2, 3]]


def test_both_secrets_sign_until_the_overlap_is_over(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with hooks.serving() as hook:
        first = endpoint_at(merchant, hook)
        second = endpoints.rotate(first.endpoint, overlap=timedelta(hours=1))
        happen(merchant)
        send()
        Endpoint.objects.update(former_until=clock.real_now() - timedelta(seconds=1))
        happen(merchant)
        send()
        third = endpoints.rotate(second.endpoint, overlap=timedelta(0))
        happen(merchant)
        send()
    believed = [
        [got.verified_by(made.secret) for made in (first, second, third)] for got in hook.got
    ]
    assert believed == [[True, True, False], [False, True, False], [False, False, True]]


# ── Again and again ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", [500, 404, 302, 199])
def test_it_comes_again_until_it_is_taken(
    merchant: Merchant, send: Callable[..., None], status: int
) -> None:
    with hooks.serving(hooks.in_turn(status, status)) as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        send()
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1
    assert len({got.body for got in hook.got}) == 1
    told = list(DeliveryAttempt.objects.order_by("number").values_list("number", "status"))
    assert told == [(1, status), (2, status), (3, 204)]
    assert Endpoint.objects.get().failing_since is None


def test_pauses_grow_from_seconds_to_hours_over_three_days(
    merchant: Merchant, settings: Settings
) -> None:
    from sandbox import settings as ours

    assert tuple(ours.SANDBOX_WEBHOOK_WAITS) == WAITS
    settings.SANDBOX_WEBHOOK_WAITS = WAITS
    begun = clock.now()
    with hooks.serving(hooks.says(503)) as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        while at := due.next_due(merchant, begun + timedelta(days=30)):
            due.run_due(merchant, at)
    at = list(DeliveryAttempt.objects.order_by("number").values_list("at", flat=True))
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(at)]
    assert tuple(pauses) == WAITS
    assert at[-1] - at[0] >= timedelta(days=3)
    assert list(pauses) == sorted(pauses)
    # After that its endpoint is switched off, and nothing is lost.
    endpoint = Endpoint.objects.get()
    assert (endpoint.state, endpoint.disabled_reason) == ("disabled", "failing")
    assert Delivery.objects.get().state == "given_up"


def test_gone_switches_an_endpoint_off_at_once_and_nothing_is_lost(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with hooks.serving(hooks.says(410)) as hook:
        endpoint = endpoint_at(merchant, hook).endpoint
        happen(merchant)
        send()
        endpoint.refresh_from_db()
        assert (endpoint.state, endpoint.disabled_reason) == ("disabled", "gone")
        happen(merchant, 3)
        send()
        assert len(hook.got) == 1
        hook.behave = hooks.says(204)
        endpoints.change(endpoint, active=True)
        send()
        assert len(hook.got) == 1
        assert resending.since(endpoint, sequence=1) == 4
        send()
        assert Counter(hook.sequences) == {1: 2, 2: 1, 3: 1, 4: 1}


# ── A resend ────────────────────────────────────────────────────────────────────────────────
def test_one_many_and_all_since_are_sent_again(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with hooks.serving() as hook:
        endpoint = endpoint_at(merchant, hook, "payment.*").endpoint
        happen(merchant, 5)
        happen(merchant, 1, "dispute.opened")
        send()
        rows = list(MerchantEvent.objects.order_by("sequence"))
        hook.got.clear()
        assert resending.these(endpoint, [rows[1].wire_id]) == 1
        send()
        assert hook.sequences == [2]
        hook.got.clear()
        assert resending.these(endpoint, [rows[0].wire_id, rows[3].wire_id]) == 2
        send()
        assert sorted(hook.sequences) == [1, 4]
        hook.got.clear()
        assert resending.since(endpoint, sequence=3, only_missed=False) == 3
        assert resending.since(endpoint, sequence=3) == 3  # they wait again: none was taken yet
        send()
        assert sorted(hook.sequences) == [3, 4, 5]
        assert resending.since(endpoint, sequence=3) == 0
        assert resending.since(endpoint, at=rows[2].occurred_at, only_missed=False) == 3
    many = DeliveryAttempt.objects.filter(delivery__event=rows[3]).order_by("number")
    assert [one.number for one in many] == [1, 2, 3]


def test_what_was_asked_for_by_hand_goes_even_where_the_type_was_not_chosen(
    merchant: Merchant, send: Callable[..., None]
) -> None:
    with hooks.serving() as hook:
        endpoint = endpoint_at(merchant, hook, "payment.*").endpoint
        happen(merchant, 1, "dispute.opened")
        numbering.number()
        resending.these(endpoint, [MerchantEvent.objects.get().wire_id])
        send()
        assert hook.sequences == [1]


def test_a_sample_goes_to_its_endpoint_alone(merchant: Merchant, send: Callable[..., None]) -> None:
    with hooks.serving() as one, hooks.serving() as other:
        made = endpoint_at(merchant, one, "refund.completed")
        endpoint_at(merchant, other)
        samples.send(made.endpoint, "dispute.opened")
        happen(merchant)
        send()
    assert [(got.event["type"], got.event["sequence"]) for got in one.got] == [
        ("dispute.opened", 0)
    ]
    assert one.got[0].verified_by(made.secret)
    assert other.sequences == [1]


# ── Others ──────────────────────────────────────────────────────────────────────────────────
def test_a_bad_endpoint_delays_no_other(
    merchant: Merchant, sender: Sender, send: Callable[..., None], settings: Settings
) -> None:
    settings.SANDBOX_WEBHOOK_SECONDS = 1
    released = threading.Event()
    with ExitStack() as stack:
        for _ in range(10):
            hook = stack.enter_context(hooks.serving(lambda wire: released.wait(60)))
            endpoint_at(merchant, hook)
        good = stack.enter_context(hooks.serving())
        stack.callback(released.set)
        endpoint_at(merchant, good)
        happen(merchant)
        send(lambda: Endpoint.objects.filter(failing_since__isnull=False).count() == 10)
        # No attempt at them that begins from here on ends: who waits for one waits in vain.
        settings.SANDBOX_WEBHOOK_SECONDS = 60
        happen(merchant, 20)
        send(lambda: len(good.got) == 21)
        assert 0 < len(sender.under_way) <= settings.SANDBOX_WEBHOOK_AT_ONCE
        Delivery.objects.all().delete()


def test_a_merchant_whose_endpoints_are_slow_delays_no_other_merchant(
    merchant: Merchant, sender: Sender, send: Callable[..., None], settings: Settings
) -> None:
    """They take everything, so none of them fails, and there is always more that waits longer."""

    held, released = threading.Event(), threading.Event()

    def slowly(wire: socket.socket) -> None:
        time.sleep(0.5)
        if held.is_set():
            released.wait(60)
        hooks.says(204)(wire)

    settings.SANDBOX_WEBHOOK_SECONDS = 60
    another = making.opened_shop("Next Door")
    with ExitStack() as stack:
        for _ in range(10):
            endpoint_at(merchant, stack.enter_context(hooks.serving(slowly)))
        good = stack.enter_context(hooks.serving())
        stack.callback(released.set)
        endpoint_at(another, good)
        happen(merchant, 10)
        send(lambda: Delivery.objects.filter(state="delivered").exists())
        # From here on nothing of theirs ends: who waits for one of these waits in vain.
        held.set()
        happen(another)
        send(lambda: len(good.got) == 1)
        assert Delivery.objects.filter(merchant=merchant, state="waiting").count() > 10
        Delivery.objects.all().delete()


def test_several_workers_make_each_attempt_once(merchant: Merchant, settings: Settings) -> None:
    settings.SANDBOX_WEBHOOK_WAITS = (*(0.01,) * 10, 9999.0)
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            sender = Sender()
            while not stop.is_set():
                sender.round(0.01)
            sender.finish(5)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    with hooks.serving(hooks.in_turn(*[500] * 30)) as hook, hooks.serving() as other:
        endpoint_at(merchant, hook)
        endpoint_at(merchant, other)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        happen(merchant, 40)
        end = time.monotonic() + 60
        while Delivery.objects.filter(state="delivered").count() < 80 and not failures:
            assert time.monotonic() < end
            time.sleep(0.02)
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    for one in (hook, other):
        made = DeliveryAttempt.objects.filter(delivery__endpoint__url=one.url)
        assert len(one.got) == made.count()
        by_event = Counter(got.headers["webhook-id"] for got in one.got)
        for row in Delivery.objects.filter(endpoint__url=one.url).select_related("event"):
            assert by_event[row.event.wire_id] == row.attempt_count == row.attempts.count()
    assert sorted(other.sequences) == list(range(1, 41))
    assert len(hook.got) == 70


def test_who_lost_the_lease_writes_nothing_down(merchant: Merchant) -> None:
    with hooks.serving() as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        numbering.number()
        (late,) = jobs.claim(jobs.due(clock.real_now()), 5, lease=timedelta(0))
        (other,) = jobs.claim(jobs.due(clock.real_now()), 5)
        assert jobs.claim(jobs.due(clock.real_now()), 5) == []
        outcome = jobs.send(other)
        jobs.note([jobs.send(late)])
        assert DeliveryAttempt.objects.count() == 0
        jobs.note([outcome])
        assert DeliveryAttempt.objects.count() == 1


# ── A merchant's own time ───────────────────────────────────────────────────────────────────
def test_an_endpoint_down_for_two_days_gets_every_event_and_can_tell_their_order(
    merchant: Merchant, settings: Settings
) -> None:
    """As its merchant's clock is wound: payments lapse meanwhile, and each attempt has its time."""
    settings.SANDBOX_WEBHOOK_WAITS = WAITS
    begun = clock.real_now()
    up_at = begun + timedelta(days=2)

    def down_at_first(wire: socket.socket) -> None:
        ahead = World.objects.get().ahead
        connection.close()
        hooks.says(204 if begun + ahead >= up_at else 503)(wire)

    for hours in range(1, 50, 6):
        wish = {"amount_minor": 100, "currency": "EUR", "return_url": "https://shop.example/"}
        body = NewPayment(**wish, expires_in_seconds=hours * 3600)
        with database.atomic():
            payments.ask_for(merchant, body, begun)
    with hooks.serving(down_at_first) as hook:
        endpoint_at(merchant, hook)
        advance = winding.ask(merchant, timedelta(days=4))
        while not Advance.objects.filter(pk=advance.pk, finished_at__isnull=False).exists():
            winding.round_once()
    assert Endpoint.objects.get().state == "active"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    attempts = DeliveryAttempt.objects.order_by("at", "pk").select_related("delivery__event")
    taken = [one.delivery.event.sequence for one in attempts if one.status == 204]
    assert sorted(filter(None, taken)) == list(range(1, 19))
    assert taken != sorted(filter(None, taken)), "only the numbers tell the order"
    by_number = sorted((got.event for got in hook.got), key=lambda event: event["sequence"])
    times = [event["timestamp"] for event in by_number]
    assert times == sorted(times)
    # Nothing was taken before those two days were over, and then the rest of it soon was.
    told = [one.at for one in attempts if one.status == 204]
    assert up_at <= min(told)
    assert max(told) < up_at + timedelta(hours=13)


def test_a_merchant_ahead_has_its_deliveries_at_its_own_time(
    merchant: Merchant, send: Callable[..., None], settings: Settings
) -> None:
    settings.SANDBOX_WEBHOOK_WAITS = (3600.0, 3600.0)
    with hooks.serving(hooks.in_turn(500)) as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        send(lambda: DeliveryAttempt.objects.count() == 1)
        assert len(hook.got) == 1
        World.objects.create(merchant=merchant, ahead=timedelta(hours=2))
        send()
        assert len(hook.got) == 2
        attempt = DeliveryAttempt.objects.latest("number")
        assert attempt.at - clock.real_now() > timedelta(minutes=119)
        with entered(Merchant.objects.get(pk=merchant.pk)):
            happen(merchant)
        send()
        assert len(hook.got) == 3


def test_what_another_worker_is_at_is_left_to_it_and_still_due(merchant: Merchant) -> None:
    with hooks.serving() as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        numbering.number()
        (job,) = jobs.claim(jobs.due(clock.real_now()), 5)
        later = clock.now() + timedelta(seconds=1)
        assert due.run_due(merchant, later) == 0
        assert due.next_due(merchant, later)
        jobs.note([jobs.send(job)])
        assert due.next_due(merchant, later) is None
        assert len(hook.got) == 1


def test_a_scripted_world_is_left_to_its_script(merchant: Merchant, sender: Sender) -> None:
    World.objects.create(merchant=merchant, scripted=True)
    with hooks.serving() as hook:
        endpoint_at(merchant, hook)
        happen(merchant)
        for _ in range(3):
            sender.round(0.01)
        assert hook.got == []
        assert due.run_due(merchant, clock.now()) == 1
        assert len(hook.got) == 1
