"""From a delivery to the person: sent once, tried again, given up, driven again."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from selfcare.events.models import Event
from selfcare.notifications.delivery import backoff, gathering, leases, sending
from selfcare.notifications.models import Address, Attempt, AuditEntry, Delivery, Notification
from selfcare.web.request import Person
from tests.notifications import happenings
from tests.notifications.post import HERS, PHONE, make_due, send, state, the, tries
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

OSCAR = Person("usr_oscar", "Oscar Lindqvist", "oscar@example.com", frozenset({"operator"}))


@pytest.fixture(autouse=True)
def post_office(box_worker: Server) -> Server:
    """The box takes mail, texts and pushes."""
    box_worker.start()
    return box_worker


# ── Once ────────────────────────────────────────────────────────────────────────────────────
def test_it_sends_a_mail_under_the_deliverys_id(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    send()
    assert state(delivery) == ("sent", "default")
    assert tries(delivery) == [("sent", "data 250 2.0.0")]
    (mail,) = control.outbox(HERS)
    assert delivery.public_id in mail["key"]


def test_it_sends_nothing_twice_by_two_at_once(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())

    def try_it() -> None:
        sending.send(delivery.pk)
        connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Attempt.objects.count() == 1
    assert len(control.outbox(HERS)[0]["receptions"]) == 1


def test_it_leaves_alone_what_another_holds():
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    assert leases.hold_all([delivery.pk])
    send()
    assert Attempt.objects.count() == 0


def test_it_takes_up_what_a_dead_worker_held(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    assert leases.hold_all([delivery.pk])
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    send()
    assert state(delivery)[0] == "sent"


def test_it_is_known_again_where_the_answer_was_lost(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "cut_after_commit", count=1)
    send()
    assert state(delivery)[0] == "waiting"
    assert tries(delivery)[0][1].startswith("unknown")
    make_due()
    send()
    assert state(delivery)[0] == "sent"
    (mail,) = control.outbox(HERS)
    assert len(mail["receptions"]) == 2


# ── Again ───────────────────────────────────────────────────────────────────────────────────
def test_it_waits_longer_from_try_to_try():
    pauses = [backoff.pause(number) or 0 for number in range(1, backoff.MOST_TRIES)]
    assert 4 <= pauses[0] <= 6
    assert 0.8 * 86_400 <= pauses[-1] <= 1.2 * 86_400
    assert all(later > 1.2 * earlier for earlier, later in itertools.pairwise(pauses))
    assert backoff.pause(backoff.MOST_TRIES) is None
    assert len({backoff.pause(3) for _ in range(20)}) > 10


def test_it_tries_again_after_a_moment_when_told_later(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "error", status=451, count=1)
    send()
    assert tries(delivery) == [("later", "data 451 4.3.0")]
    delivery.refresh_from_db()
    assert timedelta(seconds=3) < delivery.due_at - timezone.now() < timedelta(seconds=7)
    make_due()
    send()
    assert state(delivery)[0] == "sent"


def test_it_gives_up_after_sixteen_tries(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    Delivery.objects.filter(pk=delivery.pk).update(tries=15)
    control.fault("smtp", "error", status=451)
    send()
    assert state(delivery) == ("dead", "gave_up")


def test_it_gives_up_at_once_what_is_refused_for_good(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "error", status=554)
    send()
    assert state(delivery) == ("dead", "refused")
    # One message that isn't wanted says nothing of the address.
    assert Address.objects.get(value=HERS).state == "active"


def test_it_ends_a_call_that_hangs_before_its_lease(control: Control, settings):
    settings.SENDING_LEASE_SECONDS = 2
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    control.fault("smtp", "hang", ms=4000)
    send()
    assert tries(delivery)[0][0] == "later"
    assert delivery.attempts.get().milliseconds < 1900


def test_it_leaves_a_provider_alone_that_is_down(control: Control):
    for number in range(8):
        happenings.reachable("email", subject=f"usr_{number}")
        happenings.told(subject=f"usr_{number}", object_id=f"txn_{number}")
    control.fault("smtp", "refuse")
    send("email")
    first = Attempt.objects.count()
    assert Attempt.objects.filter(outcome="later").count() == first
    make_due()
    send("email")
    # One looks whether it is back; the others don't use up their tries meanwhile.
    assert Attempt.objects.count() <= first + 1


def test_it_sets_aside_a_message_that_cannot_be_made(control: Control):
    happenings.reachable("email")
    notification = happenings.told()
    delivery = the("email", notification)
    Notification.objects.filter(pk=notification.pk).update(facts=["poison"])
    for _ in range(sending.MOST_OWN_FAULTS):
        make_due()
        send()
    assert state(delivery) == ("dead", "broke")
    assert tries(delivery)[0][1].startswith("broke: ")


# ── Addresses that no longer work ───────────────────────────────────────────────────────────
def test_it_takes_a_lost_database_for_no_fault_of_the_message():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is never lost")
    happenings.reachable("email")
    first, other = (the("email", happenings.told(object_id=f"txn_{n}")) for n in (1, 2))
    Delivery.objects.update(tries=sending.MOST_OWN_FAULTS - 1)
    held = leases.hold_all([first.pk, other.pk])
    assert connection.connection is not None
    connection.connection.close()
    with pytest.raises(OperationalError):
        sending.send_held(held, lambda: False)
    # Nothing was tried, so nothing counts; and the others wait for no lease to end.
    for delivery in (first, other):
        assert state(delivery)[0] == "waiting"
        assert delivery.tries == sending.MOST_OWN_FAULTS - 1
    assert not other.lease_holder
    assert not Attempt.objects.exists()


def test_it_switches_off_an_address_that_bounces_and_tells_another_way(control: Control):
    happenings.reachable("email", "sms")
    delivery = the("email", happenings.told())
    control.fault("smtp", "bounce", to=HERS)
    send()
    assert state(delivery) == ("dead", "bounced")
    assert Address.objects.get(value=HERS).state == "off"
    from selfcare.notifications import matching

    told = matching.match(Event.objects.get(type="security.address_off"))
    # No mail can say so: the text does, though she gets none of its kind otherwise.
    assert the("sms", told).state == "waiting"
    send()
    (text,) = control.outbox(PHONE)
    assert "no longer works" in text["text"]


def test_it_switches_off_a_browser_that_signed_off(control: Control):
    from tests.notifications.post import add_browser

    one, two = add_browser(control), add_browser(control)
    happenings.rule("money_out", "push", "at_once")
    delivery = the("push", happenings.told())
    control.fault("push", "gone", to=one.value.rsplit("/", 1)[1])
    send()
    assert state(delivery)[0] == "sent"
    assert {a.pk: a.state for a in Address.objects.all()} == {one.pk: "off", two.pk: "active"}
    assert len(control.outbox(two.value.rsplit("/", 1)[1])) == 1


# ── Looked at again just before ─────────────────────────────────────────────────────────────
def test_it_sends_nothing_that_was_switched_off_meanwhile(control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    happenings.rule("money_out", "email", "off")
    send()
    assert state(delivery) == ("not_wanted", "mode_off")
    assert control.outbox(HERS) == []


def test_it_asks_for_nothing_that_is_over(control: Control):
    happenings.reachable("sms")
    delivery = the("sms", happenings.told("transaction.action_required", version=1))
    happenings.told("transaction.cancelled", version=2, reason_code="CUST")
    send()
    assert state(delivery) == ("not_wanted", "over")


def test_it_sends_nothing_to_a_removed_address(control: Control):
    reachable = happenings.reachable("email")
    delivery = the("email", happenings.told())
    reachable["email"].delete()
    send()
    assert state(delivery) == ("not_wanted", "no_address")


def test_it_puts_off_into_quiet_hours_what_waited_until_then(control: Control):
    from selfcare.notifications.models import Settings

    happenings.reachable("email")
    delivery = the("email", happenings.told())
    now = timezone.now()
    Settings.objects.create(
        subject=happenings.HER,
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=1)).time(),
    )
    send()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("in_digest", "quiet_hours")
    assert delivery.digest.digest_kind == "quiet"
    assert control.outbox(HERS) == []


def test_it_sends_nothing_on_a_channel_that_is_off(settings):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    settings.SMTP_URL = ""
    send()
    assert state(delivery) == ("not_wanted", "channel_off")


# ── Digests ─────────────────────────────────────────────────────────────────────────────────
def end_waiting_of_digests() -> None:
    Delivery.objects.filter(notification=None).update(due_at=timezone.now())


def test_it_sends_a_digest_as_one_mail(control: Control):
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    parts = [
        the("email", happenings.told(object_id=f"txn_{n}", counterparty_name=f"Shop {n}"))
        for n in range(3)
    ]
    send()
    assert control.outbox(HERS) == []
    end_waiting_of_digests()
    send()
    (mail,) = control.outbox(HERS)
    assert mail["subject"] == "Your day: 3 notices"
    assert all(f"Shop {n}" in mail["text"] and f"Shop {n}" in mail["html"] for n in range(3))
    assert {state(part)[0] for part in parts} == {"sent"}
    assert Attempt.objects.count() == 1


def test_it_takes_nothing_into_a_digest_that_goes_out(control: Control):
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    first = the("email", happenings.told(object_id="txn_1"))
    end_waiting_of_digests()
    assert gathering.close_due("email", timezone.now()) == 1
    second = the("email", happenings.told(object_id="txn_2"))
    assert second.digest_id != first.digest_id
    send()
    assert state(first)[0] == "sent"
    assert state(second)[0] == "in_digest"


def test_it_leaves_out_of_a_digest_what_is_no_longer_wanted(control: Control):
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    happenings.rule("failed", "email", "daily")
    kept = the("email", happenings.told(object_id="txn_1"))
    left = the("email", happenings.told("transaction.failed", object_id="txn_2"))
    happenings.rule("failed", "email", "off")
    end_waiting_of_digests()
    send()
    assert (state(kept)[0], state(left)) == ("sent", ("not_wanted", "mode_off"))
    # One alone is told as itself.
    assert control.outbox(HERS)[0]["subject"].startswith("You paid")


def test_it_sends_no_empty_digest(control: Control):
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    digest = the("email", happenings.told()).digest
    happenings.rule("money_out", "email", "off")
    end_waiting_of_digests()
    send()
    assert state(digest) == ("not_wanted", "mode_off")
    assert control.outbox(HERS) == []


def test_it_makes_one_message_of_a_flood_and_nobody_else_waits(control: Control):
    happenings.reachable("email")
    happenings.reachable("email", subject="usr_bob")
    for number in range(60):
        happenings.told(object_id=f"txn_{number}")
    bobs = the("email", happenings.told(subject="usr_bob", object_id="txn_bob"))
    send("email")
    assert state(bobs)[0] == "sent"
    assert len(control.outbox(HERS, limit=100)) == 20
    end_waiting_of_digests()
    send("email")
    mails = control.outbox(HERS, limit=100)
    assert len(mails) == 21
    flood = next(mail for mail in mails if mail["subject"] == "40 notices at once")
    assert "And 20 more." in flood["text"]
    assert not Delivery.objects.filter(channel="email", state__in=["waiting", "in_digest"])


def test_it_drops_no_part_with_its_digest():
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    part = the("email", happenings.told())
    part.digest.delete()
    assert gathering.sweep() == 1
    assert state(part)[0] == "waiting"


# ── Driving again ───────────────────────────────────────────────────────────────────────────
def test_it_tells_of_security_where_she_signs_in_whatever_the_primary_is(control: Control):
    happenings.reachable("email")
    Address.objects.create(
        subject=happenings.HER,
        channel="email",
        value="alice.signs.in@example.com",
        from_provider=True,
        state="active",
        verified_at=timezone.now(),
    )
    the("email", happenings.told("security.address_added", object_id="adr_1"))
    the("email", happenings.told("transaction.failed"))
    send()
    assert len(control.outbox(HERS)) == 2
    (mail,) = control.outbox("alice.signs.in@example.com")
    assert "was added for your notifications" in mail["subject"]


def test_it_gives_up_at_once_on_an_address_that_no_mail_can_name(control: Control):
    hers = happenings.reachable("email")["email"]
    Address.objects.filter(pk=hers.pk).update(value="j\u00fcrgen@example.com")
    delivery = the("email", happenings.told())
    send()
    assert state(delivery) == ("dead", "bounced")
    hers.refresh_from_db()
    assert (hers.state, hers.off_reason) == ("off", "bounced")


def test_it_drives_a_dead_letter_again_once_by_two_at_once(control: Control):
    happenings.reachable("email")
    notifications = [happenings.told(object_id=f"txn_{n}") for n in range(15)]
    dead = Delivery.objects.filter(channel="email")
    dead.update(state="dead", reason="gave_up", tries=16)
    counts: list[int] = []
    start = threading.Barrier(2)

    def drive() -> None:
        start.wait()
        counts.append(sending.drive_again(Delivery.objects.filter(state="dead"), OSCAR, "mended"))
        connection.close()

    both = [threading.Thread(target=drive) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(counts) == [0, 15]
    send("email")
    assert {state(the("email", one)) for one in notifications} == {("sent", "driven_again")}
    assert all(len(mail["receptions"]) == 1 for mail in control.outbox(HERS, limit=50))
    assert len(control.outbox(HERS, limit=50)) == 15
    (entry,) = AuditEntry.objects.all()
    assert (entry.subject, entry.name, entry.reason, entry.count) == (
        "usr_oscar",
        "Oscar Lindqvist",
        "mended",
        15,
    )


def test_it_drives_nothing_that_was_sent():
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    send()
    assert sending.drive_again(Delivery.objects.filter(pk=delivery.pk), OSCAR, "again") == 0
    assert not AuditEntry.objects.exists()


def test_it_drives_a_digest_again_with_all_its_parts(control: Control):
    happenings.reachable("email")
    happenings.rule("money_out", "email", "daily")
    parts = [the("email", happenings.told(object_id=f"txn_{n}")) for n in range(2)]
    control.fault("smtp", "error", status=554)
    end_waiting_of_digests()
    send()
    digest = Delivery.objects.get(pk=parts[0].digest_id)
    assert state(digest) == ("dead", "refused")
    control.clear_faults()
    assert sending.drive_again(Delivery.objects.filter(pk=digest.pk), OSCAR, "mended") == 1
    send()
    assert {state(part)[0] for part in parts} == {"sent"}
