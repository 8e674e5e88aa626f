"""System checks at error level for channels whose settings would hurt people; they call nobody."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from selfcare.clients.mail import MailServer
from selfcare.events import signatures
from selfcare.notifications.channels import push

REAL = frozenset({"staging", "production"})
SHORTEST_KEY = 32


@register
def mail_can_be_sent(**_: Any) -> Sequence[CheckMessage]:
    """Security notices go by mail: where real people sign in, it can't be missing."""
    if not settings.SMTP_URL:
        if settings.ENVIRONMENT not in REAL:
            return []
        return [Error("SMTP_URL is missing: nobody gets a security notice.", id="selfcare.E014")]
    found: list[CheckMessage] = []
    try:
        server = MailServer(settings.SMTP_URL)
    except ValueError as error:
        return [Error(f"{error}.", id="selfcare.E014")]
    if settings.ENVIRONMENT in REAL and server.password and server.scheme == "smtp":
        found.append(
            Error(
                "SMTP_URL sends its password without insisting on TLS.",
                hint="Use smtps:// or smtp+starttls://.",
                id="selfcare.E015",
            )
        )
    if "@" not in parseaddr(settings.EMAIL_FROM)[1]:
        found.append(Error("EMAIL_FROM has to be an address.", id="selfcare.E016"))
    return found


@register
def gateways_have_their_tokens(**_: Any) -> Sequence[CheckMessage]:
    """Each gateway for texts with a token of its own, and by https where texts are real."""
    found: list[CheckMessage] = []
    if len(settings.SMS_URLS) != len(settings.SMS_TOKENS):
        found.append(
            Error("SMS_URLS and SMS_TOKENS have to be as many, in one order.", id="selfcare.E017")
        )
    if settings.ENVIRONMENT in REAL and any(
        urlsplit(url).scheme != "https" for url in settings.SMS_URLS
    ):
        found.append(Error("SMS_URLS have to be https addresses.", id="selfcare.E018"))
    return found


@register
def pushes_can_be_signed(**_: Any) -> Sequence[CheckMessage]:
    """A key that is none, or a subject that is no address: every push service would refuse."""
    if not settings.VAPID_PRIVATE_KEY:
        return []
    found: list[CheckMessage] = []
    try:
        push.public_key_of(settings.VAPID_PRIVATE_KEY)
    except ValueError:
        found.append(
            Error("VAPID_PRIVATE_KEY has to be 32 bytes in base64url.", id="selfcare.E019")
        )
    if urlsplit(settings.VAPID_SUBJECT).scheme not in {"mailto", "https"}:
        found.append(
            Error("VAPID_SUBJECT has to be a mailto: or https: address.", id="selfcare.E020")
        )
    return found


@register(Tags.security)
def nobody_names_our_own_hosts(**_: Any) -> Sequence[CheckMessage]:
    """What people name as theirs may lead to nothing of ours where strangers come."""
    if settings.LOCAL or not settings.OUTBOUND_PRIVATE_HOSTS:
        return []
    return [
        Error(
            f"OUTBOUND_PRIVATE_HOSTS must be empty in {settings.ENVIRONMENT}.",
            id="selfcare.E021",
        )
    ]


@register(Tags.security)
def links_in_mails_can_not_be_guessed(**_: Any) -> Sequence[CheckMessage]:
    """Who knows the key mutes anybody's mails."""
    if settings.LOCAL or all(len(key) >= SHORTEST_KEY for key in settings.UNSUBSCRIBE_KEYS):
        return []
    return [
        Error(f"UNSUBSCRIBE_KEYS need {SHORTEST_KEY} characters each.", id="selfcare.E023"),
    ]


@register(Tags.security)
def reports_can_be_believed(**_: Any) -> Sequence[CheckMessage]:
    """A secret that can be guessed lets a stranger switch addresses off."""
    for number, secret in enumerate(settings.DELIVERY_REPORT_SECRETS, 1):
        try:
            signatures.key_of(secret)
        except signatures.BadSecretError as error:
            return [Error(f"DELIVERY_REPORT_SECRETS, number {number}: {error}", id="selfcare.E024")]
    return []


@register
def a_lease_outlives_its_call(**_: Any) -> Sequence[CheckMessage]:
    """Shorter, a slow provider would be asked by two workers at once."""
    if settings.LOCAL or settings.SENDING_LEASE_SECONDS >= 30:
        return []
    return [Error("SENDING_LEASE_SECONDS has to be at least 30.", id="selfcare.E022")]
