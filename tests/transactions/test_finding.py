"""Finding on the page: chips, contradictions, gone labels, order, totals, tabs, and what is new."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from selfcare.annotations import actions as annotating
from selfcare.transactions import finding
from selfcare.web.request import Person as SignedInPerson
from tests.support.control import Control, Person
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(signed_in: SignedIn, alice: Person) -> Client:
    return signed_in(alice)[0]


def names(page: str) -> list[str]:
    return [link.text_content() for link in html.fromstring(page).cssselect(".txn-who a")]


def chips(page: str) -> list[str]:
    found = html.fromstring(page).cssselect(".token > span")
    return [" ".join(chip.text_content().split()) for chip in found]


def errors(page: str) -> list[str]:
    found = html.fromstring(page).cssselect(".error")
    return [" ".join(one.text_content().split()) for one in found]


@pytest.fixture
def world(control: Control, alice: Person) -> None:
    done = {"status": "completed"}
    control.add_transaction(alice, **done, merchant="Nordlicht Books", amount_minor=2000,
                            merchant_reference="NB-1")  # fmt: skip
    control.add_transaction(alice, **done, merchant="Kaffeewerk", amount_minor=480)
    control.add_transaction(alice, counterparty_name="Carol", kind="transfer", amount_minor=4990,
                            status="processing", counterparty_iban="DE89370400440532013000",
                            remittance_information="last week")  # fmt: skip
    control.add_transaction(alice, **done, kind="deposit", counterparty_name="Employer",
                            amount_minor=200_000)  # fmt: skip
    control.add_transaction(alice, **done, merchant="Kaffeewerk", amount_minor=520,
                            created_at="2025-03-14T09:00:00Z")  # fmt: skip


@pytest.mark.parametrize(
    ("q", "found", "chip"),
    [
        ("49,90", ["Carol"], "amount 49.90"),
        (">49,90", ["Employer"], "amount over 49.90"),
        ("4..5", ["Kaffeewerk"], "amount from 4.00 to 5.00"),
        ("2025-03", ["Kaffeewerk"], "date March 2025"),
        ("14.3.2025", ["Kaffeewerk"], "date 14 March 2025"),
        ("booked:2025-03", ["Kaffeewerk"], "booked March 2025"),
        ("status:pending", ["Carol"], "status Pending"),
        ("merchant:nordlicht", ["Nordlicht Books"], "name nordlicht"),
        ("ref:nb-1", ["Nordlicht Books"], "reference nb-1"),
        ("iban:DE89 3704", ["Carol"], "IBAN DE89 3704"),
        ("in:", ["Employer"], "money in"),
        ("kind:transfer", ["Carol"], "kind Transfer"),
        ('"last week"', ["Carol"], "text last week"),
        ("kaffeewerk 2025", ["Kaffeewerk"], "text kaffeewerk"),
    ],
)
def test_it_finds_what_was_meant_and_says_how_it_understood(
    client: Client, world: None, q: str, found: list[str], chip: str
) -> None:
    page = client.get("/transactions/", {"q": q}).text
    assert names(page) == found
    assert chip in chips(page)


def test_taking_a_chip_away_takes_its_words_away(client: Client, world: None) -> None:
    page = client.get("/transactions/", {"q": "kaffeewerk >5 2025", "kind": "payment"}).text
    assert names(page) == ["Kaffeewerk"]
    links = html.fromstring(page).cssselect(".token a[aria-label]")
    assert [link.get("aria-label") for link in links] == [
        "Remove: text kaffeewerk",
        "Remove: amount over 5.00",
        "Remove: date 2025",
        "Remove: kind Payment",
    ]
    without = client.get(links[2].get("href")).text
    assert html.fromstring(without).cssselect("#q")[0].get("value") == "kaffeewerk >5"
    assert parse_qs(urlsplit(links[2].get("href")).query)["kind"] == ["payment"]


@pytest.mark.parametrize(
    ("query", "told", "rest"),
    [
        ("q=kaffeewerk+status:foo", "no status “foo”", ["Kaffeewerk", "Kaffeewerk"]),
        ("q=merchant:nordlicht+>100+<50", "No amount fits this", []),
        ("q=in:+out:", "Nothing goes in and out at once", ["Employer"]),
        ("q=-49,90+in:", "Nothing goes in and out at once", ["Carol"]),
        ("q=merchant:carol+merchant:books", "one name at a time", ["Carol"]),
        ("q=2025-03+2024-03", "No day lies in this", ["Kaffeewerk"]),
        ("q=label:holiday+employer", "You have no label “holiday”", ["Employer"]),
        ("kind=transfer&booked_from=2026-02-02&booked_until=2026-02-01", "Swap them", []),
        ("kind=transfer&booked_from=2026-02-31", "has no day 31", ["Carol"]),
        ("kind=transfer&at_least=50&at_most=10", "less than the least amount", []),
        ("kind=transfer&at_least=-5", "carry no sign", ["Carol"]),
        ("kind=transfer&at_most=99999999999999999999", "more money than there is", ["Carol"]),
        ("kind=transfer&direction=sideways", "isn’t a direction", ["Carol"]),
        ("kind=transfer&kind=bribe", "isn’t one of these", ["Carol"]),
        ("kind=transfer&sort=prettiest", "no such order", ["Carol"]),
        ("kind=transfer&account=%24", "isn’t one of your accounts", ["Carol"]),
        ("status=completed&needs_me=true&kind=deposit", "another one is chosen", ["Employer"]),
    ],
)
def test_what_does_not_fit_is_told_and_the_rest_is_shown(
    client: Client, world: None, query: str, told: str, rest: list[str]
) -> None:
    answer = client.get(f"/transactions/?{query}")
    assert answer.status_code == 400
    assert any(told in error for error in errors(answer.text)), errors(answer.text)
    assert names(answer.text) == rest
    problem = client.get(f"/api/v1/transactions?{query}")
    assert problem.status_code == 400
    assert any(told in error["detail"] for error in problem.json()["errors"])


@pytest.mark.parametrize("gone", ["label=lbl_" + "0" * 32, "merchant=mer_never", "account=acc_x"])
def test_what_is_gone_is_told_and_the_rest_is_shown(client: Client, world: None, gone: str) -> None:
    answer = client.get(f"/transactions/?kind=transfer&{gone}")
    assert answer.status_code == 200
    assert names(answer.text) == ["Carol"]
    assert any("gone" in error or "any more" in error for error in errors(answer.text))
    assert client.get(f"/api/v1/transactions?{gone}").status_code == 400


def test_labels_narrow_by_their_rules_and_by_hand_and_stand_on_the_rows(
    client: Client, world: None, control: Control, alice: Person
) -> None:
    label = annotating.make_label(subject=alice.sub, name="Coffee", tint=2)
    annotating.add_rule(label=label, kind="counterparty", value="Kaffeewerk")
    carol = next(
        row for row in client.get("/api/v1/transactions").json()["data"]
        if row["counterparty"]["name"] == "Carol"
    )  # fmt: skip
    annotating.put_on(label=label, transaction_id=carol["id"])
    for query in (f"label={label.public_id}", "q=label:coffee"):
        page = client.get(f"/transactions/?{query}").text
        assert names(page) == ["Carol", "Kaffeewerk", "Kaffeewerk"]
        assert "label Coffee" in chips(page)
    tags = html.fromstring(client.get("/transactions/").text).cssselect(".txn .tag")
    assert [tag.text_content() for tag in tags] == ["Coffee"] * 3


def test_another_ones_label_is_as_gone_as_any(client: Client, world: None, bob: Person) -> None:
    label = annotating.make_label(subject=bob.sub, name="Coffee")
    page = client.get(f"/transactions/?label={label.public_id}").text
    assert any("This label is gone" in error for error in errors(page))
    assert "Coffee" not in page


def test_a_merchant_is_found_by_its_id_and_called_by_its_name(client: Client, world: None) -> None:
    (books,) = client.get("/api/v1/merchants", {"q": "nordlicht"}).json()["data"]
    page = client.get("/transactions/", {"merchant": books["id"]}).text
    assert names(page) == ["Nordlicht Books"]
    assert chips(page) == ["merchant Nordlicht Books"]


def test_it_orders_by_amount_and_back(client: Client, world: None) -> None:
    for sort, first in (("-amount", "Employer"), ("created_at", "Kaffeewerk")):
        page = client.get("/transactions/", {"sort": sort}).text
        assert names(page)[0] == first
    amounts = [
        row["amount_minor"]
        for row in client.get("/api/v1/transactions", {"sort": "amount"}).json()["data"]
    ]
    assert amounts == sorted(amounts)


def test_totals_and_tabs_come_from_one_answer(client: Client, world: None) -> None:
    page = html.fromstring(client.get("/transactions/totals/").text)
    counts = [span.text_content() for span in page.cssselect(".tabs span")]
    assert counts == ["5", "0", "1", "4", "0"]
    settled, open_ = page.cssselect(".tally tbody tr")
    values = [data.get("value") for data in settled.cssselect("data")]
    assert values == ["2000.00", "-30.00", "0.00"]
    assert [data.get("value") for data in open_.cssselect("data")] == ["0.00", "-49.90", "0.00"]
    narrowed = html.fromstring(client.get("/transactions/totals/?status=pending").text)
    assert [span.text_content() for span in narrowed.cssselect(".tabs span")] == counts
    (row,) = narrowed.cssselect(".tally tbody tr")
    assert row.cssselect("td")[-1].text_content() == "1"


@pytest.mark.parametrize("mode", ["refuse", "hang", "broken_json"])
def test_totals_that_do_not_come_leave_the_list_alone(
    client: Client, world: None, control: Control, alice: Person, mode: str
) -> None:
    control.fault("totals", mode, sub=alice.sub)
    assert len(names(client.get("/transactions/").text)) == 5
    answer = client.get("/transactions/totals/", headers=HTMX)
    assert answer.status_code == 200
    assert "can’t add this up right now" in answer.text


def test_the_list_goes_on_while_nobody_tells_names(
    client: Client, world: None, control: Control, alice: Person
) -> None:
    control.fault("merchants", "hang", sub=alice.sub)
    control.fault("accounts", "hang", sub=alice.sub)
    assert len(names(client.get("/transactions/").text)) == 5


# ── Freshness ───────────────────────────────────────────────────────────────────────────────
def looked(client: Client, page: str) -> html.HtmlElement:
    (look,) = html.fromstring(f"<div>{page}</div>").cssselect(".fresh")
    answer = client.get(look.get("hx-get"), headers=HTMX)
    assert answer.status_code == 200
    return answer.text


def delay(page: str) -> int:
    (look,) = html.fromstring(f"<div>{page}</div>").cssselect(".fresh")
    found = re.search(r"delay:([0-9]+)s", look.get("hx-trigger") or "")
    return int(found[1]) if found else 0


def test_a_row_that_moves_on_is_told_to_the_page(
    client: Client, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, merchant="Kaffeewerk", status="processing")
    page = client.get("/transactions/").text
    first = looked(client, page)
    assert f"state-{made['id']}" not in first
    control.advance(made["id"], "completed")
    second = looked(client, first)
    (state,) = html.fromstring(f"<div>{second}</div>").cssselect(f"#state-{made['id']}")
    assert state.text_content().strip() == "Completed"
    assert "Payment to Kaffeewerk: Completed." in second
    # Something happened, so the next look comes soon again.
    assert delay(second) <= delay(first)


def test_new_ones_announce_themselves_only_if_they_fit(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, merchant="Kaffeewerk")
    page = client.get("/transactions/?q=kaffeewerk").text
    control.add_transaction(alice, merchant="Nordlicht Books")
    other = looked(client, page)
    assert "new, show" not in other
    control.add_transaction(alice, merchant="Kaffeewerk")
    told = looked(client, other)
    assert "1 new, show" in told
    assert "1 new, show" in looked(client, told)


def test_looks_slow_down_and_stop(client: Client, control: Control, alice: Person) -> None:
    control.add_transaction(alice, status="processing")
    page = client.get("/transactions/").text
    delays = []
    while seconds := delay(page):
        delays.append(seconds)
        page = looked(client, page)
    assert delays == sorted(delays)
    assert 5 < len(delays) < 20
    assert "Look for new ones" in page


def test_a_look_that_fails_asks_again_later(
    client: Client, control: Control, alice: Person
) -> None:
    control.add_transaction(alice, status="processing")
    page = client.get("/transactions/").text
    control.fault("list", "refuse", sub=alice.sub)
    answer = looked(client, page)
    assert delay(answer) >= delay(page)


@pytest.mark.parametrize("query", ["", "since=x&seen=x&step=0&looks=0&new=0&more=0&open=1",
                                   "since=0001-01-01T00:00:00Z&seen=9999-12-31T23:59:59Z&step=0"
                                   "&looks=0&new=0&more=0&open=1", "step=-1"])  # fmt: skip
def test_a_look_that_somebody_made_up_leads_to_the_list(client: Client, query: str) -> None:
    answer = client.get(f"/transactions/fresh/?{query}", headers=HTMX)
    assert answer.status_code in {200, 302}
    if answer.status_code == 302:
        assert answer["Location"].startswith("/transactions/?")


# ── One spelling ────────────────────────────────────────────────────────────────────────────
VALUES = st.one_of(
    st.sampled_from(
        ["pending", "failed", "refund", "in", "eur", "2026-03-01", "-1", "1.234,50", "true", "x",
         "lbl_1", "mer_", "acc_1", "status:pending >100", "last week", "9" * 30, "\x00", "",
         "á" * 300]
    ),
    st.text(max_size=12),
)  # fmt: skip
PARAMS = st.lists(
    st.tuples(
        st.sampled_from(["q", "status", "kind", "direction", "currency", "from", "until",
                         "booked_from", "booked_until",
                         "at_least", "at_most", "label", "account", "needs_me", "sort"]), VALUES
    ), max_size=6
)  # fmt: skip


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pairs=PARAMS)
def test_the_canonical_spelling_means_the_same(db: None, pairs: list[tuple[str, str]]) -> None:
    person = SignedInPerson("usr_nobody", "N", "n@example.com", zone="Europe/Berlin")
    params = QueryDict(mutable=True)
    for name, value in pairs:
        params.appendlist(name, value)
    found = finding.read(params, person)
    again = finding.of_query(found.query_string, person)
    assert again.filters == found.filters
    assert again.sort == found.sort
    assert again.query_string == found.query_string
    assert found.words
    for chip in found.chips:
        assert len(finding.of_query(chip.without, person).parts) < len(found.parts)
