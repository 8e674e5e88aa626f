"""Fills in the form of a page as a person does."""

from typing import Any

from lxml import html

from tests.merchant.conftest import Desk


def fields_of(page: str, **typed: Any) -> dict[str, Any]:
    """What the one form of the main part that is POSTed holds, and what is typed into it."""
    forms = [form for form in html.fromstring(page).xpath("//main//form") if form.method == "POST"]
    assert len(forms) == 1, [form.action for form in forms]
    known = {name: value for name, value in forms[0].form_values() if name}
    return {**known, **typed}


def send(desk: Desk, path: str, **typed: Any) -> Any:
    """Open the page, fill in its form, send it."""
    return desk.client.post(desk.at(path), fields_of(desk.page(path), **typed))
