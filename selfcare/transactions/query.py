"""The language of the search box: text becomes terms with what each means; it asks nobody."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare import money
from selfcare.transactions import amounts, days, wording
from selfcare.transactions.forms import CURRENCIES, STATUS_GROUPS

MOST_WORDS = 8
LONGEST = 200

type Value = str | tuple[str, ...] | amounts.Range | days.Span

_QUOTES = '"“”„'
_TOKEN = re.compile(
    rf'(?:(?P<key>[^\s{_QUOTES}:]+):)?["“„](?P<quoted>[^{_QUOTES}]*)["“”]?|(?P<bare>\S+)'
)
_KEY = re.compile(r"([A-Za-z_-]{2,20}):(.*)", re.DOTALL)
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{10,30}", re.ASCII)
_STEP_OF_IBAN = re.compile(r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{1,4}", re.ASCII)

KEYS = {
    "status": "status",
    "is": "status",
    "merchant": "counterparty",
    "payee": "counterparty",
    "name": "counterparty",
    "ref": "reference",
    "reference": "reference",
    "iban": "iban",
    "label": "label",
    "kind": "kind",
    "type": "kind",
    "currency": "currency",
    "from": "from",
    "since": "from",
    "until": "until",
    "date": "days",
    "on": "days",
    "booked": "booked",
    "amount": "amount",
    "direction": "direction",
    "in": "direction",
    "out": "direction",
    "needs": "needs_me",
}
EXAMPLES = {
    "status": "status:pending",
    "counterparty": "merchant:nordlicht",
    "reference": "ref:TB-9917",
    "iban": "iban:DE89",
    "label": "label:groceries",
    "kind": "kind:refund",
    "currency": "currency:EUR",
    "from": "from:2026-03-01",
    "until": "until:2026-03-31",
    "days": "date:2026-03",
    "booked": "booked:2026-03",
    "amount": "amount:49.90",
    "direction": "direction:in",
    "needs_me": "needs:me",
}
STATUS_WORDS = {
    **STATUS_GROUPS,
    **{code: (code,) for code in wording.STATUSES},
    "open": STATUS_GROUPS["pending"],
    "done": STATUS_GROUPS["completed"],
    "settled": STATUS_GROUPS["completed"],
    "on its way": ("processing",),
    "waiting for you": STATUS_GROUPS["waiting"],
    "waiting for me": STATUS_GROUPS["waiting"],
    "canceled": ("cancelled",),
    "lapsed": ("expired",),
    "failed or cancelled": STATUS_GROUPS["unsuccessful"],
}
KIND_WORDS = {code + ending: code for code in wording.KINDS for ending in ("", "s")}
DIRECTIONS = {"in": "in", "incoming": "in", "received": "in", "out": "out", "outgoing": "out"}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that was typed: `name` is what it narrows, `value` to what.

    With a `problem`, a sentence for people, it narrows nothing.
    """

    typed: str
    name: str
    value: Value = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    """`key` is of an operator that there is; `text` what stands behind it or alone."""

    typed: str
    key: str
    text: str
    is_quoted: bool


def read(text: str, *, today: date) -> list[Term]:
    """The terms of `text`, in order; it never raises. `today` is the person's own."""
    tokens = list(_tokens(text))
    terms: list[Term] = []
    at = words = 0
    while at < len(tokens):
        token = tokens[at]
        if token.key:
            term, used = _operator(tokens[at:], today)
        elif token.is_quoted:
            term, used = Term(token.typed, "word", token.text), 1
        else:
            term, used = _bare(tokens[at:], today)
        at += used
        if term.name == "word" and not term.problem:
            words += len(str(term.value).split())
            if words > MOST_WORDS:
                told = ngettext(
                    "Search with at most %(n)d word. This one is left out.",
                    "Search with at most %(n)d words. This one is left out.",
                    MOST_WORDS,
                )
                term = Term(term.typed, "word", term.value, told % {"n": MOST_WORDS})
        terms.append(term)
    return terms


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        quoted, typed = found["quoted"], " ".join(found[0].split())
        if quoted is not None:
            key = (found["key"] or "").casefold()
            words = " ".join(quoted.split())
            if key and key not in KEYS:
                yield _Token(typed, "", f"{key}:{words}", is_quoted=True)
            elif key or words:
                yield _Token(typed, key, words, is_quoted=True)
            continue
        operator = _KEY.fullmatch(found[0])
        if operator and operator[1].casefold() in KEYS:
            rest = operator[2].strip(_QUOTES)
            yield _Token(typed, operator[1].casefold(), rest, is_quoted=False)
        elif bare := found[0].strip(_QUOTES):
            yield _Token(typed, "", bare, is_quoted=False)


