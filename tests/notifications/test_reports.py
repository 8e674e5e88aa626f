"""What comes back after a provider had taken it: reported, signed, and told another way."""

from typing import Any

import pytest
from django.test import Client

from selfcare.events.models import Event
from selfcare.notifications.models import Address, Delivery
from tests.events.posted import signed, spelt
from tests.notifications import happenings
from tests.notifications.post import HERS, eventually, send, state, the, tries
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/hooks/delivery-reports"
SECRET = "whsec_cmVwb3J0cy1mb3ItdGVzdHMtMDEyMzQ1Njc4OWFiY2Q="


@pytest.fixture(autouse=True)
def secrets(settings: Any) -> None:
    settings.DELIVERY_REPORT_SECRETS = [SECRET]


def report(client: Client, delivery: Delivery | str, /, **data: Any) -> int:
    id_ = delivery if isinstance(delivery, str) else delivery.public_id
    told = {"delivery_id": id_, "permanent": True, "reason": "bounced", "detail": "5.1.1", **data}
    return post(client, {"type": "delivery.failed", "data": told})


def post(client: Client, body: Any, secret: str = SECRET) -> int:
    content = spelt(body)
    headers = signed(content, "rep_1", secret=secret)
    answer = client.post(PATH, content, content_type="application/json", headers=headers)
    return int(answer.status_code)


@pytest.fixture
def sent(box_worker: Server, control: Control) -> Delivery:
    box_worker.start()
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    send("email")
    assert state(delivery)[0] == "sent"
    return delivery


def test_it_switches_off_an_address_whose_mail_came_back_later(client: Client, sent: Delivery):
    assert report(client, sent) == 202
    assert state(sent) == ("dead", "bounced")
    assert tries(sent) == [("sent", tries(sent)[0][1]), ("refused", "came_back 5.1.1")]
    one = Address.objects.get(value=HERS)
    assert (one.state, one.off_reason, one.is_primary) == ("off", "bounced", False)
    # Told another way, as after a refusal at once.
    assert Event.objects.get(type="security.address_off").subject == happenings.HER


def test_it_takes_the_same_report_twice_as_once(client: Client, sent: Delivery):
    assert [report(client, sent) for _ in range(2)] == [202, 202]
    assert len(tries(sent)) == 2
    assert Event.objects.filter(type="security.address_off").count() == 1


def test_it_sends_what_came_back_to_the_address_in_its_place(
    client: Client, sent: Delivery, control: Control
):
    Address.objects.create(
        subject=happenings.HER, channel="email", value="alice@other.example",
        state=Address.State.ACTIVE, verified_at=sent.created_at,
    )  # fmt: skip
    assert report(client, sent) == 202
    assert state(sent)[0] == "waiting"
    send("email")
    assert state(sent)[0] == "sent"
    assert len(control.outbox("alice@other.example")) == 1
    assert len(control.outbox(HERS)) == 1


def test_it_knows_which_of_two_mailboxes_it_came_back_from(
    client: Client, box_worker: Server, control: Control
):
    box_worker.start()
    happenings.reachable("email")
    Address.objects.create(
        subject=happenings.HER, channel="email", value="alice@sign-in.example",
        state=Address.State.ACTIVE, from_provider=True,
    )  # fmt: skip
    delivery = the("email", happenings.told("security.new_device"))
    send("email")
    assert report(client, delivery, recipient="Alice@Sign-in.example") == 202
    # The other one has it.
    assert state(delivery)[0] == "sent"
    assert Address.objects.get(value=HERS).state == "active"
    assert Address.objects.get(value="alice@sign-in.example").state == "off"


@pytest.mark.parametrize(
    "facts", [{"permanent": False}, {"recipient": "bob@example.com"}, {"delivery_id": "cod_1"}]
)
def test_it_takes_and_forgets_what_changes_nothing(
    client: Client, sent: Delivery, facts: dict[str, Any]
):
    assert report(client, sent, **facts) == 202
    assert state(sent)[0] == "sent"
    assert Address.objects.get(value=HERS).state == "active"


def test_it_asks_to_come_again_while_the_try_is_not_written_down(client: Client, sent: Delivery):
    Delivery.objects.filter(pk=sent.pk).update(state="waiting", lease_holder="0" * 32)
    assert report(client, sent) == 503
    assert Address.objects.get(value=HERS).state == "active"


def test_it_hears_from_the_box_what_came_back_later(
    box_worker: Server, site: Server, control: Control
):
    box_worker.start()
    happenings.reachable("email")
    Address.objects.filter(value=HERS).update(value="late-bounce@example.com")
    delivery = the("email", happenings.told())
    send("email")
    assert state(delivery)[0] == "sent"
    assert eventually(lambda: state(delivery) == ("dead", "bounced"), 20)
    assert len(control.outbox("late-bounce@example.com")) == 1


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"type": "delivery.failed"},
        {"type": 5, "data": {}},
        {"type": "delivery.failed", "data": {"permanent": "yes", "reason": "bounced"}},
        {"type": "delivery.failed", "data": {"permanent": True, "reason": "tired"}},
        {
            "type": "delivery.failed",
            "data": {"permanent": True, "reason": "bounced", "delivery_id": 5},
        },
    ],
)
def test_it_refuses_what_is_no_report(client: Client, body: Any):
    assert post(client, body) == 400


def test_it_believes_nobody_who_does_not_sign(client: Client, sent: Delivery, settings: Any):
    told = {"type": "delivery.failed", "data": {"delivery_id": sent.public_id, "permanent": True}}
    assert post(client, told, settings.HOOK_SECRETS[0]) == 401
    assert client.post(PATH, spelt(told), content_type="application/json").status_code == 401
    settings.DELIVERY_REPORT_SECRETS = []
    assert report(client, sent) == 401
    assert state(sent)[0] == "sent"
