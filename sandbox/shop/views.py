"""The shop's pages: shelf, order, and the way there and back; what they do is in `orders.py`."""

import re
import secrets
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from sandbox.shop import goods, orders
from sandbox.shop.client import NoAnswerError, RefusedError
from sandbox.shop.models import ClosedError, Order, Till, new_visitor

type View = Callable[..., HttpResponse]

COOKIE = "shop_visitor"
MONTH = 30 * 86_400
ID = re.compile(r"(pay|out)_[0-9a-f]{32}")
NOT_KNOWN = "We don't know yet whether that happened. Try it again: it can't happen twice."
# A form's redirect leads to where the customer pays, and browsers ask for leave to go there.
CSP = {**settings.SECURE_CSP, "form-action": ["'self'", settings.SELFCARE_URL]}


def page(view: View) -> View:
    """Who is who, a cookie of the shop's own tells; a shop without a key says that it's closed."""

    @wraps(view)
    @never_cache
    @csp_override(CSP)
    def shown(request: HttpRequest, **parts: Any) -> HttpResponse:
        visitor = request.get_signed_cookie(COOKIE, default="") or new_visitor()
        try:
            Till.secrets()
            response = view(request, visitor, **parts)
        except ClosedError:
            response = render(request, "shop/closed.html", status=503)
        except Http404:
            response = render(request, "shop/missing.html", status=404)
        response.set_signed_cookie(
            COOKIE, visitor, max_age=MONTH, httponly=True, samesite="Lax", path="/shop/",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        return response

    return shown


@require_safe
@page
def shelf(request: HttpRequest, visitor: str) -> HttpResponse:
    mine = Order.objects.filter(visitor=visitor).order_by("-created_at")
    # Each form carries the number of the order that it makes: sent twice, it is the same order.
    items = [(item, uuid.uuid4()) for item in goods.SHELF]
    facts = {"items": items, "card": uuid.uuid4(), "orders": mine[:20]}
    return render(request, "shop/shelf.html", facts)


@require_POST
@page
def order_new(request: HttpRequest, visitor: str) -> HttpResponse:
    item = goods.BY_KEY.get(request.POST.get("item", ""))
    if item is None:
        raise Http404
    order = orders.place(visitor, _number(request), Order.Kind.PAYMENT, item.title, item.price)
    return _to_the_handoff(request, visitor, order)


@require_POST
@page
def winning_new(request: HttpRequest, visitor: str) -> HttpResponse:
    """A scratch card always wins, and nobody has two at a time."""
    mine = Order.objects.filter(visitor=visitor, kind=Order.Kind.PAYOUT)
    if held := next((order for order in mine if not order.is_over), None):
        return redirect("shop:order", held.id)
    prize = secrets.choice(goods.PRIZES), "EUR"
    order = orders.place(visitor, _number(request), Order.Kind.PAYOUT, "Scratch card, won", prize)
    return redirect("shop:order", order.id)


@require_safe
@page
def order_detail(request: HttpRequest, visitor: str, id_: uuid.UUID) -> HttpResponse:
    """From what we know; the platform isn't asked by looking."""
    partial = request.headers.get("HX-Request") == "true"
    template = "shop/order.html#now" if partial else "shop/order.html"
    return render(request, template, {"order": _mine(visitor, id_)})


@require_POST
@page
def handoff_new(request: HttpRequest, visitor: str, id_: uuid.UUID) -> HttpResponse:
    return _to_the_handoff(request, visitor, _mine(visitor, id_))


@require_POST
@page
def look_up_new(request: HttpRequest, visitor: str, id_: uuid.UUID) -> HttpResponse:
    return _done(request, _mine(visitor, id_), orders.ask_about)


@require_POST
@page
def refund_new(request: HttpRequest, visitor: str, id_: uuid.UUID) -> HttpResponse:
    return _done(request, _mine(visitor, id_), orders.send_back)


@require_POST
@page
def cancellation_new(request: HttpRequest, visitor: str, id_: uuid.UUID) -> HttpResponse:
    return _done(request, _mine(visitor, id_), orders.call_off)


@require_safe
@page
def back(request: HttpRequest, visitor: str) -> HttpResponse:
    """Where customers come back to. That they came says nothing: the platform is asked."""
    id_ = request.GET.get("payment") or request.GET.get("payout") or ""
    found = orders.of_payment(id_) if ID.fullmatch(id_) else Order.objects.none()
    order = found.filter(visitor=visitor).first()
    if order is None:
        # Finished on another device, or another browser: their order is where it was begun.
        return redirect("shop:shelf")
    return _done(request, order, orders.ask_about)


def _to_the_handoff(request: HttpRequest, visitor: str, order: Order) -> HttpResponse:
    if order.visitor != visitor:
        raise Http404
    if order.is_over:
        return redirect("shop:order", order.id)
    found: list[str] = []
    stayed = _done(request, order, lambda one: found.append(orders.ask_for_money(one)))
    return HttpResponseRedirect(found[0]) if found else stayed


def _done(request: HttpRequest, order: Order, act: Callable[[Order], None]) -> HttpResponseRedirect:
    """Back to the order, with words for what went wrong if something did."""
    try:
        act(order)
    except RefusedError as refused:
        told = refused.facts.get("detail", refused.code)
        messages.error(request, f"The platform refused: {told}")
    except NoAnswerError:
        messages.warning(request, NOT_KNOWN)
    return redirect("shop:order", order.id)


def _mine(visitor: str, id_: uuid.UUID) -> Order:
    order = Order.objects.filter(visitor=visitor, id=id_).first()
    if order is None:
        raise Http404
    return order


def _number(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("order", ""))
    except ValueError:
        raise Http404 from None
