"""From a planned tale to the rows of its case: what was asked, said, shown and decided."""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import datetime

from sandbox import ids
from sandbox.cases import life
from sandbox.cases.models import Case, CaseEvent, CaseEvidence, CaseMessage, Evidence
from sandbox.cases.rules import ESCALATABLE, ESCALATE_WITHIN, RULES
from sandbox.seeds.cast import BY_KEY
from sandbox.seeds.plan import Plan, Tale, Turn
from sandbox.transactions.models import Transaction

BATCH = 2000
# The state that a turn leads to, where it isn't its own name; "" is none.
STATES = {"contested": "needs_user", "message": "", "evidence_added": ""}


@dataclass(slots=True)
class Desk:
    """Rows of cases that are to be written."""

    cases: list[Case] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)
    messages: list[CaseMessage] = field(default_factory=list)
    files: list[CaseEvidence] = field(default_factory=list)
    contents: list[tuple[Evidence, Case]] = field(default_factory=list)

    def tell(self, plan: Plan, row: Transaction, rng: random.Random) -> None:
        """The case of a plan's tale, with its clocks as they stand at its last turn."""
        tale = plan.tale
        assert tale  # noqa: S101 (for the type checker)
        rule, last = RULES[tale.kind], tale.at
        case = Case(
            id=ids.uuid7(tale.at, rng), person=row.person, transaction=row, kind=tale.kind,
            state=rule.first_state, reason=tale.reason, amount_minor=tale.amount_minor,
            currency=plan.currency, message=tale.message, created_at=tale.at,
        )  # fmt: skip
        actor = ("user", BY_KEY[plan.owner].name)
        self._event(case, tale.at, "opened", actor, note=tale.message, amount=tale.amount_minor)
        for turn in tale.turns:
            last = self._turn(case, plan, turn, rng)
        case.updated_at, case.version = last, 1 + len(tale.turns)
        life.set_clocks(case, last)
        # What lies open at the start stays open, until its deadline or somebody's hand.
        case.answer_at, case.due_at = None, case.respond_by or case.due_at
        if case.state in ESCALATABLE and case.kind == "refund_request":
            case.escalate_until = last + ESCALATE_WITHIN
        if case.kind == "refund_request":
            row.refund_request = case
        row.open_cases = case.kind if case.is_open else ""
        self.cases.append(case)

    def _turn(self, case: Case, plan: Plan, turn: Turn, rng: random.Random) -> datetime:
        shop = plan.shop.name if plan.shop else ""
        name = {"user": BY_KEY[plan.owner].name, "merchant": shop}.get(turn.by, "")
        actor, message = (turn.by, name), None
        if turn.step in {"message", "answered"}:
            message = CaseMessage(
                id=ids.uuid7(turn.at, rng), case=case, at=turn.at, actor_kind=turn.by,
                actor_name=name, text=turn.text,
            )  # fmt: skip
            self.messages.append(message)
        if turn.file:
            self._file(case, turn, actor, message)
        note = "" if turn.step == "message" else turn.text
        self._event(case, turn.at, turn.step, actor, note=note, amount=turn.amount_minor or None)
        if turn.amount_minor:
            case.granted_minor += turn.amount_minor
            self._event(case, turn.at, "money_returned", actor, amount=turn.amount_minor)
        case.state = STATES.get(turn.step, turn.step) or case.state
        return turn.at

    def _event(
        self, case: Case, at: datetime, step: str, actor: tuple[str, str], *, note: str = "",
        amount: int | None = None,
    ) -> None:  # fmt: skip
        name = f"case.{step}"
        self.events.append(
            CaseEvent(
                case=case, at=at, name=name, actor_kind=actor[0], actor_name=actor[1], note=note,
                amount_minor=amount,
            )
        )  # fmt: skip

    def _file(
        self, case: Case, turn: Turn, actor: tuple[str, str], message: CaseMessage | None
    ) -> None:
        content = pdf(turn.text)
        digest = hashlib.sha256(content).hexdigest()
        facts = {"media_type": "application/pdf", "size": len(content), "content": content}
        self.contents.append((Evidence(sha256=digest, **facts), case))
        self.files.append(
            CaseEvidence(
                case=case, evidence_id=digest, message=message, name=turn.file, added_at=turn.at,
                actor_kind=actor[0], actor_name=actor[1],
            )
        )  # fmt: skip
        self._event(case, turn.at, "evidence_added", actor)

    def write(self) -> None:
        """Insert everything, the transactions being there; sets each one's refund request."""
        Case.objects.bulk_create(self.cases, batch_size=BATCH)
        CaseEvent.objects.bulk_create(self.events, batch_size=BATCH)
        CaseMessage.objects.bulk_create(self.messages, batch_size=BATCH)
        for file, case in self.contents:
            facts = {"media_type": file.media_type, "size": file.size, "content": file.content}
            row, _ = Evidence.objects.get_or_create(sha256=file.sha256, defaults=facts)
            row.holders.add(case.person)
        CaseEvidence.objects.bulk_create(self.files, batch_size=BATCH)
        asked = [case for case in self.cases if case.kind == "refund_request"]
        for case in asked:
            case.transaction.refund_request = case
        paid = [case.transaction for case in asked]
        Transaction.objects.bulk_update(paid, ["refund_request"], batch_size=BATCH)
        self.cases, self.events, self.messages = [], [], []
        self.files, self.contents = [], []


def asked_back(
    plan: Plan, at: datetime, amount: int, reason: str, message: str, *turns: Turn
) -> None:
    """Give a plan the tale of a refund request."""
    plan.tale = Tale(
        kind="refund_request", at=at, reason=reason, message=message, amount_minor=amount,
        turns=list(turns),
    )  # fmt: skip


def pdf(text: str) -> bytes:
    """One page with a line of words, the smallest that every reader opens."""
    line = text.encode("latin-1", "replace").translate(None, b"()\\")[:90]
    drawn = b"BT /F1 12 Tf 60 760 Td (" + line + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + tail
