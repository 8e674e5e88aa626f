"""Changes what a person keeps about their list: saved views and columns; page and API call it."""

from collections.abc import Sequence

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from selfcare.annotations import texts
from selfcare.transactions import finding
from selfcare.transactions.models import (
    MOST_VIEWS,
    NAME_LENGTH,
    QUERY_LENGTH,
    ListColumns,
    SavedView,
)
from selfcare.web.request import Person

COLUMNS = {
    "date": noop("Date"),
    "counterparty": noop("Name"),
    "status": noop("Status"),
    "kind": noop("Kind"),
    "reference": noop("Reference"),
    "account": noop("Account"),
    "labels": noop("Labels"),
    "fee": noop("Fee"),
    "amount": noop("Amount"),
}
# A row leads to its transaction by the name, and without the amount it says nothing.
ALWAYS = ("counterparty", "amount")


class Refused(Exception):
    """It can't be kept like that: `field` is what to mend, the message says how."""

    def __init__(self, code: str, field: str, told: str) -> None:
        super().__init__(told)
        self.code = code
        self.field = field


# ── Saved views ─────────────────────────────────────────────────────────────────────────────
def views_of(subject: str) -> list[SavedView]:
    """The person's views by name; none while the database is away, and the list goes on."""
    try:
        return list(SavedView.objects.of(subject))
    except (DatabaseError, InterfaceError):
        return []


def save_view(*, person: Person, name: str, query: str, is_default: bool = False) -> SavedView:
    """Keeps a query string by a name; raises Refused."""
    view = SavedView(
        subject=person.subject,
        name=_name(name),
        query=_query(person, query),
        is_default=is_default,
    )
    view.alike = texts.alike(view.name)
    for _attempt in range(3):
        try:
            with transaction.atomic():
                view.place = _free_place(view)
                _make_way(view)
                view.save(force_insert=True)
            return view
        except IntegrityError:
            # Another tab took the place, the name or the default meanwhile: look again.
            continue
    raise Refused("busy", "name", _("Another of your tabs saves views as well. Try again."))


def change_view(view: SavedView, *, name: str, is_default: bool) -> None:
    """Another name, or another default; raises Refused."""
    view.name = _name(name)
    view.alike = texts.alike(view.name)
    view.is_default = is_default
    _check_name(view)
    try:
        with transaction.atomic():
            _make_way(view)
            view.save(update_fields=["name", "alike", "is_default"])
    except IntegrityError:
        raise _taken(view.name) from None


def delete_view(view: SavedView) -> None:
    view.delete()


def _free_place(view: SavedView) -> int:
    _check_name(view)
    used = set(SavedView.objects.filter(subject=view.subject).values_list("place", flat=True))
    place = next((place for place in range(MOST_VIEWS) if place not in used), None)
    if place is None:
        told = ngettext(
            "You have %(n)d view, and that is as many as there can be. Delete one first.",
            "You have %(n)d views, and that is as many as there can be. Delete one first.",
            MOST_VIEWS,
        ) % {"n": MOST_VIEWS}
        raise Refused("too_many_views", "name", told)
    return place


def _check_name(view: SavedView) -> None:
    others = SavedView.objects.filter(subject=view.subject, alike=view.alike)
    if others.exclude(pk=view.pk).exists():
        raise _taken(view.name)


def _make_way(view: SavedView) -> None:
    if view.is_default:
        others = SavedView.objects.filter(subject=view.subject, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)


def _taken(name: str) -> Refused:
    told = _("You have a view “%(name)s” already. Choose another name.") % {"name": name}
    return Refused("name_taken", "name", told)


def _name(typed: str) -> str:
    name = texts.line(typed)
    if not name:
        raise Refused("name_missing", "name", _("Give the view a name."))
    if len(name) > NAME_LENGTH:
        told = _("Shorten this to %(most)d characters: it has %(length)d.")
        told %= {"most": NAME_LENGTH, "length": len(name)}
        raise Refused("name_too_long", "name", told)
    return name


def _query(person: Person, typed: str) -> str:
    """The canonical spelling; what wasn't understood is nothing to come back to."""
    if len(typed) > QUERY_LENGTH:
        raise Refused("query_too_long", "query", _("There are too many filters in this view."))
    found = finding.of_query(typed, person)
    if not found.is_valid:
        told = " ".join(sentence for told in found.errors.values() for sentence in told)
        raise Refused("bad_filter", "query", told)
    if not found.query_string:
        raise Refused("nothing_chosen", "query", _("Choose a filter or an order first."))
    if len(found.query_string) > QUERY_LENGTH:
        raise Refused("query_too_long", "query", _("There are too many filters in this view."))
    return found.query_string


# ── Columns ─────────────────────────────────────────────────────────────────────────────────
def columns_of(subject: str) -> tuple[str, ...]:
    """The person's columns; none where the list is a ledger, or can't be known."""
    try:
        kept = ListColumns.objects.filter(subject=subject).values_list("columns", flat=True).first()
    except (DatabaseError, InterfaceError):
        return ()
    # An older or newer release may have kept others.
    return tuple(code for code in kept if code in COLUMNS) if isinstance(kept, list) else ()


def keep_columns(*, subject: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Keeps columns in their order; none makes the list a ledger again. Raises Refused."""
    chosen = tuple(dict.fromkeys(columns))
    unknown = [code for code in chosen if code not in COLUMNS]
    if unknown:
        told = _("There is no column “%(typed)s”. Choose from %(columns)s.")
        told %= {"typed": unknown[0][:40], "columns": ", ".join(COLUMNS)}
        raise Refused("unknown_column", "columns", told)
    if not chosen:
        ListColumns.objects.filter(subject=subject).delete()
        return ()
    chosen += tuple(code for code in ALWAYS if code not in chosen)
    kept = {"columns": list(chosen), "saved_at": timezone.now()}
    ListColumns.objects.update_or_create(subject=subject, defaults=kept)
    return chosen


def moved(columns: Sequence[str], code: str, step: int) -> list[str]:
    """The same columns with one of them a place earlier (-1) or later (1)."""
    order = list(columns)
    if code in order:
        at = order.index(code)
        to = min(max(at + step, 0), len(order) - 1)
        order.insert(to, order.pop(at))
    return order
