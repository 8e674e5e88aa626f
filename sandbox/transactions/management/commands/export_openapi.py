"""`python -m sandbox export_openapi`: writes the contract that selfcare builds on."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sandbox.transactions import openapi

PATH = settings.BASE_DIR / "docs" / "contracts" / "transaction-service.openapi.json"


def text() -> str:
    return json.dumps(openapi.document(), indent=2, ensure_ascii=False) + "\n"


class Command(BaseCommand):
    help = "Write docs/contracts/transaction-service.openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.write_text(text(), encoding="utf-8")
        self.stdout.write(f"Wrote {PATH.relative_to(settings.BASE_DIR)}")
