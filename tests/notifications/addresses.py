"""What the tests of addresses share: adding and verifying by the pages, codes, given addresses."""

import re
from contextlib import suppress
from typing import Any

from django.test import Client
from django.utils import timezone

from selfcare.notifications.addresses import verifying
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.models import Address

HER, HIM = "usr_alice", "usr_bob"
LIST = "/notifications/addresses/"
TO_ADDRESS = verifying.MOST_TO_ADDRESS[verifying.HOUR]


def add(client: Client, channel: str, value: str) -> Any:
    return client.post(LIST, {"channel": channel, f"{channel}-value": value})


def address(channel: str, subject: str = HER) -> Address:
    return Address.objects.exclude(from_provider=True).get(subject=subject, channel=channel)


def code_in(text: str) -> str:
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def verifying_counts(subject: str, phone: str) -> None:
    """As if this person asked for a code."""
    with suppress(Refused):
        verifying._count(Address(subject=subject, channel="sms", value=phone), timezone.now())


def verify(client: Client, one: Address, code: str) -> Any:
    return client.post(f"{LIST}{one.public_id}/verifications/", {"code": code})


def given(channel: str = "email", value: str = "alice@other.example", **facts: Any) -> Address:
    """An address of hers that is in use."""
    return Address.objects.create(
        **{
            "subject": HER,
            "channel": channel,
            "value": value,
            "state": Address.State.ACTIVE,
            "verified_at": timezone.now(),
            **facts,
        }
    )
