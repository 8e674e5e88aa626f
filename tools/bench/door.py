"""Signs a person in through the real provider and gives their cookies; it measures nothing."""

from urllib.parse import urljoin

import requests
from lxml import html

STEPS = 12


class NotSignedInError(Exception):
    """The way through the provider's forms ended somewhere else; the text says where."""


def cookies_of(selfcare_url: str, email: str, password: str) -> str:
    """The Cookie header of somebody who has just signed in."""
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{selfcare_url}/sign-in/", timeout=20)
        for _ in range(STEPS):
            if page.url.startswith(selfcare_url):
                break
            page = _fill_in(session, page, {"login": email, "email": email, "password": password})
        if not page.ok or not page.url.startswith(selfcare_url):
            raise NotSignedInError(f"{page.url} answered {page.status_code}: {page.text[:500]}")
        own = {name: value for name, value in session.cookies.items() if "selfcare" in name}
        return "; ".join(f"{name}={value}" for name, value in own.items())


def _fill_in(
    session: requests.Session, page: requests.Response, known: dict[str, str]
) -> requests.Response:
    tree = html.fromstring(page.text, base_url=page.url)
    forms = [form for form in tree.forms if form.method == "POST"]
    if not forms:
        raise NotSignedInError(f"{page.url} has no form to go on with: {page.text[:500]}")
    form = max(forms, key=lambda one: len(known.keys() & set(one.fields.keys())))
    values = dict(form.form_values())
    values |= {name: known[name] for name in known.keys() & set(form.fields.keys())}
    for button in form.xpath(".//button[@name]")[:1]:
        values[button.get("name")] = button.get("value") or ""
    address = urljoin(page.url, form.action or page.url)
    return session.post(address, data=values, headers={"Referer": page.url}, timeout=20)
