"""Starts web, worker and sandbox on embedded defaults and stops them together; `make demo`."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tools.children import LIBC, PR_SET_PDEATHSIG, port_is_taken, spawn, stop
from tools.demo_state import LOGS, ROOT, VAR, DemoError, environment, forget, lock, mail_port
from tools.tree_watch import TreeWatch

READY_SECONDS = 60
PEOPLE = """\
    alice@example.com   two years of transactions in three currencies
    bob@example.com     another user, who never sees Alice's things
    carol@example.com   restricted: may look, may not move money
    mia@example.com     runs the shop Tandem Bikes
    oscar@example.com   operator of the platform"""


class Stopped(Exception):
    """Ctrl-C, or SIGTERM."""


@dataclass
class Process:
    """One of the demo's processes and where its output goes."""

    name: str
    command: list[str]
    url: str = ""
    ready_line: str = ""
    watched: tuple[str, ...] = ()
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self, env: Mapping[str, str]) -> None:
        with self.log.open("wb") as log:
            self.child = spawn([sys.executable, *self.command], log=log, env=env, cwd=str(ROOT))

    def died(self) -> bool:
        return self.child is not None and self.child.poll() is not None

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def last_words(self, lines: int = 12) -> str:
        return "\n".join(f"    {line}" for line in self.output().splitlines()[-lines:])

    def end(self, *, with_signal: int = signal.SIGTERM) -> None:
        if self.child is not None:
            stop(self.child, with_signal=with_signal, seconds=5)
            self.child = None


def main() -> int:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--reload", action="store_true", help="start anew when a file changes")
    parser.add_argument("--reset", action="store_true", help="forget what the demo keeps, and end")
    options = parser.parse_args()
    die_with_make()
    signal.signal(signal.SIGTERM, raise_stopped)
    signal.signal(signal.SIGINT, raise_stopped)
    signal.signal(signal.SIGHUP, raise_stopped)
    try:
        if options.reset:
            forget()
            print(f"{VAR} is empty.")
        else:
            demo(reload=options.reload)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 0
    return 0


def demo(*, reload: bool) -> None:
    """Set up, start, tell, watch, stop."""
    began = time.monotonic()
    port, sandbox_port = read_port("PORT", 8000), read_port("SANDBOX_PORT", 9000)
    if port == sandbox_port:
        raise DemoError(f"PORT and SANDBOX_PORT are both {port}: choose two different ports.")
    with lock():
        for name, number, other in (
            ("PORT", port, port + 1),
            ("SANDBOX_PORT", sandbox_port, sandbox_port + 1),
            ("SANDBOX_PORT", mail_port(sandbox_port), sandbox_port + 1),
        ):
            if port_is_taken(number):
                raise DemoError(
                    f"Port {number} is taken: stop what uses it, or choose another, "
                    f"for example {name}={other} make demo."
                )
        env = environment(port, sandbox_port)
        preparations = [
            Process("set-up-selfcare", ["-m", "tools.commands", "config.settings", "migrate"]),
            Process(
                "set-up-sandbox",
                [
                    *("-m", "tools.commands", "sandbox.settings"),
                    *("migrate", "seed", "freshen", "tell_past", "register_client"),
                ],
            ),
        ]
        processes = processes_of_the_demo(port, sandbox_port)
        try:
            prepare(preparations, env, began)
            for process in processes:
                process.start(env)
            for process in processes:
                wait_until_ready(process, processes)
                say(f"{process.name} is ready", began)
            tell(port, sandbox_port, began)
            watch(processes, env, reload=reload)
        finally:
            # A second Ctrl-C must not leave half of them running.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            stop_all([*preparations, *processes])


def processes_of_the_demo(port: int, sandbox_port: int) -> list[Process]:
    """The four, in the order in which they get ready."""
    return [
        Process(
            "sandbox",
            ["-m", "gunicorn", "sandbox.wsgi", "-c", "sandbox/gunicorn.py"],
            url=f"http://127.0.0.1:{sandbox_port}/health/ready",
            watched=("sandbox",),
        ),
        Process(
            "web",
            ["-m", "gunicorn", "config.wsgi", "-c", "config/gunicorn.py"],
            url=f"http://127.0.0.1:{port}/health/ready",
            watched=("config", "selfcare", "templates", "static"),
        ),
        Process(
            "worker",
            ["manage.py", "worker"],
            ready_line="worker.started",
            watched=("config", "selfcare", "templates"),
        ),
        Process(
            "sandbox-worker",
            ["-m", "sandbox", "worker"],
            ready_line="worker.started",
            watched=("sandbox",),
        ),
    ]


