"""Clock, scenarios and reset: put forward, run, watched, replayed, written, and begun anew."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from selfcare.clients import sandbox_api
from selfcare.merchant.scenario_shapes import Runs
from tests.merchant.conftest import Desk
from tests.merchant.forms import fields_of, send
from tests.support.servers import Server


@pytest.fixture
def working(box_worker: Server) -> Server:
    box_worker.start()
    return box_worker


def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
    return found


def arrived(desk: Desk) -> str:
    """The clock's page once it has come to where it was put."""
    page = desk.page("clock/")
    return "" if "On its way" in page else page


def post_of(desk: Desk, path: str, action: str) -> Any:
    """Press the button whose form goes to an address that ends like this."""
    forms = html.fromstring(desk.page(path)).xpath("//main//form")
    (form,) = [form for form in forms if (form.action or "").endswith(action)]
    answer = desk.client.post(form.action, dict(form.form_values()))
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"].removeprefix(desk.at())


def test_the_clock_goes_forward_and_shows_it(mia: Desk, working: Server) -> None:
    assert "It is the real time" in mia.page("clock/")
    answer = send(mia, "clock/", count="3", unit="days")
    assert answer.status_code == 303
    page = until(lambda: arrived(mia))
    assert "3 d 0 h 0 min ahead of the real time" in page
    assert "Put forward before" in page


def test_while_it_is_on_its_way_the_page_says_so(mia: Desk) -> None:
    """Without a worker nothing happens, and a second one is refused."""
    send(mia, "clock/", count="1", unit="hours")
    page = mia.page("clock/")
    assert "On its way" in page
    assert "hx-get" in page
    again = send(mia, "clock/", count="1", unit="hours")
    assert again.status_code == 422
    assert "on its way" in again.content.decode()
    part = mia.client.get(mia.at("clock/"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "On its way" in part


@pytest.mark.parametrize(
    ("count", "unit", "told"),
    [
        ("", "days", "Say how far"),
        ("0", "days", "by a minute at least"),
        ("-1", "days", "by a minute at least"),
        ("367", "days", "366 days at once"),
        ("1.5", "days", "A whole number"),
    ],
)
def test_it_says_what_is_wrong_with_a_span(mia: Desk, count: str, unit: str, told: str) -> None:
    answer = send(mia, "clock/", count=count, unit=unit)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_a_scenario_is_run_watched_and_replayed(mia: Desk, working: Server) -> None:
    assert "Refunded twice at once" in mia.page("scenarios/")
    path = post_of(mia, "scenarios/", "refunded-twice-at-once/runs/new/")

    def over(path: str) -> Callable[[], str]:
        return lambda: page if "ended as written" in (page := mia.page(path)) else ""

    page = until(over(path))
    assert "Two full refunds at once" in page
    assert "amount_exceeds_refundable" in page
    replayed = post_of(mia, path, "replays/new/")
    assert "the same as the run that it replays" in until(over(replayed))
    listed = mia.page("scenarios/refunded-twice-at-once/")
    assert listed.count("Ended as written") == 2
    assert "a replay" in listed


def test_the_same_form_sent_twice_begins_one_run(mia: Desk) -> None:
    (form,) = [
        form
        for form in html.fromstring(mia.page("scenarios/")).xpath("//main//form")
        if "paid-in-time" in form.action
    ]
    first, second = (mia.client.post(form.action, dict(form.form_values())) for _ in range(2))
    assert first["Location"] == second["Location"]
    page = mia.page(first["Location"].removeprefix(mia.at()))
    assert "In line" in page
    assert "0 of 4 steps" in page


def test_older_runs_are_behind_the_latest(mia: Desk) -> None:
    assert "No run yet" in mia.page("runs/")
    post_of(mia, "scenarios/", "paid-in-time/runs/new/")
    older = post_of(mia, "scenarios/", "refunded-twice-at-once/runs/new/")
    newest = post_of(mia, "scenarios/", "paid-in-time/runs/new/")
    assert mia.at("runs/") in mia.page("scenarios/")
    assert mia.at("runs/?scenario=paid-in-time") in mia.page("scenarios/paid-in-time/")
    ours = mia.page("runs/?scenario=paid-in-time")
    assert newest in ours
    assert older not in ours
    runs = f"/merchants/{mia.merchant}/runs"
    first = sandbox_api.read("runs", Runs, mia.person.sub, runs, [("limit", "1")])
    page = mia.page(f"runs/?cursor={first.next_cursor}")
    assert older in page
    assert newest not in page
    assert "Back to the newest" in page
    assert "makes no sense" in mia.page("runs/?cursor=x", status=400)


def test_a_script_of_ones_own_says_what_is_wrong_and_is_kept_when_right(mia: Desk) -> None:
    fields = fields_of(mia.page("scenarios/new/?from=paid-in-time"))
    assert 'do = "confirm"' in fields["text"]
    wrong = fields["text"].replace("amount_minor = 6490", "amount_minor = 0", 1)
    refused = mia.client.post(mia.at("scenarios/new/"), {**fields, "text": wrong})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Step 1 (ask), amount_minor" in page
    kept = mia.client.post(mia.at("scenarios/new/"), fields_of(page, text=fields["text"]))
    assert kept.status_code == 303, kept.content.decode()
    path = kept["Location"].removeprefix(mia.at())
    assert "Paid in time" in mia.page(path)
    renamed = fields["text"].replace('name = "Paid in time"', 'name = "Mine <b>"')
    assert send(mia, path + "changes/new/", text=renamed).status_code == 303
    assert "Mine &lt;b&gt;" in mia.page("scenarios/")
    assert send(mia, path + "removals/new/").status_code == 303
    assert mia.client.get(mia.at(path)).status_code == 404


def test_magic_values_stand_in_a_table(mia: Desk) -> None:
    page = mia.page("scenarios/magic-values/")
    assert "11101" in page
    assert "AC04" in page


def test_a_reset_begins_a_fresh_world(mia: Desk, working: Server) -> None:
    send(mia, "clock/", count="2", unit="hours")
    assert "ahead of the real time" in until(lambda: arrived(mia))
    rows = html.fromstring(mia.page("reset/")).xpath("//dl/div")
    told = {row[0].text_content(): row[1].text_content() for row in rows}
    assert told["Times the clock was put forward"] == "1"
    assert told["Runs of scenarios"] == told["Refunds"] == "0"
    answer = send(mia, "reset/")
    assert answer.status_code == 303, answer.content.decode()
    assert "It is the real time" in mia.page("clock/")


def test_a_viewer_looks_and_has_no_buttons(at_desk: Callable[..., Desk], mia: Desk) -> None:
    viewer = at_desk("viewer")
    for path in ("clock/", "scenarios/", "scenarios/paid-in-time/"):
        assert not html.fromstring(viewer.page(path)).xpath("//main//form"), path
    viewer.page("reset/", status=403)
    viewer.page("scenarios/new/", status=403)
    fields = fields_of(mia.page("clock/"), count="1", unit="days")
    assert viewer.client.post(viewer.at("clock/"), fields).status_code == 403


def test_a_run_can_go_to_the_merchants_own_endpoints(mia: Desk, working: Server) -> None:
    """Here they have none: nothing is sent, and it ends the same."""
    page = html.fromstring(mia.page("scenarios/paid-in-time/"))
    (form,) = page.xpath("//main//form[.//input[@name='to_endpoints']]")
    answer = mia.client.post(form.action, dict(form.form_values()))
    path = answer["Location"].removeprefix(mia.at())
    until(lambda: "ended as written" in mia.page(path))
    assert "Sent to your endpoints as well" not in mia.page(path)
