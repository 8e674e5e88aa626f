"""A running box and somebody who speaks to it as selfcare would."""

import copy
import hashlib
import itertools
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-of-the-tests"
NUMBER = itertools.count(1)


def in_seconds(seconds: float) -> str:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_key() -> str:
    return secrets.token_urlsafe(18)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Box:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.server_url = os.environ["SANDBOX_DATABASE_URL"]
        self.postgres = self.server_url.startswith("postgres")
        self.name = f"box_{secrets.token_hex(4)}"
        if self.postgres:
            with psycopg.connect(self.server_url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {self.name}")
            database = self.server_url.rsplit("/", 1)[0] + f"/{self.name}"
        else:
            database = f"sqlite:///{folder}/box.sqlite3"
        self.environment = os.environ | {
            "SANDBOX_DATABASE_URL": database,
            "SANDBOX_URL": self.url,
            "SANDBOX_PORT": str(self.port),
        }

    def start(self) -> None:
        python = [sys.executable, "-m"]
        subprocess.run(
            [*python, "sandbox", "migrate", "-v0"], cwd=ROOT, env=self.environment, check=True
        )
        self.serve()

    def serve(self) -> None:
        """A process on the database as it is."""
        with (self.folder / "box.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "sandbox.wsgi", "-c", "sandbox/gunicorn.py"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                requests.get(f"{self.url}/health/ready", timeout=5)
                return
            except requests.RequestException:  # not there yet, or busy starting
                time.sleep(0.1)
        raise AssertionError((self.folder / "box.log").read_text())

    def twin(self) -> "Box":
        """Another process on the same database, not yet started."""
        found = copy.copy(self)
        found.port = free_port()
        found.url = f"http://127.0.0.1:{found.port}"
        found.environment = self.environment | {"SANDBOX_PORT": str(found.port)}
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def remove(self) -> None:
        self.stop()
        self.drop()

    def execute(self, sql: str) -> None:
        """Something that only time does otherwise."""
        if self.postgres:
            with psycopg.connect(self.environment["SANDBOX_DATABASE_URL"]) as wire:
                wire.execute(sql.encode())
        else:
            with closing(sqlite3.connect(self.folder / "box.sqlite3", timeout=20)) as wire:
                wire.execute(sql)
                wire.commit()

    def drop(self) -> None:
        """Its database, when nobody uses it any more."""
        if self.postgres:
            with psycopg.connect(self.server_url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {self.name} WITH (FORCE)")


class Platform:
    """The box's services by HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/control/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def person(self, **facts: Any) -> str:
        """A new person's sub, with 1,000.00 euros."""
        address = f"person-{next(NUMBER)}-{secrets.token_hex(4)}@example.com"
        return self.control("POST", "people", {"email": address, "name": "Ada North", **facts})[
            "sub"
        ]

    def transaction(self, sub: str, **facts: Any) -> dict[str, Any]:
        """A payment of 64.90 euros under way, or what is said."""
        body = {"kind": "payment", "amount_minor": 6490, "currency": "EUR", **facts}
        return self.control("POST", f"people/{sub}/transactions", body)

    def get(self, path: str, **request: Any) -> requests.Response:
        return self.session.get(
            f"{self.url}/transaction-service/v1/users/{path}", timeout=60, **request
        )

    def post(
        self,
        path: str,
        body: Any,
        *,
        key: str = "",
        seconds: float = 30,
        session: requests.Session | None = None,
    ) -> requests.Response:
        headers = {
            "Idempotency-Key": key or new_key(),
            "Request-Deadline": in_seconds(seconds),
            "Authorization": f"Bearer {TOKEN}",
        }
        return (session or self.session).post(
            f"{self.url}/transaction-service/v1/users/{path}",
            json=body,
            headers=headers,
            timeout=60,
        )

    def ask(self, path: str, body: Any, **request: Any) -> requests.Response:
        """A question too long for a query string."""
        url = f"{self.url}/transaction-service/v1/users/{path}"
        return self.session.post(url, json=body, timeout=60, **request)

    def cancel(self, sub: str, row: dict[str, Any], **more: Any) -> requests.Response:
        body = {"expected_version": row["version"], "reason": "changed_mind"}
        return self.post(f"{sub}/transactions/{row['id']}/cancellations", body, **more)

    def confirm(
        self, sub: str, row: dict[str, Any], *, key: str = "", **changed: Any
    ) -> requests.Response:
        body = {
            "decision": "confirm",
            "expected_version": row["version"],
            "amount_minor": row["amount_minor"],
            "currency": row["currency"],
            "fee_minor": row["fee_minor"],
            "authentication": {
                "acr": "urn:openbanking:psd2:sca",
                "authenticated_at": in_seconds(-5),
            },
            **changed,
        }
        return self.post(f"{sub}/transactions/{row['id']}/confirmations", body, key=key)

    def ask_refund(
        self, sub: str, row: dict[str, Any], amount: int, **more: Any
    ) -> requests.Response:
        body = {
            "expected_version": row["version"],
            "amount_minor": amount,
            "currency": row["currency"],
            "reason": "not_received",
        }
        return self.post(f"{sub}/transactions/{row['id']}/refund-requests", body, **more)

    def open_case(
        self, sub: str, row: dict[str, Any], resource: str, **facts: Any
    ) -> requests.Response:
        """Opens a case on a transaction; `resource` is disputes, recalls, inquiries …"""
        request = {name: facts.pop(name) for name in ("key", "session") if name in facts}
        body: dict[str, Any] = {"message": "It never came."}
        if resource != "inquiries":
            reason = {"fraud-reports": "not_me", "recalls": "wrong_payee"}
            body |= {
                "expected_version": row["version"],
                "reason": reason.get(resource, "not_received"),
            }
        if resource in {"refund-requests", "disputes"}:
            body |= {"amount_minor": row["amount_minor"], "currency": row["currency"]}
        body |= facts
        return self.post(f"{sub}/transactions/{row['id']}/{resource}", body, **request)

    def follow(self, sub: str, case_id: str, resource: str, body: Any, **more: Any) -> Any:
        return self.post(f"{sub}/cases/{case_id}/{resource}", body, **more)

    def store(self, sub: str, content: bytes, kind: str = "application/pdf") -> str:
        """Store a file; its digest."""
        digest = hashlib.sha256(content).hexdigest()
        answer = self.put(sub, digest, content, kind)
        assert answer.status_code == 200, answer.text
        return digest

    def put(self, sub: str, digest: str, content: bytes, kind: str) -> requests.Response:
        return self.session.put(
            f"{self.url}/transaction-service/v1/users/{sub}/evidence/{digest}",
            data=content,
            headers={"Content-Type": kind},
            timeout=60,
        )

    def says(self, case_id: str, word: str, **facts: Any) -> requests.Response:
        """The other side answers, or can't."""
        return self.session.post(
            f"{self.url}/control/cases/{case_id}/answer",
            json={"answer": word, **facts},
            timeout=60,
        )

    def effects(self, sub: str) -> list[str]:
        rows = self.control("GET", f"log?sub={sub}")
        return [row["effect"] for row in rows if row["effect"]]

    def balance(self, sub: str) -> tuple[int, int]:
        """Balance and what of it is available, of the first account."""
        account = self.get(f"{sub}/accounts").json()["data"][0]
        return account["balance_minor"], account["available_minor"]
