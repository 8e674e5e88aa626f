"""Several transactions chosen by hand: what would happen to each, and the intent over all."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.db import transaction as database
from django.utils.translation import gettext as _

from selfcare.annotations import actions as annotations
from selfcare.annotations.models import Label
from selfcare.clients import transactions as service
from selfcare.clients.filters import Filters
from selfcare.clients.shapes import Transaction
from selfcare.instructions.intents import IntentExpired, IntentInvalid
from selfcare.instructions.models import Instruction
from selfcare.instructions.queue import Item, claim_all, send_now
from selfcare.transactions import actions, story

SALT = "selfcare.transactions.bulk"
MOST = 100
ID = re.compile(r"[A-Za-z0-9_-]{3,80}", re.ASCII)
# A hundred rows take some seven kilobytes; more is none of ours.
LONGEST_TOKEN = 60_000


class NotChosen(ValueError):
    """What was chosen can't be used; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One chosen transaction as the person saw it; `refusal` says why it isn't done, in words.

    `why` is the same as it is kept: facts, and what only becomes words where somebody reads it.
    """

    transaction_id: str
    version: int
    amount_minor: int
    fee_minor: int
    currency: str
    payee: str
    account: str
    reason: str = ""
    refusal: str = ""
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> dict[str, Any]:
        kept = ("amount_minor", "fee_minor", "currency", "payee", "account", "version")
        return {name: getattr(self, name) for name in kept}


@dataclass(frozen=True, slots=True)
class Picked:
    """The intent over several: `key` is made once, and each row's own key comes from it."""

    key: str
    subject: str
    do: str
    rows: tuple[Row, ...]

    def token(self) -> str:
        told = {**asdict(self), "rows": [asdict(replace(row, refusal="")) for row in self.rows]}
        return signing.dumps(told, salt=SALT, compress=True)


def read(token: str, *, subject: str, do: str) -> Picked:
    """The intent behind `token`; raises IntentExpired or IntentInvalid."""
    if len(token) > LONGEST_TOKEN:
        raise IntentInvalid
    try:
        told = signing.loads(token, salt=SALT, max_age=settings.INTENT_SECONDS)
        rows = tuple(Row(**row) for row in told.pop("rows"))
        picked = Picked(**told, rows=rows)
    except signing.SignatureExpired as error:
        raise IntentExpired from error
    except (signing.BadSignature, TypeError, KeyError) as error:
        raise IntentInvalid from error
    if (picked.subject, picked.do) != (subject, do):
        raise IntentInvalid
    return picked


def chosen(subject: str, ids: Iterable[str]) -> tuple[list[Transaction], list[str]]:
    """The chosen ones as they are now, in the order of choice, and the ids that aren't there.

    Raises NotChosen for none, or for more than MOST.
    """
    _as_of, found, gone = chosen_at(subject, ids)
    return found, gone


def chosen_at(subject: str, ids: Iterable[str]) -> tuple[datetime, list[Transaction], list[str]]:
    """The same, with the service's clock."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise NotChosen(_("Nothing is chosen. Tick the transactions that you mean."))
    if len(wanted) > MOST:
        told = _("Choose at most %(most)d at once: these are %(chosen)d.")
        raise NotChosen(told % {"most": MOST, "chosen": len(wanted)})
    # What can't be an id isn't asked for: it is simply not there.
    real = tuple(one for one in wanted if ID.fullmatch(one))
    page = service.transactions(subject, Filters(ids=real), limit=MOST, remember=False)
    found = {txn.id: txn for txn in page.data} if real else {}
    gone = [one for one in wanted if one not in found]
    return page.as_of, [found[one] for one in wanted if one in found], gone


def rows(transactions: Sequence[Transaction], do: str, zone: ZoneInfo) -> tuple[Row, ...]:
    """What would happen to each."""
    return tuple(_row(txn, do, zone) for txn in transactions)


def as_seen(found: Iterable[Row], versions: Mapping[str, int]) -> tuple[Row, ...]:
    """The rows with the versions that their caller saw."""
    return tuple(replace(row, version=versions[row.transaction_id]) for row in found)


def cancel(*, picked: Picked, reason: str, request_id: str) -> list[Instruction]:
    """Writes a row's own instruction down for each, then sends them one by one.

    What the page's deadline has no room for, the worker sends. Raises KeyReused where the same
    intent came with another reason.
    """
    items = [
        Item(
            row.transaction_id,
            payload={"expected_version": row.version, "reason": reason},
            shown=row.shown,
            refused=_refused(row),
        )
        for row in picked.rows
    ]
    told = claim_all(
        subject=picked.subject,
        key=picked.key,
        action="cancel",
        items=items,
        request_id=request_id,
    )
    send_now(told)
    return told


def put_label(*, label: Label, transactions: Sequence[Transaction], on: bool) -> None:
    """Puts the label on each, or takes it off; all of them or none. Doing it again changes nothing.

    Raises annotations' Refused where the label can take no more.
    """
    act = annotations.put_on if on else annotations.take_off
    with database.atomic():
        for txn in transactions:
            act(label=label, transaction_id=txn.id)


def _row(txn: Transaction, do: str, zone: ZoneInfo) -> Row:
    intent = actions.intent_for(txn, do, key="")
    why = story.why_not(txn, do) if do == "cancel" else {}
    action = txn.action(do)
    return Row(
        transaction_id=txn.id,
        version=txn.version,
        amount_minor=intent.amount_minor,
        fee_minor=intent.fee_minor,
        currency=intent.currency,
        payee=intent.payee,
        account=intent.account,
        reason=(action.reason or "") if action and why else "",
        refusal=story.say_why_not(why, zone) if why else "",
        why=why,
    )


def _refused(row: Row) -> dict[str, Any] | None:
    """What was impossible when the person looked isn't sent, though it may be possible by now."""
    if not row.why:
        return None
    return {"status": 409, "code": "not_possible", "reason": row.reason, "why": dict(row.why)}
