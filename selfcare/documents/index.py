"""The page from which all documents are found; it reads no documents itself."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from selfcare.documents.shares.models import Share
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest


@require_safe
@signed_in
def index(request: SignedInRequest) -> HttpResponse:
    live = Share.objects.of(request.person.subject).live(timezone.now()).count()
    return render_page(request, "documents/index.html", {"shares": live})
