"""What each test of notifications leaves behind: nothing on its way, no provider remembered."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def at_rest() -> Iterator[None]:
    """No channel is taken for down, and none sends on when the test is over."""
    # Settings are there only now: this module may be read before them.
    from selfcare.clients import outbound
    from selfcare.notifications import rests
    from selfcare.notifications.channels import email
    from selfcare.notifications.tasks import crews

    rests.forget()
    outbound.forget()
    yield
    for channel in ("email", "sms", "push"):
        crews.close(channel)
    email.server().close()
