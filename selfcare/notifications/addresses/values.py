"""Reads what people write as an address: one spelling each, or a refusal; it stores nothing."""

import json
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from phonenumbers import PhoneNumberType

from selfcare.clients import allowed
from selfcare.notifications.addresses.refusals import Refused
from selfcare.notifications.channels import email as mails
from selfcare.notifications.channels import push

LONGEST_EMAIL = 254
# Landlines take no texts; on the dear ones somebody earns with each.
TEXTED = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.UNKNOWN,
    }
)
_valid_email = EmailValidator(allowlist=[])


def email(text: str) -> str:
    """The address with its domain in ASCII and small letters. Raises Refused."""
    name, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower() if domain else ""
        value = f"{name}{at}{ascii_domain}"
        _valid_email(value)
    except (ValidationError, UnicodeError) as error:
        raise Refused("email_malformed") from error
    # RFC 5321 knows quoted names and addresses in brackets; nobody has one but to try us.
    if len(value) > LONGEST_EMAIL or not value.isascii() or set(value) & set('"[]<>,;:\\'):
        raise Refused("email_malformed")
    if not mails.can_be_named(value):
        raise Refused("email_malformed")
    return value


def phone(text: str) -> str:
    """The number after ITU-T E.164: `+4915123456789`. Raises Refused."""
    try:
        number = phonenumbers.parse(text.strip()[:40], None)
    except phonenumbers.NumberParseException as error:
        raise Refused("phone_malformed") from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise Refused("phone_malformed")
    if phonenumbers.number_type(number) not in TEXTED:
        raise Refused("phone_not_mobile")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def browser(told: Any) -> push.Subscription:
    """A PushSubscription, as JSON text or read already; its host isn't looked up. Or Refused."""
    try:
        found = push.read(json.loads(told) if isinstance(told, str) else told)
        allowed.parts(found.endpoint)
    except (ValueError, RecursionError) as error:
        raise Refused("browser_malformed") from error
    return found


def look_up(found: push.Subscription) -> None:
    """Raises Refused if we may not call it; never why, or it would tell which names we have."""
    try:
        allowed.check(found.endpoint)
    except allowed.NotAllowed as error:
        raise Refused("browser_unreachable") from error
