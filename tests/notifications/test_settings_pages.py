"""The pages of the settings: seen, tried out, saved, refused; two tabs, and no script."""

from typing import Any

import pytest
from django.test import Client
from lxml import html

from selfcare.notifications import choosing
from selfcare.notifications.models import Rule, Settings
from tests.notifications.happenings import reachable, rule, told
from tests.support.control import Control, Person

PATH = "/notifications/settings/"
IN_PAGE = {"HX-Request": "true"}


@pytest.fixture
def hers(db: None, client: Client, alice: Person) -> Client:
    from tests.support.sign_in import sign_in

    sign_in(client, alice.sub, alice.name)
    return client


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send: the page's form as it stands."""
    page = html.fromstring(answer.text)
    form = page.get_element_by_id("settings")
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return fields


def text_of(answer: Any) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())


def test_it_shows_what_holds_by_default(hers: Client) -> None:
    page = hers.get(PATH)
    assert page.status_code == 200
    fields = form_of(page)
    assert fields["money_in-email"] == ["on"]
    assert "news-in_app" not in fields
    tree = html.fromstring(page.text)
    locked = tree.xpath("//input[@disabled]/@name")
    assert sorted(locked) == ["security-email", "security-in_app"]
    assert "thief" in text_of(page)
