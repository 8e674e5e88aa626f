"""The pages where people say what they want to be told: the matrix, and one kind of notice."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from selfcare import errors
from selfcare.clients import transactions as service
from selfcare.notifications import categories, people
from selfcare.notifications.addresses import book
from selfcare.notifications.models import Notification, Rule
from selfcare.notifications.settings import backtest, choosing, merchants
from selfcare.notifications.settings import page as settings_page
from selfcare.notifications.settings.choosing import ChangedElsewhere, Plan
from selfcare.notifications.settings.forms import CategoryForm, MatrixForm, PlanForm
from selfcare.notifications.settings.refusals import Refused
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest, in_place

CONFLICT, INVALID = 409, 422


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: SignedInRequest) -> HttpResponse:
    """The matrix, quiet hours and digests, tried on the last days before they are saved."""
    return _Page(request, "notifications/settings.html", MatrixForm).answer()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def category_settings(request: SignedInRequest, category: str) -> HttpResponse:
    """One kind of notice: how, from which amount, and of which merchants."""
    category = category.replace("-", "_")
    if category not in categories.TABLE.about:
        raise Http404
    subject, about = request.person.subject, categories.about(category)
    known, asked = merchants.all_of(subject) if about.merchants else ({}, True)
    currencies = _currencies(subject, category) if about.amounts else []

    def form_for(plan: Plan, data: Any = None) -> CategoryForm:
        return CategoryForm(plan, category, currencies=currencies, merchants=known, data=data)

    page = _Page(request, "notifications/category.html", form_for)
    page.context["merchants_unknown"] = not asked
    return page.answer()


class _Page:
    """What both pages do: show the form and what it would have meant, try it out, save it."""

    def __init__(
        self, request: SignedInRequest, template: str, form_for: Callable[..., PlanForm]
    ) -> None:
        self.request, self.template, self.form_for = request, template, form_for
        self.subject = request.person.subject
        self.saved = choosing.plan_of(self.subject)
        if not people.has_email(self.subject):
            book.know_sign_in_address(self.subject)
        self.context: dict[str, Any] = {}

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.show(self.form_for(self.saved))
        form = self.form_for(self.saved, self.request.POST)
        if not form.is_valid():
            return self.show(form, INVALID)
        try:
            return self.take(form, form.plan())
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, refusal.status)
        except ChangedElsewhere as change:
            return self.changed_elsewhere(change.plan)

    def take(self, form: PlanForm, plan: Plan) -> HttpResponse:
        if "try" in self.request.POST:
            choosing.check(self.subject, plan)
            return self.show(form, plan=plan)
        self.saved = choosing.save(subject=self.subject, plan=plan)
        if in_place(self.request):
            return self.show(self.form_for(self.saved), just_saved=True)
        messages.success(self.request, _("Saved. It counts from now on, for what waits too."))
        return SeeOther(self.request.path)

    def changed_elsewhere(self, now: Plan) -> HttpResponse:
        """What this tab chose stands over the version that is saved: saving again decides."""
        posted = self.request.POST.copy()
        posted["version"] = str(now.version)
        self.saved = now
        form = self.form_for(now, posted)
        form.is_valid()
        return self.show(form, CONFLICT, elsewhere=settings_page.changed(form))

    def show(
        self, form: PlanForm, status: int = 200, *, plan: Plan | None = None, **more: Any
    ) -> HttpResponse:
        context = {
            **self.context,
            **settings_page.context(self.subject, form, self.saved),
            "backtest": backtest.of(self.subject, self.saved, plan, timezone.now()),
            "is_tried": plan is not None,
            "is_wrong": bool(form.errors),
            **more,
        }
        part = "backtest" if "try" in self.request.POST else "form"
        return render_page(self.request, self.template, context, partial=part, status=status)


def _currencies(subject: str, category: str) -> list[str]:
    """Those of the person's accounts and rules, and of what they were told of lately."""
    found: dict[str, None] = {}
    try:
        found |= dict.fromkeys(one.currency for one in service.accounts(subject).data)
    except errors.CallFailed:
        told = Notification.objects.of(subject).order_by("-pk")
        names = told.values_list("facts__currency", flat=True)[:200]
        found |= dict.fromkeys(name for name in names if isinstance(name, str))
    for above in Rule.objects.of(subject).filter(category=category).values_list("above", flat=True):
        found |= dict.fromkeys(above)
    return list(found)[: choosing.MOST_CURRENCIES] or ["EUR"]
