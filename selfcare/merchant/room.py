"""Who may see a page of the console, and its frame; what a page shows is its own part's."""

from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from selfcare import errors
from selfcare.clients import sandbox_api
from selfcare.clients.sandbox_api import Membership
from selfcare.clients.shapes import Shape
from selfcare.merchant import navigation, wording
from selfcare.web import problems
from selfcare.web.guards import SignedInView, signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest


@dataclass(frozen=True, slots=True)
class Room:
    """The merchant whose console this is, as what the person is there, and their other merchants.

    Reads and writes of the page go through it, so that none can be about another merchant.
    """

    subject: str
    here: Membership
    all: tuple[Membership, ...]

    @property
    def id(self) -> str:
        return self.here.id

    @property
    def name(self) -> str:
        return self.here.name

    @property
    def is_admin(self) -> bool:
        return self.here.role == "admin"

    def read[S: Shape](self, operation: str, shape: type[S], path: str, params: Any = (), /) -> S:
        """`sandbox_api.read` for this merchant."""
        return sandbox_api.read(operation, shape, self.subject, self._address(path), params)

    def write[S: Shape](
        self, operation: str, shape: type[S], path: str, body: dict[str, Any], /, *, key: str
    ) -> S:
        """`sandbox_api.write` for this merchant; `key` is `forms.WriteForm`'s."""
        return sandbox_api.write(operation, shape, self.subject, self._address(path), body, key=key)

    def _address(self, path: str) -> str:
        return f"/merchants/{self.id}{path}"


def merchant_page(view: SignedInView) -> SignedInView:
    """Only who works for the merchant may call it: `view(request, room, …)`.

    Anybody else's merchant is as one that never was. What isn't a GET needs an admin. A sandbox
    that can't be used is a page that says so.
    """
    return _guarded(view, "merchant member", writes=False)


def admin_page(view: SignedInView) -> SignedInView:
    """As `merchant_page`, for forms that a viewer has no use for: they aren't even shown."""
    return _guarded(view, "merchant admin", writes=True)


def own_merchants(subject: str) -> tuple[Membership, ...]:
    """Http404 for who works for none."""
    found = sandbox_api.memberships(subject)
    if not found:
        raise Http404
    return found


def _guarded(view: SignedInView, guard: str, *, writes: bool) -> SignedInView:
    @wraps(view)
    def checked(
        request: SignedInRequest, merchant_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        room = None
        try:
            everywhere = own_merchants(request.person.subject)
            here = next((one for one in everywhere if one.id == merchant_id), None)
            if here is None:
                raise Http404
            room = Room(request.person.subject, here, everywhere)
            if not room.is_admin and (writes or request.method not in {"GET", "HEAD"}):
                return problems.page(request, 403)
            return view(request, room, *args, **kwargs)
        except errors.NotFound:
            raise Http404 from None
        except errors.NoAnswer as error:
            return unreachable(request, room, error)

    guarded = signed_in(checked)
    guarded.guard = guard  # type: ignore[attr-defined]
    return guarded


def render(
    request: SignedInRequest,
    room: Room,
    template: str,
    context: dict[str, Any] | None = None,
    /,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page of the console: `template` (`<part>/<page>.html`) extends merchant/base.html."""
    part = template.partition("/")[0]
    whole = {"room": room, "part": part, **frame(room), **(context or {})}
    return render_page(request, f"merchant/{template}", whole, partial=partial, status=status)


def frame(room: Room) -> dict[str, Any]:
    """What stands around each page."""
    return {
        "parts_first": navigation.parts(navigation.FIRST, room.id),
        "parts_try": navigation.parts(navigation.TRY, room.id),
        "parts_live": navigation.parts(navigation.GO_LIVE, room.id),
    }


def unreachable(
    request: SignedInRequest, room: Room | None, error: errors.NoAnswer
) -> HttpResponse:
    """The page that says that the sandbox can't be used right now, and where things stand."""
    words = wording.no_answer(error, wrote=request.method == "POST")
    # The page before is made anew, with another key, when one goes back to it.
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {"room": room, "words": words, "kept": kept, **(frame(room) if room else {})}
    response = render_page(request, "merchant/unreachable.html", context, status=503)
    response["Retry-After"] = "5"
    return response
