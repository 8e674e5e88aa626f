"""The pages of a hand-off, as a browser without script sees them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from lxml import html

from selfcare.clients.handoffs import Handoff
from selfcare.clients.shapes import Transaction
from selfcare.handoffs import story
from selfcare.instructions.models import Instruction, State
from tests.support.control import Control, Person
from tests.support.signing_in import Walk
from tests.support.till import BACK, Asked, Till

SignedIn = Callable[[Person], tuple[Client, Walk]]


def fields_of(page: Any, button: str, account: str = "") -> tuple[str, dict[str, str]]:
    """Address and fields of the form with this button; `account` chooses another one by name."""
    for form in html.fromstring(page.text).forms:
        if button not in " ".join(form.text_content().split()):
            continue
        fields = {name: value or "" for name, value in form.form_values()}
        if account:
            (chosen,) = [
                label.cssselect("input")[0]
                for label in form.cssselect("label.check")
                if account in label.text_content()
            ]
            fields["intent"] = chosen.get("value")
        return form.action, fields
    raise AssertionError(f"no form says {button}: {page.text[:3000]}")


def press(client: Client, page: Any, button: str, account: str = "") -> Any:
    address, fields = fields_of(page, button, account)
    return client.post(address, fields)


def take_on(client: Client, asked: Asked) -> Any:
    """The page to decide on."""
    taken = press(client, client.get(asked.page), "Continue as")
    assert (taken.status_code, taken["Location"]) == (303, asked.page)
    return client.get(asked.page)


def prove(client: Client, walk: Walk, answer: Any) -> Any:
    """The page after the step-up."""
    assert answer.status_code == 302, answer.text[:500]
    callback = walk.to_callback(answer["Location"])
    proceed = client.get(callback.removeprefix(settings.SELFCARE_URL))
    return client.get(client.get(proceed["Location"])["Location"])


def test_it_shows_nothing_before_somebody_has_signed_in(client: Client, till: Till) -> None:
    asked = till.ask()
    answer = client.get(asked.page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=%2Fhandoff%2F")


def test_it_is_looked_at_taken_on_confirmed_and_left_for_the_shop(
    signed_in: SignedIn, control: Control, alice: Person, till: Till
) -> None:
    asked = till.ask(merchant_reference="TB-1", remittance_information="City bike")
    client, walk = signed_in(alice)
    page = client.get(asked.page)
    for shown in (f"{till.name} asks you for", "64.90", "City bike", "TB-1", "59 minutes left",
                  "Continue as Alice Marlow", alice.email):  # fmt: skip
        assert shown in page.text, shown
    assert control.effects(alice, "handoff.claimed") == []
    decision = take_on(client, asked)
    assert "From which account?" in decision.text
    done = prove(client, walk, press(client, decision, "Confirm 64.90 EUR"))
    assert "Confirmed" in done.text
    back = f"{BACK}&amp;payment={asked.id}"
    assert f'href="{back}"' in done.text
    assert till.status(asked) == "processing"
    again = client.get(asked.page)
    assert "On its way" in again.text
    assert f'href="{back}"' in again.text


def test_it_waits_for_them_and_is_finished_on_another_device(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask()
    phone, _ = signed_in(alice)
    take_on(phone, asked)
    laptop, walk = signed_in(alice)
    waiting = laptop.get("/transactions/cards/waiting/")
    link = f"/transactions/{asked.transaction_id}/confirmations/new/"
    assert link in waiting.text
    led = laptop.get(link)
    assert (led.status_code, led["Location"]) == (303, asked.page)
    prove(laptop, walk, press(laptop, laptop.get(asked.page), "Confirm 64.90 EUR"))
    assert till.status(asked) == "processing"
    assert "On its way" in phone.get(asked.page).text


def test_a_double_click_and_a_second_tab_confirm_once(
    signed_in: SignedIn, control: Control, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, walk = signed_in(alice)
    look = client.get(asked.page)
    assert [press(client, look, "Continue as").status_code for _ in range(2)] == [303, 303]
    first, second = client.get(asked.page), client.get(asked.page)
    begun = press(client, first, "Confirm 64.90 EUR")
    press(client, first, "Confirm 64.90 EUR")
    assert Instruction.objects.count() == 1
    prove(client, walk, begun)
    stale = client.get(press(client, second, "Don’t pay")["Location"])
    assert "It wasn’t declined" in stale.text
    assert till.status(asked) == "processing"
    assert len(control.effects(alice, "transaction.confirmed")) == 1
    assert len(control.effects(alice, "handoff.claimed")) == 1


def test_of_two_people_who_look_the_first_to_go_on_has_it(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, till: Till
) -> None:
    asked = till.ask()
    clients = [signed_in(one)[0] for one in (alice, bob)]
    looks = [client.get(asked.page) for client in clients]
    answers = [press(one, look, "Continue as") for one, look in zip(clients, looks, strict=True)]
    assert [answer.status_code for answer in answers] == [303, 404]
    assert "This way is closed" in answers[1].text
    assert control.effects(bob, "handoff.claimed") == []


def closed(client: Client, token: str) -> str:
    """The quiet page without what differs with each request."""
    page = client.get(f"/handoff/{token}/")
    assert page.status_code == 404
    assert "This way is closed" in page.text
    main = page.text[page.text.index("<main") :]
    return main[: main.index("Not you?")].replace(token, "")


def test_whatever_is_over_or_anothers_gets_the_same_quiet_page(
    signed_in: SignedIn, alice: Person, bob: Person, till: Till
) -> None:
    used, off = till.ask(), till.ask()
    take_on(signed_in(bob)[0], used)
    till.call_off(off)
    client, _ = signed_in(alice)
    pages = {closed(client, token) for token in (used.token, off.token, "A" * 43)}
    pages = {page.partition("csrfmiddlewaretoken")[0] for page in pages}
    assert len(pages) == 1
    assert bob.name not in str(pages)
    assert till.name not in str(pages)
    for garbage in ("x", "A" * 44, "%2e%2e", "🦊" * 9):
        closed(client, garbage)
    for asked in (used, off):
        assert client.post(f"{asked.page}claims/").status_code == 404


def test_what_was_called_off_meanwhile_is_told_to_whom_it_was(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, walk = signed_in(alice)
    decision = take_on(client, asked)
    till.call_off(asked)
    refused = prove(client, walk, press(client, decision, "Confirm 64.90 EUR"))
    assert "It wasn’t confirmed" in refused.text
    page = client.get(asked.page)
    assert "Called off" in page.text
    assert f"Back to {till.name}" in page.text


def test_what_lapsed_is_told_to_whom_it_was(
    signed_in: SignedIn, control: Control, alice: Person, bob: Person, till: Till
) -> None:
    asked = till.ask()
    client, _ = signed_in(alice)
    take_on(client, asked)
    control.advance(asked.transaction_id, "expired")
    page = client.get(asked.page)
    assert "The time was over" in page.text
    assert f"Back to {till.name}" in page.text
    assert signed_in(bob)[0].get(asked.page).status_code == 404


def test_signed_out_meanwhile_it_leads_back_to_the_page(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, _ = signed_in(alice)
    address, fields = fields_of(client.get(asked.page), "Continue as")
    led = Client().post(address, fields)
    assert led["Location"] == f"/sign-in/?next={quote(address, safe='')}"
    for path in (address, f"{asked.page}confirmations/"):
        again = client.get(path)
        assert (again.status_code, again["Location"]) == (303, asked.page)


def test_who_may_only_look_sees_why_and_leaves_it_open(
    signed_in: SignedIn, alice: Person, carol: Person, till: Till
) -> None:
    asked = till.ask()
    client, _ = signed_in(carol)
    page = client.get(asked.page)
    assert "Your account may look, but not move money" in page.text
    assert "Continue as" not in page.text
    assert "Use another person" in page.text
    assert client.post(f"{asked.page}claims/").status_code == 403
    assert "From which account?" in take_on(signed_in(alice)[0], asked).text


def test_another_account_pays_in_its_currency(
    signed_in: SignedIn, control: Control, till: Till
) -> None:
    balances = [
        {"currency": "EUR", "amount_minor": 1000},
        {"currency": "GBP", "amount_minor": 90_000},
        {"currency": "CZK", "amount_minor": 900_000},
    ]
    dana = control.add_person("Dana Fox", balances=balances)
    asked = till.ask()
    client, walk = signed_in(dana)
    decision = take_on(client, asked)
    shown = " ".join(html.fromstring(decision.text).text_content().split())
    assert "Only 10.00 EUR to spend" in shown
    assert "1 EUR is 0.8" in shown
    done = prove(client, walk, press(client, decision, "Confirm 64.90 EUR", "CZK account"))
    assert "Confirmed" in done.text
    assert "CZK" in done.text
    sent = Instruction.objects.get().payload
    assert sent["currency"] == "CZK"
    assert till.status(asked) == "processing"


def test_too_little_money_leaves_a_no_and_a_later(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask(amount_minor=900_000)
    client, _ = signed_in(alice)
    decision = take_on(client, asked)
    assert "There isn’t enough on your accounts" in decision.text
    assert "Confirm 9,000.00 EUR" not in decision.text
    told = client.get(press(client, decision, "Don’t pay")["Location"])
    assert "Not paid" in told.text
    assert f"Back to {till.name}" in told.text
    assert till.status(asked) == "cancelled"


def test_a_payout_is_taken_on_the_account_that_was_chosen(
    signed_in: SignedIn, alice: Person, till: Till
) -> None:
    asked = till.ask("payouts", amount_minor=12_000)
    client, walk = signed_in(alice)
    assert f"{till.name} wants to send you 120.00" in client.get(asked.page).text
    decision = take_on(client, asked)
    assert "To which account?" in decision.text
    done = prove(client, walk, press(client, decision, "Take 120.00 EUR"))
    assert f"from {till.name} is on its way to your account" in done.text
    assert f"{BACK}&amp;payout={asked.id}" in done.text
    assert till.status(asked) == "processing"
    page = client.get(f"/transactions/{asked.transaction_id}/").text
    assert "only they can call it back" in page
    assert "About what it is for" in page
    for of_payments in ("with the bank", "what you bought", "You pay"):
        assert of_payments not in page


@pytest.mark.parametrize("status", ["scheduled", "completed", "expired", "failed"])
def test_the_outcome_of_a_payout_takes_nothing_from_an_account(status: str) -> None:
    asked = SimpleNamespace(is_payout=True, merchant=SimpleNamespace(name="Tandem Bikes"))
    told = story.outcome(cast(Handoff, asked), cast(Transaction, SimpleNamespace(status=status)))
    assert "Tandem Bikes" in told.lead
    assert "leave" not in told.lead
    assert "ask you" not in told.lead


def test_what_nobody_answered_is_unknown_and_found_out_later(
    signed_in: SignedIn, control: Control, alice: Person, till: Till
) -> None:
    asked = till.ask()
    client, walk = signed_in(alice)
    look = client.get(asked.page)
    control.fault("handoff_claim", "cut_after_commit", sub=alice.sub, count=1)
    assert press(client, look, "Continue as").status_code == 503
    decision = client.get(asked.page)
    assert "From which account?" in decision.text
    control.fault("confirm", "cut_after_commit", sub=alice.sub, count=1)
    told = prove(client, walk, press(client, decision, "Confirm 64.90 EUR"))
    assert "We don’t know yet" in told.text
    assert Instruction.objects.get().state == State.UNKNOWN
    assert till.status(asked) == "processing"


@pytest.mark.parametrize("operation", ["handoff", "handoff_claim"])
def test_another_persons_answer_is_shown_to_nobody(
    signed_in: SignedIn, control: Control, alice: Person, till: Till, operation: str
) -> None:
    asked = till.ask()
    client, _ = signed_in(alice)
    control.fault(operation, "foreign", sub=alice.sub)
    if operation == "handoff":
        assert client.get(asked.page).status_code == 503
    else:
        assert client.post(f"{asked.page}claims/").status_code == 503


def test_a_form_of_somebody_else_does_nothing(
    signed_in: SignedIn, alice: Person, bob: Person, till: Till
) -> None:
    asked = till.ask()
    client, _ = signed_in(alice)
    address, fields = fields_of(take_on(client, asked), "Confirm")
    other, _ = signed_in(bob)
    assert other.post(address, fields).status_code == 400
    assert other.post(address, {**fields, "decision": "decline"}).status_code == 400
    assert client.post(address, {**fields, "decision": "pay"}).status_code == 400
    assert Instruction.objects.count() == 0


def test_it_tells_the_time_that_is_left(signed_in: SignedIn, alice: Person, till: Till) -> None:
    asked = till.ask(expires_in_seconds=7 * 86_400)
    page = signed_in(alice)[0].get(asked.page)
    assert "6 days left" in page.text
    assert "the clock of" not in page.text


def test_the_clock_is_that_of_who_asks() -> None:
    ahead = datetime(2031, 3, 3, 12, tzinfo=UTC)
    facts = {
        "state": "open", "owner": "usr_alice", "kind": "payment",
        "merchant": {"id": "mer_lamps", "name": "Lamps"},
        "amount_minor": 100, "currency": "EUR", "created_at": ahead - timedelta(hours=1),
        "expires_at": ahead + timedelta(hours=3, minutes=1), "as_of": ahead,
    }  # fmt: skip
    told = story.of(Handoff.model_validate(facts), ZoneInfo("UTC"))
    assert (told["left"], told["share"]) == ("3 hours left", 75)
    assert told["until"] == "15:01"
    assert told["other_clock"] == "Monday 3 March 2031, 12:00"
    soon = Handoff.model_validate({**facts, "as_of": timezone.now()})
    assert story.of(soon, ZoneInfo("UTC"))["other_clock"] == ""
