"""Who signs in is handed on to whoever wants to know; their failure keeps nobody out."""

from typing import Any

import pytest
from django.test import Client

from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def fail(subject: str) -> None:
    raise RuntimeError(f"no room for {subject}")


def test_it_signs_in_though_nobody_can_be_told(client: Client, settings: Any) -> None:
    settings.SIGN_IN_HANDLER = f"{__name__}.fail"
    sign_in(client, "usr_alice")
    assert client.get("/devices/").status_code == 200
