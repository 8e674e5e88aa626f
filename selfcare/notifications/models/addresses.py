"""Where a person can be told: e-mail addresses, phones and browsers that are proven theirs."""

from typing import ClassVar
from urllib.parse import urlsplit

import phonenumbers
from django.db import models
from django.db.models import Q
from django.utils import timezone

from selfcare import ids
from selfcare.notifications.models.rules import Channel


class AddressQuerySet(models.QuerySet["Address"]):
    def of(self, subject: str) -> "AddressQuerySet":
        return self.filter(subject=subject)

    def usable(self) -> "AddressQuerySet":
        return self.filter(state=Address.State.ACTIVE)


class Address(models.Model):
    """An e-mail address, a phone (E.164) or a browser's push endpoint with its keys.

    The code is known to the person alone: `code_hash` is its keyed SHA-256. `off_reason` is a code
    that the pages put into words, such as `bounced` or `gone`.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Not verified"
        ACTIVE = "active", "In use"
        OFF = "off", "Switched off"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.CharField(max_length=255)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    value = models.CharField(max_length=1000)
    # Of a browser: its p256dh and auth, base64url (RFC 8291), and in `vapid` the print of our key
    # that it was made for.
    keys = models.JSONField(default=dict)
    name = models.CharField(max_length=60, blank=True)
    # The provider said so at sign-in, and it is verified there; it can't be removed here.
    from_provider = models.BooleanField(default=False)
    is_primary = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    off_reason = models.CharField(max_length=40, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AddressQuerySet] = AddressQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "channel", "value"], name="each_address_once"
            ),
            models.UniqueConstraint(
                fields=["subject", "channel"],
                condition=Q(is_primary=True),
                name="one_primary_address",
            ),
        ]

    @property
    def public_id(self) -> str:
        return ids.encode("adr", self.pk)

    @property
    def shown(self) -> str:
        """As people read it: a number in groups, of a browser the host that brings its pushes."""
        if self.channel == Channel.PUSH:
            return urlsplit(self.value).hostname or ""
        if self.channel == Channel.SMS:
            return _in_groups(self.value)
        return self.value

    @property
    def called(self) -> str:
        """What its person calls it, else what it is."""
        return self.name or self.shown


def _in_groups(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


class CodeSending(models.Model):
    """That a code went out: what limits how many a person asks for, and how many a phone gets.

    It outlives the address: who removes one and adds it again is counted on. `value_hash` is a
    keyed hash, so that the table tells nobody whose address it was. Empty, it stands for a browser
    that somebody tried to add.
    """

    subject = models.CharField(max_length=255)
    value_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "at"], name="code_sendings_of_subject"),
            models.Index(fields=["value_hash", "at"], name="code_sendings_to"),
            models.Index(fields=["at"], name="code_sendings_by_age"),
        ]
