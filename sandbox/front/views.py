"""Shows the front page: people and their phones, desk, levers, log; it changes nothing."""

import zlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from sandbox.auth.one_time_codes import current_code
from sandbox.control import faults, record
from sandbox.control.models import Fault
from sandbox.front import desk
from sandbox.outbox.models import Message
from sandbox.people.models import Person
from sandbox.seeds.cast import CAST, PASSWORD
from sandbox.transactions.models import Transaction

LOG_ROWS = 50
MOST_PEOPLE = 25
# What each of the cast is there for; others were made with the control API.
PARTS = {
    "alice": "Funded, two years of history, does everything",
    "bob": "Another user, who never sees what is Alice's",
    "carol": "Restricted: may look, may not move money",
    "mia": "Admin of the merchant Tandem Bikes",
    "oscar": "Operator of the platform",
}
MODES = {
    Fault.Mode.LATENCY: "answers late",
    Fault.Mode.ERROR: "answers 500",
    Fault.Mode.HANG: "never answers",
    Fault.Mode.CUT_AFTER_COMMIT: "does it, then cuts the line",
    Fault.Mode.CUT_BEFORE: "cuts the line, does nothing",
    Fault.Mode.BROKEN_JSON: "answers broken JSON",
    Fault.Mode.FOREIGN: "answers with another person's data",
    Fault.Mode.DRIP: "answers drop by drop",
    Fault.Mode.REFUSE: "refuses: 503, come back later",
    Fault.Mode.BOUNCE: "smtp: there is no such mailbox",
    Fault.Mode.GONE: "push: the browser is gone",
    Fault.Mode.INVALID: "sms: nobody has this number",
}


@require_safe
@never_cache
@ensure_csrf_cookie
def front_page(request: HttpRequest) -> HttpResponse:
    facts: dict[str, Any] = {"selfcare_url": settings.SELFCARE_URL}
    if settings.SANDBOX_CONTROL != "open":
        return render(request, "front/closed.html", facts)
    rows = Person.objects.order_by("pk")
    open_cases, more = desk.open_cases()
    facts |= {
        "people": [_phone(person) for person in rows[:MOST_PEOPLE]],
        "more_people": max(0, rows.count() - MOST_PEOPLE),
        "password": PASSWORD,
        "arrived": Message.objects.count(),
        "desk": open_cases,
        "more_desk": more,
        "answers_within": settings.SANDBOX_ANSWER_SECONDS,
        "told": list(messages.get_messages(request)),
        "faults": [(fault, MODES[Fault.Mode(fault.mode)]) for fault in faults.active()],
        "operations": faults.OPERATIONS,
        "modes": [(mode.value, words) for mode, words in MODES.items()],
        "statuses": Transaction.Status.values,
        "log": record.read(sub="", since=None, limit=LOG_ROWS)[::-1],
    }
    return render(request, "front/page.html", facts)


def _phone(person: Person) -> dict[str, Any]:
    """A person as a card: who, what for, and what their phone shows now."""
    code, seconds_left = current_code(person)
    cast = {role.email for role in CAST}
    words = person.name.split() or ["?"]
    key = person.email.split("@")[0] if person.email in cast else ""
    return {
        "name": person.name,
        "email": person.email,
        "sub": person.sub,
        "part": PARTS.get(key, ", ".join(person.roles)),
        "initials": "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper(),
        "tint": zlib.crc32(person.name.encode()) % 8,
        "code": f"{code[:3]} {code[3:]}",
        "seconds_left": seconds_left,
    }
