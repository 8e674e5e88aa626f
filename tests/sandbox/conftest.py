"""Gives the box its environment before Django reads it, and a running box to speak to."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from tests.sandbox.running import TOKEN, Box, Platform

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "sandbox.settings",
    "SANDBOX_SECRET_KEY": "only in tests, and long enough for everything that signs with it",
    "SANDBOX_TRANSACTIONS_TOKEN": TOKEN,
    "SANDBOX_CLIENT_SECRET": "secret-of-the-tests",
    "SANDBOX_API_TOKEN": TOKEN[::-1],
    "SANDBOX_CONTROL": "open",
    "SANDBOX_ANSWER_SECONDS": "0",
}
# How long an example takes says more of who else uses the machine than of what is tried.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """SQLite, or PostgreSQL where SANDBOX_DATABASE_URL names one; pytest-django does the rest."""
    folder = tempfile.TemporaryDirectory(prefix="box-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ.update(ENVIRONMENT)
    os.environ.setdefault("SANDBOX_DATABASE_URL", f"sqlite:///{folder.name}/box.sqlite3")
    # Read here, so that pytest-django finds settings to set up with.
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, since SQLite in memory locks otherwise than the real thing.
        database["TEST"] = {"NAME": f"{folder.name}/test.sqlite3"}


@pytest.fixture(scope="session")
def running_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A real gunicorn with a database of its own, on PostgreSQL if SANDBOX_DATABASE_URL says so."""
    box = Box(Path(tmp_path_factory.mktemp("box")))
    box.start()
    yield box
    box.remove()


@pytest.fixture
def platform(running_box: Box) -> Iterator[Platform]:
    """Its services and levers; faults are off again when the test ends."""
    platform = Platform(running_box.url)
    yield platform
    platform.control("DELETE", "faults")
    platform.session.close()
