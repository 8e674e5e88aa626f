"""From “Something’s wrong?” to the last answer, with and without JavaScript: one effect each."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedInPage, SignIn
from tests.browser.test_decisions import heading
from tests.cases.conftest import png
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser
PICTURE = {"name": "bent-frame.png", "mimeType": "image/png", "buffer": png().read()}


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def hers(new_page: NewPage, script: bool) -> Page:
    """Alice's browser, not yet signed in."""
    return new_page(java_script_enabled=script)


def test_from_the_question_to_a_partial_answer_to_a_dispute(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    sign_in(hers, alice, to=f"/transactions/{made['id']}/wrong/")
    heading(hers, "What is wrong?")
    hers.get_by_role("link", name="Something is wrong with what I paid for").click()
    hers.get_by_role("link", name="It never came").click()
    heading(hers, "Have you asked Nordlicht Books for your money back?")
    hers.go_back()
    heading(hers, "What is wrong with it?")
    hers.get_by_role("link", name="It isn’t what was promised").click()
    hers.get_by_role("link", name="Not yet").click()
    heading(hers, "Ask Nordlicht Books for a refund")
    expect(hers.get_by_role("main")).to_contain_text("Up to 10 days for their answer")
    hers.get_by_role("link", name="Ask Nordlicht Books for a refund").click()
    expect(hers.get_by_label("Why?")).to_have_value("not_as_described")
    hers.get_by_label("What should they know?").fill("Page 7 is blank")
    hers.get_by_role("button", name="Ask Nordlicht Books for it").dblclick()
    heading(hers, "Refund asked for")
    hers.get_by_role("link", name="See the case").click()
    heading(hers, "Refund request to Nordlicht Books")
    (case,) = control.cases(alice)
    control.answer_case(case["id"], "partly", amount_minor=2000, text="Keep it for 20.00 less.")
    hers.reload()
    expect(hers.locator(".hero")).to_contain_text("gave back 20.00")
    expect(hers.get_by_role("main")).to_contain_text("Keep it for 20.00 less.")
    hers.locator(".hero").get_by_role("link", name="Make a dispute of it").click()
    hers.get_by_label("Why don’t you agree?").fill("I can’t read page 7.")
    hers.get_by_role("button", name="Make it a dispute").dblclick()
    heading(hers, "Now it is a dispute")
    hers.get_by_role("link", name="See the case").click()
    heading(hers, "Dispute with Nordlicht Books")
    assert len(control.cases(alice)) == 2
    assert len(control.effects(alice, "refund_request.opened")) == 1


def test_a_dispute_with_evidence_that_survives_a_mistake(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    sign_in(hers, alice, to=f"/transactions/{made['id']}/disputes/new/")
    hers.get_by_label("What happened?").fill("The frame is bent.")
    hers.get_by_label("Add photos or papers").set_input_files([PICTURE])  # type: ignore[list-item]
    hers.get_by_role("button", name="Open the dispute").click()
    expect(hers.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    expect(hers.get_by_label("bent-frame.png")).to_be_checked()
    hers.get_by_label("Why?").select_option("not_as_described")
    hers.get_by_role("button", name="Open the dispute").click()
    heading(hers, "Dispute opened")
    hers.get_by_role("link", name="See the case").click()
    with hers.expect_download() as downloaded:
        hers.locator(".thread").get_by_role("link", name="bent-frame.png").click()
    assert downloaded.value.suggested_filename == "bent-frame.png"
    (case,) = control.cases(alice)
    control.answer_case(case["id"], "contest", text="It was straight when it left us.")
    hers.reload()
    expect(hers.locator(".hero .chip")).to_have_text("Waiting for you")
    hers.get_by_role("textbox", name="Write a message").fill("Here is the box it came in.")
    hers.get_by_role("button", name="Send").click()
    expect(hers.locator(".thread")).to_contain_text("Here is the box it came in.")
    assert len(control.effects(alice, "dispute.opened")) == 1


def test_what_was_written_survives_an_ended_session(
    hers: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    path = f"/transactions/{made['id']}/refund-requests/new/"
    sign_in(hers, alice, to=path)
    hers.get_by_label("Why?").select_option("other")
    hers.get_by_label("What should they know?").fill("The bell is missing.")
    hers.context.clear_cookies(name="selfcare_session")
    hers.get_by_role("button", name="Ask Nordlicht Books for it").click()
    hers.wait_for_url(f"**{path}")
    expect(hers.get_by_role("main")).to_contain_text("Here is what you wrote")
    expect(hers.get_by_label("What should they know?")).to_have_value("The bell is missing.")
    hers.get_by_role("button", name="Ask Nordlicht Books for it").click()
    heading(hers, "Refund asked for")
    assert control.cases(alice)[0]["message"] == "The bell is missing."


def test_what_is_being_written_is_kept_by_itself(
    page: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    path = f"/transactions/{made['id']}/disputes/new/"
    sign_in(page, alice, to=path)
    with page.expect_response("**/instructions/drafts/") as kept:
        page.get_by_label("What happened?").fill("Half a sentence")
    assert kept.value.status == 204
    page.goto(path)
    assert page.get_by_label("What happened?").input_value() == "Half a sentence"
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_label("What happened?")).to_have_value("")


def test_an_answer_appears_by_itself_and_takes_no_word_away(
    page: Page, sign_in: SignIn, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    sign_in(page, alice, to=f"/transactions/{made['id']}/inquiries/new/")
    page.get_by_label("What do you want to know?").fill("When does it come?")
    page.get_by_role("button", name="Send the question").click()
    page.get_by_role("link", name="See the case").click()
    page.get_by_role("textbox", name="Write a message").fill("And how")
    (case,) = control.cases(alice)
    control.answer_case(case["id"], "message", text="On Tuesday.")
    expect(page.locator(".thread")).to_contain_text("On Tuesday.")
    assert page.get_by_role("textbox", name="Write a message").input_value() == "And how"


def test_the_pages_are_readable_for_everybody(
    signed_in_page: SignedInPage, control: Control, alice: Person
) -> None:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    page = signed_in_page(alice)
    base = f"/transactions/{made['id']}"
    page.goto(f"{base}/disputes/new/")
    page.get_by_label("Why?").select_option("not_received")
    page.get_by_label("What happened?").fill("It never came.")
    page.get_by_label("Add photos or papers").set_input_files([PICTURE])  # type: ignore[list-item]
    page.get_by_role("button", name="Open the dispute").click()
    page.wait_for_url("**/instructions/*/")
    (case,) = control.cases(alice)
    control.answer_case(case["id"], "contest", text="It was delivered.")
    at = f"/cases/{case['id']}"
    for path in (
        f"{base}/wrong/", f"{base}/wrong/?what=x",
        f"{base}/wrong/?what=goods&goods=never&asked=yes",
        f"{base}/wrong/?what=goods&goods=never&asked=no", f"{base}/refund-requests/new/",
        f"{base}/disputes/new/", f"{base}/fraud-reports/new/", f"{base}/inquiries/new/",
        f"{base}/cases/card/", "/cases/", "/cases/cards/open/", "/cases/?cursor=x", f"{at}/",
        f"{at}/messages/new/", f"{at}/withdrawals/new/", f"{at}/escalations/new/",
    ):  # fmt: skip
        page.goto(path)
        assert faults_of(page) == [], path
    page.goto(f"{base}/fraud-reports/new/")
    page.get_by_role("button", name="Report it as fraud").click()
    expect(page.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    assert faults_of(page) == []
    control.fault("*", "error", sub=alice.sub, status=503)
    for path in (f"{at}/", "/cases/"):
        page.goto(path)
        assert faults_of(page) == [], f"{path} without the service"
