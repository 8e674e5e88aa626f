"""Start and Going live: ticked by what really happened; and the log that tells why."""

import html
import os
import re
import subprocess
from pathlib import Path

import pytest
from lxml import html as markup

from tests.merchant.conftest import Desk
from tests.merchant.forms import send
from tests.merchant.test_webhooks import make, press
from tests.support.control import Control

ROOT = Path(__file__).resolve().parents[2]
BACK = "https://shop.example/paid"


def done(desk: Desk, path: str = "") -> list[str]:
    """The steps that are ticked."""
    tree = markup.fromstring(desk.page(path))
    steps = tree.cssselect("li[data-done] h2, li[data-result=passed] > span")
    return [" ".join((step.text or "").split()) for step in steps]


def run(command: str) -> str:
    """What the pasted command says, run where the project is."""
    told = subprocess.run(
        ["sh", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return told.stdout


def command_on(page: str) -> str:
    (command,) = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    return html.unescape(command)


def test_the_command_shown_with_a_new_key_makes_a_payment(mia: Desk, control: Control) -> None:
    assert done(mia) == []
    control.call("POST", f"merchants/{mia.merchant}/return-addresses", json={"url": BACK})
    page = send(mia, "keys/new/", name="Till").content.decode()
    assert done(mia) == ["Say where your customers come back to", "Make a key"]
    told = run(command_on(page))
    assert '"handoff_url"' in told, told
    assert done(mia)[-1] == "Send your first signed payment"
    assert "Pay it as your customer" not in done(mia)
    # The way to be its customer stands on the page.
    start = mia.page()
    assert "waits for a customer" in start
    assert "/handoff/" in start
    # And the one on the page that everybody sees has no secret.
    assert "sign_test_…" not in start  # that step is done, so its command is gone
    assert len(mia.page("payments/").split("Waits for the customer")) == 3


def test_a_command_with_a_slip_is_explained_in_the_log(mia: Desk, control: Control) -> None:
    control.call("POST", f"merchants/{mia.merchant}/return-addresses", json={"url": BACK})
    command = command_on(send(mia, "keys/new/", name="Till").content.decode())
    told = run(re.sub(r"KEY_SECRET=\S+", "KEY_SECRET=sign_test_wrong", command))
    assert "bad_signature" in told or "signature" in told, told
    log = mia.page("log/?verdict=refused")
    (path,) = set(re.findall(rf'href="{mia.at("(log/req_[0-9a-f]+/)")}"', log))
    page = mia.page(path)
    assert "How its sender was examined" in page
    assert "The signature fits the lines" in page
    tree = markup.fromstring(page)
    assert len(tree.cssselect("li[data-result=failed]")) == 1
    assert len(tree.cssselect("li[data-result=passed]")) > 5
    assert "&quot;@method&quot;: POST" in page
    assert "A request was refused, and the log said why" in done(mia, "going-live/")


@pytest.mark.parametrize("query", ["verdict=odd", "http_status=9", "cursor=x"])
def test_the_log_tells_of_a_broken_address(mia: Desk, query: str) -> None:
    assert "makes no sense" in mia.page(f"log/?{query}", status=400)


def test_only_the_steps_are_sent_when_the_page_asks_again(mia: Desk) -> None:
    part = mia.client.get(mia.at(), headers={"HX-Request": "true"}).content.decode()
    assert "Make a key" in part
    assert "<html" not in part


def test_the_last_step_says_what_the_endpoint_lacks(mia: Desk, control: Control) -> None:
    """Nobody works here, so nothing is sent."""

    def told() -> str:
        return " ".join(
            markup.fromstring(mia.page()).cssselect("#steps li")[-1].text_content().split()
        )

    control.call("POST", f"merchants/{mia.merchant}/return-addresses", json={"url": BACK})
    assert "Set up an endpoint" in told()
    endpoint = make(mia)[0]
    assert "nothing has happened yet" in told()
    assert "Set up an endpoint" not in told()
    assert mia.at(f"webhooks/{endpoint}/") in mia.page()
    run(command_on(send(mia, "keys/new/", name="Till").content.decode()))
    assert "a webhook is on its way there" in told()
    change = mia.page(f"webhooks/{endpoint}/changes/new/")
    press(mia, change, "Switch it off")
    assert "is switched off" in told()


def test_going_live_counts_what_was_done(mia: Desk) -> None:
    assert "0 of " in mia.page("going-live/")
    assert "key_live_" in mia.page("going-live/")
    send(mia, "return-addresses/", url=BACK)
    assert done(mia, "going-live/") == ["A return address on the open internet is registered"]
