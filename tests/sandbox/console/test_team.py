"""The team through the console: added by e-mail, changed, removed, and never without an admin."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.console.desk import Desk, join, shop_with_desk
from tests.sandbox.merchant_api.shop import open_shop
from tests.sandbox.running import Platform


@pytest.fixture
def desk(platform: Platform) -> Desk:
    return shop_with_desk(platform)[1]


def someone(platform: Platform) -> dict[str, str]:
    sub = platform.person()
    people: list[dict[str, str]] = platform.control("GET", "people")
    return next(one for one in people if one["sub"] == sub)


def test_who_is_added_comes_in_and_who_is_removed_is_out_at_once(
    platform: Platform, desk: Desk
) -> None:
    person = someone(platform)
    added = desk.post("/members", {"email": person["email"].upper(), "role": "viewer"})
    assert (added.status, added.body["role"]) == (201, "viewer")
    theirs = Desk(platform, person["sub"], desk.merchant)
    assert theirs.get("/keys").status == 200
    assert theirs.post("/keys", {"name": "x", "scope": "read"}).status == 403
    desk.post(f"/members/{person['sub']}/roles", {"role": "admin"})
    assert theirs.post("/keys", {"name": "x", "scope": "read"}).status == 201
    assert desk.post(f"/members/{person['sub']}/removals", {}).status == 201
    assert theirs.get("/keys").status == 404


def test_nobody_is_added_twice_or_without_being_there(platform: Platform, desk: Desk) -> None:
    email = someone(platform)["email"]
    desk.post("/members", {"email": email, "role": "viewer"})
    again = desk.post("/members", {"email": email, "role": "admin"})
    assert (again.status, again.code) == (409, "already_member")
    nobody = desk.post("/members", {"email": "nobody@example.com", "role": "viewer"})
    assert (nobody.status, nobody.code) == (422, "unknown_person")


def test_the_last_admin_stays(desk: Desk) -> None:
    for path, body in (("removals", {}), ("roles", {"role": "viewer"})):
        refused = desk.post(f"/members/{desk.sub}/{path}", body)
        assert (refused.status, refused.code) == (422, "last_admin")


def test_two_admins_who_remove_each_other_at_once_leave_one(platform: Platform) -> None:
    shop = open_shop(platform)
    one, other = join(platform, shop.id), join(platform, shop.id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(
            lambda pair: pair[0].post(f"/members/{pair[1].sub}/removals", {}),
            ((one, other), (other, one)),
        ))  # fmt: skip
    left = [desk for desk in (one, other) if desk.get("/members").status == 200]
    assert len(left) == 1
    assert [row["role"] for row in left[0].get("/members").body["data"]] == ["admin"]


def test_return_addresses_come_and_go(platform: Platform, desk: Desk) -> None:
    made = desk.post("/return-addresses", {"url": "https://shop.example/back"}).body
    wish = {"kind": "payment", "amount_minor": 1, "currency": "EUR", "return_url": made["url"]}
    assert desk.post("/payments", wish).status == 201
    assert desk.post(f"/return-addresses/{made['id']}/removals", {}).status == 201
    assert desk.get("/return-addresses").body["data"] == []
    assert desk.post("/payments", wish).code == "unknown_return_url"
    bad = desk.post("/return-addresses", {"url": "ftp://shop.example/"})
    assert (bad.status, bad.code) == (422, "not_possible")
    other = shop_with_desk(platform)[1]
    theirs = other.post("/return-addresses", {"url": "https://other.example/"}).body
    assert desk.post(f"/return-addresses/{theirs['id']}/removals", {}).status == 404
