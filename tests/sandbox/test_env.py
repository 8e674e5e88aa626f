"""The box's environment: a wrong value stops the start and names its variable."""

import os
import subprocess
import sys

import pytest

from tests.sandbox.running import ROOT


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", ""])
@pytest.mark.parametrize("name", ["SANDBOX_WORKERS", "SANDBOX_THREADS"])
def test_without_a_process_or_a_thread_it_does_not_start(name: str, value: str) -> None:
    read = "import runpy; runpy.run_path('sandbox/gunicorn.py')"
    done = subprocess.run(
        [sys.executable, "-c", read],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{name} is '{value}'; it must be a whole number from 1 on" in done.stderr
