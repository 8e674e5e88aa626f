"""Scripts of one's own: what is wrong is said with its place, and what isn't so ends the run."""

import json

import pytest
from django.db.models import ProtectedError
from pytest_django import Settings

from sandbox import clock
from sandbox.control import making
from sandbox.merchant_api import keys
from sandbox.people.models import Merchant, Person
from sandbox.problems import ProblemError
from sandbox.scenarios import owned, ready, running, script, stage
from sandbox.scenarios.models import Run
from sandbox.transactions.models import Transaction

HEAD = 'id = "mine"\nname = "Mine"\ntells = "Mine alone."\n'
ASK = '[[steps]]\nname = "Ask"\ndo = "ask"\nnamed = "order"\namount_minor = 100\n'
END = '[end]\nstates.order = { status = "action_required" }\n'


def errors_of(text: str) -> list[str]:
    with pytest.raises(script.ScriptError) as caught:
        script.read(text)
    return caught.value.errors


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id =", "It can't be read"),
        ("{", "It can't be read"),
        ("[" * 10_000, "It can't be read"),
        ('{"a":' * 3000, "It "),
        (HEAD + END, "steps: Field required"),
        (HEAD + ASK, "end: Field required"),
        (HEAD + ASK.replace("100", "0") + END, "Step 1 (ask), amount_minor:"),
        (HEAD + ASK.replace("100", '"1"') + END, "Step 1 (ask), amount_minor:"),
        (HEAD + ASK.replace('"ask"', '"pay"') + END, "Step 1"),
        (HEAD + ASK + 'lasts = "1 week"\n' + END, "Step 1 (ask), lasts: must be a span"),
        (HEAD + ASK + "colour = 1\n" + END, "Step 1 (ask), colour:"),
        (HEAD + ASK + ASK + END, "Step 2 (ask): order is the name of something else."),
        (HEAD + '[[steps]]\nname="x"\ndo="confirm"\nof="order"\n' + END, "there is no order yet"),
        (HEAD + ASK + '[[steps]]\nname="x"\ndo="open"\nof="order"\nby="bo"\n' + END, "customer bo"),
        (HEAD + ASK + '[[steps]]\nname="x"\ndo="wait"\nspan="999d"\n' + END, "two years"),
        (HEAD + ASK + '[[steps]]\nname="x"\ndo="wait"\nspan="700d"\n' * 2 + END, "two years"),
        ("x" * 30_000, "20,000 characters"),
        # What could be read and run, but never be written down: such a run would never end.
        (HEAD + ASK + '[end]\n"a\\u0000b" = 1\n', "NUL or half a character"),
        (HEAD + ASK + END + 'a = ["\\u0000"]\n', "NUL or half a character"),
        (json.dumps({"end": {"a": "\ud800"}}), "NUL or half a character"),
        (json.dumps({"\ud800": 1}), "NUL or half a character"),
        (f'{{"end": {{"a": {"[" * 900}{"]" * 900}}}}}', "nested too deeply"),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, told: str) -> None:
    assert any(told in error for error in errors_of(text)), errors_of(text)


def test_json_says_the_same_as_toml() -> None:
    found = script.read(ready.texts()["webhook-endpoint-down"])
    assert script.read(json.dumps(script.as_facts(found))) == found


@pytest.fixture
def merchant(db: None) -> Merchant:
    shop = making.opened_shop("Tandem Bikes")
    keys.make(shop, name="Till", scope="write")
    return shop


def played(merchant: Merchant, text: str) -> Run:
    run = running.ask(merchant, script.read(text))
    assert running.round_once() == 1
    run.refresh_from_db()
    assert not Merchant.objects.filter(public_id=run.stage).exists()
    return run


def test_an_end_that_didnt_come_is_told(merchant: Merchant) -> None:
    run = played(merchant, HEAD + ASK + '[end]\nstates.order = { status = "completed" }\n')
    assert run.state == "failed"
    assert run.problem == (
        'end.states.order.status should be "completed", and is "action_required"'
    )
    assert run.digest


def test_a_refusal_that_nobody_expected_ends_it(merchant: Merchant) -> None:
    step = '[[steps]]\nname = "x"\ndo = "refund"\nof = "order"\namount_minor = 1\n'
    run = played(merchant, HEAD + ASK + step + END)
    assert run.state == "failed"
    assert run.problem.startswith("Step 2: was refused, action_not_allowed")
    assert [line["state"] for line in json.loads(run.steps)] == ["done", "refused"]


def test_a_refusal_that_was_expected_and_didnt_come_ends_it_too(merchant: Merchant) -> None:
    step = '[[steps]]\nname = "x"\ndo = "open"\nof = "order"\nrefused = "unknown_handoff"\n'
    run = played(merchant, HEAD + ASK + step + END)
    assert "expected to be refused with unknown_handoff" in run.problem


def test_it_expects_on_the_way(merchant: Merchant) -> None:
    step = '[[steps]]\nname = "x"\ndo = "expect"\nof = "order"\nis = { status = "failed" }\n'
    run = played(merchant, HEAD + ASK + step + END)
    assert run.problem == "Step 2: order.status is 'action_required', not 'failed'"


