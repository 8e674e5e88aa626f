"""The tables of words: everything that the service may say has words, and the unknown has, too."""

import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from selfcare.clients import shapes
from selfcare.transactions import reasons, sentences, wording

SPRITE = (Path(settings.BASE_DIR) / "static/icons.svg").read_text()
FACTS = set(
    "name amount kind most account actor at until scheduled status code action "  # noqa: SIM905
    "currency asked by".split()
)
REFUSALS = (
    "already_final already_sent not_waiting_for_you deadline_passed account_restricted "
    "already_refunded refund_request_open not_a_payment not_completed recipient_decides "
    "already_cancelled failed expired"
)


def said() -> Iterator[str]:
    """Every sentence of every table."""
    for table in (
        sentences.SAY.values(),
        reasons.known().values(),
        wording.REFUSALS.values(),
        wording.INCOMING_REFUSALS.values(),
    ):
        for row in table:
            yield from row
    for pair in sentences.TIMELINE.values():
        yield from pair
    for action in (*wording.ACTIONS.values(), *wording.INCOMING.values()):
        yield from action


@pytest.mark.parametrize("status", shapes.STATUSES)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_it_has_words_for_every_state_in_both_directions(status: str, direction: str) -> None:
    assert (status, direction) in sentences.SAY
    assert status in wording.STATUSES


def test_it_has_words_for_every_kind() -> None:
    assert set(wording.KINDS) == set(shapes.KINDS)


@pytest.mark.parametrize("reason", REFUSALS.split())
@pytest.mark.parametrize("action", sorted(wording.ACTIONS))
def test_it_knows_why_not(action: str, reason: str) -> None:
    assert wording.refusal_of(action, reason) != wording.OTHER_REFUSAL


def test_it_has_words_for_what_it_does_not_know() -> None:
    thing = SimpleNamespace(
        kind="donation", direction="out", status="on_holiday", counterparty_name=None
    )
    assert wording.status_of(thing) == wording.OTHER_STATUS
    assert wording.title(thing) == "Transaction with somebody"
    assert sentences.say_of(thing) == sentences.OTHER_SAY
    assert wording.refusal_of("dance", "because") == wording.OTHER_REFUSAL
    assert wording.refusal_of("cancel", None) == wording.OTHER_REFUSAL
    assert sentences.event_of("moon.rose", "bank", "in") == "Something changed"


def test_it_shows_an_unknown_reason_code_as_it_came() -> None:
    assert "ZZ99" in reasons.of("ZZ99").words


@pytest.mark.parametrize("code", ["AC04", "AM04", "MS03", "FRAD", "TM01", "CUST"])
def test_whoever_is_sent_money_cant_send_it_again(code: str) -> None:
    told = reasons.of(code, "in")
    assert told.words.endswith(".")
    assert (told.advice, told.way) == ("", "contact")
    assert reasons.of("DUPL", "in").way == "similar"


# Words that tell one side of a payment about itself or about the other one.
SIDES = re.compile(r"\b(you|your|yours|they|their)\b|\{name\}|\b(came|sent) (back|there)\b", re.I)


@pytest.mark.parametrize("code", sorted(reasons.known()))
def test_each_reason_has_words_for_whom_the_money_was_to_come_to(code: str) -> None:
    """All codes, since a merchant's console and a scenario can give any to a payout."""
    reason = reasons.known()[code]
    told = reasons.of(code, "in").words
    if SIDES.search(reason.words):
        assert told != reason.words
    # The bank that didn't take it is the receiver's own; the sender's is theirs.
    assert not re.search(r"\btheir (bank|account is|account doesn|account has)", told, re.I)


def test_it_leaves_no_brace_open_that_nobody_fills() -> None:
    for text in said():
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        assert named <= FACTS, text


def test_it_says_every_sentence_to_its_end() -> None:
    for row in (
        *sentences.SAY.values(),
        *wording.REFUSALS.values(),
        *wording.INCOMING_REFUSALS.values(),
    ):
        assert all(text == "" or text.endswith(".") for text in row), row


def test_it_speaks_without_exclamation_marks_and_excuses() -> None:
    for text in said():
        assert not re.search(
            r"!|\boops\b|\bplease\b|\bsuccessfully\b|\bsorry\b", text, re.IGNORECASE
        )


@pytest.mark.parametrize("icon", sorted({chip.icon for chip in wording.STATUSES.values()}))
def test_it_names_icons_that_exist(icon: str) -> None:
    assert f'<symbol id="{icon}"' in SPRITE


@pytest.mark.parametrize(
    ("refunded", "state", "words"),
    [(0, None, "Completed"), (4000, None, "Partly refunded"), (6490, None, "Refunded"),
     (0, "open", "Refund asked"), (0, "declined", "Completed")],
)  # fmt: skip
def test_it_says_what_came_back_of_a_completed_payment(
    refunded: int, state: str | None, words: str
) -> None:
    request = SimpleNamespace(state=state) if state else None
    thing = SimpleNamespace(
        status="completed", amount_minor=6490, refunded_minor=refunded, refund_request=request
    )
    assert wording.status_of(thing).words == words


def test_it_says_a_chosen_reason_in_the_words_of_its_form() -> None:
    assert wording.note("wrong_amount") == "The amount is wrong"
    assert wording.note("duplicate: see 4 May") == "I paid already: see 4 May"
    assert wording.note("Page 7: blank") == "Page 7: blank"


@pytest.mark.parametrize("case", ["refund_request", "dispute", "fraud_report", "recall", "inquiry"])
@pytest.mark.parametrize(
    "step", ["opened", "answered", "accepted", "declined", "lapsed", "withdrawn"]
)
def test_it_tells_of_cases_in_the_timeline(case: str, step: str) -> None:
    told = sentences.event_of(f"{case}.{step}", "merchant", "out")
    assert told != "Something changed"
    assert "{case}" not in told


def test_each_reason_code_says_what_to_do() -> None:
    for code, reason in reasons.known().items():
        assert re.fullmatch(r"[A-Z]{2}[0-9]{2}|[A-Z]{4}", code)
        assert reason.words.endswith(".")
        assert reason.advice.endswith(".")
        assert reason.way in reasons.WAYS
    seeded = {"AC04", "AM04", "AC06", "MS03", "FRAD", "TM01", "DUPL", "CUST"}
    assert seeded <= reasons.known().keys()
