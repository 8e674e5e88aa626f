"""Speaks SMTP to the one mail server: a message goes in as bytes, its answer comes out; no words.

Connections are kept by thread. As with HTTP there is a deadline for the whole, and what may have
been taken without an answer is errors.OutcomeUnknown, never a failure.
"""

import smtplib
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
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


class MailServer:
    """The server behind SMTP_URL: `smtp://`, `smtp+starttls://` or `smtps://`, user and password.

    Without STARTTLS in the scheme it is used where the server offers it, but not insisted on.
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
        self._kept = threading.local()

    def send(self, sender: str, to: str, message: bytes, *, seconds: float) -> Answer:
        """Hands one message over. Raises errors.NotSent or errors.OutcomeUnknown."""
        started, status = time.monotonic(), "no answer"
        ends_at = started + seconds
        try:
            answer = self._send(sender, to, message, ends_at)
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

    def _send(self, sender: str, to: str, message: bytes, ends_at: float) -> Answer:
        for smtp, is_new in self._connections(ends_at):
            step = "mail"
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
                self._drop()
                if step == "data":
                    raise errors.OutcomeUnknown(NAME, "send", type(error).__name__) from error
                if is_new:
                    raise errors.NotSent(NAME, "send", type(error).__name__) from error
                continue  # it was closed while we kept it: once more with a new one
            if code == 421 or code < 200:
                self._drop()
            elif not (step == "data" and code == 250):
                self._reset(smtp, ends_at)
            return Answer(step, code, _plain(text))
        raise errors.NotSent(NAME, "send", "no connection")

    def _connections(self, ends_at: float) -> Iterator[tuple[smtplib.SMTP, bool]]:
        """The kept connection if there is one, then a new one: at most two tries."""
        kept = self._use_kept()
        if kept is not None:
            yield kept, False
        yield self._connect(ends_at), True

    def _use_kept(self) -> smtplib.SMTP | None:
        """This thread's connection, if it is young enough and wasn't used too often."""
        smtp: smtplib.SMTP | None = getattr(self._kept, "smtp", None)
        if smtp is None:
            return None
        self._kept.uses += 1
        now = time.monotonic()
        if now - self._kept.used_at > KEPT_SECONDS or self._kept.uses > KEPT_MESSAGES:
            self._drop()
            return None
        self._kept.used_at = now
        return smtp

    def _connect(self, ends_at: float) -> smtplib.SMTP:
        """A new connection, signed in. Raises errors.NotSent."""
        seconds = min(CONNECT_SECONDS, ends_at - time.monotonic())
        if seconds <= 0:
            raise errors.NotSent(NAME, "send", "no time was left")
        try:
            if self.scheme == "smtps":
                context = ssl.create_default_context()
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=seconds, context=context
                )
            else:
                smtp = smtplib.SMTP(self.host, self.port, timeout=seconds)
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
        self._kept.smtp, self._kept.uses, self._kept.used_at = smtp, 1, time.monotonic()
        return smtp

    def _greet(self, smtp: smtplib.SMTP, ends_at: float) -> None:
        _give(smtp, ends_at)
        smtp.ehlo_or_helo_if_needed()
        if self.scheme == "smtp+starttls" or (
            self.scheme == "smtp" and smtp.has_extn("starttls") and self.user
        ):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if self.user:
            smtp.login(self.user, self.password)

    def _reset(self, smtp: smtplib.SMTP, ends_at: float) -> None:
        try:
            _give(smtp, ends_at)
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        smtp: smtplib.SMTP | None = getattr(self._kept, "smtp", None)
        self._kept.smtp = None
        if smtp is not None:
            smtp.close()


def _give(smtp: smtplib.SMTP, ends_at: float) -> None:
    """What is left of the deadline, to the next exchange."""
    if smtp.sock is not None:
        smtp.sock.settimeout(max(0.05, ends_at - time.monotonic()))


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _plain(text: bytes) -> str:
    words = text.decode("ascii", "replace").replace("\n", " ")
    return "".join(c for c in words if c.isprintable())[:200]
