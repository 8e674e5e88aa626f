"""The team and the return addresses: added, changed, removed, by admins alone."""

from collections.abc import Callable

from tests.merchant.conftest import Desk
from tests.merchant.forms import fields_of, send
from tests.support.control import Person


def test_who_is_added_sees_the_console_and_who_is_removed_sees_it_no_more(
    mia: Desk, at_desk: Callable[..., Desk]
) -> None:
    bob = at_desk(merchant="", name="Bob Ferreira")  # signed in, and on the team by the levers
    assert send(mia, f"team/{bob.person.sub}/removals/new/").status_code == 303
    bob.page("keys/", status=404)
    added = send(mia, "team/", email=bob.person.email, role="viewer")
    assert added.status_code == 303
    assert "Bob Ferreira" in mia.page("team/")
    assert "Add somebody" not in bob.page("team/")
    assert send(mia, f"team/{bob.person.sub}/roles/new/", role="admin").status_code == 303
    assert "Add somebody" in bob.page("team/")


def test_a_removal_sent_twice_is_answered_twice(mia: Desk, at_desk: Callable[..., Desk]) -> None:
    bob = at_desk(name="Bob Ferreira")
    path = f"team/{bob.person.sub}/removals/new/"
    fields = fields_of(mia.page(path))
    assert {mia.client.post(mia.at(path), fields).status_code for _ in range(2)} == {303}


def test_it_says_why_somebody_cant_be_added(mia: Desk, bob: Person) -> None:
    for email, words in (
        ("", "Say with which address"),
        ("nobody@example.com", "Nobody signs in here"),
        (mia.person.email, "on the team already"),
    ):
        answer = send(mia, "team/", email=email, role="viewer")
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_last_admin_cant_leave(mia: Desk) -> None:
    for path in ("removals", "roles"):
        answer = send(mia, f"team/{mia.person.sub}/{path}/new/", role="viewer")
        assert answer.status_code == 422
        assert "has to be the admin" in answer.content.decode()


def test_a_viewer_adds_nobody(mia: Desk, at_desk: Callable[..., Desk], bob: Person) -> None:
    viewer = at_desk("viewer")
    fields = fields_of(mia.page("team/"), email=bob.email, role="admin")
    assert viewer.client.post(viewer.at("team/"), fields).status_code == 403
    assert bob.email not in mia.page("team/")


def test_return_addresses_come_and_go(mia: Desk) -> None:
    assert send(mia, "return-addresses/", url="https://shop.example/paid").status_code == 303
    page = mia.page("return-addresses/")
    assert "https://shop.example/paid" in page
    bad = send(mia, "return-addresses/", url="http://shop.example/paid")
    assert bad.status_code == 422
    assert "https://" in bad.content.decode()
    link = page.split("removals/new/")[0].rsplit("/", 2)[-2]
    assert send(mia, f"return-addresses/{link}/removals/new/").status_code == 303
    assert "None is registered yet" in mia.page("return-addresses/")
