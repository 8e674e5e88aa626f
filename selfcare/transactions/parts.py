"""The single parts of a query string, each read by itself; whether they fit is told elsewhere."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selfcare.transactions import amounts, days, phrases, query, wording
from selfcare.transactions.forms import STATUS_GROUPS
from selfcare.web.request import Person
from selfcare.web.zones import zone_of

# The fields in their canonical order.
FIELDS = (
    "q", "status", "kind", "direction", "currency", "from", "until", "booked_from", "booked_until",
    "at_least", "at_most", "merchant", "label", "account", "needs_me",
)  # fmt: skip
REPEATABLE = frozenset({"status", "kind", "currency", "merchant", "label", "account"})
MOST_VALUES = 20
_ACCOUNT = re.compile(r"acc_[A-Za-z0-9_]{1,36}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the `field` it stands in, as `typed`, what it narrows (`name`) and to what.

    `words` tell the value; with a `problem` it narrows nothing; `is_gone`: it once did.
    """

    field: str
    name: str
    typed: str
    value: Any = None
    words: str = ""
    problem: str = ""
    is_gone: bool = False


def read(params: Mapping[str, Any], person: Person) -> Iterator[Part]:
    """Each part of the fields that we know, in their canonical order; never raises."""
    today = datetime.now(zone_of(person)).date()
    for name in FIELDS:
        texts = _texts(params, name)
        if name not in REPEATABLE:
            texts = texts[-1:]
        if len(texts) > MOST_VALUES:
            told = _("Choose at most %(n)d of these.") % {"n": MOST_VALUES}
            yield Part(name, name, "", problem=told)
        for text in texts[:MOST_VALUES]:
            yield from _read_field(name, text, today)


def first(params: Mapping[str, Any], name: str) -> str:
    """The value of a field that has one; empty where it isn't given."""
    return next(reversed(_texts(params, name)), "")


def _texts(params: Mapping[str, Any], name: str) -> list[str]:
    """The values of a field, without blanks and without doubles."""
    get_list = getattr(params, "getlist", None)
    values = get_list(name) if get_list else params.get(name)
    if values is None:
        return []
    texts = values if isinstance(values, list | tuple) else [values]
    return list(dict.fromkeys(text for one in texts if (text := str(one).strip())))


def _read_field(name: str, text: str, today: date) -> Iterator[Part]:
    if _UNPRINTABLE.search(text):
        yield Part(name, name, "", problem=_("There is a character in it that can’t be printed."))
    elif len(text) > query.LONGEST:
        told = ngettext(
            "Search with at most %(n)d character.",
            "Search with at most %(n)d characters.",
            query.LONGEST,
        )
        yield Part(name, name, "", problem=told % {"n": query.LONGEST})
    elif name == "q":
        yield from (_of_term(term, today) for term in query.read(text, today=today))
    else:
        try:
            yield READERS[name](text, today)
        except ValueError as error:
            yield Part(name, NAMES.get(name, name), text, words=text, problem=str(error))


def _of_term(term: query.Term, today: date) -> Part:
    name = NAMES.get(term.name, term.name)
    if term.problem:
        return Part("q", name, term.typed, words=term.typed, problem=term.problem)
    match term.value:
        case amounts.Range() as span:
            words = span.words()
        case days.Span() as span:
            words = span.words(today)
        case said:
            words = phrases.value(name, said)
    return Part("q", name, term.typed, term.value, words)


# ── Fields of the form and of the API ───────────────────────────────────────────────────────
# What a field narrows, where that is called otherwise.
NAMES = {
    "from": "days",
    "until": "days",
    "booked_from": "booked",
    "booked_until": "booked",
    "at_least": "amount",
    "at_most": "amount",
}


def _status(text: str, today: date) -> Part:
    code = text.casefold()
    if code in STATUS_GROUPS:
        return Part("status", "status", code, STATUS_GROUPS[code], wording.status_words(code))
    if code in wording.STATUSES:
        return Part("status", "status", code, (code,), wording.status_words(code))
    told = _("There is no status “%(typed)s”. Choose one of these.")
    raise ValueError(told % {"typed": text[:40]})


def _kind(text: str, today: date) -> Part:
    code = text.casefold()
    if code not in wording.KINDS:
        told = _("“%(typed)s” isn’t one of these. Choose one.")
        raise ValueError(told % {"typed": text[:40]})
    return Part("kind", "kind", code, (code,), wording.kind_of(code).words)


def _direction(text: str, today: date) -> Part:
    code = text.casefold()
    if code not in {"in", "out"}:
        told = _("“%(typed)s” isn’t a direction. Choose in or out.")
        raise ValueError(told % {"typed": text[:40]})
    return Part("direction", "direction", code, code, phrases.value("direction", code))


def _currency(text: str, today: date) -> Part:
    (code,) = query.read_currency(text)
    return Part("currency", "currency", code, (code,), code)


def _from(text: str, today: date) -> Part:
    at = _day(text, today).first
    span = days.Span(first=at)
    return Part("from", "days", str(at), span, span.words(today))


def _until(text: str, today: date) -> Part:
    at = _day(text, today).last
    span = days.Span(last=at)
    return Part("until", "days", str(at), span, span.words(today))


def _booked_from(text: str, today: date) -> Part:
    return replace(_from(text, today), field="booked_from", name="booked")


def _booked_until(text: str, today: date) -> Part:
    return replace(_until(text, today), field="booked_until", name="booked")


def _day(text: str, today: date) -> days.Span:
    span = days.read(text, today)
    if span is None or span.first is None or span.last is None:
        raise ValueError(_("Write this date as year-month-day, such as 2026-11-20."))
    return span


def _at_least(text: str, today: date) -> Part:
    amount = amounts.single(text)
    span = amounts.Range(least=amount)
    return Part("at_least", "amount", amounts.wire(amount), span, span.words())


def _at_most(text: str, today: date) -> Part:
    amount = amounts.single(text)
    span = amounts.Range(most=amount)
    return Part("at_most", "amount", amounts.wire(amount), span, span.words())


def _merchant(text: str, today: date) -> Part:
    """A merchant's id, or a part of a name."""
    if text.startswith("mer_"):
        return Part("merchant", "merchant", text, text, text)
    return Part("merchant", "counterparty", text, text, text)


def _label(text: str, today: date) -> Part:
    return Part("label", "label_id", text, text, text)


def _account(text: str, today: date) -> Part:
    if not _ACCOUNT.fullmatch(text):
        raise ValueError(_("This isn’t one of your accounts."))
    return Part("account", "account", text, (text,), text)


def _needs_me(text: str, today: date) -> Part:
    if text.casefold() not in {"true", "1", "on", "yes"}:
        raise ValueError(_("Write needs_me=true, or leave it out."))
    return Part("needs_me", "needs_me", "true", "true", phrases.value("needs_me", ""))


READERS: dict[str, Callable[[str, date], Part]] = {
    "status": _status,
    "kind": _kind,
    "direction": _direction,
    "currency": _currency,
    "from": _from,
    "until": _until,
    "booked_from": _booked_from,
    "booked_until": _booked_until,
    "at_least": _at_least,
    "at_most": _at_most,
    "merchant": _merchant,
    "label": _label,
    "account": _account,
    "needs_me": _needs_me,
}
