"""The servers that are measured, with a database of their own, and the people in it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

from tools.bench.load import WrongAnswerError
from tools.bench.posting import SECRET as HOOK_SECRET
from tools.children import ScratchFolder, free_port, spawn, stop, wait_until
from tools.postgres import FOR_TESTS, Postgres
from tools.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
PASSED_ON = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SANDBOX_THREADS",
    "SANDBOX_WORKERS",
)  # fmt: skip
SECRET = "for-the-benchmark-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"  # noqa: S105


class StackError(Exception):
    """A server or a command that didn't come through; the text has its last words."""


@dataclass(frozen=True)
class Somebody:
    """A person of the box."""

    sub: str
    email: str
    password: str


class Stack:
    """PostgreSQL, Valkey, the box and selfcare; gunicorn with the configurations of production."""

    def __init__(self, postgres: Postgres, valkey: Valkey, scratch: ScratchFolder) -> None:
        self.postgres = postgres
        self.scratch = scratch
        self.port, self.box_port = free_port(), free_port()
        self.url, self.box_url = (f"http://127.0.0.1:{p}" for p in (self.port, self.box_port))
        self.box_database = postgres.create_database("box")
        self.children: list[subprocess.Popen[bytes]] = []
        self.env = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            # As in production: logs in JSON, static files with their hashes. Only https is missing.
            "SELFCARE_ENVIRONMENT": "sandbox",
            "SECRET_KEY": SECRET,
            "PORT": str(self.port),
            "SELFCARE_URL": self.url,
            "STATIC_ROOT": str(scratch.path / "static"),
            "FILES_FOLDER": str(scratch.path / "files"),
            "EXPORT_AT_ONCE_ROWS": "0",  # each export is a job, however small
            "DATABASE_URL": postgres.create_database("selfcare"),
            "REDIS_URL": valkey.url,
            "TRANSACTIONS_URL": f"{self.box_url}/transaction-service",
            "TRANSACTIONS_TOKEN": SECRET,
            "AUTH_ISSUER": self.box_url,
            "AUTH_CLIENT_ID": "selfcare",
            "AUTH_CLIENT_SECRET": SECRET,
            "HOOK_SECRETS": HOOK_SECRET,
            "SANDBOX_HOOK_SECRET": HOOK_SECRET,
            "SANDBOX_API_URL": f"{self.box_url}/sandbox-api",
            "SANDBOX_API_TOKEN": SECRET,
            "SANDBOX_URL": self.box_url,
            "SANDBOX_PORT": str(self.box_port),
            "SANDBOX_SECRET_KEY": SECRET[::-1],
            "SANDBOX_DATABASE_URL": self.box_database,
            "SANDBOX_TRANSACTIONS_TOKEN": SECRET,
            "SANDBOX_CLIENT_ID": "selfcare",
            "SANDBOX_CLIENT_SECRET": SECRET,
            "SANDBOX_CONTROL": "open",
            "SANDBOX_ANSWER_SECONDS": "0",
        }

    def start(self) -> int:
        """Both sites, ready to be asked; gives selfcare's process."""
        self.prepare()
        self.run("-m", "tools.commands", "sandbox.settings", "migrate", "register_client")
        self.serve("sandbox.wsgi", "sandbox/gunicorn.py", f"{self.box_url}/health/ready")
        return self.serve("config.wsgi", "config/gunicorn.py", f"{self.url}/health/ready")

    def prepare(self) -> None:
        """Selfcare's tables and static files."""
        self.run("-m", "tools.commands", "config.settings", "migrate", "collectstatic")

    def run(self, *command: str) -> None:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, *command],
            env=self.env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")

    def serve(self, application: str, config: str, ready: str, **more: str) -> int:
        """Start one site and wait until it answers; gives its process."""
        log = self.scratch.path / f"{application}.log"
        with log.open("wb") as output:
            child = spawn(
                [sys.executable, "-m", "gunicorn", application, "-c", config],
                log=output,
                env={**self.env, **more},
                cwd=str(ROOT),
            )
        self.children.append(child)
        wait_until(
            lambda: child.poll() is not None or _answers(ready), seconds=READY_SECONDS, every=0.1
        )
        if not _answers(ready):
            raise StackError(f"{application} did not start:\n{log.read_text()[-3000:]}")
        return child.pid

    def add_person(self, name: str, transactions: int) -> Somebody:
        """Somebody new, grown to so many transactions."""
        email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
        answer = requests.post(
            f"{self.box_url}/control/people", json={"email": email, "name": name}, timeout=20
        )
        answer.raise_for_status()
        self.run("-m", "sandbox", "grow", "--person", email, "--transactions", str(transactions))
        made = answer.json()
        return Somebody(made["sub"], email, made["password"])

    def settle(self) -> None:
        """What autovacuum does in time, now and not while we measure."""
        with psycopg.connect(self.box_database, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def stop(self) -> None:
        for child in self.children:
            stop(child)


@contextmanager
def running() -> Iterator[Stack]:
    """A stack that is gone, data and all, when the block ends.

    Nothing in it waits for the disk, unless BENCH_DURABLE is set.
    """
    durable = dict.fromkeys(FOR_TESTS, "on") if os.environ.get("BENCH_DURABLE") else None
    scratch, postgres, valkey = ScratchFolder("bench"), Postgres(durable), Valkey()
    stack = None
    try:
        postgres.start()
        valkey.start()
        stack = Stack(postgres, valkey, scratch)
        yield stack
    finally:
        if stack is not None:
            stack.stop()
        valkey.remove()
        postgres.remove()
        scratch.remove()


def alone(bench: Callable[[Stack], None]) -> int:
    """Run one measurement on servers of its own; gives the exit code of a command line."""
    try:
        with running() as stack:
            stack.prepare()
            bench(stack)
    except (StackError, WrongAnswerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def memory_mib(pid: int) -> float | None:
    """The resident memory of a gunicorn's workers; None where there is no /proc."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        status = [Path(f"/proc/{child}/status").read_text() for child in children]
    except OSError:
        return None
    lines = [line for text in status for line in text.splitlines() if line.startswith("VmRSS:")]
    return sum(int(line.split()[1]) for line in lines) / 1024


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all below it, with those that have ended; 0 without /proc.

    It says what something costs also where others keep the machine busy.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    # Behind the name in brackets: utime, stime, and both of children that were waited for.
    ticks = sum(int(one) for one in stat.rpartition(")")[2].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK") + sum(cpu_seconds(int(child)) for child in children)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=3).ok
    except requests.RequestException:
        return False
