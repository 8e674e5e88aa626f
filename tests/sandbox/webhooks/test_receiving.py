"""Our own receiver believes what is signed, answers as it was told, and keeps what came."""

import json
import time
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from sandbox import clock
from sandbox.events import signing
from sandbox.people.models import Merchant
from sandbox.webhooks import endpoints, keeping, receiving, telling
from sandbox.webhooks.models import Delivery, DeliveryAttempt, MerchantEvent, Received, Receiver
from sandbox.webhooks.sending import Sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(merchant: Merchant) -> endpoints.Made:
    return endpoints.make(merchant, url="", types=["*"])


def post(made: endpoints.Made, content: bytes, *, ago: int = 0, **changed: str) -> int:
    headers = signing.headers(signing.keys(made.secret), "evt_1", int(time.time()) - ago, content)
    token = made.endpoint.receiver.token
    answer = Client().post(
        f"/receiver/{token}/", content, "application/json", headers={**headers, **changed}
    )
    return answer.status_code


def problems() -> list[str]:
    return list(Received.objects.order_by("pk").values_list("problem", flat=True))


def test_it_takes_what_is_signed_and_nothing_else(made: endpoints.Made) -> None:
    event = {"id": "evt_1", "type": "payment.completed", "sequence": 7, "data": {}}
    content = json.dumps(event).encode()
    assert post(made, content) == 204
    assert post(made, content, ago=301) == 400
    assert post(made, content, **{"webhook-id": "evt_2"}) == 400
    assert post(made, content, **{"webhook-signature": "v1,AAAA"}) == 400
    assert post(made, content, **{"webhook-signature": ""}) == 400
    assert post(made, content, **{"webhook-timestamp": "soon"}) == 400
    assert problems() == [
        "", "too_old", "wrong_signature", "wrong_signature", "unsigned", "bad_timestamp",
    ]  # fmt: skip
    first = Received.objects.earliest("pk")
    assert (first.type, first.sequence, first.answered) == ("payment.completed", 7, 204)
    assert first.body == content.decode()


def test_a_body_that_is_no_event_breaks_nothing(made: endpoints.Made) -> None:
    for content in (b"", b"[1]", b"\0\xff", b'{"type": 5, "sequence": "x"}', b"[" * 20000):
        assert post(made, content) == 204
    assert Received.objects.count() == 5


def test_it_answers_as_it_was_told(made: endpoints.Made) -> None:
    Receiver.objects.update(answers_with=503)
    assert post(made, b"{}") == 503
    assert Client().get(f"/receiver/{made.endpoint.receiver.token}/").status_code == 405
    assert Client().post(f"/receiver/{'a' * 43}/").status_code == 404


def test_it_keeps_the_last_two_hundred(
    made: endpoints.Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "KEPT", 5)
    for _ in range(8):
        post(made, b"{}")
    assert Received.objects.count() == 5


def test_what_happens_arrives_at_it(
    merchant: Merchant, live_server: LiveServer, settings: Settings
) -> None:
    """Always allowed, though it is on a private address."""
    settings.SANDBOX_URL = live_server.url
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset()
    made = endpoints.make(merchant, url="", types=["*"])
    with pytest.raises(endpoints.NotPossibleError):
        endpoints.make(merchant, url=f"{live_server.url}/control/reset", types=["*"])
    telling.tell(merchant, "payment.completed", object_id="pay_1", at=clock.now(), data={"id": "1"})
    sender, end = Sender(), time.monotonic() + 20
    while not Delivery.objects.filter(state="delivered").exists():
        sender.round(0.02)
        assert time.monotonic() < end
    sender.finish(5)
    row = Received.objects.get(receiver=made.endpoint.receiver)
    assert (row.problem, row.type, row.sequence) == ("", "payment.completed", 1)


def test_what_is_old_is_forgotten_unless_it_still_has_to_be_sent(
    made: endpoints.Made, merchant: Merchant
) -> None:
    from sandbox.webhooks import numbering

    for _ in range(2):
        telling.tell(merchant, "payment.failed", object_id="pay_1", at=clock.now(), data={})
    numbering.number()
    delivery = Delivery.objects.earliest("event")
    delivery.state = "delivered"
    delivery.save()
    DeliveryAttempt.objects.create(delivery=delivery, number=1, at=clock.now(), request="")
    assert keeping.forget_old() == 0
    assert keeping.forget_old(clock.now() + keeping.KEPT) == 3
    assert MerchantEvent.objects.get().sequence == 2


def test_secrets_are_sealed(made: endpoints.Made, db: Any) -> None:
    assert made.secret.encode() not in bytes(made.endpoint.secret)
