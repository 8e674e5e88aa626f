"""What people wrote and didn't send: kept thirty days, for its writer alone; sends nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone

from selfcare.instructions import intents
from selfcare.instructions.intents import Intent
from selfcare.instructions.models import Draft, Instruction
from selfcare.web import views as web_views
from selfcare.web.guards import public, sign_in_first
from selfcare.web.pages import SeeOther
from selfcare.web.request import Request

KEPT_FOR = timedelta(days=30)
# No form of ours has more fields, and none takes a longer text.
MOST_FIELDS = 20
LONGEST = 4000
NOT_TYPED = frozenset({"intent", "csrfmiddlewaretoken", "decision"})


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around a view with a form that carries an intent: no words are lost to an ended session.

    Whoever posts signed out is led to sign in and back to the form, which shows the draft.
    """

    @wraps(view)
    def keeping(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and request.person is None:
            keep(request.POST)
        return view(request, *args, **kwargs)

    return keeping


def keep(posted: QueryDict) -> bool:
    """Saves what was typed, if a form of ours holds it; True if there is a draft now.

    The signed intent in the form says whose words these are, so it works without a session. What
    was sent already is no draft. Files are not kept.
    """
    intent = _intent(posted)
    data = _typed(posted)
    if intent is None or not data:
        return False
    if Instruction.objects.of(intent.subject).filter(key=intent.key).exists():
        return False
    Draft.objects.update_or_create(
        subject=intent.subject,
        action=intent.action,
        about=intent.about,
        defaults={"key": intent.key, "data": data, "saved_at": timezone.now()},
    )
    return True


def find(subject: str, action: str, about: str) -> Draft | None:
    """This person's draft; None where what it holds was sent meanwhile, or it is too old."""
    since = timezone.now() - KEPT_FOR
    drafts = Draft.objects.of(subject).filter(action=action, about=about, saved_at__gte=since)
    draft = drafts.first()
    if draft and Instruction.objects.of(subject).filter(key=draft.key).exists():
        draft.delete()
        return None
    return draft


def drop(subject: str, action: str, about: str) -> None:
    """It was sent, or isn't wanted any more."""
    Draft.objects.of(subject).filter(action=action, about=about).delete()


def clear_old(now: datetime | None = None) -> int:
    """Removes drafts that nobody came back to; how many those were."""
    before = (now or timezone.now()) - KEPT_FOR
    return Draft.objects.filter(saved_at__lt=before).delete()[0]


def as_posted(draft: Draft) -> QueryDict:
    """The draft as a form reads it."""
    posted = QueryDict(mutable=True)
    for name, values in draft.data.items():
        posted.setlist(name, values)
    return posted


@public
def expired_form(request: Request, reason: str = "") -> HttpResponse:
    """Django's answer to a CSRF token that no longer fits: the words are kept all the same.

    Somebody who signed in again in another tab goes on with the form, and nothing was sent.
    """
    intent = None if request.path.startswith("/api/") else _intent(request.POST)
    strangers = intent and request.person and intent.subject != request.person.subject
    if strangers or intent is None or not keep(request.POST):
        return web_views.expired_form(request, reason)
    if request.person is None:
        return sign_in_first(request)
    return SeeOther(request.get_full_path())


def _intent(posted: QueryDict) -> Intent | None:
    try:
        return intents.whose(posted.get("intent", ""), within=KEPT_FOR)
    except (intents.IntentExpired, intents.IntentInvalid):
        return None


def _typed(posted: QueryDict) -> dict[str, list[str]]:
    """The fields with something in them, cut to what is ever read again."""
    found: dict[str, list[str]] = {}
    for name, values in list(posted.lists())[:MOST_FIELDS]:
        texts = [str(v)[:LONGEST].replace("\x00", "") for v in values[:MOST_FIELDS]]
        texts = [text.encode(errors="replace").decode() for text in texts]
        if name not in NOT_TYPED and any(text.strip() for text in texts):
            found[name[:80]] = texts
    return found