# ── key:value ───────────────────────────────────────────────────────────────────────────────
def _operator(tokens: list[_Token], today: date) -> tuple[Term, int]:
    token, name = tokens[0], KEYS[tokens[0].key]
    if name in {"days", "booked", "from", "until"}:
        return _days_operator(tokens, name, today)
    text, used = token.text, 1
    if token.key in {"in", "out"}:
        if text:
            told = _("Write %(key)s on its own, and %(typed)s after a space.")
            told %= {"key": f"{token.key}:", "typed": text[:40]}
            return Term(token.typed, name, "", told), 1
        text = token.key
    # People put a space behind the colon.
    if not text and len(tokens) > 1 and not tokens[1].key:
        text, used = tokens[1].text, 2
    if name == "iban":
        while used < len(tokens) and _goes_on(text, tokens[used]):
            text, used = text + tokens[used].text, used + 1
    typed = _typed(tokens, used)
    if not text:
        told = _("Write something behind it, such as %(example)s.") % {"example": EXAMPLES[name]}
        return Term(typed, name, "", told), used
    try:
        value, told = READERS[name](text), ""
    except ValueError as error:
        value, told = "", str(error)
    return Term(typed, name, value, told), used


def _days_operator(tokens: list[_Token], name: str, today: date) -> tuple[Term, int]:
    """Days may have several words: `from:last week`."""
    told = f"{_('That isn’t a day.')} {_(days.WRITE)}"
    for used in range(min(days.MOST_WORDS + 1, _free(tokens)), 0, -1):
        text = " ".join(token.text for token in tokens[:used]).strip()
        try:
            span = days.read(text, today) if text else None
        except days.BadDay as error:
            told = str(error)
            continue
        if span is not None:
            only = {
                "from": days.Span(first=span.first),
                "until": days.Span(last=span.last),
            }.get(name, span)
            return Term(_typed(tokens, used), name, only), used
    used = 1 if tokens[0].text or len(tokens) == 1 or tokens[1].key else 2
    return Term(_typed(tokens, used), name, "", told), used


def _read_status(text: str) -> tuple[str, ...]:
    code = text.casefold().strip()
    for way in (code, re.sub(r"[\s-]+", "_", code), re.sub(r"[\s_-]+", " ", code)):
        if way in STATUS_WORDS:
            return STATUS_WORDS[way]
    told = _("There is no status “%(typed)s”. Try %(others)s.")
    raise ValueError(told % {"typed": text[:40], "others": ", ".join(STATUS_GROUPS)})


def _read_kind(text: str) -> tuple[str, ...]:
    if code := KIND_WORDS.get(text.casefold().strip()):
        return (code,)
    told = _("There is no kind “%(typed)s”. Try %(others)s.")
    raise ValueError(told % {"typed": text[:40], "others": ", ".join(wording.KINDS)})


def read_currency(text: str) -> tuple[str, ...]:
    code = amounts.SYMBOLS.get(text.strip(), text.strip().upper())
    try:
        money.exponent(code)
    except money.BadAmount:
        told = _("“%(typed)s” isn’t a currency we know. Write EUR or GBP.")
        raise ValueError(told % {"typed": text[:40]}) from None
    return (code,)


def _read_direction(text: str) -> str:
    if code := DIRECTIONS.get(text.casefold().strip()):
        return code
    raise ValueError(_("Money goes in or out. Write in: or out:."))


def _read_iban(text: str) -> str:
    plain = re.sub(r"\s", "", text).upper()
    if re.fullmatch(r"[A-Z0-9]{2,34}", plain, re.ASCII):
        return plain
    raise ValueError(_("An IBAN has letters and figures, 34 at most. A part of it is enough."))


def _read_needs_me(text: str) -> str:
    if text.casefold().strip() in {"me", "true", "yes"}:
        return "true"
    raise ValueError(_("Write needs:me for what waits for you."))


def _read_text(text: str) -> str:
    return text.strip()


READERS: dict[str, Callable[[str], Value]] = {
    "status": _read_status,
    "kind": _read_kind,
    "currency": read_currency,
    "direction": _read_direction,
    "iban": _read_iban,
    "needs_me": _read_needs_me,
    "amount": amounts.read,
    "counterparty": _read_text,
    "reference": _read_text,
    "label": _read_text,
}


