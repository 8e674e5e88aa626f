"""Child processes that never outlive us; which processes there are is for the callers."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child may not load a library between fork and exec.
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
# Younger scratch folders may belong to somebody who has not locked them yet.
STALE_AFTER_SECONDS = 60


def spawn(
    command: Sequence[str],
    *,
    log: IO[bytes],
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    user: int | None = None,
    group: int | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own that dies when we die.

    Linux ties the child to the thread that started it: start children from a thread that
    lives as long as they should.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:  # it died between the fork and the line above
                os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        process_group=0,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls nothing but prctl
    )


def stop(
    child: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, seconds: float = 10
) -> None:
    """Ask a child's whole group to end, then insist."""
    if child.poll() is None:
        child.send_signal(with_signal)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def free_port() -> int:
    """A port nobody listens on right now; the caller tries again if it is taken meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody else holds the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def wait_until(check: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Whether the check came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(every)
    return check()


class ScratchFolder:
    """A folder that goes away with us, or, if we are killed, with the next one of its kind."""

    def __init__(self, kind: str, *, owner: int | None = None, group: int | None = None) -> None:
        self.prefix = f"selfcare-{kind}-"
        base = Path(tempfile.gettempdir())
        self._sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=self.prefix, dir=base))
        self._lock = (self.path / ".lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if owner is not None and group is not None:
            os.chown(self.path, owner, group)

    def _sweep(self, base: Path) -> None:
        for left in base.glob(f"{self.prefix}*"):
            try:
                if time.time() - left.stat().st_mtime < STALE_AFTER_SECONDS:
                    continue
                with (left / ".lock").open() as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left, ignore_errors=True)
            except OSError:
                continue  # in use, not ours, or already gone

    def remove(self) -> None:
        """Remove the folder and all in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()
