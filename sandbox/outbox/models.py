"""What arrived instead of leaving: messages, each reception of one, and pretended browsers."""

from django.db import models
from django.utils import timezone

from sandbox import ids


class Browser(models.Model):
    """A browser that asked for pushes; it has its own keys, as RFC 8291 wants.

    `token` is the last part of its endpoint. With `server_key` (RFC 8292, section 4.2) only whoever
    signs with that key may push to it.
    """

    token = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    private_key = models.TextField()
    public_key = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    server_key = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True)


class Message(models.Model):
    """One mail in a mailbox, one text or push on a phone.

    `key` is what makes two receptions one message: a mail's Message-ID (as large mail providers
    do), a text's Idempotency-Key at its gateway, a push's Topic; null where there is none.
    `provider` is smtp, the gateway (one, two) or push; `recipient` the address, number or browser.
    """

    class Channel(models.TextChoices):
        MAIL = "mail"
        SMS = "sms"
        PUSH = "push"

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=4, choices=Channel)
    provider = models.CharField(max_length=10)
    recipient = models.CharField(max_length=254)
    sender = models.CharField(max_length=254, blank=True)
    key = models.CharField(max_length=400, null=True)  # noqa: DJ001 (several may have none)
    browser = models.ForeignKey(Browser, models.CASCADE, null=True, related_name="messages")
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # What came beside it, as pairs in their order: a mail's header fields, some of a push's.
    headers = models.JSONField(default=list)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "provider", "recipient", "key"], name="message_once"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-received_at"], name="message_of_recipient"),
            models.Index(fields=["-received_at"], name="message_latest"),
        ]

    @property
    def wire_id(self) -> str:
        return ids.wire(self.channel, self.id)


class Reception(models.Model):
    """Each time it came; `digest` says whether it was the same, byte by byte."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="receptions")
    at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64)
