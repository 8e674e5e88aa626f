"""Speaks SMTP to the one mail server: a message goes in as bytes, its answer comes out; no words.

Connections are kept for the next message. As with HTTP there is a deadline for the whole, and what
may have been taken without an answer is errors.OutcomeUnknown, never a failure.
"""

import smtplib
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from selfcare import errors

log = structlog.get_logger("selfcare.clients")

NAME = "mail"
CONNECT_SECONDS = 3.0
# Servers close what is idle for long, and some what was used often.
KEPT_SECONDS = 30.0
KEPT_MESSAGES = 100
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said (RFC 5321, 4.2), to which of our words (`mail`, `rcpt`, `data`)."""

    step: str
    code: int
    text: str

    @property
    def is_taken(self) -> bool:
        return self.step == "data" and 200 <= self.code < 300

    @property
    def enhanced(self) -> str:
        """`5.1.1`, as RFC 3463 has it, or nothing."""
        word = self.text.split(" ", 1)[0]
        parts = word.split(".")
        return word if len(parts) == 3 and all(part.isdigit() for part in parts) else ""


@dataclass(slots=True)
class _Connection:
    """One connection, and how long it may still be used."""

    smtp: smtplib.SMTP
    uses: int = 0
    used_at: float = field(default_factory=time.monotonic)

    @property
    def is_fresh(self) -> bool:
        return self.uses < KEPT_MESSAGES and time.monotonic() - self.used_at < KEPT_SECONDS


class MailServer:
    """The server behind SMTP_URL: `smtp://`, `smtp+starttls://` or `smtps://`, user and password.

    Without STARTTLS in the scheme a password is still sent encrypted where the server offers it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL has to be smtp://, smtp+starttls:// or smtps:// and a host")
        self.scheme = parts.scheme
        self.host = parts.hostname
        self.port = parts.port or PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []

    def send(self, sender: str, to: str, message: bytes, *, seconds: float) -> Answer:
        """Hands one message over. Raises errors.NotSent or errors.OutcomeUnknown."""
        started, status = time.monotonic(), "no answer"
        ends_at = started + seconds
        try:
            kept = self._take_idle()
            answer = self._try(kept, sender, to, message, ends_at) if kept else None
            if answer is None:
                # The kept one was closed meanwhile: once more, with a new one.
                fresh = self._connect(ends_at)
                answer = self._try(fresh, sender, to, message, ends_at, is_new=True)
            if answer is None:
                raise errors.NotSent(NAME, "send", "no connection")
            status = f"{answer.step} {answer.code}"
            return answer
        finally:
            log.info(
                "upstream.called",
                service=NAME,
                operation="send",
                status=status,
                milliseconds=round((time.monotonic() - started) * 1000),
            )

    def close(self) -> None:
        """Lets go of what is kept."""
        while (kept := self._take_idle(anyway=True)) is not None:
            kept.smtp.close()

    def _try(
        self,
        connection: _Connection,
        sender: str,
        to: str,
        message: bytes,
        ends_at: float,
        *,
        is_new: bool = False,
    ) -> Answer | None:
        """What the server says; None if it had closed a connection that was kept."""
        smtp, step = connection.smtp, "mail"
        try:
            _give(smtp, ends_at)
            code, text = smtp.mail(sender, [])
            if code == 250:
                step = "rcpt"
                _give(smtp, ends_at)
                code, text = smtp.rcpt(to, [])
                if code in {250, 251}:
                    step = "data"
                    _give(smtp, ends_at)
                    code, text = smtp.data(message)
        except smtplib.SMTPDataError as refusal:
            # It said no to DATA itself, before the message.
            code, text = refusal.smtp_code, _bytes(refusal.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            if step == "data":
                raise errors.OutcomeUnknown(NAME, "send", type(error).__name__) from error
            if is_new:
                raise errors.NotSent(NAME, "send", type(error).__name__) from error
            return None
        self._give_back(connection, code, ends_at, is_taken=step == "data" and code == 250)
        return Answer(step, code, _plain(text))

    def _take_idle(self, *, anyway: bool = False) -> _Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if anyway or connection.is_fresh:
                return connection
            connection.smtp.close()

    def _give_back(
        self, connection: _Connection, code: int, ends_at: float, *, is_taken: bool
    ) -> None:
        if code == 421 or code < 200:
            connection.smtp.close()
            return
        if not is_taken:
            try:
                _give(connection.smtp, ends_at)
                connection.smtp.rset()
            except (OSError, smtplib.SMTPException):
                connection.smtp.close()
                return
        connection.uses += 1
        connection.used_at = time.monotonic()
        with self._lock:
            self._idle.append(connection)

    def _connect(self, ends_at: float) -> _Connection:
        """A new connection, signed in. Raises errors.NotSent."""
        seconds = min(CONNECT_SECONDS, ends_at - time.monotonic())
        if seconds <= 0:
            raise errors.NotSent(NAME, "send", "no time was left")
        # The name is told in full: looking up what this machine calls itself may take seconds.
        known: dict[str, Any] = {"timeout": seconds, "local_hostname": "selfcare.local"}
        try:
            if self.scheme == "smtps":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, context=ssl.create_default_context(), **known
                )
            else:
                smtp = smtplib.SMTP(self.host, self.port, **known)
            try:
                self._greet(smtp, ends_at)
            except BaseException:
                smtp.close()
                raise
        except smtplib.SMTPAuthenticationError as error:
            # Our own credentials are wrong, which no waiting mends, but an operator does.
            raise errors.NotSent(NAME, "send", "sign_in_refused") from error
        except (OSError, smtplib.SMTPException) as error:
            raise errors.NotSent(NAME, "send", type(error).__name__) from error
        return _Connection(smtp)

    def _greet(self, smtp: smtplib.SMTP, ends_at: float) -> None:
        _give(smtp, ends_at)
        smtp.ehlo_or_helo_if_needed()
        if self.scheme == "smtp+starttls" or (
            self.scheme == "smtp" and self.user and smtp.has_extn("starttls")
        ):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if self.user:
            smtp.login(self.user, self.password)


def _give(smtp: smtplib.SMTP, ends_at: float) -> None:
    """What is left of the deadline, to the next exchange."""
    if smtp.sock is not None:
        smtp.sock.settimeout(max(0.05, ends_at - time.monotonic()))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _plain(text: bytes) -> str:
    words = text.decode("ascii", "replace").replace("\n", " ")
    return "".join(c for c in words if c.isprintable())[:200]
