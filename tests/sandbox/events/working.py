"""The box's worker as a process of its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.sandbox.events.receiver import SECRET
from tests.sandbox.running import ROOT, Box, free_port


class Worker:
    def __init__(self, box: Box, folder: Path, **env: str) -> None:
        self.log = folder / "worker.log"
        self.mail_port = free_port()
        self.env = box.environment | {
            "SANDBOX_HOOK_SECRET": SECRET,
            "SANDBOX_HOOK_WAITS": "0.2 " * 200,
            "SANDBOX_SMTP_PORT": str(self.mail_port),
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox", "worker"],
                cwd=ROOT, env=self.env, stdout=log, stderr=log,
            )  # fmt: skip
        until(lambda: "worker.started" in self.log.read_text())

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.process = None
        return code


def until(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