def prepare(preparations: list[Process], env: Mapping[str, str], began: float) -> None:
    """Migrate both databases and seed the box, side by side, and show how it goes."""
    say("Preparing the databases; the first time the platform is filled with its history …", began)
    for process in preparations:
        process.start(env)
    told: dict[str, int] = {}
    while True:
        running = [process for process in preparations if not process.died()]
        for process in preparations:
            lines = process.output().splitlines()
            for line in lines[told.get(process.name, 0) :]:
                if " took " in line:
                    say(f"{process.name.removeprefix('set-up-')}: {line}", began)
            told[process.name] = len(lines)
            if process.child is not None and process.child.poll():
                raise DemoError(
                    f"{process.name} failed; the end of {process.log}:\n{process.last_words()}"
                )
        if not running:
            return
        time.sleep(0.1)


def wait_until_ready(process: Process, beside: list[Process]) -> None:
    """Wait for a process's health address, or for the line that a worker writes."""
    deadline = time.monotonic() + READY_SECONDS
    while not (answers(process.url) if process.url else process.ready_line in process.output()):
        for one in beside:
            if one.died():
                raise death_of(one)
        if time.monotonic() > deadline:
            raise DemoError(
                f"{process.name} does not get ready; the end of "
                f"{process.log}:\n{process.last_words()}"
            )
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether the address says 200."""
    # Straight to the port: a proxy of the machine knows nothing of our loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def watch(processes: list[Process], env: Mapping[str, str], *, reload: bool) -> None:
    """Until we are stopped: end when one dies, or start anew what changed on disk."""
    tree = TreeWatch(ROOT, {folder for process in processes for folder in process.watched})
    mourned: set[str] = set()
    while True:
        time.sleep(0.3)
        for process in processes:
            if process.died() and not reload:
                raise death_of(process)
            if process.died() and process.name not in mourned:
                mourned.add(process.name)
                print(f"{death_of(process)}\nIt starts again when a file changes.", flush=True)
        changed = tree.changed() if reload else set()
        for process in processes:
            if changed & set(process.watched):
                print(
                    f"{', '.join(sorted(changed))} changed: {process.name} starts anew", flush=True
                )
                process.end(with_signal=signal.SIGQUIT)
                process.start(env)
                mourned.discard(process.name)


def death_of(process: Process) -> DemoError:
    """Which process ended, how, and its last words."""
    code = process.child.returncode if process.child else None
    how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with {code}"
    return DemoError(f"{process.name} {how}; the end of {process.log}:\n{process.last_words()}")


def stop_all(processes: list[Process]) -> None:
    """Tell all at once, then wait for each."""
    for process in processes:
        if process.child is not None and process.child.poll() is None:
            process.child.terminate()
    for process in reversed(processes):
        process.end()


def tell(port: int, sandbox_port: int, began: float) -> None:
    """Where it is and who may come in."""
    print(
        f"""
  Selfcare            http://127.0.0.1:{port}/
  The platform        http://127.0.0.1:{sandbox_port}/   (one-time codes, faults, its log)
  A shop that sells   http://127.0.0.1:{sandbox_port}/shop/   (by nothing but the merchant API)
  Mails and texts     http://127.0.0.1:{sandbox_port}/outbox/   (nothing leaves this machine)

  Sign in as one of these, the password is sandbox for all:
{PEOPLE}

  A one-time code is asked for where money moves: it is on the platform's page above.
  Logs are in {LOGS}. Ctrl-C stops everything; make reset forgets everything.
  Ready after {time.monotonic() - began:.1f} s.
""",
        flush=True,
    )


def say(text: str, began: float) -> None:
    """One line of progress."""
    print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)


def read_port(name: str, default: int) -> int:
    """A port from the environment."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise DemoError(f"{name} is {value!r}; it has to be a port, 1 to 65535.")
    return int(value)


def die_with_make() -> None:
    """When make is killed outright, nobody is left to press Ctrl-C."""
    if LIBC is not None and "MAKELEVEL" in os.environ:
        LIBC.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM))


def raise_stopped(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an orderly end."""
    raise Stopped


if __name__ == "__main__":
    raise SystemExit(main())
