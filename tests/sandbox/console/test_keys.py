"""Keys through the console: shown once, made once, revoked everywhere, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.console.desk import Desk, everything, join, new_key, shop_with_desk
from tests.sandbox.merchant_api.shop import Key, Shop
from tests.sandbox.running import Box, Platform

WISH = {"name": "Till", "scope": "write"}


@pytest.fixture
def shop(platform: Platform) -> Shop:
    return shop_with_desk(platform)[0]


@pytest.fixture
def desk(platform: Platform, shop: Shop) -> Desk:
    return join(platform, shop.id)


def test_it_makes_a_key_that_signs_and_reads(shop: Shop, desk: Desk) -> None:
    made = desk.post("/keys", WISH)
    assert made.status == 201, made.body
    key = Key(made.body["id"], made.body["token"], made.body["secret"])
    assert shop.get("/balance", key=key).status == 200
    assert shop.read("/balance", key.token).status == 200
    assert desk.get(f"/keys/{key.id}").body["last_used_at"]


def test_no_page_shows_its_secret_again(desk: Desk) -> None:
    made = desk.post("/keys", WISH).body
    for path in ("/keys", f"/keys/{made['id']}"):
        text = str(desk.get(path).body)
        assert made["secret"] not in text
        assert made["token"] not in text


def test_a_double_click_makes_one_key_and_shows_it_twice(desk: Desk) -> None:
    key = new_key()
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: desk.post("/keys", WISH, key=key), range(4)))
    assert {(one.status, one.body["id"], one.body["secret"]) for one in told} == {
        (201, told[0].body["id"], told[0].body["secret"])
    }
    assert [one["id"] for one in desk.get("/keys").body["data"]].count(told[0].body["id"]) == 1
    assert sum("Idempotency-Replayed" in one.headers for one in told) == 3


def test_the_same_key_for_something_else_is_refused(desk: Desk) -> None:
    key = new_key()
    desk.post("/keys", WISH, key=key)
    other = desk.post("/keys", {**WISH, "name": "Another"}, key=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_a_rotated_key_goes_on_beside_its_successor(shop: Shop, desk: Desk) -> None:
    made = desk.post("/keys", WISH).body
    new = desk.post(f"/keys/{made['id']}/rotations", {"overlap_seconds": 3600}).body
    assert new["replaces"] == made["id"]
    assert desk.get(f"/keys/{made['id']}").body["state"] == "expiring"
    for one in (made, new):
        key = Key(one["id"], one["token"], one["secret"])
        assert shop.get("/balance", key=key).status == 200


def test_a_revoked_key_is_refused_from_the_next_request_on(shop: Shop, desk: Desk) -> None:
    made = desk.post("/keys", WISH).body
    key = Key(made["id"], made["token"], made["secret"])
    assert shop.get("/balance", key=key).status == 200
    assert desk.post(f"/keys/{key.id}/revocations", {}).body["state"] == "revoked"
    assert shop.get("/balance", key=key).status == 401
    assert shop.read("/balance", key.token).status == 401


def test_a_revoked_key_is_refused_on_another_instance_too(
    running_box: Box, shop: Shop, desk: Desk
) -> None:
    made = desk.post("/keys", WISH).body
    key = Key(made["id"], made["token"], made["secret"])
    twin = running_box.twin()
    twin.serve()
    try:
        sent = [shop.signed("GET", "/balance", key=key) for _ in range(3)]
        assert shop.send(sent[0], twin.url).status == 200
        desk.post(f"/keys/{key.id}/revocations", {})
        assert shop.send(sent[1], twin.url).status == 401
        assert shop.send(sent[2]).status == 401
    finally:
        twin.stop()


def test_a_key_that_is_too_much_is_refused_with_its_reason(desk: Desk) -> None:
    bad = desk.post("/keys", {**WISH, "public_key": "AAAA"})
    assert (bad.status, bad.code) == (422, "not_possible")
    assert "public key" in bad.body["detail"]


def test_a_viewer_looks_and_changes_nothing(platform: Platform, shop: Shop) -> None:
    viewer = join(platform, shop.id, "viewer")
    assert viewer.get("/keys").status == 200
    before = viewer.get("/keys").body["data"]
    for path in ("/keys", f"/keys/{shop.key.id}/rotations", f"/keys/{shop.key.id}/revocations"):
        refused = viewer.post(path, WISH if path == "/keys" else {})
        assert (refused.status, refused.code) == (403, "viewer_only")
    # The shop used its key for nothing meanwhile.
    assert viewer.get("/keys").body["data"] == before


def test_nobody_elses_merchant_is_there(platform: Platform, shop: Shop, desk: Desk) -> None:
    other, stranger = shop_with_desk(platform)
    never = Desk(platform, desk.sub, "mer_never_was")
    nobody = Desk(platform, "usr_never_was", shop.id)
    foreign = Desk(platform, stranger.sub, shop.id)
    jobless = Desk(platform, platform.person(), shop.id)
    told = [one.get("/keys") for one in (never, nobody, foreign, jobless)]
    told += [one.post("/keys", WISH) for one in (never, nobody, foreign, jobless)]
    assert {one.status for one in told} == {404}
    assert len({str({**one.body, "request_id": ""}) for one in told}) == 1
    # And a key of another merchant's by way of one's own.
    mixed = desk.post(f"/keys/{other.key.id}/revocations", {})
    assert (mixed.status, mixed.code) == (404, "unknown_key")
    assert other.get("/balance").status == 200


def test_it_wants_the_services_token(platform: Platform, desk: Desk) -> None:
    for token in ("", "wrong", desk.token[::-1]):
        told = Desk(platform, desk.sub, desk.merchant, token).get("/keys")
        assert (told.status, told.code) == (401, "bad_token")
    assert desk.ask("DELETE", desk.path("/keys")).status == 405
    assert desk.ask("POST", desk.path("/keys"), json=WISH).code == "bad_header"


def test_each_person_has_keys_of_their_own(platform: Platform, shop: Shop, desk: Desk) -> None:
    colleague, key = join(platform, shop.id), new_key()
    mine, theirs = (one.post("/keys", WISH, key=key).body["id"] for one in (desk, colleague))
    assert mine != theirs


def test_its_secret_is_nowhere_in_the_clear(running_box: Box, desk: Desk) -> None:
    made = desk.post("/keys", WISH).body
    kept = everything(running_box) + (running_box.folder / "box.log").read_text()
    assert made["id"] in kept
    for secret in (made["secret"], made["token"]):
        assert secret not in kept
        assert secret.encode().hex() not in kept.lower()
