"""Whatever comes at once or dies midway: an instruction has one effect, and the truth is told."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.conf import settings
from django.test import Client
from lxml import html

from selfcare.instructions.models import AuditEntry, Instruction, State
from tests.conftest import NewInstances
from tests.support.control import Control, Person
from tests.support.servers import Server
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


class Browser:
    """A signed-in person's cookies, for speaking to any instance."""

    def __init__(self, client: Client) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=100)
        self.session.mount("http://", adapter)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.session.cookies.set(settings.SESSION_COOKIE_NAME, key)

    def form(self, server: Server, path: str) -> dict[str, str]:
        """The fields of the page's form as the server filled them in."""
        page = self.session.get(f"{server.url}{path}", timeout=10)
        assert page.status_code == 200, page.text[:500]
        forms = [form for form in html.fromstring(page.text).forms if "intent" in form.fields]
        return {name: value or "" for name, value in forms[0].form_values()}

    def post(self, server: Server, path: str, fields: dict[str, str]) -> requests.Response:
        return self.session.post(
            f"{server.url}{path}", data=fields, allow_redirects=False, timeout=15
        )


@pytest.fixture
def browser(transactional_db: None, signed_in: SignedIn, alice: Person) -> Iterator[Browser]:
    client, _ = signed_in(alice)
    browser = Browser(client)
    yield browser
    browser.session.close()


@pytest.fixture
def running_worker(worker: Server) -> Server:
    """A real worker on the test's database."""
    worker.start()
    return worker


def settled(instruction_id: object, *, within_seconds: float) -> Instruction:
    """The instruction once it isn't open any more."""
    until = time.monotonic() + within_seconds
    while True:
        instruction = Instruction.objects.get(pk=instruction_id)
        if not instruction.is_open:
            return instruction
        assert time.monotonic() < until, f"still {instruction.state}"
        time.sleep(0.1)


def test_a_hundred_posts_at_once_over_two_instances_have_one_effect(
    instances: NewInstances, browser: Browser, control: Control, alice: Person
) -> None:
    first, second = instances(2)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = {**browser.form(first, path), "reason": "changed_mind"}
    start = threading.Barrier(100)

    def post(number: int) -> int:
        start.wait()
        return browser.post((first, second)[number % 2], path, fields).status_code

    with ThreadPoolExecutor(100) as pool:
        statuses = list(pool.map(post, range(100)))
    assert set(statuses) == {303}
    assert len(control.effects(alice, "transaction.cancelled")) == 1
    instruction = Instruction.objects.get(transaction_id=made["id"])
    assert instruction.state == State.DONE


def test_a_killed_instance_leaves_the_truth_to_the_worker(
    instances: NewInstances,
    browser: Browser,
    control: Control,
    alice: Person,
    running_worker: Server,
) -> None:
    """Killed after the service has committed and before we have stored its answer."""
    (server,) = instances(1)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = {**browser.form(server, path), "reason": "changed_mind"}
    # The effect is committed, and the answer comes byte by byte: time enough to be killed.
    control.fault("cancel", "drip", sub=alice.sub, ms=300, count=1)

    def post() -> None:
        with pytest.raises(requests.ConnectionError):
            browser.post(server, path, fields)

    poster = threading.Thread(target=post)
    poster.start()
    while not control.effects(alice, "transaction.cancelled"):
        time.sleep(0.05)
    instruction = Instruction.objects.get(transaction_id=made["id"])
    server.stop(kill=True)
    killed_at = time.monotonic()
    assert instruction.state == State.SENDING
    poster.join()
    instruction = settled(instruction.pk, within_seconds=10)
    assert instruction.state == State.DONE
    assert time.monotonic() - killed_at < 10
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_a_cut_answer_is_unknown_and_then_known(
    instances: NewInstances,
    browser: Browser,
    control: Control,
    alice: Person,
    running_worker: Server,
) -> None:
    (server,) = instances(1)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = {**browser.form(server, path), "reason": "changed_mind"}
    control.fault("cancel", "cut_after_commit", sub=alice.sub, count=1)
    answer = browser.post(server, path, fields)
    assert answer.status_code == 303
    instruction = settled(Instruction.objects.get(transaction_id=made["id"]).pk, within_seconds=10)
    assert instruction.state == State.DONE
    names = set(AuditEntry.objects.filter(instruction=instruction).values_list("name", flat=True))
    assert names == {"instruction.claimed", "instruction.unknown", "instruction.done"}
    assert len(control.effects(alice, "transaction.cancelled")) == 1


def test_what_never_arrived_is_told_as_not_done(
    instances: NewInstances,
    browser: Browser,
    control: Control,
    alice: Person,
    running_worker: Server,
) -> None:
    (server,) = instances(1)
    made = control.add_transaction(alice)
    path = f"/transactions/{made['id']}/cancellations/new/"
    fields = {**browser.form(server, path), "reason": "changed_mind"}
    control.fault("cancel", "cut_before", sub=alice.sub, count=1)
    assert browser.post(server, path, fields).status_code == 303
    instruction = settled(Instruction.objects.get(transaction_id=made["id"]).pk, within_seconds=10)
    assert instruction.state == State.NOT_DONE
    assert instruction.code == "never_arrived"
    assert control.effects(alice, "transaction.cancelled") == []


def test_a_worker_that_is_told_to_stop_stops_at_once(running_worker: Server) -> None:
    child = running_worker.child
    assert child is not None
    child.send_signal(signal.SIGTERM)
    assert child.wait(5) == 0
