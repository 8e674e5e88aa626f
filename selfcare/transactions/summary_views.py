"""The summary with its pictures, and the small one for the home page."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.annotations import labels
from selfcare.annotations.models import Label
from selfcare.clients import transactions as service
from selfcare.clients.filters import LabelSet
from selfcare.transactions import periods, summing
from selfcare.transactions.forms import CURRENCIES
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

MOST_LABELS = 40
# Where nobody says in which currency, and no account tells.
USUAL_CURRENCY = "EUR"


@require_safe
@signed_in
def summary(request: SignedInRequest) -> HttpResponse:
    """GET alone: the address says which period and which currency."""
    frame = _frame(request)
    try:
        period = periods.read(
            request.GET, timezone.now().astimezone(zone_of(request.person)).date()
        )
        asking = asking_of(request, period, known=frame["own_currencies"])
    except periods.BadPeriod as error:
        frame |= {"problem": str(error), "currency": str(request.GET.get("currency", ""))[:3]}
        return render_page(request, "transactions/summary.html", frame, status=400)
    found = summing.parts(asking, label_sets(request.person.subject))
    month = found["month"]
    known = [one.known_at for one in found.values() if one.known_at]
    context = {
        **frame,
        "period": period,
        "currency": asking.currency,
        "parts": {name: told(part) for name, part in found.items()},
        "line": "open" if period.is_open or month.failure else "final",
        "total": summing.total(month.groups, asking.currency),
        "as_of": month.as_of if not month.failure else None,
        "known_at": min(known) if known else None,
        "is_empty": month.is_known and not any(group.count for group in month.groups),
    }
    status = 503 if month.failure else 200
    return render_page(request, "transactions/summary.html", context, status=status)


@require_safe
@signed_in
def card_flow(request: SignedInRequest) -> HttpResponse:
    """In and out of six months, for the home page."""
    now = timezone.now().astimezone(zone_of(request.person))
    period = periods.read({"period": periods.USUAL}, now.date())
    asking = asking_of(request, period, known=own_currencies(request.person.subject))
    month = summing.by_month(asking)
    context = {
        "part": told(month),
        "currency": asking.currency,
        "known_at": month.known_at,
        "failure": problems.of(month.failure) if month.failure else None,
        "is_empty": not any(group.count for group in month.groups),
    }
    return render_page(request, "transactions/card_flow.html", context, partial="card")


def asking_of(
    request: SignedInRequest, period: periods.Period, *, known: Iterable[str]
) -> summing.Asking:
    """The same for page and API; BadPeriod tells of a currency that isn't one, too."""
    currency = str(request.GET.get("currency", "")).upper()
    currency = currency or next(iter(known), USUAL_CURRENCY)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise periods.BadPeriod(_("A currency has three letters, such as EUR."))
    return summing.Asking(request.person.subject, zone_of(request.person), period, currency)


def own_currencies(subject: str) -> tuple[str, ...]:
    """Those of the person's accounts, as far as they are known now."""
    try:
        accounts = service.accounts(subject)
    except errors.NoAnswer as failure:
        accounts = failure.last_known
    return tuple(dict.fromkeys(account.currency for account in accounts.data)) if accounts else ()


def label_sets(subject: str) -> dict[Label, LabelSet]:
    own = labels.of(subject)[:MOST_LABELS]
    return dict(zip(own, labels.sets_of(own), strict=True))


def told(part: summing.Part) -> dict[str, Any]:
    """A part for its template: a failure as the words of the table of problems."""
    return {
        "groups": part.groups,
        "drawn": [group for group in part.groups if group.query],
        "rest": [group for group in part.groups if not group.query],
        "failure": problems.of(part.failure) if part.failure else None,
        "known_at": part.known_at,
    }


def _frame(request: SignedInRequest) -> dict[str, Any]:
    own = own_currencies(request.person.subject)
    chosen = str(request.GET.get("currency", "")).upper()
    others = [code for code in (chosen, *CURRENCIES) if code and code not in own]
    return {
        "own_currencies": own,
        "currencies": list(dict.fromkeys([*own, *others])),
        "choices": {code: _(words) for code, words in periods.CHOICES.items()},
        "chosen": str(request.GET.get("period") or "") or _implied(request),
        "first_day": str(request.GET.get("from", ""))[:20],
        "last_day": str(request.GET.get("until", ""))[:20],
        "today": timezone.now().astimezone(zone_of(request.person)).date(),
    }


def _implied(request: SignedInRequest) -> str:
    return "free" if request.GET.get("from") or request.GET.get("until") else periods.USUAL
