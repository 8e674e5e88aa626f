"""“Something’s wrong?”: at most three questions, each a plain address, and what they lead to."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from selfcare import errors
from selfcare.cases import rules, story
from selfcare.cases.opening import since
from selfcare.cases.rules import Answer, Open, Question, Step
from selfcare.clients import cases as case_service
from selfcare.clients import transactions as service
from selfcare.clients.case_shapes import Case
from selfcare.clients.shapes import Transaction
from selfcare.web.guards import signed_in
from selfcare.web.pages import render_page
from selfcare.web.request import SignedInRequest
from selfcare.web.zones import zone_of


@require_safe
@signed_in
def triage(request: SignedInRequest, transaction_id: str) -> HttpResponse:
    """The next question, or what the answers come to; the address holds all of them."""
    subject = request.person.subject
    txn = service.transaction(subject, transaction_id)
    step = rules.walk(txn, request.GET.dict())
    zone = zone_of(request.person)
    context = {
        "txn": txn,
        "step": step,
        "number": len(step.path) + 1,
        "back_url": address(txn, step.path[:-1]) if step.path else "",
        "answers": [
            {"answer": in_words(a), "url": address(txn, [*step.path, (step.question, a)])}
            for a in step.answers
        ],
        "ask": asked(step.question, txn) if step.question else "",
        "path": [{"ask": asked(q, txn), "answer": in_words(a)} for q, a in step.path],
        "quick": [told(w, txn, step, zone) for w in rules.shortcuts(txn)] if step.question else [],
        "since": since(txn),
    }
    if step.leaf:
        context |= outcome(txn, step, zone) | {"cases": _cases_about(subject, txn.id)}
    status = 400 if step.misfit else 200
    return render_page(request, "cases/triage.html", context, status=status)


def asked(question: Question, txn: Transaction) -> str:
    """A question, with the name of the other side."""
    return _(question.ask).format(name=txn.counterparty.name)


def in_words(answer: Answer) -> dict[str, str]:
    """One answer, and what is said of it."""
    return {"words": _(answer.words), "fine": _(answer.fine) if answer.fine else ""}


def outcome(txn: Transaction, step: Step, zone: Any) -> dict[str, Any]:
    """`best` (None where nothing is possible), `others`, and what is said of it."""
    leaf = step.leaf
    words = {"name": txn.counterparty.name, "amount": str(txn.amount)}
    return {
        "best": told(step.best, txn, step, zone) if step.best else None,
        "others": [told(way, txn, step, zone) for way in step.others],
        "says": _(leaf.says).format(**words) if leaf else "",
        "otherwise": _(leaf.otherwise).format(**words) if leaf else "",
    }


def told(way: Open, txn: Transaction, step: Step, zone: Any) -> dict[str, Any]:
    """One way in words: what it means and can't do, its clock, its page, or why not."""
    url = reverse(way.way.page, args=[txn.id])
    if step.reason and way.way.page.startswith("cases:"):
        url += f"?{urlencode({'reason': step.reason})}"
    refusal = "" if way.allowed else story.refusal(txn, way.way.action, zone)
    return {
        "way": story.worded(way.way, txn),
        "allowed": way.allowed,
        "until": way.verdict.until,
        "refusal": refusal,
        "reason": way.verdict.reason,
        "url": url,
    }


def address(txn: Transaction, path: Any) -> str:
    """The page at which these answers have been given."""
    page = reverse("cases:triage", args=[txn.id])
    given = urlencode({question.name: answer.value for question, answer in path})
    return f"{page}?{given}" if given else page


def _cases_about(subject: str, transaction_id: str) -> list[Case]:
    """What is under way about it already; nothing where nobody can say right now."""
    try:
        found = case_service.cases(subject, transaction_id=transaction_id)
    except errors.CallFailed:
        return []
    return [case for case in found.data if case.is_open or case.may("escalate")]