# ── Words on their own ──────────────────────────────────────────────────────────────────────
def _bare(tokens: list[_Token], today: date) -> tuple[Term, int]:
    """Days, amounts, currencies and numbers of accounts show themselves; the rest are words."""
    for look in (_bare_days, _bare_amount, _bare_code):
        if found := look(tokens, today):
            return found
    token = tokens[0]
    if (operator := _KEY.fullmatch(token.text)) and operator[2] and "/" not in operator[2]:
        near = get_close_matches(operator[1].casefold(), KEYS, n=1, cutoff=0.8)
        if near:
            told = _("There is no “%(typed)s”. Did you mean %(near)s?")
            told %= {"typed": f"{operator[1]}:", "near": f"{near[0]}:{operator[2][:40]}"}
            return Term(token.typed, "word", token.text, told), 1
    return Term(token.typed, "word", token.text), 1


def _bare_days(tokens: list[_Token], today: date) -> tuple[Term, int] | None:
    for used in range(min(days.MOST_WORDS, _free(tokens)), 0, -1):
        text = " ".join(token.text for token in tokens[:used])
        if used == 1 and _may_be_no_day(text, today):
            return None
        try:
            span = days.read(text, today)
        except days.BadDay as error:
            if re.fullmatch(r"[0-9]{4}[-/][0-9]{1,2}", text):
                continue  # as likely a part of a reference
            return Term(_typed(tokens, used), "days", "", str(error)), used
        if span is not None:
            return Term(_typed(tokens, used), "days", span), used
    return None


def _may_be_no_day(text: str, today: date) -> bool:
    figures = [part for part in re.split(r"\.{2,}|…", text) if part]
    return all(re.fullmatch(r"[0-9.,]+", part) for part in figures) and not all(
        days.is_bare_year(part, today) or re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", part)
        for part in figures
    )


def _bare_amount(tokens: list[_Token], today: date) -> tuple[Term, int] | None:
    token, used = tokens[0], 1
    text = token.text
    following = tokens[1].text if _free(tokens) > 1 else ""
    if re.fullmatch(r"[<>≤≥=]=?", text) and following:
        text, used = text + following, 2
    elif re.fullmatch(r"[0-9]{1,3}", text) and following:
        # A space between thousands, as it stands in French or Swedish.
        while used < _free(tokens) and re.fullmatch(r"[0-9]{3}([.,][0-9]{1,2})?", following):
            text, used = text + following, used + 1
            following = tokens[used].text if used < _free(tokens) else ""
        if used > 1 and not re.search(r"[.,]", text) and following not in CURRENCIES:
            text, used = token.text, 1
    if re.fullmatch(r"[0-9]+", text) and following in CURRENCIES:
        return Term(_typed(tokens, used), "amount", *_amount(text)), used
    if not amounts.looks_like_one(text):
        return None
    value, told = _amount(text)
    return Term(_typed(tokens, used), "amount", value, told), used


def _amount(text: str) -> tuple[Value, str]:
    try:
        return amounts.read(text), ""
    except amounts.BadAmount as error:
        return "", str(error)


def _bare_code(tokens: list[_Token], today: date) -> tuple[Term, int] | None:
    token = tokens[0]
    if token.text in CURRENCIES:
        return Term(token.typed, "currency", (token.text,)), 1
    if re.fullmatch(r"txn_[A-Za-z0-9_-]{3,76}", token.text, re.ASCII):
        return Term(token.typed, "reference", token.text), 1
    text, used = token.text, 1
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}", text, re.ASCII):
        while used < len(tokens) and _goes_on(text, tokens[used]):
            text, used = text + tokens[used].text, used + 1
    if _IBAN.fullmatch(text):
        return Term(_typed(tokens, used), "iban", text.upper()), used
    return None


def _goes_on(text: str, token: _Token) -> bool:
    """Whether a token is the next four signs of an IBAN as it stands on paper."""
    is_group = not token.key and not token.is_quoted and _STEP_OF_IBAN.fullmatch(token.text)
    return bool(is_group) and len(text) % 4 == 0 and len(text) + len(token.text) <= 34


def _free(tokens: list[_Token]) -> int:
    """How many tokens from the first on could belong to one value."""
    count = 1
    while count < len(tokens) and not tokens[count].key and not tokens[count].is_quoted:
        count += 1
    return count


def _typed(tokens: list[_Token], used: int) -> str:
    return " ".join(token.typed for token in tokens[:used])
