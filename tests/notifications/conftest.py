"""What each test of notifications leaves behind: nothing on its way, no provider remembered."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.servers import Server


@pytest.fixture(autouse=True)
def at_rest() -> Iterator[None]:
    """No channel is taken for down, and none sends on when the test is over."""
    # Settings are there only now: this module may be read before them.
    from selfcare.clients import outbound
    from selfcare.notifications.channels import email
    from selfcare.notifications.delivery import rests
    from selfcare.notifications.tasks import crews

    rests.forget()
    outbound.forget()
    yield
    for channel in ("email", "sms", "push"):
        crews.close(channel)
    email.server().close()


@pytest.fixture
def post_office(box_worker: "Server") -> "Server":
    """The box takes mail, texts and pushes."""
    box_worker.start()
    return box_worker


@pytest.fixture
def her(client: "Client") -> "Client":
    """Alice's browser, signed in."""
    from tests.support.sign_in import sign_in

    sign_in(client, "usr_alice")
    return client
