"""Filled with rows, the operators' pages and the inbox have no English left that isn't data."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from selfcare import ids
from selfcare.events.models import Refusal
from selfcare.notifications.models import AuditEntry
from tests.notifications.happenings import HER, told
from tests.operations.dead import dead_letter, set_aside
from tests.operations.test_operations import choose, drive, wanted_in
from tests.support import pseudo
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db
DATA = set(
    re.findall(
        r"\w+",
        "Oscar Lindqvist Alice Marlow Nordlicht Books Studio Halm smtp busy amount_minor no amount "
        "in minor units out usr_oscar usr_alice Europe Berlin transaction payment completed",
    )
)


@pytest.fixture(autouse=True)
def in_no_language() -> Iterator[None]:
    with pseudo.spoken():
        yield


def english_on(client: Client, path: str) -> list[str]:
    answer = client.get(path, headers={"Accept-Language": pseudo.STANDS_IN_FOR})
    assert answer.status_code in {200, 400}, path
    words = DATA | pseudo.calendar_words()
    return [f"{path}: {line}" for line in pseudo.english_on(answer.text, words)]


def test_no_operators_page_has_english_left() -> None:
    client = Client(headers={"Accept-Language": pseudo.STANDS_IN_FOR})
    sign_in(client, "usr_oscar", "Oscar Lindqvist", roles=("operator",))
    rows, event = [dead_letter(object_id=f"txn_{n}") for n in range(3)], set_aside()
    refusal = Refusal.objects.create(
        source_id="evt_1", reason="conflicting", digest="f" * 64, body="{}"
    )
    for action in ("deliveries.driven_again", "events.driven_again", "payload.read"):
        AuditEntry.objects.create(subject="usr_oscar", name="Oscar", action=action, reason="smtp")
    left = []
    for path in (
        *("", "deliveries/", "deliveries/?channel=x&cursor=y", "deliveries/?channel=push"),
        *("events/", "events/?who=nobody", "refusals/", "audit/", "audit/?cursor=x"),
        *(f"deliveries/{rows[0].public_id}/", f"events/{event.public_id}/"),
        f"refusals/{ids.encode('rfs', refusal.pk)}/",
    ):
        left += english_on(client, f"/operations/{path}")
    asks = choose(client, "deliveries", id=[rows[0].public_id, "dlv_gone"])
    refused = drive(client, "deliveries", wanted_in(asks), "")
    done = drive(client, "deliveries", wanted_in(asks), "smtp busy")
    again = drive(client, "deliveries", wanted_in(asks), "smtp busy")
    for page in (asks, refused, done, again):
        left += pseudo.english_on(page.text, DATA | pseudo.calendar_words())
    assert not left, "\n".join(left)


def test_no_inbox_has_english_left() -> None:
    client = Client(headers={"Accept-Language": pseudo.STANDS_IN_FOR})
    sign_in(client, HER)
    until = (timezone.now() + timedelta(minutes=30)).isoformat()
    told("transaction.action_required", object_id="txn_1", expires_at=until)
    told("case.needs_user", object_id="rfr_1", waiting_for="user", respond_by=until)
    for n, kind in enumerate(("completed", "failed", "expired", "cancelled")):
        told(f"transaction.{kind}", object_id=f"txn_o{n}")
    left = []
    for query in ("", "?show=unread", "?show=waiting", "?category=news", "?show=x", "?cursor=x"):
        left += english_on(client, f"/notifications/{query}")
    marked = client.post(
        "/notifications/marks/", {"id": "ntf_x", "do": "read"}, headers={"HX-Request": "true"}
    )
    left += pseudo.english_on(f"<div>{marked.text}</div>", DATA)
    assert not left, "\n".join(left)
