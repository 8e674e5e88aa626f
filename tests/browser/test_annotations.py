"""Note, label and attach in a browser, with and without JavaScript; nothing for axe to find."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from selfcare.annotations import actions
from tests.annotations import files
from tests.browser.conftest import SignedInPage
from tests.support.accessibility import faults_of
from tests.support.control import Control, Person

pytestmark = pytest.mark.browser


@pytest.fixture
def paid(control: Control, alice: Person) -> str:
    made = control.add_transaction(alice, status="completed", merchant="Nordlicht Books")
    return f"/transactions/{made['id']}/"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def hers(signed_in_page: SignedInPage, alice: Person, script: bool) -> Page:
    return signed_in_page(alice, java_script_enabled=script)


def to_card(page: Page, paid: str, *, script: bool) -> None:
    """The card within the page of the transaction; without JavaScript its own page."""
    page.goto(paid)
    if not script:
        page.get_by_role("link", name="Open them").click()
    expect(page.get_by_label("Note", exact=True)).to_be_visible()


def test_she_notes_labels_and_attaches(
    hers: Page, script: bool, control: Control, alice: Person, paid: str, tmp_path: Path
) -> None:
    to_card(hers, paid, script=script)
    note = hers.get_by_label("Note", exact=True)
    note.fill("For Ada")
    if script:
        expect(hers.get_by_text("Saved")).to_be_visible()
        note.press("End")
        note.press_sequentially(", her birthday")
        expect(note).to_be_focused()
    else:
        note.fill("For Ada, her birthday")
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_text("Saved")).to_be_visible()
    to_card(hers, paid, script=script)
    expect(note).to_have_value("For Ada, her birthday")

    hers.get_by_label("Add a label").fill("Books")
    hers.get_by_label("On all of Nordlicht Books").check()
    hers.locator("#annotation-labels").get_by_role("button", name="Add", exact=True).click()
    expect(hers.get_by_role("link", name="By rule: Books")).to_be_visible()
    other = control.add_transaction(alice, merchant="Nordlicht Books")
    to_card(hers, f"/transactions/{other['id']}/", script=script)
    hers.get_by_role("button", name="Take Books off").click()
    expect(hers.get_by_role("link", name="By rule: Books")).to_have_count(0)
    if script:
        expect(hers.get_by_label("Add a label")).to_be_focused()

    paper = tmp_path / "invoice.pdf"
    paper.write_bytes(files.pdf())
    lie = tmp_path / "lie.pdf"
    lie.write_bytes(b"<html>")
    to_card(hers, paid, script=script)
    hers.get_by_label("Add a file").set_input_files(lie)
    hers.locator("#annotation-files").get_by_role("button", name="Add", exact=True).click()
    expect(hers.get_by_role("alert")).to_contain_text("neither a PDF nor")
    hers.get_by_label("Add a file").set_input_files(paper)
    hers.locator("#annotation-files").get_by_role("button", name="Add", exact=True).click()
    expect(hers.get_by_role("link", name="invoice.pdf")).to_be_visible()
    with hers.expect_download() as download:
        hers.get_by_role("link", name="invoice.pdf").click()
    assert Path(download.value.path()).read_bytes() == paper.read_bytes()
    assert download.value.suggested_filename == "invoice.pdf"
    hers.get_by_text("Remove", exact=False).first.click()
    hers.get_by_role("button", name="Remove for good").click()
    expect(hers.get_by_role("link", name="invoice.pdf")).to_have_count(0)


def test_two_windows_lose_neither_text(hers: Page, script: bool, paid: str) -> None:
    other = hers.context.new_page()
    for page in (hers, other):
        to_card(page, paid, script=script)
    note = other.get_by_label("Note", exact=True)
    hers.get_by_label("Note", exact=True).fill("Written here")
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_text("Saved")).to_be_visible()
    note.fill("Written there")
    if not script:
        other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("This note was changed elsewhere")).to_be_visible()
    expect(other.get_by_text("Written here")).to_be_visible()
    expect(note).to_have_value("Written there")
    other.get_by_role("button", name="Keep the other one").click()
    expect(note).to_have_value("Written here")
    note.fill("Written there, again")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("Saved")).to_be_visible()
    hers.get_by_label("Note", exact=True).fill("Written here, again")
    if not script:
        hers.get_by_role("button", name="Save", exact=True).click()
    hers.get_by_role("button", name="Save mine instead").click()
    expect(hers.get_by_text("Saved")).to_be_visible()
    to_card(other, paid, script=script)
    expect(note).to_have_value("Written here, again")


def test_she_makes_renames_and_deletes_a_label(hers: Page, script: bool, paid: str) -> None:
    hers.goto("/labels/")
    hers.get_by_label("Name").fill("Gifts")
    hers.get_by_label("Rose").check()
    hers.get_by_role("button", name="Make the label").click()
    hers.get_by_role("link", name="Change Gifts").click()
    hers.get_by_role("searchbox", name="Merchant").fill("nord")
    hers.get_by_role("button", name="Find").click()
    hers.get_by_role("button", name="Nordlicht Books", exact=True).click()
    expect(hers.get_by_text("All of Nordlicht Books")).to_be_visible()
    hers.get_by_label("Name", exact=True).fill("Presents")
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_role("heading", level=1)).to_contain_text("Presents")
    hers.get_by_role("link", name="Labels").last.click()
    words = "1 transaction with Presents" if script else "Transactions with Presents"
    hers.get_by_role("link", name=words).click()
    expect(hers.locator(".txn")).to_have_count(1)
    hers.goto("/labels/")
    hers.get_by_role("link", name="Change Presents").click()
    hers.get_by_role("link", name="Delete the label").click()
    hers.get_by_role("button", name="Delete “Presents”").click()
    expect(hers.get_by_text("No labels yet.")).to_be_visible()


def test_axe_finds_nothing(
    signed_in_page: SignedInPage,
    control: Control,
    alice: Person,
    paid: str,
    tmp_path: Path,
) -> None:
    page = signed_in_page(alice)
    card = f"{paid}annotations/card/"
    found = []

    def look(address: str = "") -> None:
        if address:
            page.goto(address)
        found.extend(faults_of(page))

    look("/labels/")
    look(card)
    transaction_id = paid.strip("/").rpartition("/")[2]
    for tint in range(8):
        name = f"{'Label' if tint else 'Rechtsschutzversicherung im Donauraum'} {tint}"
        label = actions.make_label(subject=alice.sub, name=name, tint=tint)
        actions.put_on(label=label, transaction_id=transaction_id)
    actions.add_rule(label=label, kind="counterparty", value="W" * 120)
    for name, content in (("invoice " * 12 + ".pdf", files.pdf()), ("a.png", files.picture())):
        (tmp_path / name).write_bytes(content)
        page.get_by_label("Add a file").set_input_files(tmp_path / name)
        page.locator("#annotation-files").get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("link", name=name.strip()[:10]).wait_for()
    page.get_by_text("Remove").first.click()
    look()
    page.locator("#annotation-files").get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("alert").wait_for()
    actions.save_note(
        subject=alice.sub, transaction_id=transaction_id, text="Other " * 40, seen_version=0
    )
    page.get_by_label("Note", exact=True).fill("Mine")
    page.get_by_text("changed elsewhere").wait_for()
    look()
    page.get_by_label("Add a label").fill("\u200b")
    page.locator("#annotation-labels").get_by_role("button", name="Add", exact=True).click()
    page.locator("#label-error").wait_for()
    look(paid)
    look("/labels/")
    page.get_by_label("Name").fill("label 1")
    page.get_by_role("button", name="Make the label").click()
    page.locator("[aria-invalid]").wait_for()
    look()
    look(label.url)
    look(f"{label.url}?merchant=nord")
    look(f"{label.url}removals/new/")
    look(f"{label.url}count/")
    control.fault("*", "error", sub=alice.sub)
    look("/labels/")
    look(f"{label.url}?merchant=nord")
    look(card)
    assert not found, "\n".join(found)
