"""Anyone may ask whether a receipt is true: amount, day and state, and nothing about whom."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.clients import transactions as service
from selfcare.documents.receipts import actions, codes, tries
from selfcare.documents.receipts.models import PrintedState, ReceiptCode
from selfcare.money import Money
from selfcare.transactions import wording
from selfcare.web import formats, problems
from selfcare.web.guards import public
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Request

STATES = {
    # Seen by somebody else, nothing waits for "you".
    "action_required": noop("Waiting for its confirmation"),
    "partly_refunded": noop("Completed, then partly returned"),
    "refunded": noop("Completed, then returned in full"),
    "gone": noop("No longer known to the platform"),
}
FINAL = frozenset({"completed", "partly_refunded", "refunded"})
VOID = frozenset({"failed", "cancelled", "expired", "gone"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a receipt said, or what is true now: `happened_on` is a day in UTC."""

    amount: Money
    state: str
    happened_at: datetime
    first_at: datetime
    last_at: datetime

    @property
    def words(self) -> str:
        known = wording.STATUSES.get(self.state, wording.OTHER_STATUS)
        return _(STATES.get(self.state) or known.words)

    @property
    def line(self) -> str:
        if self.state in FINAL:
            return "final"
        return "void" if self.state in VOID else "open"

    @property
    def day(self) -> str:
        return _day(self.happened_at)

    @property
    def when(self) -> str:
        """From the first to the last time that it was printed so."""
        first, last = (
            f"{_day(at)}, {at.astimezone(UTC):%H:%M:%S}" for at in (self.first_at, self.last_at)
        )
        if first == last:
            return first
        return _("%(first)s to %(last)s") % {"first": first, "last": last}

    def agrees(self, other: "Said") -> bool:
        return (self.amount, self.state, self.happened_at) == (
            other.amount,
            other.state,
            other.happened_at,
        )


def _day(moment: datetime) -> str:
    """In UTC: a visitor has no zone that we know."""
    return formats.day(moment.astimezone(UTC).date())


@dataclass(frozen=True, slots=True)
class Answer:
    """`now` is None while the platform can't be asked; `printed` is newest first."""

    code: str
    now: Said | None
    printed: tuple[Said, ...]
    checked_at: datetime

    @property
    def newest(self) -> Said:
        return self.printed[0]

    @property
    def matches(self) -> bool:
        """Whether the newest receipt still says what is true."""
        return self.now is not None and self.now.agrees(self.newest)


def find(typed: str) -> Answer | None:
    """None for a code that never was, was renewed, or can't be one: all alike."""
    code = codes.read(typed)
    row = ReceiptCode.objects.live().filter(code=code).first() if code else None
    printed = tuple(map(_printed, row.printed.order_by("-last_at"))) if row else ()
    if row is None or not printed:
        return None
    now = timezone.now()
    told: Said | None
    try:
        txn = service.transaction(row.subject, row.transaction_id)
        facts = actions.facts_of(txn)
        told = Said(txn.amount, str(facts["state"]), txn.completed_at or txn.created_at, now, now)
    except errors.NotFound:
        newest = printed[0]
        told = Said(newest.amount, "gone", newest.happened_at, now, now)
    except errors.CallFailed:
        told = None
    return Answer(row.grouped, told, printed, now)


def _printed(row: PrintedState) -> Said:
    return Said(row.amount, row.state, row.happened_at, row.recorded_at, row.last_at)


@require_safe
@public
def verification(request: Request, code: str = "") -> HttpResponse:
    """The form, and the answer to one code; a code that was typed gets an address of its own."""
    typed = code or request.GET.get("code", "")
    if not typed.strip():
        return _private(render_page(request, "documents/verification.html", {}))
    known = codes.read(typed)
    if known and not code:
        return _private(SeeOther(reverse("documents:verification", args=[codes.grouped(known)])))
    if wait := tries.seconds_to_wait(request, "verification"):
        return _private(problems.page(request, 429, retry_after=wait))
    answer = find(typed)
    status = 404 if answer is None else 503 if answer.now is None else 200
    context = {"asked": True, "answer": answer, "typed": codes.grouped(known) or typed[:40]}
    response = render_page(request, "documents/verification.html", context, status=status)
    if status == 503:
        response["Retry-After"] = "30"
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
