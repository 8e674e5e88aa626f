"""Somebody at a console: asks the sandbox API as selfcare does."""

import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import requests

from tests.sandbox.merchant_api.shop import Answer, Shop, new_nonce, open_shop
from tests.sandbox.running import TOKEN, Box, Platform


@dataclass
class Desk:
    """A person at a merchant's console; `token` is selfcare's."""

    platform: Platform
    sub: str
    merchant: str
    token: str = TOKEN[::-1]

    def get(self, path: str, **params: str) -> Answer:
        return self.ask("GET", self.path(path), params=params)

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        headers = {"Idempotency-Key": key or new_nonce()}
        return self.ask("POST", self.path(path), json=body, headers=headers)

    def path(self, path: str) -> str:
        return f"users/{self.sub}/merchants/{self.merchant}{path}"

    def ask(self, method: str, path: str, **request: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        url = f"{self.platform.url}/sandbox-api/v1/{path}"
        told = requests.request(method, url, headers=headers, timeout=30, **request)
        return Answer(told.status_code, told.json(), dict(told.headers))


def join(platform: Platform, merchant: str, role: str = "admin") -> Desk:
    """Somebody new who works there."""
    sub = platform.person()
    platform.control("POST", f"merchants/{merchant}/members", {"sub": sub, "role": role})
    return Desk(platform, sub, merchant)


def shop_with_desk(platform: Platform) -> tuple[Shop, Desk]:
    shop = open_shop(platform)
    return shop, join(platform, shop.id)


def new_key() -> str:
    return secrets.token_urlsafe(18)


def everything(box: Box) -> str:
    """All that the box's database holds, as text; bytes in hexadecimal."""
    url = box.environment["SANDBOX_DATABASE_URL"]
    if not box.postgres:
        with closing(sqlite3.connect(box.folder / "box.sqlite3")) as wire:
            return "\n".join(wire.iterdump())
    with psycopg.connect(url) as wire:
        tables = wire.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            row
            for (name,) in tables.fetchall()
            for (row,) in wire.execute(f'SELECT "{name}"::text FROM "{name}"').fetchall()
        ]
    return "\n".join(rows)
