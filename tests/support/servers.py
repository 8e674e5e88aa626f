"""The real servers that tests meet: PostgreSQL, Valkey, the box, and instances of selfcare."""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import requests

from tools.children import ScratchFolder, free_port, spawn, stop, wait_until
from tools.postgres import Postgres
from tools.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30
WORKER_IS_READY = "worker.started"
TOKEN = "token-of-the-transaction-service-for-tests-only"
CLIENT_SECRET = "secret-of-the-client-for-tests-only"
HOOK_SECRET = "whsec_Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OWFiY2RlZg=="
SMS_TOKEN = "token-of-the-gateways-for-tests-only"
# RFC 8292's form of a private key: 32 bytes in base64url.
VAPID_PRIVATE_KEY = "Zm9yLXRlc3RzLW9ubHktMDEyMzQ1Njc4OWFiY2RlZmc"
SECRET_KEY = "key-for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH"


RUNNING: list["Server"] = []


@dataclass
class Stores:
    """The databases of one test run: given ones win, the others come from wheels."""

    postgres: Postgres | None = None
    postgres_of_the_box: Postgres | None = None
    valkey: Valkey | None = None
    database_url: str = ""
    redis_url: str = ""
    created: list[str] = field(default_factory=list)
    scratch: ScratchFolder = field(default_factory=lambda: ScratchFolder("tests"))

    def start(self) -> None:
        self.database_url = os.environ.get("DATABASE_URL", "")
        self.redis_url = os.environ.get("REDIS_URL", "")
        if not self.database_url:
            self.postgres = Postgres()
            self.postgres.start()
            self.database_url = self.postgres.create_database("selfcare")
        if not self.redis_url:
            self.valkey = Valkey()
            self.valkey.start()
            self.redis_url = self.valkey.url

    def new_database(self, name: str) -> str:
        """An empty database for the box.

        On a server of its own: the platform goes on while a test stops selfcare's.
        """
        if self.postgres is not None:
            self.postgres_of_the_box = Postgres()
            self.postgres_of_the_box.start()
            return self.postgres_of_the_box.create_database(name)
        if self.database_url.startswith("sqlite:"):
            return f"sqlite:///{self.scratch.path}/{name}.sqlite3"
        own = f"{name}_{os.getpid()}"
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{own}"')
        self.created.append(own)
        return with_database(self.database_url, own)

    def remove(self) -> None:
        self.scratch.remove()
        for server in (self.postgres, self.postgres_of_the_box, self.valkey):
            if server is not None:
                server.remove()
        for name in self.created:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Server:
    """A process of ours, with its output kept for when it fails."""

    def __init__(
        self, name: str, command: list[str], env: dict[str, str], *, port: int = 0
    ) -> None:
        self.name = name
        self.command = [sys.executable, *command]
        self.env = {**os.environ, **env}
        self.port = port
        self.url = f"http://127.0.0.1:{port}" if port else ""
        self.output = tempfile.NamedTemporaryFile(prefix="selfcare-test-", suffix=".log")  # noqa: SIM115
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with Path(self.output.name).open("ab") as log:
            self.child = spawn(self.command, log=log, env=self.env, cwd=str(ROOT))
        RUNNING.append(self)
        child = self.child
        wait_until(
            lambda: child.poll() is not None or self.is_ready(), seconds=READY_SECONDS, every=0.05
        )
        if not self.is_ready():
            raise AssertionError(f"{self.name} did not get ready:\n{self.log()[-4000:]}")

    def is_ready(self) -> bool:
        if not self.url:
            return WORKER_IS_READY in self.log()
        try:
            return requests.get(f"{self.url}/health/ready", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, *, kill: bool = False) -> None:
        """End it in order; with kill, all its processes at once and without a word."""
        if self.child is not None:
            if kill and self.child.poll() is None:
                os.killpg(self.child.pid, signal.SIGKILL)
            stop(self.child, seconds=3)
            self.child = None
            RUNNING.remove(self)

    def log(self) -> str:
        """What it has written so far."""
        return Path(self.output.name).read_text(encoding="utf-8", errors="replace")

    def remove(self) -> None:
        self.stop()
        self.output.close()


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    if url.startswith("sqlite:"):
        return f"sqlite:///{name}"
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def environment(stores: Stores) -> dict[str, str]:
    """All variables of a test run; the ports are chosen here and kept until its end."""
    box_port, port, smtp_port = free_port(), free_port(), free_port()
    box_url = f"http://127.0.0.1:{box_port}"
    return {
        "SELFCARE_ENVIRONMENT": "local",
        "SECRET_KEY": SECRET_KEY,
        "PORT": str(port),
        "SELFCARE_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(stores.scratch.path),  # nothing is collected: finders serve
        "FILES_FOLDER": str(stores.scratch.path / "files"),
        "DATABASE_URL": stores.database_url,
        "REDIS_URL": stores.redis_url,
        "TRANSACTIONS_URL": f"{box_url}/transaction-service",
        "TRANSACTIONS_TOKEN": TOKEN,
        "AUTH_ISSUER": box_url,
        "AUTH_CLIENT_ID": "selfcare",
        "AUTH_CLIENT_SECRET": CLIENT_SECRET,
        "SANDBOX_API_URL": f"{box_url}/sandbox-api",
        "SANDBOX_API_TOKEN": TOKEN[::-1],
        "SANDBOX_URL": box_url,
        "SANDBOX_PORT": str(box_port),
        "SANDBOX_SECRET_KEY": SECRET_KEY[::-1],
        "SANDBOX_TRANSACTIONS_TOKEN": TOKEN,
        "SANDBOX_CLIENT_ID": "selfcare",
        "SANDBOX_CLIENT_SECRET": CLIENT_SECRET,
        "SANDBOX_CONTROL": "open",
        "SANDBOX_ANSWER_SECONDS": "0",
        "HOOK_SECRETS": HOOK_SECRET,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "EMAIL_FROM": "Selfcare <no-reply@selfcare.example>",
        "SMS_URLS": f"{box_url}/sms/one {box_url}/sms/two",
        "SMS_TOKENS": f"{SMS_TOKEN} {SMS_TOKEN}",
        "VAPID_PRIVATE_KEY": VAPID_PRIVATE_KEY,
        "VAPID_SUBJECT": "mailto:push@selfcare.example",
        "OUTBOUND_PRIVATE_HOSTS": f"127.0.0.1:{box_port}",
        "SANDBOX_HOOK_SECRET": HOOK_SECRET,
        "DELIVERY_REPORT_SECRETS": HOOK_SECRET,
        "SANDBOX_REPORT_SECRET": HOOK_SECRET,
        "SANDBOX_HOOK_WAITS": "0.3 0.3 0.6 1 2 4 8",
        "SANDBOX_WEBHOOK_PRIVATE_HOSTS": "127.0.0.1:*",
        "SANDBOX_SMTP_PORT": str(smtp_port),
        "SANDBOX_SMS_TOKEN": SMS_TOKEN,
    }


