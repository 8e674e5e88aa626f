"""A really running box for the auth tests, a browser without a screen, and a phone."""

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg
import requests
from lxml import html

from tests.sandbox import running
from tests.sandbox.running import ROOT

SECRET = "a secret with / and ü"
SCA = "urn:openbanking:psd2:sca"
CA = "urn:openbanking:psd2:ca"

PEOPLE = """
from sandbox.auth.one_time_codes import enroll
from sandbox.people.models import Person
for name in {names}:
    person = Person.objects.create_user(
        name + "@example.com", "sandbox", sub="usr_" + name, name=name.title() + " Marlow",
        roles=["user"],
    )
    enroll(person)
"""
NAMES = [
    *("alice", "bob", "carol", "dora", "erin", "fay", "gus", "hal", "ida", "joe", "kim", "lea"),
    *("max", "nia", "ole", "pia", "quin", "rex", "sue", "tom", "uwe", "vic", "wim", "yan"),
]


class Box(running.Box):
    """The box of all its tests, with a client of ours in Selfcare's place."""

    def __init__(self, folder: Path, selfcare_url: str) -> None:
        super().__init__(folder)
        self.selfcare = selfcare_url
        self.callback = f"{selfcare_url}/sign-in/callback/"
        self.database = self.environment["SANDBOX_DATABASE_URL"]
        self.environment |= {
            "SELFCARE_URL": selfcare_url,
            "SANDBOX_CLIENT_ID": "selfcare",
            "SANDBOX_CLIENT_SECRET": SECRET,
        }

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", *words],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def prepare(self) -> None:
        self.command("migrate", "-v0")
        self.command("register_client")
        self.command("shell", "-v0", "-c", PEOPLE.format(names=NAMES))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Look into the box's database, or turn its clock back."""
        if not self.database.startswith("sqlite:"):
            with psycopg.connect(self.database) as server:
                found = server.execute(sql.replace("?", "%s"), values)
                return found.fetchall() if found.description else []
        path = ROOT / self.database.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=20)) as database:
            rows = database.execute(sql, values).fetchall()
            database.commit()
            return rows

    def switch_on(self, operation: str, mode: str, *, status: int = 500) -> None:
        """A fault, once."""
        sql = (
            "insert into control_fault (operation, mode, sub, ms, status, remaining, created_at)"
            " values (?, ?, '', 0, ?, 1, '2026-01-01')"
        )
        self.rows(sql, operation, mode, status)

    def phone_code(self, name: str, *, steps: int = 0) -> str:
        """RFC 6238 once more, written apart from the box's own."""
        sql = (
            "select secret from auth_service_authenticator a join people_person p"
            " on p.id = a.person_id where p.email = ?"
        )
        secret = self.rows(sql, f"{name}@example.com")[0][0]
        counter = int(time.time() // 30) + steps
        digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1").digest()
        start = digest[19] % 16
        word = int.from_bytes(digest[start : start + 4], "big") % 2**31
        return str(word)[-6:].zfill(6)

    def tokens(self, code: str, verifier: str, **more: str) -> requests.Response:
        sent = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return self.token_request(**sent | more)

    def token_request(self, **more: str) -> requests.Response:
        sent = {
            "redirect_uri": self.callback,
            "client_id": "selfcare",
            "client_secret": SECRET,
        }
        return requests.post(f"{self.url}/openid/token", data=sent | more, timeout=10)


class Browser:
    """Keeps cookies, follows nothing by itself, sends forms as they stand in the page."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.http = requests.Session()
        self.http.trust_env = False
        self.verifier = secrets.token_urlsafe(48)

    def close(self) -> None:
        self.http.close()

    def ask(self, **changes: str | None) -> requests.Response:
        """The authorization request that a good client makes, with changes (None: left out)."""
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        params = {
            "client_id": "selfcare",
            "response_type": "code",
            "redirect_uri": self.box.callback,
            "scope": "openid profile email",
            "state": "a state & more",
            "nonce": "a nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | changes
        query = urlencode({key: value for key, value in params.items() if value is not None})
        return self.get(f"{self.box.url}/openid/authorize?{query}")

    def get(self, url: str) -> requests.Response:
        """Follows the box's own redirects, never one that leads to the client."""
        answer = self.http.get(url, allow_redirects=False, timeout=10)
        return self._at_the_box(answer)

    def send(self, page: requests.Response, step: str = "", **typed: str) -> requests.Response:
        form = html.fromstring(page.text).xpath("//form")[0]
        fields = {f.get("name"): f.get("value") or "" for f in form.xpath(".//input[@name]")}
        fields |= typed | ({"step": step} if step else {})
        action = form.get("action") or urlsplit(page.url).path
        answer = self.http.post(
            f"{self.box.url}{action}", data=fields, allow_redirects=False, timeout=10
        )
        return self._at_the_box(answer)

    def _at_the_box(self, answer: requests.Response) -> requests.Response:
        target = answer.headers.get("Location", "")
        return self.get(f"{self.box.url}{target}") if target.startswith("/") else answer

    def sign_in(self, name: str, **changes: str | None) -> requests.Response:
        page = self.ask(**changes)
        assert heading(page) == "Sign in to Selfcare", page.text
        return self.send(page, "password", email=f"{name}@example.com", password="sandbox")

    def tokens(self, answer: requests.Response) -> dict:
        found = self.box.tokens(returned(answer)["code"], self.verifier)
        assert found.status_code == 200, found.text
        return found.json()


def heading(page: requests.Response) -> str:
    (h1,) = html.fromstring(page.text).xpath("//h1")
    return h1.text_content().strip()


def returned(answer: requests.Response) -> dict[str, str]:
    """What the client gets at its redirect URI."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def claims(token: str) -> dict:
    """Unchecked; the tests that check signatures use joserfc."""
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
