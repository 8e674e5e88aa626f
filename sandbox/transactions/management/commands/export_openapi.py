"""`python -m sandbox export_openapi`: writes the contracts that selfcare builds on."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sandbox.console import openapi as console
from sandbox.merchant_api import openapi as merchant_api
from sandbox.outbox import contract as gateway
from sandbox.transactions import openapi

FOLDER = settings.BASE_DIR / "docs" / "contracts"
PATH = FOLDER / "transaction-service.openapi.json"
GATEWAY_PATH = FOLDER / "sms-gateway.openapi.json"
MERCHANT_PATH = FOLDER / "merchant-api.openapi.json"
SANDBOX_PATH = FOLDER / "sandbox-api.openapi.json"


def text() -> str:
    return _spelled(openapi.document())


def gateway_text() -> str:
    return _spelled(gateway.document())


def merchant_text() -> str:
    return _spelled(merchant_api.document())


def sandbox_text() -> str:
    return _spelled(console.document())


def _spelled(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    help = "Write docs/contracts/*.openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        for path, content in (
            (PATH, text()),
            (GATEWAY_PATH, gateway_text()),
            (MERCHANT_PATH, merchant_text()),
            (SANDBOX_PATH, sandbox_text()),
        ):
            path.write_text(content, encoding="utf-8")
            self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}")
