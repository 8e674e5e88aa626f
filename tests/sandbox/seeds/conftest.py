"""One seeded world for the tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

NOW = datetime(2026, 11, 20, 13, 6, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[datetime]:
    """A world as of NOW; whoever changes it does so inside the database fixture's transaction."""
    # Models can't be imported before Django is set up.
    from sandbox.seeds import world

    with django_db_blocker.unblock():
        world.seed(1, NOW)
        yield NOW
        world.empty()
        connection.close()
