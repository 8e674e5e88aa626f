"""What is saved on one instance counts on each other at once, and outlives the database."""

import re
from collections.abc import Callable
from typing import Any

import requests
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from selfcare.preferences import actions
from selfcare.web.breaker import database
from tests.conftest import NewInstances
from tests.support.control import Person
from tests.support.sign_in import start_session
from tests.support.signing_in import Walk

SignedIn = Callable[[Person], tuple[Client, Walk]]


def test_it_counts_on_every_instance_at_once(instances: NewInstances) -> None:
    one, other = instances(2)
    session = start_session("usr_alice")
    browser = requests.Session()
    browser.trust_env = False
    browser.cookies.set(settings.SESSION_COOKIE_NAME, session.session_key or "")
    assert '<html lang="en">' in browser.get(f"{other.url}/devices/", timeout=10).text
    page = browser.get(f"{one.url}/preferences/", timeout=10).text
    fields = dict(re.findall(r'name="(csrfmiddlewaretoken|version|page)" value="([^"]*)"', page))
    choice = {**fields, "language": "cs", "theme": "dark", "rows": "25", "start_page": "home"}
    saved = browser.post(f"{one.url}/preferences/", choice, allow_redirects=False, timeout=10)
    assert saved.status_code == 303
    page = browser.get(f"{other.url}/devices/", timeout=10).text
    assert '<html lang="cs" data-theme="dark">' in page
    browser.close()


def gone(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """As it is where a session is still served from Redis: this table is out of reach."""
    if "preferences_" in sql:
        raise OperationalError("the connection is closed")
    return execute(sql, params, many, context)


def test_it_stays_as_it_was_while_the_database_is_away(
    transactional_db: None, signed_in: SignedIn, alice: Person
) -> None:
    client, _walk = signed_in(alice)
    actions.save(subject=alice.sub, version=0, changes={"language": "de"})
    assert client.get("/devices/")["Content-Language"] == "de"
    with connection.execute_wrapper(gone):
        assert client.get("/devices/")["Content-Language"] == "de"
    database.worked()
    actions.save(subject=alice.sub, version=1, changes={"language": "es"})
    assert client.get("/devices/")["Content-Language"] == "es"
