"""The home page: puts the other rooms' cards together; each of them fails on its own."""

from concurrent.futures import ThreadPoolExecutor
from copy import copy

from django.http import HttpResponse
from django.urls import resolve, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from selfcare import deadline, errors
from selfcare.web import formats, problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest

CARDS = {
    "balances": "transactions:card_balances",
    "waiting": "transactions:card_waiting",
    "latest": "transactions:card_latest",
}
# Less than a page may take: a card that is slow shows what it knew and asks again by itself.
CARD_SECONDS = 1.2


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    # The session is read here, so that the cards' threads need no database.
    with ThreadPoolExecutor(len(CARDS), thread_name_prefix="card") as pool:
        waiting = {
            name: pool.submit(formats.carried(_card), request, address)
            for name, address in CARDS.items()
        }
        cards = {name: future.result() for name, future in waiting.items()}
    return render_page(request, "overview/home.html", {"cards": cards})


def _card(request: SignedInRequest, name: str) -> SafeString:
    address = reverse(name)
    match = resolve(address)
    part = copy(request)
    part.path = part.path_info = address
    part.only_part = True
    try:
        with deadline.within(CARD_SECONDS):
            response = match.func(part, *match.args, **match.kwargs)
    except errors.CallFailed as failure:
        response = problems.of_error(part, failure)
    # It is the answer of a view of ours, rendered by the same templates.
    return SafeString(response.content.decode())
