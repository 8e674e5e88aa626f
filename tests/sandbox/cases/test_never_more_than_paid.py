"""Whatever comes at once, no more comes back than was paid, and each answer counts once."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import IntegrityError
from django.db import transaction as database

from sandbox import clock
from sandbox.control import making
from sandbox.transactions.models import Transaction
from tests.sandbox.running import Box, Platform, new_key

KINDS = ("refund-requests", "disputes", "fraud-reports")


@pytest.fixture(scope="module")
def twin(running_box: Box) -> Iterator[str]:
    """A second process on the same database: only the database can keep the two apart."""
    other = running_box.twin()
    other.serve()
    yield other.url
    other.stop()


def say(
    platform: Platform, case_id: str, word: str, *, at: str = "", **facts: object
) -> requests.Response:
    with requests.Session() as session:
        return session.post(
            f"{at or platform.url}/control/cases/{case_id}/answer",
            json={"answer": word, **facts},
            timeout=60,
        )


@pytest.mark.parametrize("number", range(4))
def test_three_yeses_at_once_bring_the_money_back_once(
    platform: Platform, twin: str, number: int
) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="completed")
    for resource in KINDS:
        row = platform.open_case(sub, row, resource).json()["transaction"]
    cases = [case["id"] for case in row["cases"]]
    rng = random.Random(number)
    wanted = [
        (case, rng.choice(("accept", "partly")), where)
        for case in cases
        for where in (platform.url, twin)
        for _ in range(3)
    ]
    rng.shuffle(wanted)

    def send(one: tuple[str, str, str]) -> requests.Response:
        return say(platform, one[0], one[1], at=one[2], amount_minor=4000)

    with ThreadPoolExecutor(len(wanted)) as pool:
        answers = list(pool.map(send, wanted))
    assert {answer.status_code for answer in answers} <= {200, 400, 409}
    after = platform.get(f"{sub}/transactions/{row['id']}").json()
    granted = [platform.get(f"{sub}/cases/{case}").json()["granted_minor"] for case in cases]
    back = [one["amount_minor"] for one in after["linked"]]
    assert 0 < after["refunded_minor"] == sum(back) == sum(granted) <= 6490
    assert platform.balance(sub) == (93_510 + sum(back),) * 2
    assert platform.control("GET", "ledger") == {"wrong": []}


def test_a_double_answer_counts_once(platform: Platform) -> None:
    sub = platform.person()
    row = platform.transaction(sub, status="completed")
    case = platform.open_case(sub, row, "refund-requests", amount_minor=1000).json()["id"]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: say(platform, case, "accept"), range(12)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 11]
    assert platform.get(f"{sub}/transactions/{row['id']}").json()["refunded_minor"] == 1000


@pytest.mark.parametrize("resource", [*KINDS, "inquiries"])
def test_of_many_openings_at_once_one_wins(platform: Platform, resource: str) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub, status="completed")

    def send(number: int) -> requests.Response:
        with requests.Session() as session:
            own = key if number % 2 else new_key()
            return platform.open_case(sub, row, resource, key=own, session=session)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(platform.get(f"{sub}/cases").json()["data"]) == 1


def test_an_answer_and_a_withdrawal_at_once_leave_one_end(platform: Platform) -> None:
    sub = platform.person()
    for _ in range(5):
        row = platform.transaction(sub, status="completed", amount_minor=100)
        case = platform.open_case(sub, row, "disputes").json()["id"]
        with ThreadPoolExecutor(2) as pool:
            yes = pool.submit(say, platform, case, "accept")
            away = pool.submit(platform.follow, sub, case, "withdrawals", {})
        told = platform.get(f"{sub}/cases/{case}").json()
        back = platform.get(f"{sub}/transactions/{row['id']}").json()["refunded_minor"]
        assert (told["state"], back) in {("accepted", 100), ("withdrawn", 0)}
        assert (yes.result().status_code == 200) != (away.result().status_code == 201)


@pytest.mark.parametrize("resource", ["disputes", "inquiries"])
def test_a_lost_answer_can_be_asked_for(platform: Platform, resource: str) -> None:
    sub, key = platform.person(), new_key()
    row = platform.transaction(sub, status="completed")
    operation = {"disputes": "dispute", "inquiries": "inquiry"}[resource]
    fault = {"operation": operation, "mode": "cut_after_commit", "sub": sub, "count": 1}
    platform.control("POST", "faults", fault)
    with pytest.raises(requests.ConnectionError):
        platform.open_case(sub, row, resource, key=key)
    outcome = platform.get(f"{sub}/outcomes/{key}").json()
    assert (outcome["operation"], outcome["status"]) == (operation, 201)
    again = platform.open_case(sub, row, resource, key=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == outcome["body"]
    assert len(platform.get(f"{sub}/cases").json()["data"]) == 1


@pytest.mark.django_db
def test_the_database_stands_behind_it() -> None:
    person = making.person({"email": "ada@example.com", "name": "Ada"}, clock.now())
    facts = {"amount_minor": 100, "currency": "EUR", "status": "completed"}
    row = making.transaction(person, facts, clock.now())
    with pytest.raises(IntegrityError), database.atomic():
        Transaction.objects.filter(pk=row.pk).update(refunded_minor=101)
    with pytest.raises(IntegrityError), database.atomic():
        Transaction.objects.filter(pk=row.pk).update(refunded_minor=-1)
