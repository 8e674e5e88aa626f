"""Opens the demo shop: what a developer does in the console, done for it once."""

from django.conf import settings
from django.db import transaction

from sandbox.merchant_api import keys, return_addresses
from sandbox.merchant_api.models import ApiKey
from sandbox.people.models import Merchant
from sandbox.shop.models import ClosedError, Secrets, Till
from sandbox.webhooks import endpoints

MERCHANT = "Tandem Bikes"
NAME = "Demo shop"
TOLD = ("payment.*", "payout.*", "refund.*")


def open_shop(*, anew: bool = False) -> bool:
    """A key, a return address and a webhook endpoint of its own; False where it has them."""
    merchant = Merchant.objects.filter(name=MERCHANT).first()
    if merchant is None or (not anew and _is_open()):
        return False
    with transaction.atomic():
        for key in merchant.api_keys.filter(built_in=True, revoked_at=None):
            keys.revoke(key, key.created_at)
        hook = f"{settings.SANDBOX_INSIDE_URL}/shop/webhooks/"
        merchant.endpoints.filter(url=hook).delete()
        made = keys.make(merchant, name=NAME, scope="write", built_in=True)
        return_addresses.register(merchant, f"{settings.SANDBOX_URL}/shop/back/")
        told = endpoints.make(merchant, url=hook, types=TOLD, description=NAME)
        Till.fill(Secrets(made.key.public_id, made.secret, told.secret))
    return True


def _is_open() -> bool:
    try:
        key_id = Till.secrets().key_id
    except ClosedError:
        return False
    return ApiKey.objects.filter(public_id=key_id, revoked_at=None).exists()
