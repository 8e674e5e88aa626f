"""Registers the one first-party client from the environment; it needs no consent."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from .grants import sha256
from .models import REQUEST_LASTS, SESSION_LASTS, AuthorizationRequest, Client, Session


def register_first_party() -> Client:
    """Idempotent: runs at every start, and follows SELFCARE_URL and the secret."""
    origin = settings.SELFCARE_URL
    facts = {
        "name": "Selfcare",
        "secret_sha256": sha256(settings.SANDBOX_CLIENT_SECRET),
        "home_url": f"{origin}/",
        "redirect_uris": [f"{origin}/sign-in/callback/"],
        "post_logout_redirect_uris": [f"{origin}/", f"{origin}/signed-out/"],
        "backchannel_logout_uri": f"{origin}/sign-out/back-channel/",
    }
    client, _ = Client.objects.update_or_create(
        client_id=settings.SANDBOX_CLIENT_ID, defaults=facts
    )
    return client


def forget_expired() -> None:
    """Requests and sessions (with their grants and tokens) that can't matter any more."""
    now = timezone.now()
    AuthorizationRequest.objects.filter(created_at__lt=now - REQUEST_LASTS).delete()
    Session.objects.filter(created_at__lt=now - SESSION_LASTS - timedelta(days=1)).delete()
