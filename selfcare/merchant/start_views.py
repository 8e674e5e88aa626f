"""Start and Going live: what was really done, and what comes next."""

import json
import shlex
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_safe

from selfcare.clients.shapes import Moment
from selfcare.merchant import navigation
from selfcare.merchant.key_shapes import MadeKey
from selfcare.merchant.room import Room, merchant_page, render
from selfcare.merchant.team_shapes import Progress
from selfcare.merchant.wording import word
from selfcare.web.request import SignedInRequest

FIRST_STEPS = ("return_address", "key", "signed_payment", "customer_agreed", "webhook_delivered")
WORDS = {
    "return_address": noop("Say where your customers come back to"),
    "key": noop("Make a key"),
    "signed_payment": noop("Send your first signed payment"),
    "customer_agreed": noop("Pay it as your customer"),
    "webhook_delivered": noop("Hear of it by webhook"),
    "payment_completed": noop("A payment that you asked for was completed"),
    "payment_not_paid": noop("One was declined, called off, failed or lapsed, and you noticed"),
    "payout_completed": noop("A payout reached a customer"),
    "refunded": noop("You refunded a payment of yours"),
    "refund_request_answered": noop("You answered a customer’s refund request"),
    "dispute_answered": noop("You answered a dispute"),
    "retried": noop("You sent a request again under its Idempotency-Key"),
    "refusal_seen": noop("A request was refused, and the log said why"),
    "key_rotated": noop("You rotated a key"),
    "webhook_retried": noop("A webhook that your endpoint didn’t take came again, and was taken"),
    "public_return_address": noop("A return address on the open internet is registered"),
    "second_admin": noop("A second person is admin"),
    "webhook_secret_rotated": noop("You rotated the secret of an endpoint"),
    "clock_moved": noop("You let time pass"),
    "scenario_passed": noop("A scenario ended as it should"),
}
# What has to work before real customers come, and what makes it last.
LIVE = (
    (
        noop("Money"),
        ("signed_payment", "payment_completed", "payment_not_paid", "payout_completed"),
    ),
    (
        noop("When it goes wrong"),
        ("refunded", "refund_request_answered", "dispute_answered", "retried", "refusal_seen"),
    ),
    (
        noop("Being told"),
        ("webhook_delivered", "webhook_retried", "webhook_secret_rotated", "scenario_passed"),
    ),
    (
        noop("Running it"),
        ("key_rotated", "public_return_address", "second_admin", "clock_moved"),
    ),
)  # fmt: skip
PART_OF = {
    "key": "keys", "key_rotated": "keys", "return_address": "return_addresses",
    "public_return_address": "return_addresses", "second_admin": "team",
    "webhook_delivered": "webhooks", "webhook_retried": "webhooks",
    "webhook_secret_rotated": "webhooks", "clock_moved": "clock",
    "scenario_passed": "scenarios", "refusal_seen": "log", "retried": "log",
}  # fmt: skip


class Step(NamedTuple):
    """Something to do: `at` is when it was done first; `url` leads to where."""

    name: str
    words: str
    at: Moment | None
    url: str = ""


@merchant_page
@require_safe
def start(request: SignedInRequest, room: Room) -> HttpResponse:
    """Five steps to the first payment, ticked as they happen."""
    context = {**first_steps(room), "groups": navigation.groups(room.id)}
    return render(request, room, "start/page.html", context, partial="steps")


@merchant_page
@require_safe
def going_live(request: SignedInRequest, room: Room) -> HttpResponse:
    """What was really done, and how live differs from the sandbox."""
    done = room.read("console_progress", Progress, "/progress").ever
    groups = [
        (word({title: title}, title), [_step(room, name, done) for name in names if name in done])
        for title, names in LIVE
    ]
    steps = [step for _, found in groups for step in found]
    context = {
        "groups": groups,
        "count": len(steps),
        "count_done": sum(step.at is not None for step in steps),
    }
    return render(request, room, "going_live/page.html", context)


def first_steps(room: Room, made: MadeKey | None = None) -> dict[str, object]:
    """The steps with the command to paste; a key that was just made is filled in."""
    progress = room.read("console_progress", Progress, "/progress")
    steps = [_step(room, name, progress.done) for name in FIRST_STEPS]
    return {
        "progress": progress,
        "steps": steps,
        "now": next((step.name for step in steps if step.at is None), ""),
        "command": command(progress, made),
        "as_made": made is not None,
    }


def command(progress: Progress, made: MadeKey | None) -> str:
    """Signs and sends a payment of 64.90 EUR; run where this repository is."""
    body = {
        "amount_minor": 6490,
        "currency": "EUR",
        "return_url": progress.return_url or "https://shop.example/paid",
    }
    signs_by_itself = made is not None and made.is_ed25519
    known = {
        "MERCHANT_API": progress.api_url,
        "KEY_ID": made.id if made else "key_test_…",
        **(
            {"KEY_FILE": "key.pem"}
            if signs_by_itself
            else {"KEY_SECRET": (made.secret if made else None) or "sign_test_…"}
        ),
    }
    named = " ".join(f"{name}={shlex.quote(value)}" for name, value in known.items())
    text = shlex.quote(json.dumps(body, separators=(",", ":")))
    return f"{named} docs/signing/sign.sh POST /merchant-api/v1/payments {text}"


def _step(room: Room, name: str, done: dict[str, Moment | None]) -> Step:
    part = PART_OF.get(name, "payments")
    return Step(name, word(WORDS, name), done.get(name), navigation.url_of(part, room.id))
