"""A provider of the tests' own, for the tests in which a provider lies or fails."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.provider import Provider

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Selfcare has just started, with AUTH_ISSUER naming this provider."""
    # Django isn't set up yet when pytest reads this file.
    from selfcare.clients import auth
    from selfcare.clients.kept import Kept

    own = Provider()
    settings.AUTH_ISSUER = own.issuer
    monkeypatch.setattr(auth, "_discovery", Kept(auth._discover, seconds=600, pause=2))
    monkeypatch.setattr(auth, "_keys", Kept(auth._fetch_keys, seconds=600, pause=0.2))
    yield own
    own.close()


def lead(client: "Client", to: str = "/devices/") -> str:
    """From /sign-in/ through the provider to the path that it leads back to."""
    begun = client.get("/sign-in/", {"next": to})
    assert begun.status_code == 302, begun.content
    answer = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    return path_of(answer.headers["Location"])


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]
