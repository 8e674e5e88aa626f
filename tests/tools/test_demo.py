"""What `make demo` says and does when something is in its way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.children import free_port, port_is_taken, wait_until
from tools.demo_state import mail_port

READY = "Ready after"


class Demo:
    """A demo in a folder and on ports of its own, beside whichever runs already."""

    def __init__(self, folder: Path) -> None:
        self.ports = (free_port(), free_port())
        while port_is_taken(mail_port(self.ports[1])):
            self.ports = (free_port(), free_port())
        self.env = {
            **os.environ,
            "DEMO_FOLDER": str(folder),
            "PORT": str(self.ports[0]),
            "SANDBOX_PORT": str(self.ports[1]),
        }
        self.log = folder.parent / "told.txt"
        self.running: subprocess.Popen[bytes] | None = None

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tools.demo", *options],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "tools.demo"],
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        running = self.running
        wait_until(lambda: running.poll() is not None or READY in self.told(), seconds=90)
        assert READY in self.told(), self.told()
        return running

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def is_gone(self) -> bool:
        return not any(port_is_taken(port) for port in self.ports)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    one = Demo(tmp_path / "var")
    yield one
    if one.running is not None:
        one.running.terminate()
        one.running.wait(30)


@pytest.mark.parametrize("variable", ["PORT", "SANDBOX_PORT"])
def test_it_names_the_port_that_is_taken_and_its_variable(demo: Demo, variable: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(demo.env[variable])))
        other.listen()
        done = demo.run()
    assert done.returncode == 1
    assert f"Port {demo.env[variable]} is taken" in done.stderr
    assert f" {variable}=" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1"])
def test_it_refuses_a_port_that_is_none(demo: Demo, value: str):
    demo.env["PORT"] = value
    done = demo.run()
    assert done.returncode == 1
    assert done.stderr == f"PORT is {value!r}; it has to be a port, 1 to 65535.\n"


def test_it_tells_who_can_sign_in_and_stops_with_ctrl_c(demo: Demo):
    running = demo.start()
    for name in ("alice", "bob", "carol", "mia", "oscar"):
        assert f"{name}@example.com" in demo.told()
    assert f"http://127.0.0.1:{demo.ports[0]}/" in demo.told()
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
    assert demo.is_gone()


def test_it_leaves_a_running_demo_alone(demo: Demo):
    demo.start()
    for options in ([], ["--reset"]):
        refused = demo.run(*options)
        assert refused.returncode == 1
        assert "A demo is running here already" in refused.stderr
    assert not demo.is_gone()


def test_it_takes_everything_along_when_it_is_killed_and_finds_its_secrets_again(demo: Demo):
    running = demo.start()
    secrets = Path(demo.env["DEMO_FOLDER"]) / "demo.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    before = secrets.read_text(encoding="utf-8")
    running.kill()
    running.wait()
    assert wait_until(demo.is_gone, seconds=30)
    demo.start()
    assert secrets.read_text(encoding="utf-8") == before


def test_it_says_which_process_died_with_its_last_words(demo: Demo):
    running = demo.start()
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    worker = next(
        child for child in children if b"manage.py" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    os.kill(int(worker), signal.SIGKILL)
    assert running.wait(30) == 1
    assert "worker was killed by signal 9; the end of" in demo.told()
    assert demo.is_gone()
