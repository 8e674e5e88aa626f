"""Refund requests of the first release are cases afterwards, under the same ids."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.running import ROOT, Box

BEFORE = """
import django
django.setup()
from datetime import timedelta
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from sandbox import ids
executor = MigrationExecutor(connection)
executor.migrate([("transactions", "0004_search_statistics"), ("control", "0001_initial")])
apps = executor.loader.project_state(
    [("transactions", "0004_search_statistics"), ("ledger", "0001_initial")]).apps
make = lambda model, /, **facts: apps.get_model(*model.split(".")).objects.create(**facts)
now = timezone.now()
ada = make("people.Person", sub="usr_ada", email="ada@example.com", name="Ada North")
own = make("ledger.Account", public_id="acc_a", kind="person", person=ada, currency="EUR", name="A")
shop = make("people.Merchant", public_id="mer_a", name="Shop", legal_name="Shop Ltd")
for state, back in (("open", 0), ("accepted", 500), ("partly_accepted", 200), ("declined", 0)):
    payment = make(
        "transactions.Transaction", id=ids.uuid7(now), person=ada, account=own, peer=own,
        merchant=shop, kind="payment", direction="out", status="completed", amount_minor=1000,
        currency="EUR", refunded_minor=back, counterparty_kind="merchant",
        counterparty_name="Shop", completed_at=now)
    asked = make(
        "transactions.RefundRequest", id=ids.uuid7(now), transaction=payment, state=state,
        amount_minor=500, currency="EUR", reason="other", message="Please.",
        created_at=now - timedelta(days=3), respond_by=now + timedelta(days=7))
    payment.refund_request = asked
    payment.save()
    if state != "open":
        make("transactions.TransactionEvent", transaction=payment, at=now,
             name=f"refund_request.{state}", actor_kind="merchant", actor_name="Shop")
"""
AFTER = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from sandbox import clock
from sandbox.cases import contract, wire
from sandbox.cases.models import Case
from sandbox.transactions.models import Transaction
granted = {"open": 0, "accepted": 500, "partly_accepted": 200, "declined": 0}
assert {case.state: case.granted_minor for case in Case.objects.all()} == granted
for row in Transaction.objects.all():
    case = row.refund_request
    assert case and case.transaction == row and case.person == row.person, row
    assert row.open_cases == ("refund_request" if case.is_open else "")
    assert case.is_open == (case.due_at is not None)
    told = [event.name for event in case.events.order_by("at")]
    assert told == ["case.opened", *([f"case.{case.state}"] if not case.is_open else [])]
    contract.Case.model_validate(wire.case(case, clock.now()))
"""


def test_it_keeps_every_refund_request(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    box = Box(tmp_path)
    request.addfinalizer(box.drop)
    for code in (BEFORE, AFTER):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=box.environment, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
