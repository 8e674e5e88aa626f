"""A person's own receipts: page, PDF, the code on them, and the card of the transaction page."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from selfcare import ids
from selfcare.clients import transactions as service
from selfcare.documents import typeset
from selfcare.documents.receipts import actions, content
from selfcare.documents.receipts.models import ReceiptCode
from selfcare.documents.shares.models import Share
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest


@require_safe
@signed_in
def receipt(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """The PDF, of the state as it is now: never of one that was remembered."""
    told = receipt_of(request, transaction_id)
    return typeset.answer(request, "receipt", told.data(), told.filename, made_at=told.made_at)


@require_safe
@signed_in
def receipt_page(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    told = receipt_of(request, transaction_id)
    code = actions.code_for(request.person.subject, transaction_id)
    context = {"receipt": told, "code_id": ids.encode("rcc", code.pk)}
    return render_page(request, "documents/receipt.html", context)


@require_POST
@signed_in
def verification_code_new(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """Another code instead of the one that was seen; whoever holds the old one learns nothing."""
    subject = request.person.subject
    service.transaction(subject, transaction_id)
    seen = ids.decode("rcc", request.POST.get("instead_of", ""))
    actions.renew(subject, transaction_id, instead_of=seen)
    return SeeOther(f"{request.path.removesuffix('verification-codes/')}receipt/")


@require_safe
@signed_in
def card(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """What can be taken along; it asks no service, so that the page around it stays as fast."""
    subject = request.person.subject
    shares = Share.objects.of(subject).filter(transaction_id=transaction_id)
    context = {
        "transaction_id": transaction_id,
        "code": ReceiptCode.objects.of(subject, transaction_id).live().first(),
        "shares": shares.live(timezone.now()).count(),
    }
    return render_page(request, "documents/card.html", context, partial="card")


def code_or_404(subject: str, transaction_id: str) -> ReceiptCode:
    """The code of receipts that were printed already."""
    own = ReceiptCode.objects.of(subject, transaction_id).live().first()
    if own is None:
        raise Http404
    return own


def receipt_of(request: SignedInRequest, transaction_id: str) -> content.Receipt:
    """Reads, makes the code and notes what this receipt says; raises errors.CallFailed."""
    txn = service.transaction(request.person.subject, transaction_id)
    now = timezone.now()
    code = actions.note_print(txn, now=now)
    return content.of(txn, request.person, code, now)
