"""Who comes in: members alone, others as if nothing were there; and what a dead sandbox shows."""

from collections.abc import Callable
from typing import cast

import pytest
import requests
from django.test import Client, RequestFactory
from lxml import html

from selfcare.web import problems
from selfcare.web.request import Request
from tests.conftest import NewInstances
from tests.merchant.conftest import Desk, signed_in
from tests.merchant.forms import fields_of
from tests.merchant.test_matrix import CONSOLE, PART
from tests.support.control import Control, Person


def test_it_leads_to_the_only_merchant(mia: Desk) -> None:
    answer = mia.client.get("/merchant/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(mia.at())


def test_it_lets_choose_among_several(mia: Desk, control: Control) -> None:
    other = control.add_merchant()
    control.add_member(other, mia.person, "viewer")
    page = mia.client.get("/merchant/").content.decode()
    assert mia.at() in page
    assert f"/merchant/{other}/" in page
    assert "Another merchant" in mia.page("keys/")


def test_a_foreign_merchant_is_like_one_that_never_was(
    mia: Desk, alice: Person, at_desk: Callable[..., Desk], control: Control
) -> None:
    stranger = at_desk(merchant=control.add_merchant())
    nobody = signed_in(alice)
    told = [
        stranger.client.get(mia.at("keys/")),
        stranger.client.post(mia.at("keys/new/"), {"name": "x"}),
        nobody.get(mia.at("keys/")),
        nobody.get("/merchant/"),
        mia.client.get("/merchant/mer_never_was/keys/"),
    ]
    assert [one.status_code for one in told] == [404] * 5
    assert all(mia.merchant not in one.content.decode() for one in told)


def ways_of(page: str) -> set[str]:
    """Where a page leads, but for our own home and what stands in its head."""
    links = html.fromstring(page).xpath("//main//a/@href | //nav//a/@href")
    return {str(link) for link in links}


def test_an_error_inside_leads_back_to_the_console(
    mia: Desk, alice: Person, at_desk: Callable[..., Desk]
) -> None:
    viewer = at_desk("viewer")
    for page in (
        mia.page("keys/key_nobody/", status=404),
        mia.page("no/such/page/", status=404),
        viewer.page("keys/new/", status=403),
        mia.client.get("/merchant/mer_never_was/").content.decode(),
    ):
        assert ways_of(page) == {"/merchant/"}
    assert "Only an admin of your team" in viewer.page("reset/", status=403)
    # Who works for nobody isn't sent in a circle.
    for client, path in ((mia.client, "/no/such/page/"), (signed_in(alice), "/merchant/")):
        assert ways_of(client.get(path).content.decode()) == {"/", "/transactions/"}


@pytest.mark.parametrize("status", [400, 405, 409, 413, 422, 429, 500, 503])
def test_each_kind_of_error_does(status: int) -> None:
    request = RequestFactory().get("/merchant/mer_1/keys/")
    page = problems.page(cast(Request, request), status).content.decode()
    assert "/merchant/" in ways_of(page)
    assert ways_of(page) <= {"/merchant/", request.path}


def test_a_visitor_signs_in_first(client: Client, shop: str) -> None:
    answer = client.get(f"/merchant/{shop}/keys/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_it_says_so_when_the_sandbox_cant_be_reached(mia: Desk, control: Control) -> None:
    control.fault("console", "error", status=503)
    for path in ("keys/", "keys/new/"):
        page = mia.page(path, status=503)
        assert "We can’t reach the sandbox right now" in page
    nowhere = mia.client.get("/merchant/")
    assert nowhere.status_code == 503
    assert ways_of(nowhere.content.decode()) == {"/merchant/"}


def test_a_form_whose_fate_isnt_known_can_be_sent_again(mia: Desk, control: Control) -> None:
    fields = fields_of(mia.page("keys/new/"), name="Till")
    control.fault("console_write", "cut_after_commit", count=1)
    lost = mia.client.post(mia.at("keys/new/"), fields)
    assert lost.status_code == 503
    kept = fields_of(lost.content.decode())
    del fields["csrfmiddlewaretoken"], kept["csrfmiddlewaretoken"]  # masked anew each time
    assert kept == fields
    assert "Till" in mia.page("keys/")
    control.clear_faults()
    again = mia.client.post(mia.at("keys/new/"), kept)
    assert again.status_code == 201
    assert mia.page("keys/").count("Till") == 1


def test_without_a_sandbox_no_address_is_there(instances: NewInstances) -> None:
    (production,) = instances(1, SANDBOX_API_URL="")
    with requests.Session() as session:
        for path in ("", *(f"mer_1/{PART.sub('x' * 8, path)}" for path in CONSOLE)):
            for method in ("GET", "POST"):
                answer = session.request(method, f"{production.url}/merchant/{path}", timeout=10)
                assert answer.status_code == 404, (method, path)
