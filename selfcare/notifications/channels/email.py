"""Mails: text and HTML in the person's language, handed to the mail server; no rules in here."""

import re
from email.headerregistry import Address as MailAddress
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from selfcare import errors
from selfcare.clients.mail import Answer, MailServer
from selfcare.notifications import channels
from selfcare.notifications.channels import Message, Result
from selfcare.notifications.models import Address

PROVIDER = "smtp"
SECONDS = 15.0
# RFC 3463: no such mailbox, domain or user, disabled for good. Where a server says no more than
# 550, 551 or 553 of a recipient, that is what it means.
NO_SUCH_MAILBOX = re.compile(r"5\.(1\.[0-9]+|2\.1)")
BARE_NO = frozenset({550, 551, 553})
# Signed in wrongly, or not allowed to send: an operator mends that, and no mail is lost by it.
OUR_FAULT = frozenset({530, 535, 538})


class Headers(HeaderRegistry):
    """Makes the class of each header once: the library makes it anew for each of a mail's."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


POLICY = SMTP.clone(header_factory=Headers())


def is_on() -> bool:
    return bool(settings.SMTP_URL)


@cache
def server() -> MailServer:
    return MailServer(settings.SMTP_URL)


def send(address: Address, message: Message, *, seconds: float = SECONDS) -> Result:
    """Hands it to the server, which then has it; what becomes of it there comes back as a mail."""
    if not can_be_named(address.value):
        return channels.refused(PROVIDER, "malformed", off_reason="bounced")
    content = compose(address.value, message).as_bytes(policy=POLICY)
    try:
        answer = server().send(sender().addr_spec, address.value, content, seconds=seconds)
    except errors.OutcomeUnknown as failure:
        return channels.later(PROVIDER, f"unknown: {failure.detail}"[:200])
    except errors.NotSent as failure:
        return channels.later(PROVIDER, failure.detail[:200], provider_down=True)
    return _meaning(answer)


def can_be_named(value: str) -> bool:
    """Whether a header can hold this address as it is: `=?utf-8?q?a?=@example.com` is none."""
    try:
        return MailAddress(addr_spec=value).addr_spec == value
    except ValueError:
        return False


def _meaning(answer: Answer) -> Result:
    said = f"{answer.step} {answer.code} {answer.enhanced}".strip()
    if answer.is_taken:
        return channels.sent(PROVIDER, said)
    if answer.code < 500 or answer.code in OUR_FAULT:
        return channels.later(PROVIDER, said, provider_down=answer.code == 421)
    gone = NO_SUCH_MAILBOX.fullmatch(answer.enhanced) or (
        not answer.enhanced and answer.code in BARE_NO
    )
    if answer.step != "mail" and gone:
        return channels.refused(PROVIDER, said, off_reason="bounced")
    return channels.refused(PROVIDER, said)


def compose(to: str, message: Message) -> EmailMessage:
    """The mail as it goes out. No header takes a line break: the policy refuses it."""
    context = {"message": message, "site": settings.SELFCARE_URL, "language": get_language()}
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = _one_line(message.title)
    mail["From"] = sender()
    mail["To"] = MailAddress(addr_spec=to)
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = f"<{message.id}@{_domain()}>"
    # RFC 3834: nobody's absence answers this.
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(
        render_to_string("notifications/messages/mail.txt", context).strip() + "\n",
        cte="quoted-printable",
    )
    mail.add_alternative(
        render_to_string("notifications/messages/mail.html", context),
        subtype="html",
        cte="quoted-printable",
    )
    mail["Content-Language"] = get_language() or "en"
    return mail


@cache
def sender() -> MailAddress:
    name, address = parseaddr(settings.EMAIL_FROM)
    return MailAddress(display_name=name, addr_spec=address)


def _domain() -> str:
    return urlsplit(settings.SELFCARE_URL).hostname or "localhost"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
