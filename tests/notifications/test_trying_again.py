"""What was tried and isn't settled: who still is to get it gets it, and nobody gets it twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from selfcare.notifications.delivery import rests, sending, settling
from selfcare.notifications.inbox import why_words
from selfcare.notifications.models import Address, Attempt, Delivery, Settings
from selfcare.notifications.tasks import send_delivery
from tests.notifications import happenings
from tests.notifications.post import HERS, PHONE, add_browser, make_due, send, state, the, tries
from tests.notifications.test_sending import OSCAR
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

SIGNS_IN = "alice.signs.in@example.com"


@pytest.fixture(autouse=True)
def post_office(box_worker: Server, control: Control) -> None:
    """The box takes mail, texts and pushes."""
    box_worker.start()
    control.empty_outbox()


def again(*channels: str) -> None:
    """The pause is over, and no provider rests."""
    rests.forget()
    make_due()
    send(*channels)


def another(channel: str, value: str, **facts: object) -> Address:
    """One more address of hers, in use and not the primary."""
    return Address.objects.create(
        subject=happenings.HER,
        channel=channel,
        value=value,
        state="active",
        verified_at=timezone.now(),
        **facts,
    )


# ── A changed mind ──────────────────────────────────────────────────────────────────────────
def tried_once(control: Control) -> Delivery:
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "error", status=451, count=1)
    send("email")
    assert tries(delivery) == [("later", "data 451 4.3.0")]
    return delivery


@pytest.mark.parametrize("mode", ["daily", "weekly"])
def test_it_sends_what_was_tried_though_it_is_told_in_a_digest_by_now(control: Control, mode: str):
    delivery = tried_once(control)
    happenings.rule("money_out", "email", mode)
    again("email")
    assert state(delivery)[0] == "sent"
    assert len(control.outbox(HERS)) == 1


def test_it_keeps_what_was_tried_only_until_the_end_of_quiet_hours(control: Control):
    delivery = tried_once(control)
    now = timezone.now()
    quiet = Settings.objects.create(
        subject=happenings.HER,
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=1)).time(),
    )
    happenings.rule("money_out", "email", "daily")
    again("email")
    assert state(delivery) == ("waiting", "quiet_hours")
    assert timedelta(minutes=59) < delivery.due_at - now <= timedelta(hours=1)
    quiet.delete()
    again("email")
    assert state(delivery)[0] == "sent"


def test_it_puts_what_was_driven_again_into_no_digest(control: Control):
    delivery = tried_once(control)
    happenings.rule("money_out", "email", "daily")
    Delivery.objects.filter(pk=delivery.pk).update(state="dead", tries=16, reason="gave_up")
    assert sending.drive_again(Delivery.objects.filter(pk=delivery.pk), OSCAR, "mended") == 1
    again("email")
    assert state(delivery) == ("sent", "driven_again")


# ── Several addresses ───────────────────────────────────────────────────────────────────────
def told_of_security(control: Control) -> Delivery:
    """The primary address takes it, and where she signs in says: later."""
    happenings.reachable("email")
    another("email", SIGNS_IN, from_provider=True)
    delivery = the("email", happenings.told("security.address_added", object_id="adr_1"))
    control.fault("smtp", "error", status=451, to=SIGNS_IN)
    send("email")
    assert state(delivery)[0] == "waiting"
    assert len(control.outbox(HERS)) == 1
    # She has it, whatever is still tried.
    assert why_words.chip(delivery)[2] == "Told"
    assert why_words.verdict(delivery, str, HERS) == f"Sent on {delivery.sent_at} to {HERS}."
    return delivery


def test_it_tries_where_she_signs_in_again_though_the_primary_has_it(control: Control):
    delivery = told_of_security(control)
    again("email")
    assert state(delivery)[0] == "waiting"
    control.clear_faults()
    again("email")
    assert state(delivery)[0] == "sent"
    for address in (HERS, SIGNS_IN):
        (mail,) = control.outbox(address)
        assert len(mail["receptions"]) == 1
    first = delivery.attempts.filter(outcome="sent").earliest("pk")
    assert abs(delivery.sent_at - first.at) < timedelta(seconds=1)


def test_what_one_address_has_is_sent_though_the_other_never_takes_it(control: Control):
    delivery = told_of_security(control)
    Delivery.objects.filter(pk=delivery.pk).update(tries=15)
    again("email")
    assert state(delivery) == ("sent", "security")
    assert delivery.address.value == HERS


def test_what_one_address_has_is_sent_though_the_other_is_gone(control: Control):
    delivery = told_of_security(control)
    Address.objects.filter(value=SIGNS_IN).delete()
    again("email")
    assert state(delivery) == ("sent", "security")


def test_it_tells_each_browser_of_a_digest_once(control: Control):
    one, two = add_browser(control), add_browser(control)
    happenings.rule("failed", "push", "daily")
    parts = [the("push", happenings.told("transaction.failed", object_id=f"txn_{n}")) for n in "12"]
    digest = parts[0].digest
    control.fault("push", "error", status=503, to=two.value.rsplit("/", 1)[1])
    Delivery.objects.filter(pk=digest.pk).update(due_at=timezone.now())
    send("push")
    assert {state(part)[0] for part in parts} == {"sent"}
    assert state(digest)[0] == "waiting"
    control.clear_faults()
    again("push")
    assert state(digest)[0] == "sent"
    for browser in (one, two):
        (push,) = control.outbox(browser.value.rsplit("/", 1)[1])
        assert len(push["receptions"]) == 1
        assert "2 " in push["text"]


def test_a_browser_that_hangs_leaves_the_next_ones_time(control: Control, settings):
    settings.SENDING_LEASE_SECONDS = 5
    one, two = add_browser(control), add_browser(control)
    delivery = the("push", happenings.told("transaction.failed"))
    control.fault("push", "hang", ms=6000, to=one.value.rsplit("/", 1)[1])
    control.fault("push", "latency", ms=400, to=two.value.rsplit("/", 1)[1])
    send("push")
    outcomes = dict(delivery.attempts.values_list("address_id", "outcome"))
    assert outcomes == {one.pk: "later", two.pk: "sent"}


def test_it_goes_to_the_address_that_takes_the_place_of_one_that_bounces(control: Control):
    happenings.reachable("email")
    another("email", "hers.too@example.com")
    delivery = the("email", happenings.told())
    control.fault("smtp", "bounce", to=HERS)
    send("email")
    assert state(delivery)[0] == "sent"
    assert delivery.address.value == "hers.too@example.com"
    assert [outcome for outcome, _ in tries(delivery)] == ["refused", "sent"]
    assert Address.objects.get(value=HERS).state == "off"
    assert len(control.outbox("hers.too@example.com")) == 1


def test_another_phone_gets_a_text_of_its_own(control: Control):
    happenings.reachable("sms")
    another("sms", "+4915112345679")
    delivery = the("sms", happenings.told("transaction.action_required"))
    # The first phone's text was taken, and we don't know it; then that phone is removed.
    control.fault("sms_one", "cut_after_commit", count=1)
    send("sms")
    Address.objects.filter(value=PHONE).delete()
    again("sms")
    assert state(delivery)[0] == "sent"
    assert len(control.outbox("+4915112345679")) == 1


# ── A lost answer ───────────────────────────────────────────────────────────────────────────
def test_a_gateway_that_is_down_after_a_lost_answer_is_asked_three_times(control: Control):
    happenings.reachable("sms")
    delivery = the("sms", happenings.told("transaction.action_required"))
    control.fault("sms_one", "cut_after_commit", count=1)
    send("sms")
    control.fault("sms_one", "error", status=503, count=2)
    again("sms")
    again("sms")
    assert [said for _, said in tries(delivery)[1:]] == ["503 fault_injected"] * 2
    again("sms")
    assert state(delivery)[0] == "sent"
    (text,) = control.outbox(PHONE)
    assert text["provider"] == "one"


def test_then_another_gateway_gets_it(control: Control):
    happenings.reachable("sms")
    delivery = the("sms", happenings.told("transaction.action_required"))
    control.fault("sms_one", "cut_before", count=1)
    send("sms")
    control.fault("sms_one", "error", status=503)
    for _ in range(3):
        again("sms")
        assert state(delivery)[0] == "waiting"
    again("sms")
    assert state(delivery)[0] == "sent"
    assert control.outbox(PHONE)[0]["provider"] == "two"


def test_a_lost_answer_is_asked_for_when_it_is_driven_again(control: Control):
    happenings.reachable("sms")
    delivery = the("sms", happenings.told("transaction.action_required"))
    control.fault("sms_one", "cut_after_commit", count=1)
    send("sms")
    Delivery.objects.filter(pk=delivery.pk).update(state="dead", tries=16, reason="gave_up")
    assert sending.drive_again(Delivery.objects.filter(pk=delivery.pk), OSCAR, "mended") == 1
    control.fault("sms_one", "error", status=503, count=1)
    again("sms")
    assert state(delivery)[0] == "waiting"
    again("sms")
    assert state(delivery)[0] == "sent"
    (text,) = control.outbox(PHONE)
    assert text["provider"] == "one"


def test_what_was_refused_is_tried_once_more_when_it_is_driven_again(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "error", status=554, count=1)
    send("email")
    assert state(delivery) == ("dead", "refused")
    sending.drive_again(Delivery.objects.filter(pk=delivery.pk), OSCAR, "mended")
    again("email")
    assert state(delivery)[0] == "sent"


# ── A provider that is down ─────────────────────────────────────────────────────────────────
def test_a_task_uses_up_no_try_while_its_provider_rests(control: Control, monkeypatch):
    monkeypatch.setattr(sending, "RESTING_SECONDS", 0.01)
    deliveries = []
    for number in range(8):
        happenings.reachable("email", subject=f"usr_{number}")
        told = happenings.told(subject=f"usr_{number}", object_id=f"txn_{number}")
        deliveries.append(the("email", told))
    control.fault("smtp", "refuse")
    for _ in range(3):
        make_due()
        for delivery in deliveries:
            # As a process does that only sends, and that another hands the ids to.
            send_delivery.call(str(delivery.pk))
    assert Attempt.objects.count() == rests.FAILURES
    waiting = Delivery.objects.filter(channel="email", state="waiting", lease_holder="")
    assert waiting.count() == 8
    assert waiting.filter(tries=0).count() == 8 - rests.FAILURES


def test_an_address_that_was_removed_meanwhile_leaves_the_try_standing(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    (held,) = sending.leases.hold_all([delivery.pk])
    gone = Address.objects.get(value=HERS)
    Address.objects.filter(pk=gone.pk).delete()
    settling.settle(held, [(gone, sending.channels.sent("smtp"))])
    assert state(delivery)[0] == "sent"
    assert delivery.attempts.count() == 1
