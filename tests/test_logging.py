"""Logs tell what broke, and keep the secrets that were in its hands."""

import subprocess
import sys

import pytest

PROGRAM = """
import structlog
from config import logging
logging.configure(json={json}, level="INFO")
def view():
    id_token = "eyJ-very" + "-secret"
    raise RuntimeError("it broke")
try:
    view()
except RuntimeError:
    structlog.get_logger("a").exception("ours")
    __import__("logging").getLogger("django.request").error("theirs", exc_info=True)
"""


@pytest.mark.parametrize("json", [True, False])
def test_it_logs_a_traceback_without_the_variables(json: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(json=json)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("it broke") >= 2
    assert "eyJ-very-secret" not in done.stderr
