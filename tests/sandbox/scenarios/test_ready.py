"""The ten ready scenarios: each ends as it is written, and the same each time."""

import json
import socket
import time

import pytest
from pytest_django import Settings

from sandbox.control import making
from sandbox.events.models import Event
from sandbox.ledger.journal import verify_ledger
from sandbox.ledger.models import Account, Entry
from sandbox.merchant_api import keys
from sandbox.people.models import Merchant, Person
from sandbox.scenarios import echoing, ready, running
from sandbox.scenarios.models import Run
from sandbox.transactions.models import IdempotencyKey, Transaction
from sandbox.webhooks import endpoints
from sandbox.webhooks.models import MerchantEvent
from sandbox.worlds.models import World
from tests.sandbox.webhooks import hooks

# Two refunds at once are two connections, which see what is committed alone.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def merchant() -> Merchant:
    shop = making.opened_shop("Tandem Bikes")
    keys.make(shop, name="Till", scope="write")
    return shop


def played(run: Run) -> Run:
    assert running.round_once() == 1
    return Run.objects.select_related("merchant").get(pk=run.pk)


def test_there_are_ten_of_them() -> None:
    assert len(ready.all_ready()) == 10
    assert list(ready.all_ready()) == list(ready.texts())
    for wanted in ("paid-after-expiry", "refunded-twice-at-once", "dispute-lost"):
        assert wanted in ready.all_ready()
    assert "webhook-endpoint-down" in ready.all_ready()


@pytest.mark.parametrize("id_", list(ready.all_ready()))
def test_it_ends_as_written_and_twice_the_same(id_: str, merchant: Merchant) -> None:
    script = ready.all_ready()[id_]
    first = played(running.ask(merchant, script))
    assert (first.state, first.problem) == ("passed", "")
    again = played(running.replay(first))
    assert again.replay_of == first
    assert first.digest == again.digest != ""
    assert json.loads(first.outcome) == json.loads(again.outcome)
    # The stage is struck: nothing of it is left, and nobody else was touched.
    assert (Merchant.objects.count(), Person.objects.count()) == (1, 0)
    for model in (Transaction, World, MerchantEvent, Event, IdempotencyKey, Entry):
        assert not model.objects.exists(), model
    assert set(Account.objects.values_list("balance_minor", flat=True)) <= {0}
    assert verify_ledger() == []


def test_its_webhooks_reach_the_merchants_own_endpoint_too(
    merchant: Merchant, settings: Settings
) -> None:
    """As often and in the order that the script says; one that fails gets no more, and keeps
    nobody waiting. How the run ends has nothing to do with it."""
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset({"127.0.0.1:*"})
    script = ready.all_ready()["webhooks-twice-and-in-disorder"]
    with hooks.serving() as good, hooks.serving(hooks.says(500)) as bad:
        made = endpoints.make(merchant, url=good.url, types=["*"])
        endpoints.make(merchant, url=bad.url, types=["*"])
        run = played(running.ask(merchant, script, echo=True))
        plain = played(running.ask(merchant, script))
    assert (run.state, run.digest) == ("passed", plain.digest)
    assert good.sequences == [4, 4, 3, 3, 2, 2, 1, 1]
    assert all(got.verified_by(made.secret) for got in good.got)
    assert len({got.headers["webhook-id"] for got in good.got}) == 4
    assert len(bad.got) == 1
    told = [(one["sent"], one["stopped"]) for one in json.loads(run.echoed)]
    assert told == [(8, None), (0, "answered 500")]
    assert json.loads(plain.echoed) == []


def test_endpoints_that_take_their_time_hold_no_run_up(
    merchant: Merchant, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others' runs wait for it: who takes each one slowly gets a few, and no more."""
    settings.SANDBOX_WEBHOOK_PRIVATE_HOSTS = frozenset({"127.0.0.1:*"})
    monkeypatch.setattr(echoing, "SECONDS", 0.3)
    script = ready.all_ready()["webhooks-twice-and-in-disorder"]

    def slowly(wire: socket.socket) -> None:
        time.sleep(0.2)
        hooks.says(204)(wire)

    with hooks.serving(slowly) as slow:
        endpoints.make(merchant, url=slow.url, types=["*"])
        run = played(running.ask(merchant, script, echo=True))
    assert run.state == "passed"
    assert [(one["sent"], one["stopped"]) for one in json.loads(run.echoed)] == [(2, "timed_out")]
