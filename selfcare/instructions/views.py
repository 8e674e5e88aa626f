"""The page of one instruction: what became of it, and the way through a missing proof."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from selfcare import ids
from selfcare.identity import attempts, step_up
from selfcare.instructions import actions, drafts, following, wording
from selfcare.instructions.models import UNRESOLVED, Instruction, State
from selfcare.web.guards import public, signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import Request, SignedInRequest


@require_GET
@signed_in
def instruction_detail(request: SignedInRequest, public_id: str) -> HttpResponse:
    instruction = own(request.person.subject, public_id)
    context = {
        "instruction": instruction,
        "words": wording.of(instruction),
        "unresolved": instruction.state in UNRESOLVED,
        "again_url": following.again_url(instruction),
        "case_url": following.case_url(instruction),
        "undo": following.undo_of(instruction),
    }
    return render_page(request, "instructions/detail.html", context, partial="state")


@require_POST
@signed_in
def instruction_prove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Asks for the proof again, where the first try was left or came to nothing."""
    return prove(request, own(request.person.subject, public_id))


@require_GET
@signed_in
def instruction_proceed(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Where the provider sends people back to: with a fresh proof it goes out, once."""
    instruction = own(request.person.subject, public_id)
    if instruction.state == State.AWAITING_PROOF:
        proof = step_up.take(request, bound_to=instruction.fingerprint)
        if proof is not None:
            authentication = {
                "acr": proof.acr,
                "authenticated_at": proof.authenticated_at.isoformat().replace("+00:00", "Z"),
            }
            if actions.release(instruction, authentication=authentication):
                actions.send(instruction)
    return HttpResponseRedirect(instruction.url)


@require_POST
@public
def draft_new(request: Request) -> HttpResponse:
    """Keeps a form while it is being written; the intent in it says whose it is."""
    return HttpResponse(status=204 if drafts.keep(request.POST) else 400)


@require_POST
@signed_in
def draft_discard(request: SignedInRequest) -> HttpResponse:
    """Throws a draft away and shows the form afresh."""
    subject, posted = request.person.subject, request.POST
    drafts.drop(subject, posted.get("action", "")[:40], posted.get("about", "")[:80])
    return SeeOther(attempts.local_path(posted.get("next")))


def prove(request: SignedInRequest, instruction: Instruction) -> HttpResponse:
    """Sends the person to prove that it is them, for this instruction alone."""
    if instruction.state != State.AWAITING_PROOF:
        return HttpResponseRedirect(instruction.url)
    return step_up.begin(
        request,
        purpose=instruction.action,
        bound_to=instruction.fingerprint,
        return_to=f"{instruction.url}proceed/",
    )


def own(subject: str, public_id: str) -> Instruction:
    """This person's instruction; anybody else's is as unknown as one that never was."""
    pk = ids.decode("ins", public_id)
    instruction = Instruction.objects.of(subject).filter(pk=pk).first() if pk else None
    if instruction is None:
        raise Http404
    return instruction
