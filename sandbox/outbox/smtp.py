"""Takes mail by SMTP and keeps it; sends none."""

import asyncio
import email
import email.policy
import logging
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, connection

from sandbox.control import faults
from sandbox.control.models import Fault
from sandbox.outbox.models import Message
from sandbox.outbox.receiving import receive

log = logging.getLogger("sandbox.outbox.smtp")
LARGEST = 10 * 1024 * 1024
AWAY = "421 4.3.2 We are not here just now"


class Mailbox:
    """What aiosmtpd asks at each step; the database is spoken to in threads beside its loop."""

    def __init__(self) -> None:
        # Whose mail may meet a fault.
        self.spoiled: WeakSet[Session] = WeakSet()

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if await _with_database(_has_faults):
            self.spoiled.add(session)
        else:
            self.spoiled.discard(session)
        if session in self.spoiled and await _with_database(_is_away):
            asyncio.get_running_loop().call_later(0.05, _hang_up, server)
            return AWAY
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if session in self.spoiled and await _with_database(lambda: _bounces(address)):
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient taken"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        to = envelope.rcpt_tos[0] if envelope.rcpt_tos else ""
        fault: Fault | None = None
        if session in self.spoiled:
            fault = await _with_database(lambda: _other_fault(to))
        mode = fault.mode if fault else ""
        if fault and mode in {Fault.Mode.LATENCY, Fault.Mode.HANG}:
            most = faults.LONGEST_SECONDS
            await asyncio.sleep(
                min(fault.ms / 1000 or (most if mode == Fault.Mode.HANG else 0), most)
            )
        if fault and mode == Fault.Mode.ERROR:
            permanent = fault.status >= 550
            return "554 5.7.1 Not wanted" if permanent else "451 4.3.0 Try again later"
        if mode in {Fault.Mode.HANG, Fault.Mode.CUT_BEFORE}:
            _hang_up(server)
            return AWAY
        try:
            await _with_database(lambda: keep(envelope))
        except DatabaseError:
            log.warning("outbox.mail_not_kept")
            return "451 4.3.0 We can't write it down just now"
        if mode == Fault.Mode.CUT_AFTER_COMMIT:
            _hang_up(server)
        return "250 2.0.0 Taken"


def keep(envelope: Envelope) -> None:
    """One message for each recipient."""
    content = envelope.content or b""
    raw = content.encode() if isinstance(content, str) else content
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    facts: dict[str, Any] = {
        "sender": _shown(mail["From"]) or (envelope.mail_from or ""),
        "subject": _shown(mail["Subject"]),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
        "headers": [[name, _shown(value)] for name, value in mail.items()],
    }
    facts["sender"] = facts["sender"][:254]
    for address in dict.fromkeys(one.strip().lower() for one in envelope.rcpt_tos):
        receive(
            Message.Channel.MAIL, provider="smtp", recipient=address[:254],
            key=_shown(mail["Message-ID"]) or None, content=raw, **facts,
        )  # fmt: skip


def controller() -> Controller:
    """A receiver that listens in a thread of its own once it is started."""
    return Controller(
        Mailbox(),
        hostname=settings.SANDBOX_SMTP_HOST,
        port=settings.SANDBOX_SMTP_PORT,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        ident="Platform in a box",
        # Whoever wants to say who they are may; nothing leaves here, so nobody is asked.
        authenticator=lambda *_: AuthResult(success=True),
        auth_require_tls=False,
    )


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body(preferencelist=(kind,))
    if found is None:
        return ""
    try:
        return str(found.get_content()).replace("\0", "")
    except (LookupError, ValueError):
        return ""  # a charset that nobody knows


def _shown(value: Any) -> str:
    return str(value or "").replace("\0", "").strip()


def _has_faults() -> bool:
    """One look-up a mail: hardly any mail meets a fault."""
    return Fault.objects.filter(operation__in=["smtp", "*"]).exclude(remaining=0).exists()


def _is_away() -> bool:
    return faults.take("smtp", modes=(Fault.Mode.REFUSE,)) is not None


def _bounces(address: str) -> bool:
    return faults.take("smtp", to=address, modes=(Fault.Mode.BOUNCE,)) is not None


def _other_fault(to: str) -> Fault | None:
    others = [mode for mode in Fault.Mode if mode not in {Fault.Mode.REFUSE, Fault.Mode.BOUNCE}]
    return faults.take("smtp", to=to, modes=tuple(others))


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


async def _with_database[T](act: Callable[[], T]) -> T:
    """In a thread of the loop's pool, which gives its connection back."""

    def inside() -> T:
        try:
            return act()
        finally:
            connection.close()

    return await asyncio.to_thread(inside)
