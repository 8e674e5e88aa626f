"""How each form of this room is shown and sent: intents, drafts, files; which form is elsewhere."""

from typing import Any, Protocol

from django.http import HttpResponse

from selfcare.cases import evidence, forms
from selfcare.cases.evidence import Taken
from selfcare.instructions import drafts, intents
from selfcare.instructions.actions import KeyReused
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Draft, Instruction
from selfcare.web import problems
from selfcare.web.pages import SeeOther
from selfcare.web.request import SignedInRequest


class Page(Protocol):
    """One form about one thing."""

    def intent(self, token: str) -> Intent: ...

    def bound(self, intent: Intent) -> forms.CaseForm: ...

    def carry_out(self, intent: Intent, form: forms.CaseForm) -> Instruction: ...

    def show(
        self,
        *,
        form: forms.CaseForm | None = None,
        intent: Intent | None = None,
        notice: str = "",
    ) -> HttpResponse: ...


def post(request: SignedInRequest, page: Page) -> HttpResponse:
    """Carries the intent of a form out, once; shows the form again where it doesn't fit."""
    try:
        intent = page.intent(request.POST.get("intent", ""))
    except intents.IntentExpired:
        # What was typed is a draft from now on, and the page shows it with a fresh intent.
        drafts.keep(request.POST)
        return page.show(notice="expired")
    except intents.IntentInvalid:
        return problems.page(request, 400)
    form = page.bound(intent)
    if not form.is_valid():
        return page.show(form=form, intent=intent)
    try:
        instruction = page.carry_out(intent, form)
    except KeyReused:
        return problems.page(request, 422, code="idempotency_key_reused", key_reused=True)
    return SeeOther(instruction.url)


def fresh(
    request: SignedInRequest,
    kind: type[forms.CaseForm],
    draft: Draft | None,
    *,
    begin: dict[str, Any] | None = None,
    **facts: Any,
) -> forms.CaseForm:
    """An empty form; with the words of a draft, or what the address says to begin with."""
    given = dict(begin or {})
    given |= {name: request.GET[name] for name in kind.begins_with if name in request.GET}
    if draft is None:
        return kind(initial=given, **facts)
    posted = drafts.as_posted(draft)
    taken = Taken(evidence.kept(posted.getlist("kept"), request.person.subject))
    typed = {name: posted[name] for name in posted if name != "kept"}
    return kind(initial=given | typed, taken=taken, **facts)


def frame(
    request: SignedInRequest,
    form: forms.CaseForm,
    draft: Draft | None,
    *,
    notice: str,
    about: tuple[str, str],
) -> dict[str, Any]:
    """What each page with a form needs besides its own words."""
    subject = request.person.subject
    return {
        "form": form,
        "draft": draft,
        "notice": notice,
        "draft_action": about[0],
        "draft_about": about[1],
        "pieces": [(piece, piece.token(subject)) for piece in form.taken.pieces],
    }
