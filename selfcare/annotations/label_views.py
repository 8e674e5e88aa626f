"""The pages of a person's labels: all of them, one with its rules, how many it is on."""

from django.forms import Form
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from selfcare import errors, ids
from selfcare.annotations import actions, labels, limits
from selfcare.annotations.forms import TINT_WORDS, LabelForm, RuleForm
from selfcare.annotations.models import Label, Placing, Rule
from selfcare.annotations.refusals import Refused
from selfcare.annotations.views import own_label
from selfcare.clients import transactions as service
from selfcare.clients.transactions import Filters
from selfcare.web import problems
from selfcare.web.guards import signed_in
from selfcare.web.pages import SeeOther, render_page
from selfcare.web.request import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def label_list(request: SignedInRequest) -> HttpResponse:
    """All labels, and the form that makes one."""
    subject = request.person.subject
    known = labels.of(subject)
    form = LabelForm(
        request.POST if request.method == "POST" else None,
        initial={"tint": len(known) % len(TINT_WORDS)},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                label = actions.make_label(subject=subject, **form.cleaned_data)
            except Refused as refusal:
                form.add_error("name", refusal.words)
            else:
                return SeeOther(f"{reverse('annotations:labels')}#{label.public_id}")
        status = 422
    rules = Rule.objects.filter(subject=subject)
    counts = {label.pk: 0 for label in known}
    for rule in rules:
        counts[rule.label_id] = counts.get(rule.label_id, 0) + 1
    rows = [{"label": label, "rules": counts[label.pk]} for label in known]
    context = {"rows": rows, "form": form, "full": len(known) >= limits.LABELS}
    return render_page(request, "annotations/labels.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def label_detail(request: SignedInRequest, label_id: str) -> HttpResponse:
    """One label: its name, colour and rules."""
    label = own_label(request, label_id)
    if request.method != "POST":
        return _label_page(request, label)
    form = LabelForm(request.POST)
    if form.is_valid():
        try:
            actions.change_label(label=label, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", refusal.words)
        else:
            return SeeOther(label.url)
    return _label_page(request, label, form=form, status=422)


@require_safe
@signed_in
def label_count(request: SignedInRequest, label_id: str) -> HttpResponse:
    """How many transactions bear it: asked for apart, so that the page stands without it."""
    label = own_label(request, label_id)
    context: dict[str, object] = {"label": label}
    try:
        filters = Filters(sets=(labels.set_of(label),))
        totals = service.transaction_totals(request.person.subject, filters)
        context["count"] = sum(row.count for row in totals.data)
    except errors.CallFailed as failure:
        context["failure"] = problems.of(failure)
    return render_page(request, "annotations/count.html", context, partial="count")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def label_removal(request: SignedInRequest, label_id: str) -> HttpResponse:
    """Says what is lost, then deletes."""
    label = own_label(request, label_id)
    if request.method == "POST":
        actions.remove_label(label=label)
        return SeeOther(reverse("annotations:labels"))
    context = {
        "label": label,
        "by_hand": Placing.objects.filter(label=label, is_on=True).count(),
        "rules": label.rules.count(),
    }
    return render_page(request, "annotations/label_removal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rule_list(request: SignedInRequest, label_id: str) -> HttpResponse:
    """Makes a rule: by the merchant that was found, or by a name that was written."""
    label = own_label(request, label_id)
    if request.method != "POST":
        return SeeOther(label.url)
    form = RuleForm(request.POST)
    try:
        if merchant := request.POST.get("merchant", ""):
            actions.add_rule(
                label=label, kind="merchant", value=merchant, words=request.POST.get("words", "")
            )
        elif not form.is_valid():
            return _label_page(request, label, rule_form=form, status=422)
        else:
            value = form.cleaned_data["counterparty"]
            actions.add_rule(label=label, kind="counterparty", value=value)
    except Refused as refusal:
        form.full_clean()
        form.add_error("counterparty" if not merchant else None, refusal.words)
        return _label_page(request, label, rule_form=form, status=refusal.status)
    return SeeOther(f"{label.url}#rules-h")


@require_POST
@signed_in
def rule_removal(request: SignedInRequest, label_id: str, rule_id: str) -> HttpResponse:
    label = own_label(request, label_id)
    actions.remove_rule(rule=own_rule(label, rule_id))
    return SeeOther(f"{label.url}#rules-h")


def own_rule(label: Label, rule_id: str) -> Rule:
    pk = ids.decode("rul", rule_id)
    rule = Rule.objects.filter(label=label, pk=pk).first() if pk else None
    if rule is None:
        raise Http404
    return rule


def _label_page(
    request: SignedInRequest,
    label: Label,
    *,
    form: Form | None = None,
    rule_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "label": label,
        "form": form or LabelForm(initial={"name": label.name, "tint": label.tint}),
        "rules": label.rules.order_by("created_at"),
        "rule_form": rule_form or RuleForm(),
        "wanted": request.GET.get("merchant", "")[:100].strip(),
    }
    if context["wanted"]:
        context |= _merchants(request, str(context["wanted"]))
    return render_page(request, "annotations/label.html", context, status=status)


def _merchants(request: SignedInRequest, wanted: str) -> dict[str, object]:
    """The person's merchants with these letters; the page stands without them, too."""
    try:
        return {"merchants": service.merchants(request.person.subject, wanted).data}
    except errors.CallFailed as failure:
        return {"merchants_failure": problems.of(failure)}