def test_a_worker_that_died_left_nothing_that_matters(merchant: Merchant) -> None:
    """Another one begins anew, and it ends as it would have."""
    whole = played(merchant, ready.texts()["paid-in-time"])
    run = running.ask(merchant, ready.all_ready()["paid-in-time"])
    Run.objects.filter(pk=run.pk).update(state="running", holder="somebody who died")
    here = stage.set_up(run, ready.all_ready()["paid-in-time"])
    making.transaction(
        here.people["ada"],
        {"merchant": run.stage, "amount_minor": 500, "currency": "EUR", "status": "completed"},
        here.now,
    )
    assert Transaction.objects.count() == 1
    assert running.round_once() == 1
    run.refresh_from_db()
    assert (run.state, run.digest) == ("passed", whole.digest)
    assert (Transaction.objects.count(), Merchant.objects.count()) == (0, 1)


def test_what_is_being_played_is_left_alone(merchant: Merchant) -> None:
    running.ask(merchant, ready.all_ready()["paid-in-time"])
    assert running.round_once() == 1
    assert running.round_once() == 0


def test_a_merchant_asks_for_a_few_at_once(merchant: Merchant) -> None:
    for _ in range(running.MOST_OPEN):
        running.ask(merchant, ready.all_ready()["paid-in-time"])
    with pytest.raises(ProblemError, match="at once"):
        running.ask(merchant, ready.all_ready()["paid-in-time"])


def test_scripts_are_the_merchants_own(merchant: Merchant) -> None:
    row = owned.keep(merchant, HEAD + ASK + END)
    other = making.opened_shop("Corner Shop")
    assert owned.find(merchant, row.wire_id) == row
    with pytest.raises(ProblemError, match="no such scenario"):
        owned.find(other, row.wire_id)
    with pytest.raises(ProblemError, match="can't be run"):
        owned.change(row, "id =")


WINNINGS = """
id = "winnings"
name = "Winnings"
tells = "Money to a customer, a payment called off, one that a bank is slow with, one by itself."

[[steps]]
name = "You pay out 20.00 EUR"
do = "ask"
named = "prize"
kind = "payout"
amount_minor = 2000

[[steps]]
name = "Ada takes it"
do = "confirm"
of = "prize"

[[steps]]
name = "You ask for a payment"
do = "ask"
named = "order"
amount_minor = 100

[[steps]]
name = "You call it off"
do = "call_off"
of = "order"

[[steps]]
name = "Too late to call it off twice"
do = "call_off"
of = "order"
refused = "action_not_allowed"

[[steps]]
name = "You ask for an amount that takes two days"
do = "ask"
named = "slow"
amount_minor = 11107

[[steps]]
name = "Ada agrees"
do = "confirm"
of = "slow"

[[steps]]
name = "You ask for one that a test customer disputes"
do = "ask"
named = "disputed"
amount_minor = 500
reference = "magic-disputes"

[[steps]]
name = "Three days"
do = "wait"
span = "3d"

[[steps]]
name = "It is no step that a platform knows"
do = "advance"
of = "slow"
to = "processing"
refused = "illegal_step"

[end]
states.prize = { status = "completed", amount_minor = 2000 }
states.order = { status = "cancelled", at = "0s" }
states.slow = { status = "completed", at = "2d" }
states.disputed = { status = "completed" }
merchant.EUR = 9607
customers.ada.EUR = 90893
webhooks = { missing = 0, waiting = 0 }
"""


def test_it_plays_what_the_ready_ones_dont(merchant: Merchant) -> None:
    run = played(merchant, WINNINGS)
    assert (run.state, run.problem) == ("passed", "")
    assert "dispute.opened" in run.outcome
    # The test customer too was there for this run alone.
    assert not Person.objects.exists()


def test_what_time_does_by_itself_plays_no_part(merchant: Merchant, settings: Settings) -> None:
    """Where the box's merchants and banks answer by themselves, at random, a script's don't."""
    runs = []
    for seconds in (0, 20):
        settings.SANDBOX_ANSWER_SECONDS = seconds
        runs.append(played(merchant, ready.texts()["dispute-lost"]))
    assert [run.state for run in runs] == ["passed", "passed"]
    assert runs[0].digest == runs[1].digest


def test_a_run_that_kills_its_workers_ends(merchant: Merchant) -> None:
    run = running.ask(merchant, ready.all_ready()["paid-in-time"])
    Run.objects.filter(pk=run.pk).update(tries=running.MOST_TRIES, state="running")
    assert running.round_once() == 1
    run.refresh_from_db()
    assert (run.state, run.digest) == ("failed", "")
    assert "its worker died each time" in run.problem


def test_a_run_whose_stage_can_not_be_struck_ends(
    merchant: Merchant, caplog: pytest.LogCaptureFixture
) -> None:
    run = running.ask(merchant, ready.all_ready()["paid-in-time"])
    now = clock.now()
    ada = making.person({"email": "ada@example.com", "name": "Ada North"}, now)
    left = Merchant.objects.create(public_id=run.stage, name="Left", legal_name="Left")
    facts = {"status": "action_required", "currency": "EUR", "amount_minor": 100}
    payment = making.transaction(ada, facts, now)
    Transaction.objects.filter(pk=payment.pk).update(merchant=left)
    with pytest.raises(ProtectedError):
        running.round_once()
    Run.objects.filter(pk=run.pk).update(tries=running.MOST_TRIES, held_until=None)
    assert running.round_once() == 1
    assert running.round_once() == 0
    run.refresh_from_db()
    assert run.state == "failed"
    assert "run.stage_left" in caplog.text


def test_numbers_are_whole() -> None:
    assert errors_of(HEAD + ASK + "[end]\nmerchant.EUR = nan\n") == [
        "Numbers are whole: amounts are in the smallest unit."
    ]
