"""What was typed into a note while the session had ended: kept for its writer, saved by them."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.utils import timezone

from selfcare.annotations import texts
from selfcare.annotations.models import NOTE_LENGTH, UnsavedNote
from selfcare.web.request import Request

SALT = "annotations.note"
KEPT_FOR = timedelta(days=30)
# A page may stay open for longer than its session.
OPEN_FOR = timedelta(seconds=settings.SESSION_COOKIE_AGE) + timedelta(days=1)


def owner_mark(subject: str, transaction_id: str) -> str:
    """Signed, in the form: whose words it takes, also when nobody is signed in any more."""
    return signing.dumps([subject, transaction_id], salt=SALT)


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around the view of the note: who posts signed out is led to sign in, and finds the words."""

    @wraps(view)
    def keeping(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and request.person is None:
            keep(request.POST)
        return view(request, *args, **kwargs)

    return keeping


def keep(posted: QueryDict) -> bool:
    """True if there is something kept now; a mark that is forged or too old keeps nothing."""
    try:
        mark = signing.loads(posted.get("mark", ""), salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return False
    subject, transaction_id = map(str, mark)
    text = texts.lines(posted.get("text", ""))
    if not text or len(text) > NOTE_LENGTH:
        return False
    UnsavedNote.objects.update_or_create(
        subject=subject,
        transaction_id=transaction_id,
        defaults={"text": text, "written_at": timezone.now()},
    )
    return True


def of(subject: str, transaction_id: str) -> UnsavedNote | None:
    return UnsavedNote.objects.filter(subject=subject, transaction_id=transaction_id).first()


def forget(subject: str, transaction_id: str) -> None:
    """Once its writer has decided, or saved another text."""
    UnsavedNote.objects.filter(subject=subject, transaction_id=transaction_id).delete()


def clear_old() -> int:
    """What nobody came back for in thirty days."""
    old = UnsavedNote.objects.filter(written_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]
