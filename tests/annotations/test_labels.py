"""Labels: own, told apart by name, put on by rules and by hand, counted by the service."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from selfcare.annotations import actions, labels, limits, texts
from selfcare.annotations.models import Label, Placing, Rule
from selfcare.annotations.refusals import Refused
from selfcare.clients import transactions as service
from tests.support.control import Control, Person

InPage = Callable[..., Any]


def names_on(alice: Person, paid: str) -> list[str]:
    txn = service.transaction(alice.sub, paid)
    return [label.name for label in labels.for_transactions(alice.sub, [txn])[paid]]


@pytest.fixture
def groceries(db: None, alice: Person) -> Label:
    return actions.make_label(subject=alice.sub, name="Groceries", tint=3)


def test_it_makes_a_label_while_putting_it_on(in_page: InPage, alice: Person, paid: str) -> None:
    answer = in_page(f"/transactions/{paid}/labels/", {"do": "on", "name": " Gifts  for Ada "})
    assert answer.status_code == 200
    assert "Gifts for Ada" in answer.text
    assert names_on(alice, paid) == ["Gifts for Ada"]


def test_it_knows_a_name_whatever_its_case(
    in_page: InPage, alice: Person, groceries: Label, paid: str
) -> None:
    in_page(f"/transactions/{paid}/labels/", {"do": "on", "name": "GROCERIES"})
    assert names_on(alice, paid) == ["Groceries"]
    for name in ("groceries", "ＧＲＯＣＥＲＩＥＳ", " Gro\u202eceries "):
        with pytest.raises(Refused) as refusal:
            actions.make_label(subject=alice.sub, name=name)
        assert refusal.value.code == "name_taken"
    assert actions.make_label(subject="usr_bob", name="groceries")


def test_a_rule_counts_for_old_and_new(
    in_page: InPage, control: Control, alice: Person, paid: str
) -> None:
    form = {"do": "on", "name": "Books", "always": "yes"}
    assert in_page(f"/transactions/{paid}/labels/", form).status_code == 200
    rule = Rule.objects.get()
    assert (rule.kind, rule.words) == ("merchant", "Nordlicht Books")
    assert not Placing.objects.exists()
    later = control.add_transaction(alice, merchant="Nordlicht Books")
    other = control.add_transaction(alice, merchant="Tandem Bikes")
    assert names_on(alice, paid) == names_on(alice, later["id"]) == ["Books"]
    assert names_on(alice, other["id"]) == []


def test_a_rule_for_a_person_goes_by_the_exact_name(
    in_page: InPage, control: Control, alice: Person
) -> None:
    sent = control.add_transaction(alice, kind="transfer", counterparty_name="Ada Byron")
    in_page(f"/transactions/{sent['id']}/labels/", {"do": "on", "name": "Ada", "always": "yes"})
    again = control.add_transaction(alice, kind="transfer", counterparty_name="Ada Byron")
    other = control.add_transaction(alice, kind="transfer", counterparty_name="Ada Byronski")
    assert names_on(alice, again["id"]) == ["Ada"]
    assert names_on(alice, other["id"]) == []


def test_what_is_said_by_hand_outweighs_a_rule(
    in_page: InPage, control: Control, alice: Person, paid: str
) -> None:
    path = f"/transactions/{paid}/labels/"
    in_page(path, {"do": "on", "name": "Books", "always": "yes"})
    label = Label.objects.get()
    in_page(path, {"do": "off", "label": label.public_id})
    assert names_on(alice, paid) == []
    assert labels.set_of(label).except_ids == (paid,)
    in_page(path, {"do": "on", "name": "books"})
    assert names_on(alice, paid) == ["Books"]
    assert labels.set_of(label).ids == (paid,)
    assert labels.set_of(label).except_ids == ()


def test_the_list_of_the_service_agrees_with_each_row(
    in_page: InPage, control: Control, alice: Person, paid: str
) -> None:
    others = [control.add_transaction(alice, merchant="Nordlicht Books")["id"] for _ in range(2)]
    by_hand = control.add_transaction(alice, merchant="Tandem Bikes")["id"]
    control.add_transaction(alice, merchant="Tandem Bikes")
    in_page(f"/transactions/{paid}/labels/", {"do": "on", "name": "Books", "always": "yes"})
    label = Label.objects.get()
    actions.put_on(label=label, transaction_id=by_hand)
    actions.take_off(label=label, transaction_id=others[0])
    every = service.transactions(alice.sub, service.Filters(), limit=100).data
    found = labels.for_transactions(alice.sub, every)
    mine = {txn_id for txn_id, on in found.items() if on}
    assert mine == {paid, others[1], by_hand}
    filters = service.Filters(sets=(labels.set_of(label),))
    assert {txn.id for txn in service.transactions(alice.sub, filters).data} == mine
    totals = service.transaction_totals(alice.sub, filters)
    assert sum(row.count for row in totals.data) == len(mine)


def test_the_page_tells_how_many_apart_and_fails_apart(
    hers: Client, control: Control, alice: Person, groceries: Label, paid: str
) -> None:
    actions.put_on(label=groceries, transaction_id=paid)
    path = f"/labels/{groceries.public_id}/count/"
    fragment = {"HX-Request": "true"}
    assert "1 transaction" in hers.get(path, headers=fragment).text
    control.fault("totals", "error", sub=alice.sub)
    failed = hers.get(path, headers=fragment)
    assert failed.status_code == 200
    assert "Not counted." in failed.text
    page = hers.get("/labels/")
    assert page.status_code == 200
    assert "Groceries" in page.text


def test_it_renames_and_recolours(hers: Client, groceries: Label) -> None:
    answer = hers.post(groceries.url, {"name": "Food", "tint": "5"})
    assert answer.status_code == 303
    groceries.refresh_from_db()
    assert (groceries.name, groceries.tint) == ("Food", 5)
    assert hers.post(groceries.url, {"name": "FOOD", "tint": "5"}).status_code == 303


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "", "tint": "1"}, "name that can be read"),
        ({"name": "\u200b\u200d", "tint": "1"}, "name that can be read"),
        ({"name": "x" * 41, "tint": "1"}, "40 characters"),
        ({"name": "ﷺ" * 40, "tint": "1"}, "40 characters"),
        ({"name": "groceries", "tint": "1"}, "already"),
        ({"name": "Fine", "tint": "8"}, "Choose a colour"),
        ({"name": "Fine"}, "Choose a colour"),
    ],
)
def test_it_says_what_is_wrong_with_a_label(
    hers: Client, groceries: Label, form: dict[str, str], words: str
) -> None:
    answer = hers.post("/labels/", form)
    assert answer.status_code == 422
    assert words in html.fromstring(answer.text).text_content()
    assert Label.objects.count() == 1


def test_deleting_says_what_it_loses_first(
    hers: Client, alice: Person, groceries: Label, paid: str
) -> None:
    actions.put_on(label=groceries, transaction_id=paid)
    actions.put_on(label=groceries, transaction_id="txn_2")
    actions.add_rule(label=groceries, kind="counterparty", value="Shop")
    path = f"/labels/{groceries.public_id}/removals/new/"
    page = hers.get(path)
    assert "2 transactions by hand" in page.text
    assert "1 rule" in page.text
    assert hers.post(path).status_code == 303
    assert names_on(alice, paid) == []
    assert not Placing.objects.exists()
    assert hers.post(path).status_code == 404


def test_it_finds_a_merchant_for_a_rule(
    hers: Client, groceries: Label, alice: Person, paid: str
) -> None:
    page = hers.get(groceries.url, {"merchant": "nordl"})
    form = html.fromstring(page.text).cssselect("form:has(input[name=merchant][type=hidden])")[0]
    answer = hers.post(f"{groceries.url}rules/", dict(form.form_values()))
    assert answer.status_code == 303
    assert names_on(alice, paid) == ["Groceries"]
    rule = Rule.objects.get()
    assert "Nordlicht Books" in hers.get(groceries.url).text
    hers.post(f"{groceries.url}rules/{rule.public_id}/removals/")
    assert names_on(alice, paid) == []


@pytest.mark.parametrize("value", ["", "mer_", "nordlicht", "mer_a b", "mer_" + "x" * 40, "txn_1"])
def test_a_rule_for_no_merchant_is_refused(groceries: Label, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.add_rule(label=groceries, kind="merchant", value=value)
    assert refusal.value.code == "rule_empty"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=st.text(max_size=230))
def test_no_rule_breaks_the_services_lists(groceries: Label, value: str) -> None:
    Rule.objects.all().delete()
    try:
        actions.add_rule(label=groceries, kind="counterparty", value=value)
    except Refused:
        return
    filters = service.Filters(sets=(labels.set_of(groceries),))
    assert service.transactions(groceries.subject, filters).data == ()


def test_another_persons_labels_and_rules_are_not_there(his: Client, groceries: Label) -> None:
    rule = actions.add_rule(label=groceries, kind="counterparty", value="Shop")
    url = groceries.url
    for answer in (
        his.get(url),
        his.get(f"{url}count/"),
        his.get(f"{url}removals/new/"),
        his.post(f"{url}removals/new/"),
        his.post(f"{url}rules/", {"counterparty": "x"}),
        his.post(f"{url}rules/{rule.public_id}/removals/"),
        his.get("/labels/lbl_0/"),
    ):
        assert answer.status_code == 404
    assert "Groceries" not in his.get("/labels/").text
    assert Rule.objects.count() == Label.objects.count() == 1


def test_anothers_label_is_put_on_nothing(
    in_page: InPage, control: Control, alice: Person, paid: str
) -> None:
    foreign = actions.make_label(subject="usr_bob", name="His")
    answer = in_page(f"/transactions/{paid}/labels/", {"do": "on", "label": foreign.public_id})
    assert answer.status_code == 404
    assert not Placing.objects.exists()


def test_limits_are_told_in_a_sentence(
    in_page: InPage, alice: Person, groceries: Label, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LABELS", "RULES", "BY_HAND"):
        monkeypatch.setattr(limits, name, 1)
    path = f"/transactions/{paid}/labels/"
    assert "as many as fit" in in_page(path, {"do": "on", "name": "Second"}).text
    actions.put_on(label=groceries, transaction_id="txn_1")
    full = in_page(path, {"do": "on", "label": groceries.public_id})
    assert full.status_code == 409
    assert "1,000 transactions by hand" in full.text
    actions.put_on(label=groceries, transaction_id="txn_1")
    actions.add_rule(label=groceries, kind="counterparty", value="Shop")
    actions.add_rule(label=groceries, kind="counterparty", value="Shop")
    with pytest.raises(Refused) as refusal:
        actions.add_rule(label=groceries, kind="counterparty", value="Other shop")
    assert refusal.value.code == "too_many_rules"
    actions.take_off(label=groceries, transaction_id="txn_5")
    with pytest.raises(Refused):
        actions.take_off(label=groceries, transaction_id="txn_6")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_none_passes_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one connection at a time")
    monkeypatch.setattr(limits, "LABELS", 3)

    def make(n: int) -> str:
        close_old_connections()
        try:
            actions.make_label(subject="usr_a", name=f"Label {n % 5}")
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(make, range(10)))
    assert told.count("made") == Label.objects.count() == 3
    assert set(told) <= {"made", "name_taken", "too_many_labels"}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_becomes_one_line_that_can_be_kept(text: str) -> None:
    line = texts.line(text)
    assert line == texts.line(line)
    assert "\n" not in line
    line.encode()
    texts.lines(text).encode()
    assert texts.alike(text) == texts.alike(f" {text} ")
