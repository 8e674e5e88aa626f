"""Every address of the box has a door: nobody, and nobody with another door's key, comes in."""

import re
from collections.abc import Iterator

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.sandbox.merchant_api.shop import Shop, open_shop
from tests.sandbox.running import Box, Platform

PART = re.compile(r"<(\w+:)?\w+>|\(\?P<\w+>[^)]*\)")
# Where a credential is asked for before anything else.
SERVICES = ("transaction-service/", "merchant-api/", "sandbox-api/")
# Where the box is moved by hand; shut where SANDBOX_CONTROL doesn't say that it is open.
LEVERS = "control/"
# Whose door is their own: health, OpenID's, the demo shop, channels that end here, and pages that
# show what is there to see only where the levers are open. A new address has to be named.
OTHERS = {
    *("health/live", "health/ready", ".well-known/openid-configuration", "sign-in/x/"),
    *("openid/jwks", "openid/authorize", "openid/token", "openid/userinfo"),
    *("openid/end-session", "openid/end-session/confirmed"),
    *("shop/", "shop/orders/", "shop/winnings/", "shop/orders/x/", "shop/orders/x/handoffs/"),
    *("shop/orders/x/look-ups/", "shop/orders/x/refunds/", "shop/orders/x/cancellations/"),
    *("shop/back/", "shop/webhooks/", "receiver/x/"),
    *("sms/x/messages", "push/x", "outbox/", "outbox/mails/x/", "outbox/mails/x/html/"),
    *("outbox/browsers/", "outbox/browsers/x/removals/", "outbox/emptyings/"),
    *("", "levers/faults/", "levers/faults/removals/", "levers/advances/", "levers/answers/"),
    "levers/resets/",
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            path = re.sub(r"\(\?P<sha256>[^)]*\)|<\w+:sha256>", "0" * 64, path)
            plain = PART.sub("x", path).replace("^", "").removesuffix("$")
            # The last of the merchant API's is any other address.
            yield plain.removesuffix(".") + ("nowhere" if plain.endswith("v1/.") else "")
        else:
            yield from routes(entry, path)


ALL = sorted(set(routes()))


def test_no_address_is_left_out() -> None:
    left = {path for path in ALL if not path.startswith((*SERVICES, LEVERS))}
    assert left == OTHERS


@pytest.fixture(scope="module")
def shop(running_box: Box) -> Shop:
    return open_shop(Platform(running_box.url))


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_lets_anybody_in_with_anothers_key(
    running_box: Box, shop: Shop, service: str
) -> None:
    theirs = {
        "transaction-service/": settings.SANDBOX_TRANSACTIONS_TOKEN,
        "merchant-api/": shop.key.token,
        "sandbox-api/": settings.SANDBOX_API_TOKEN,
    }
    keys = ["", *(token for name, token in theirs.items() if name != service), shop.key.secret]
    wrong = []
    with requests.Session() as session:
        for path in (path for path in ALL if path.startswith(service)):
            for key in keys:
                headers = {"Authorization": f"Bearer {key}"} if key else {}
                for method in ("GET", "POST", "DELETE"):
                    told = session.request(
                        method, f"{running_box.url}/{path}", headers=headers, timeout=30
                    )
                    if told.status_code != 401:
                        wrong.append((method, path, key[:9], told.status_code))
    assert not wrong


def test_no_lever_moves_where_they_are_shut(db: None, client: Client, settings: object) -> None:
    settings.SANDBOX_CONTROL = "off"  # type: ignore[attr-defined]
    wrong = []
    for path in (path for path in ALL if path.startswith(LEVERS)):
        address = f"/{path}".replace("faults/x", "faults/1")
        for method in (client.get, client.post, client.delete):
            if (told := method(address)).status_code != 404:
                wrong.append((method.__name__, path, told.status_code))
    assert not wrong
