"""Walks through the box's pages as a person would, without a browser."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests
from django.conf import settings
from django.test import Client
from lxml import html

from tests.support.control import Control, Person


@dataclass
class Walk:
    """One person's way through the provider's forms, with the provider's cookies."""

    person: Person
    control: Control
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def to_callback(self, address: str) -> str:
        """From the authorization address to the one that leads back to selfcare."""
        answer = self._get(address)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(answer.url, answer.headers["Location"])
                if target.startswith(settings.SELFCARE_URL):
                    return target
                answer = self._get(target)
            else:
                answer = self._fill_in(answer)
        raise AssertionError(f"The provider never led back; it ended at {answer.url}")

    def _get(self, address: str) -> requests.Response:
        return self.session.get(address, allow_redirects=False, timeout=20)

    def _fill_in(self, page: requests.Response) -> requests.Response:
        assert page.ok, f"{page.url}: {page.status_code} {page.text[:500]}"
        tree = html.fromstring(page.text, base_url=page.url)
        forms = [form for form in tree.forms if form.method == "POST"]
        assert forms, f"{page.url} has no form to go on with:\n{page.text[:1500]}"
        known = {
            "login": self.person.email,
            "email": self.person.email,
            "password": self.person.password,
        }
        form = max(forms, key=lambda one: len(known.keys() & set(one.fields.keys())))
        values = dict(form.form_values())
        values.update({name: known[name] for name in known.keys() & set(form.fields.keys())})
        if "code" in form.fields.keys():  # noqa: SIM118 - lxml's fields are no mapping for `in`
            values["code"] = self.control.code(self.person)
        buttons = form.xpath(".//button[@name and (not(@type) or @type='submit')]")
        if buttons:
            values[buttons[0].get("name")] = buttons[0].get("value") or ""
        return self.session.post(
            urljoin(page.url, form.action or page.url),
            data=values,
            headers={"Referer": page.url},
            allow_redirects=False,
            timeout=20,
        )


def sign_in(client: Client, person: Person, control: Control, *, to: str = "/") -> Walk:
    """Sign a test client in through the real provider; the walk can be used to step up."""
    walk = Walk(person, control)
    begun = client.get("/sign-in/", {"next": to})
    assert begun.status_code == 302, f"/sign-in/ answered {begun.status_code}"
    callback = walk.to_callback(begun["Location"])
    done = client.get(callback.removeprefix(settings.SELFCARE_URL))
    assert done.status_code in {302, 303}, f"The callback answered {done.status_code}"
    return walk