def start_box(stores: Stores) -> Server:
    """The platform in a box with a database of its own, ready to take people."""
    env = {"SANDBOX_DATABASE_URL": stores.new_database("box")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tools.commands", "sandbox.settings"),
            *("migrate", "register_client"),
        ],
        env={**os.environ, **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"The box could not be made:\n{done.stdout}{done.stderr}")
    box = Server(
        "the box",
        ["-m", "gunicorn", "sandbox.wsgi", "-c", "sandbox/gunicorn.py"],
        {**env, "DJANGO_SETTINGS_MODULE": "sandbox.settings"},
        port=int(os.environ["SANDBOX_PORT"]),
    )
    box.start()
    return box


def new_box_worker(box: Server, **env: str) -> Server:
    """The box's worker on the box's database, not yet started.

    It posts to SANDBOX_HOOK_URL, by itself `SELFCARE_URL/hooks/platform`, where `site` listens.
    """
    return Server("the box's worker", ["-m", "sandbox", "worker"], {**box.env, **env})


def new_instance(database_url: str, *, port: int | None = None, **env: str) -> Server:
    """One selfcare, not yet started, on a database that is migrated already."""
    port = port or free_port()
    return Server(
        f"selfcare on port {port}",
        ["-m", "gunicorn", "config.wsgi", "-c", "config/gunicorn.py"],
        {"DATABASE_URL": database_url, "PORT": str(port), **env},
        port=port,
    )


def new_worker(database_url: str, **env: str) -> Server:
    """One worker, not yet started."""
    return Server("a worker", ["manage.py", "worker"], {"DATABASE_URL": database_url, **env})
