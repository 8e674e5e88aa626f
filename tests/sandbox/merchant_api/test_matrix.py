"""Who may what: every address of the merchant API by every kind of key, and no cell left out."""

import itertools

import pytest

from sandbox.merchant_api import urls
from tests.sandbox.merchant_api.shop import Key, Sent, Shop, make_key, new_nonce, open_shop
from tests.sandbox.running import Platform

# By address: what GET and POST say to who may both read and write.
MAY: dict[str, tuple[int, int]] = {
    "balance": (200, 405),
    "payments": (200, 400),
    "payments/<str:id_>": (404, 405),
    "payments/<str:id_>/cancellations": (405, 404),
    "payouts": (200, 400),
    "payouts/<str:id_>": (404, 405),
    "payouts/<str:id_>/cancellations": (405, 404),
    "payments/<str:id_>/refunds": (405, 400),
    "refunds": (200, 405),
    "refunds/<str:id_>": (404, 405),
    "refund-requests": (200, 405),
    "refund-requests/<str:id_>": (404, 405),
    "refund-requests/<str:id_>/answers": (405, 400),
    "refund-requests/<str:id_>/evidence/<str:sha256>": (404, 405),
    "refund-requests/<str:id_>/messages": (405, 400),
    "disputes": (200, 405),
    "disputes/<str:id_>": (404, 405),
    "disputes/<str:id_>/answers": (405, 400),
    "disputes/<str:id_>/evidence/<str:sha256>": (404, 405),
    "disputes/<str:id_>/messages": (405, 400),
    "inquiries": (200, 405),
    "inquiries/<str:id_>": (404, 405),
    "inquiries/<str:id_>/evidence/<str:sha256>": (404, 405),
    "inquiries/<str:id_>/messages": (405, 400),
    "events": (200, 405),
    "events/<str:id_>": (404, 405),
    "webhook-endpoints": (200, 201),
    "webhook-endpoints/<str:id_>": (404, 405),
    "webhook-endpoints/<str:id_>/changes": (405, 404),
    "webhook-endpoints/<str:id_>/removals": (405, 404),
    "webhook-endpoints/<str:id_>/secret-rotations": (405, 404),
    "webhook-endpoints/<str:id_>/samples": (405, 404),
    "webhook-endpoints/<str:id_>/resends": (405, 400),
    "webhook-endpoints/<str:id_>/deliveries": (404, 405),
    "webhook-deliveries/<str:id_>": (404, 405),
    "requests": (200, 405),
    "requests/<str:id_>": (404, 405),
    ".": (404, 404),
}
# By who knocks: None is let in, else the answer to GET and to POST.
WHO: dict[str, tuple[int | None, int | None]] = {
    "nobody": (401, 401),
    "an unknown key": (401, 401),
    "a live key": (401, 401),
    "a revoked key": (401, 401),
    "another merchant's secret": (401, 401),
    "a token": (None, 403),
    "a live token": (401, 401),
    "a key that reads": (None, 403),
    "a key that writes": (None, None),
}


def test_the_matrix_knows_every_address() -> None:
    assert [str(pattern.pattern) for pattern in urls.urlpatterns] == list(MAY)


@pytest.fixture(scope="module")
def world(running_box: object) -> dict[str, Key]:
    platform = Platform(running_box.url)  # type: ignore[attr-defined]
    shop, other = open_shop(platform), open_shop(platform)
    revoked = make_key(platform, shop.id)
    platform.control("POST", f"api-keys/{revoked.id}/revocation", {})
    live = make_key(platform, shop.id, environment="live")
    return {
        "nobody": shop.key,
        "an unknown key": Key("key_test_" + "0" * 32, "", shop.key.secret),
        "a live key": live,
        "a revoked key": revoked,
        "another merchant's secret": Key(shop.key.id, "", other.key.secret),
        "a token": shop.key,
        "a live token": live,
        "a key that reads": make_key(platform, shop.id, "read"),
        "a key that writes": shop.key,
    }


@pytest.mark.parametrize(
    ("who", "address", "method"), list(itertools.product(WHO, MAY, ("GET", "POST"))), ids=str
)
def test_each_cell_is_as_declared(
    platform: Platform, world: dict[str, Key], who: str, address: str, method: str
) -> None:
    place = ("GET", "POST").index(method)
    said = WHO[who][place]
    expected = MAY[address][place] if said is None else said
    answer = Shop(platform, "", world[who]).send(knock(platform, world[who], who, address, method))
    assert answer.status == expected, answer.body
    if said is not None:
        assert set(answer.body) <= {
            "type", "title", "status", "detail", "code", "request_id", "step", "explained_at",
        }  # fmt: skip


def knock(platform: Platform, key: Key, who: str, address: str, method: str) -> Sent:
    path = "/" + address.replace("<str:id_>", "pay_" + "0" * 32).replace(".", "nowhere")
    path = path.replace("<str:sha256>", "0" * 64)
    write = method == "POST"
    sent = Shop(platform, "", key).signed(
        method, path, {} if write else None, idempotency_key=new_nonce() if write else ""
    )
    if who in {"nobody", "a token", "a live token"}:
        sent = sent.without("Signature", "Signature-Input")
    if "token" in who:
        sent = sent.also("Authorization", f"Bearer {key.token}")
    return sent
