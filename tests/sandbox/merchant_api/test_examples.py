"""The examples of signing work as they stand in the documentation."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.sandbox.merchant_api.shop import Key, Shop, open_shop
from tests.sandbox.running import ROOT, Box, Platform

FOLDER = ROOT / "docs" / "signing"
BACK = "https://shop.example/paid"
WISH = {"amount_minor": 6490, "currency": "EUR", "return_url": BACK}
NODE, CURL, OPENSSL = (shutil.which(name) for name in ("node", "curl", "openssl"))
PYTHON = [sys.executable, str(FOLDER / "sign.py")]
JAVASCRIPT = pytest.param(
    [NODE, str(FOLDER / "sign.mjs")], id="sign.mjs",
    marks=pytest.mark.skipif(NODE is None, reason="there is no node on this machine"),
)  # fmt: skip
SHELL = pytest.param(
    ["sh", str(FOLDER / "sign.sh")], id="sign.sh",
    marks=pytest.mark.skipif(not (CURL and OPENSSL), reason="there is no curl or openssl here"),
)  # fmt: skip


def run(command: list[str], shop: Shop, *said: str, **more: str) -> dict[str, Any]:
    environment = {
        "PATH": os.environ["PATH"], "MERCHANT_API": shop.origin, "KEY_ID": shop.key.id,
        "KEY_SECRET": shop.key.secret, **more,
    }  # fmt: skip
    done = subprocess.run(
        [*command, *said], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("command", [pytest.param(PYTHON, id="sign.py"), JAVASCRIPT, SHELL])
def test_it_reads_and_writes(shop: Shop, command: list[str]) -> None:
    shop.platform.control("POST", f"merchants/{shop.id}/return-addresses", {"url": BACK})
    assert run(command, shop, "GET", "/merchant-api/v1/balance")["data"] == []
    once = {"IDEMPOTENCY_KEY": "order-0000000000000001"}
    said = ("POST", "/merchant-api/v1/payments", json.dumps(WISH))
    first, second = (run(command, shop, *said, **once) for _ in range(2))
    assert first["handoff_url"] == second["handoff_url"]
    page = run(command, shop, "GET", "/merchant-api/v1/payments?limit=5&status=action_required")
    assert [row["id"] for row in page["data"]] == [first["id"]]


@pytest.mark.parametrize("command", [JAVASCRIPT, SHELL])
def test_it_signs_with_ed25519(platform: Platform, tmp_path: Path, command: list[str]) -> None:
    shop = open_shop(platform, ed25519=True)
    path = tmp_path / "key.pem"
    assert shop.key.private
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(shop.key.private.private_bytes(*form))
    found = run(command, shop, "GET", "/merchant-api/v1/balance", KEY_FILE=str(path))
    assert found["data"] == []
    made = run(command, shop, "POST", "/merchant-api/v1/payments", json.dumps(WISH),
               KEY_FILE=str(path))  # fmt: skip
    assert made["code"] == "unknown_return_url"


def test_a_refusal_is_shown_as_it_came(shop: Shop) -> None:
    stranger = Shop(shop.platform, shop.id, Key("key_test_" + "0" * 32, "", shop.key.secret))
    refused = run(PYTHON, stranger, "GET", "/merchant-api/v1/balance")
    assert (refused["code"], refused["step"]) == ("unknown_key", "key")


def test_the_first_payment_takes_less_than_sixty_lines(
    running_box: Box, platform: Platform, tmp_path: Path
) -> None:
    people = platform.control("GET", "people")
    if not any(person["email"] == "alice@example.com" for person in people):
        platform.person(email="alice@example.com")
    script = FOLDER / "first_payment.py"
    assert len(script.read_text().splitlines()) < 60
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "worker"], cwd=ROOT, stdout=log, stderr=log,
            env=running_box.environment,
        )  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, str(script), running_box.url],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    assert done.stderr == ""
    assert re.fullmatch(r"pay_\w{32}: payment.completed arrived as evt_\w{32}\n", done.stdout)
