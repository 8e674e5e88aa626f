"""The box's sign-in pages: axe, narrow and wide, light and dark, and the way back."""

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser


@pytest.fixture
def callback(settings):
    return f"{settings.SELFCARE_URL}/sign-in/callback/"


@pytest.fixture
def request_url(box, callback):
    def url(**changes):
        params = {
            "client_id": "selfcare",
            "response_type": "code",
            "redirect_uri": callback,
            "scope": "openid",
            "code_challenge": "A" * 43,
            "code_challenge_method": "S256",
        } | changes
        return f"{box.url}/openid/authorize?{urlencode(params)}"

    return url


def check(page):
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def send_password(page, email, password):
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button[value=password]")


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_nothing_for_axe_to_find(new_page, request_url, box, alice, width, scheme):
    page = new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page.goto(request_url(acr_values="urn:openbanking:psd2:sca"))
    check(page)
    send_password(page, alice.email, "wrong")
    page.wait_for_selector("#error")
    check(page)
    send_password(page, alice.email, alice.password)
    page.wait_for_selector("#code")
    check(page)
    page.fill("#code", "000000")
    page.press("#code", "Enter")
    page.wait_for_selector("#error")
    check(page)
    page.goto(f"{box.url}/openid/end-session")
    check(page)
    page.goto(request_url(client_id="nobody"))
    check(page)


@pytest.mark.parametrize("script", [True, False])
def test_it_leads_back_under_its_own_policy(new_page, request_url, callback, alice, script):
    """Chromium applies form-action to the redirect after a form as well."""
    page = new_page(java_script_enabled=script)
    page.goto(request_url(state="from the client"))
    with page.expect_request(lambda sent: sent.url.startswith(callback)) as back:
        send_password(page, alice.email, alice.password)
    assert "code=" in back.value.url
    assert "state=from+the+client" in back.value.url
