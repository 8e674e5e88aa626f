"""How many codes and browsers anybody gets: by try, person, address, hour and day."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from selfcare.notifications.addresses import verifying
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.models import Address, CodeSending
from tests.notifications.addresses import (
    HER,
    HIM,
    LIST,
    TO_ADDRESS,
    add,
    address,
    code_in,
    verify,
    verifying_counts,
    wrong,
)
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_gives_a_guesser_five_tries(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+4915112345678")
    one = address("sms")
    code = code_in(control.outbox(one.value)[0]["text"])
    for _ in range(4):
        assert verify(her, one, wrong(code)).status_code == 422
    assert verify(her, one, wrong(code)).status_code == 409
    assert verify(her, one, code).status_code == 409
    one.refresh_from_db()
    assert one.state == "pending"


def test_it_counts_guesses_that_come_at_once(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+4915112345678")
    one = address("sms")
    code = code_in(control.outbox(one.value)[0]["text"])

    def guess(number: int) -> str:
        try:
            verifying.verify(Address.objects.get(pk=one.pk), f"{(int(code) + number) % 10**6:06}")
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "verified"

    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(guess, range(1, 25)))
    assert said.count("code_wrong") <= 4
    assert "verified" not in said
    one.refresh_from_db()
    assert one.code_tries == 5


def test_it_takes_a_code_for_ten_minutes(her: Client, control: Control):
    control.empty_outbox()
    add(her, "sms", "+4915112345678")
    one = address("sms")
    code = code_in(control.outbox(one.value)[0]["text"])
    Address.objects.filter(pk=one.pk).update(code_expires_at=timezone.now())
    assert verify(her, one, code).status_code == 409


def test_it_sends_no_second_code_at_once(her: Client):
    add(her, "sms", "+4915112345678")
    answer = her.post(f"{LIST}{address('sms').public_id}/codes/")
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()


def test_it_limits_codes_by_person_also_over_removed_addresses(her: Client):
    for number in range(verifying.MOST_OF_PERSON):
        assert add(her, "sms", f"+49151123456{number:02}").status_code == 303
        Address.objects.filter(channel="sms").delete()
    assert add(her, "sms", "+4915112345699").status_code == 429


def test_it_limits_codes_to_one_phone_by_whomever(her: Client, control: Control):
    control.empty_outbox()
    for number in range(TO_ADDRESS):
        value = verifying._keyed("notifications.code_sendings", "+4915112345678")
        CodeSending.objects.create(subject=f"usr_{number}", value_hash=value)
    assert add(her, "sms", "+4915112345678").status_code == 429
    assert control.outbox("+4915112345678") == []


def test_it_counts_one_mailbox_once_however_it_is_spelt(her: Client, post_office: Server):
    for number in range(TO_ADDRESS // verifying.SHARES):
        spelling = "victim"[:number] + "victim"[number:].upper()
        assert add(her, "email", f"{spelling}@other.example").status_code == 303
        Address.objects.filter(from_provider=False).delete()
    assert add(her, "email", "victim@other.example").status_code == 429


def test_it_counts_no_code_that_was_refused(her: Client):
    for _ in range(verifying.MOST_OF_PERSON + 5):
        verifying_counts(HIM, "+4915112345678")
    # However often he asks for codes to her phone: what wasn't sent keeps nobody waiting.
    assert CodeSending.objects.count() == TO_ADDRESS // verifying.SHARES


def test_it_leaves_the_owner_of_a_phone_room_beside_a_stranger(her: Client, control: Control):
    control.empty_outbox()
    for _ in range(verifying.MOST_OF_PERSON):
        verifying_counts(HIM, "+4915112345678")
    assert add(her, "sms", "+4915112345678").status_code == 303
    assert len(control.outbox("+4915112345678")) == 1


def test_it_limits_codes_to_one_phone_by_the_day(her: Client):
    for hour in range(2, 20):
        at, subject = timezone.now() - timedelta(hours=hour), f"usr_{hour}"
        value_hash = verifying._keyed("notifications.code_sendings", "+4915112345678")
        CodeSending.objects.create(subject=subject, value_hash=value_hash, at=at)
    answer = add(her, "sms", "+4915112345678")
    assert answer.status_code == 429
    assert "wait a day" in answer.content.decode()
    assert CodeSending.objects.filter(subject=HER).count() == 0


def test_it_limits_how_many_browsers_somebody_tries(her: Client, control: Control):
    told = {**control.add_browser(), "endpoint": "https://nobody.localhost/1"}
    for _ in range(verifying.MOST_BROWSERS):
        assert add(her, "push", json.dumps(told)).status_code == 422
    answer = add(her, "push", json.dumps(told))
    assert answer.status_code == 429
    assert "So many browsers" in answer.content.decode()
    # It is another count than that of codes.
    assert add(her, "sms", "+4915112345678").status_code == 303


def test_it_tells_nobody_which_names_there_are_inside(
    her: Client, control: Control, monkeypatch: pytest.MonkeyPatch
):
    real = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "missing.localhost":
            raise socket.gaierror("no such name")
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    told, said = control.add_browser(), set()
    for host in ("missing.localhost", "localhost", "127.0.0.1"):
        subscription = {**told, "endpoint": f"https://{host}/1"}
        answer = her.post(
            "/api/v1/addresses",
            {"channel": "push", "subscription": subscription},
            content_type="application/json",
        )
        said.add((answer.status_code, answer.json()["code"], answer.json()["detail"]))
    assert len(said) == 1
