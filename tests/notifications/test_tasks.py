"""Workers that carry deliveries by our own tables or by RabbitMQ: the same tests prove both."""

import sys
from collections.abc import Callable, Iterator

import pytest

from selfcare.notifications.models import Attempt, Delivery
from selfcare.notifications.tasks import broker
from tests.notifications import happenings
from tests.notifications.post import HERS, arrived, eventually, the
from tests.support import rabbit, servers
from tests.support.control import Control
from tests.support.servers import Server

pytestmark = pytest.mark.django_db(transaction=True)

type NewWorker = Callable[..., Server]


@pytest.fixture(scope="module")
def rabbit_url() -> Iterator[str]:
    if not rabbit.find():
        pytest.skip("rabbitmq-server is not installed")
    node = rabbit.Rabbit()
    yield node.url
    node.remove()


@pytest.fixture(params=["database", "celery"])
def new_worker(
    request: pytest.FixtureRequest, box_worker: Server, test_database_url: str
) -> Iterator[NewWorker]:
    """Workers that carry tasks by this backend, on the test's database; not yet started."""
    env = {"TASKS_BACKEND": request.param, "SENDING_LEASE_SECONDS": "3"}
    if request.param == "celery":
        # A channel that is off needs no process of Celery's: mails are enough here.
        env |= {"SMS_URLS": "", "SMS_TOKENS": "", "VAPID_PRIVATE_KEY": ""}
        env["BROKER_URL"] = request.getfixturevalue("rabbit_url")
    box_worker.start()
    running: list[Server] = []

    def make(**more: str) -> Server:
        one = servers.new_worker(test_database_url, **env, **more)
        running.append(one)
        return one

    yield make
    for one in running:
        one.remove()


def told(count: int) -> list[Delivery]:
    """So many mails to as many people."""
    made = []
    for number in range(count):
        subject = f"usr_{number}"
        happenings.reachable("email", subject=subject)
        notification = happenings.told(subject=subject, object_id=f"txn_{number}")
        made.append(the("email", notification))
    return made


def all_sent() -> bool:
    return not Delivery.objects.exclude(channel="in_app").filter(state="waiting").exists()


def test_it_sends_what_is_due(new_worker: NewWorker, control: Control):
    happenings.reachable("email")
    delivery = the("email", happenings.told())
    new_worker().start()
    assert len(arrived(control, HERS, 1)) == 1
    assert eventually(all_sent)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("sent", 1)


def test_it_shares_the_work_and_sends_each_once(new_worker: NewWorker, control: Control):
    told(60)
    for worker in (new_worker(), new_worker()):
        worker.start()
    assert eventually(all_sent)
    assert len(control.outbox(channel="mail", limit=200)) == 60
    assert Attempt.objects.count() == 60


def test_it_finishes_what_it_holds_when_told_to_stop(new_worker: NewWorker, control: Control):
    control.fault("smtp", "latency", ms=1500)
    told(3)
    worker = new_worker()
    worker.start()
    assert eventually(lambda: Delivery.objects.exclude(lease_holder__in=["", "carried"]).exists())
    worker.stop()
    taken = Delivery.objects.filter(state="sent", channel="email").count()
    assert taken >= 1
    assert Attempt.objects.filter(outcome="sent").count() == taken
    # Nothing is held by the dead: whoever comes next begins at once.
    assert not Delivery.objects.exclude(lease_holder__in=["", "carried"]).exists()


def test_it_goes_on_where_a_killed_worker_left_off(new_worker: NewWorker, control: Control):
    control.fault("smtp", "latency", ms=1500)
    (delivery,) = told(1)
    first = new_worker()
    first.start()
    # It is at the provider, who takes it, and nobody is left to write that down.
    assert eventually(lambda: Delivery.objects.exclude(lease_holder__in=["", "carried"]).exists())
    first.stop(kill=True)
    control.clear_faults()
    new_worker().start()
    assert eventually(all_sent)
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    # The mailbox knows it again by its Message-ID, whether it came once or twice.
    assert len(control.outbox("usr_0@example.com")) == 1


@pytest.mark.parametrize(
    "path", ["this.poem", "selfcare.notifications.tasks.this.poem", "selfcare.notifications.tasks"]
)
def test_it_imports_nothing_that_a_message_names_but_our_tasks(path: str):
    sys.modules.pop("this", None)
    with pytest.raises(TypeError, match="no task of ours"):
        broker.run(path, ["x"])
    assert "this" not in sys.modules


def test_it_calls_nothing_of_ours_that_is_no_task():
    with pytest.raises(TypeError, match="no task of ours"):
        broker.run("selfcare.notifications.tasks.task", ["x"])
