"""What a person does in a case of theirs: a message, the withdrawal, the dispute after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods

from selfcare.cases import actions, deciding, evidence, forms, story
from selfcare.clients import cases as service
from selfcare.instructions import drafts, intents
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Instruction, State
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing that can be done in a case: `allowed` is what the service calls it."""

    action: str
    allowed: str
    form: type[forms.CaseForm]
    act: Callable[..., Instruction]
    title: str
    notice: str
    button: str


FOLLOW_UPS = {
    "message": FollowUp(
        "case_message", "message", forms.MessageForm, actions.say,
        noop("Write a message"), noop("{name} and we can read it."), noop("Send"),
    ),
    "withdraw": FollowUp(
        "case_withdraw", "withdraw", forms.WithdrawalForm, actions.withdraw,
        noop("Withdraw it"),
        noop(
            "Nobody decides about it any more, and it can’t be taken up again. Another way may "
            "still be open to you afterwards."
        ),
        noop("Withdraw it"),
    ),
    "escalate": FollowUp(
        "case_escalate", "escalate", forms.EscalationForm, actions.escalate,
        noop("Make a dispute of it"),
        noop(
            "{name} answers once more, within 10 days. If you two don’t agree, you show what you "
            "have within 10 days, and we decide within 20. That is final here."
        ),
        noop("Make it a dispute"),
    ),
}  # fmt: skip


def _view(name: str) -> Callable[..., HttpResponse]:
    def follow_up(request: SignedInRequest, case_id: str) -> HttpResponse:
        page = Page(request, case_id, FOLLOW_UPS[name])
        if request.method != "POST":
            return page.show()
        return _back_to_case(request, case_id, deciding.post(request, page), page.instruction)

    return drafts.kept(require_http_methods(["GET", "HEAD", "POST"])(signed_in(follow_up)))


def _back_to_case(
    request: SignedInRequest, case_id: str, response: HttpResponse, made: Instruction | None
) -> HttpResponse:
    """A message that surely arrived is read where it stands, in its case."""
    if made is None or made.action != "case_message" or made.state != State.DONE:
        return response
    messages.success(request, _("Your message is part of the case."))
    return SeeOther(reverse("cases:detail", args=[case_id]))


class Page:
    """One form about a case, as deciding.py drives it."""

    def __init__(self, request: SignedInRequest, case_id: str, follow_up: FollowUp) -> None:
        self.request = request
        self.case_id = case_id
        self.follow_up = follow_up
        self.instruction: Instruction | None = None

    def intent(self, token: str) -> Intent:
        subject, action = self.request.person.subject, self.follow_up.action
        return intents.read(token, subject=subject, action=action, case_id=self.case_id)

    def bound(self, intent: Intent) -> forms.CaseForm:
        return self.follow_up.form(self.request.POST, taken=evidence.take(self.request))

    def carry_out(self, intent: Intent, form: forms.CaseForm) -> Instruction:
        request_id = self.request.request_id
        self.instruction = self.follow_up.act(intent=intent, request_id=request_id, **form.act_on())
        return self.instruction

    def show(
        self,
        *,
        form: forms.CaseForm | None = None,
        intent: Intent | None = None,
        notice: str = "",
    ) -> HttpResponse:
        """The form, afresh, from a draft, or with what was typed; 409 where it isn't possible."""
        request, follow_up = self.request, self.follow_up
        case = service.case(request.person.subject, self.case_id)
        draft = None
        if form is None:
            draft = drafts.find(case.owner, follow_up.action, case.id)
            given = {"reason": case.reason} if case.reason else {}
            form = deciding.fresh(request, follow_up.form, draft, begin=given)
        intent = intent or actions.intent_in(case, follow_up.action, key=intents.new_key())
        told = story.of(case, zone_of(request.person))
        can = told["can"].get(follow_up.allowed)
        refusal = "" if can and can.allowed else _why(can)
        context: dict[str, Any] = {
            "case": case,
            "case_title": told["title"],
            "title": _(follow_up.title),
            "button": _(follow_up.button),
            "notice_words": _(follow_up.notice).format(name=case.transaction.name),
            "until": can.until if can else None,
            "intent": intent.token(),
            "refusal": refusal,
            **deciding.frame(
                request, form, draft, notice=notice, about=(follow_up.action, case.id)
            ),
        }
        status = 409 if refusal or notice else 422 if form.is_bound and form.errors else 200
        return render_page(request, "cases/follow_up.html", context, status=status)


def _why(can: story.CanDo | None) -> str:
    return can.refusal if can else _("a case of this kind has no such step.")


message_new = _view("message")
withdrawal_new = _view("withdraw")
escalation_new = _view("escalate")
