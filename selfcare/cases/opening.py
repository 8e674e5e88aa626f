"""The pages that open a case: what it means and can't do, its clock, and the form; once each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods

from selfcare.cases import actions, deciding, evidence, forms, story
from selfcare.cases.rules import RULES
from selfcare.clients import transactions as service
from selfcare.clients.shapes import Transaction
from selfcare.instructions import drafts, intents
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Draft, Instruction
from selfcare.money import Money
from selfcare.web.guards import signed_in
from selfcare.web.moments import Zone
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of

type Act = Callable[..., Instruction]


@dataclass(frozen=True, slots=True)
class Opening:
    """One kind of case: its form, the action behind it, and the words of its button and clock."""

    action: str
    form: type[forms.CaseForm]
    act: Act
    button: str
    after: str


OPENINGS = {
    opening.action: opening
    for opening in (
        Opening(
            "request_refund", forms.RefundRequestForm, actions.request_refund,
            noop("Ask {name} for it"), noop("After {until} you can’t ask for it here any more."),
        ),
        Opening(
            "dispute", forms.DisputeForm, actions.dispute,
            noop("Open the dispute"), noop("After {until} it can’t be disputed any more."),
        ),
        Opening(
            "report_fraud", forms.FraudReportForm, actions.report_fraud,
            noop("Report it as fraud"), noop("After {until} it can’t be reported here any more."),
        ),
        Opening(
            "recall", forms.RecallForm, actions.recall,
            noop("Ask their bank for it"), noop("After {until} it can’t be recalled any more."),
        ),
        Opening(
            "ask_merchant", forms.InquiryForm, actions.ask_merchant,
            noop("Send the question"), noop("After {until} it can’t be asked here any more."),
        ),
    )
}  # fmt: skip


def _view(action: str) -> Callable[..., HttpResponse]:
    """The page of one kind; GET shows the form with a fresh intent, POST carries it out, once."""

    def case_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
        page = Page(request, transaction_id, OPENINGS[action])
        return deciding.post(request, page) if request.method == "POST" else page.show()

    return drafts.kept(require_http_methods(["GET", "HEAD", "POST"])(signed_in(case_new)))


class Page:
    """One form about a transaction, as deciding.py drives it."""

    def __init__(self, request: SignedInRequest, transaction_id: str, opening: Opening) -> None:
        self.request = request
        self.transaction_id = transaction_id
        self.opening = opening

    def intent(self, token: str) -> Intent:
        return intents.read(
            token,
            subject=self.request.person.subject,
            action=self.opening.action,
            transaction_id=self.transaction_id,
        )

    def bound(self, intent: Intent) -> forms.CaseForm:
        taken = evidence.take(self.request)
        most = Money(intent.most_minor, intent.currency)
        return self.opening.form(self.request.POST, taken=taken, most=most)

    def carry_out(self, intent: Intent, form: forms.CaseForm) -> Instruction:
        return self.opening.act(intent=intent, request_id=self.request.request_id, **form.act_on())

    def show(
        self,
        *,
        form: forms.CaseForm | None = None,
        intent: Intent | None = None,
        notice: str = "",
    ) -> HttpResponse:
        """The form, afresh, from a draft, or with what was typed; 409 where it isn't possible."""
        request, action = self.request, self.opening.action
        txn = service.transaction(request.person.subject, self.transaction_id)
        now = actions.intent_for(txn, action, key=intents.new_key())
        draft = None
        if form is None:
            draft = drafts.find(request.person.subject, action, txn.id)
            form = self._fresh(now, draft)
        refusal = story.refusal(txn, action, zone_of(request.person))
        verdict = txn.action(action)
        until = verdict.until if verdict else None
        context = {
            "txn": txn,
            "opening": self.opening,
            "way": story.worded(RULES.ways[action], txn),
            "button": _(self.opening.button).format(name=txn.counterparty.name),
            "until": until,
            "after": self._after(until),
            "since": since(txn),
            "intent": (intent or now).token(),
            "refusal": refusal,
            **deciding.frame(request, form, draft, notice=notice, about=(action, txn.id)),
        }
        status = 409 if refusal or notice else 422 if form.is_bound and form.errors else 200
        return render_page(request, "cases/new.html", context, status=status)

    def _after(self, until: datetime | None) -> str:
        """What isn't possible any more when the clock has run out."""
        if until is None:
            return ""
        told = Zone.of(zone_of(self.request.person)).deadline(until)
        return _(self.opening.after).format(until=told)

    def _fresh(self, intent: Intent, draft: Draft | None) -> forms.CaseForm:
        most = Money(intent.most_minor, intent.currency)
        return deciding.fresh(self.request, self.opening.form, draft, most=most)


def since(txn: Transaction) -> datetime:
    """Where the clock of a case began: most count from the day it was completed."""
    return txn.completed_at or txn.created_at


refund_request_new = _view("request_refund")
dispute_new = _view("dispute")
fraud_report_new = _view("report_fraud")
recall_new = _view("recall")
inquiry_new = _view("ask_merchant")
