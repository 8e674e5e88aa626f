"""Keys: made in a form, shown once, rotated, revoked."""

import re
from collections.abc import Callable

from tests.merchant.conftest import Desk
from tests.merchant.forms import fields_of, send
from tests.support import servers

SECRET = re.compile(r"sign_test_[A-Za-z0-9_-]{43}")
TOKEN = re.compile(r"read_test_[A-Za-z0-9_-]{43}")
KEY = re.compile(r"key_test_[0-9a-f]{32}")


def make(desk: Desk, name: str = "Till") -> tuple[str, str]:
    """A new key's id, and the page that shows it."""
    answer = send(desk, "keys/new/", name=name)
    page = answer.content.decode()
    assert answer.status_code == 201, page
    found = KEY.search(page)
    assert found
    return found.group(), page


def test_it_shows_a_new_key_once(mia: Desk) -> None:
    assert "No key yet" in mia.page("keys/")
    key_id, page = make(mia)
    (secret,), (token,) = set(SECRET.findall(page)), set(TOKEN.findall(page))
    for path in ("keys/", f"keys/{key_id}/"):
        later = mia.page(path)
        assert key_id in later
        assert secret not in later
        assert token not in later
    assert secret not in "".join(server.log() for server in servers.RUNNING)


def test_it_keeps_no_copy_of_the_page_that_shows_it(mia: Desk) -> None:
    answer = send(mia, "keys/new/", name="Till")
    assert "no-store" in answer["Cache-Control"]


def test_two_clicks_make_one_key_and_show_it_both_times(mia: Desk) -> None:
    fields = fields_of(mia.page("keys/new/"), name="Till")
    first, second = (
        mia.client.post(mia.at("keys/new/"), fields).content.decode() for _ in range(2)
    )
    assert SECRET.findall(first) == SECRET.findall(second)
    assert len(set(KEY.findall(mia.page("keys/")))) == 1


def test_it_says_what_is_missing_and_keeps_what_was_typed(mia: Desk) -> None:
    empty = send(mia, "keys/new/", name="")
    assert empty.status_code == 422
    assert "Give it a name" in empty.content.decode()
    bad = send(mia, "keys/new/", name="Till", public_key="not one")
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "public key must be" in page
    # The refusal was stored under the form's key: mended, it goes out under another.
    mended = mia.client.post(mia.at("keys/new/"), fields_of(page, public_key=""))
    assert mended.status_code == 201


def test_a_rotated_key_and_its_successor_stand_in_the_list(mia: Desk) -> None:
    old, _ = make(mia)
    answer = send(mia, f"keys/{old}/rotations/new/")
    page = answer.content.decode()
    assert answer.status_code == 201, page
    assert SECRET.search(page)
    assert len(set(KEY.findall(mia.page("keys/")))) == 2
    assert "Until" in mia.page(f"keys/{old}/")


def test_a_revoked_key_is_among_those_that_are_over(mia: Desk) -> None:
    key_id, _ = make(mia)
    answer = send(mia, f"keys/{key_id}/revocations/new/")
    assert (answer.status_code, answer["Location"]) == (303, mia.at("keys/"))
    assert "is revoked" in mia.page("keys/")
    assert "Revoked" in mia.page(f"keys/{key_id}/")


def test_a_viewer_sees_keys_and_no_way_to_change_them(at_desk: Callable[..., Desk]) -> None:
    mia, viewer = at_desk(), at_desk("viewer")
    key_id, _ = make(mia)
    assert key_id in viewer.page("keys/")
    assert "keys/new/" not in viewer.page("keys/")
    assert "revocations" not in viewer.page(f"keys/{key_id}/")
    fields = fields_of(mia.page(f"keys/{key_id}/revocations/new/"))
    refused = viewer.client.post(viewer.at(f"keys/{key_id}/revocations/new/"), fields)
    assert refused.status_code == 403
    assert "Good" in mia.page(f"keys/{key_id}/")
