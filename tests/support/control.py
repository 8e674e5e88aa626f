"""Speaks to the box's control API: people, their transactions, faults, and the service's log."""

import itertools
import os
from dataclasses import dataclass
from typing import Any

import requests

COUNTER = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody the box knows."""

    sub: str
    email: str
    name: str
    password: str
    roles: tuple[str, ...] = ("user",)


class Control:
    """One method for each lever."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method: str, path: str, **request: Any) -> Any:
        answer = self.session.request(method, f"{self.url}/control/{path}", timeout=60, **request)
        assert answer.ok, f"{method} /control/{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def add_person(self, name: str = "Alice Marlow", *, history: int = 0, **more: Any) -> Person:
        """Somebody new, with 5,000.00 euros unless told otherwise."""
        address = f"{name.split(maxsplit=1)[0].lower()}-{os.getpid()}-{next(COUNTER)}@example.com"
        body = {
            "email": address,
            "name": name,
            "roles": ["user"],
            "balances": [{"currency": "EUR", "amount_minor": 500_000}],
            "history": history,
            **more,
        }
        made = self.call("POST", "people", json=body)
        return Person(
            made["sub"], made["email"], made["name"], made["password"], tuple(made["roles"])
        )

    def add_transaction(self, person: Person, **facts: Any) -> dict[str, Any]:
        """A payment of 64.90 euros that waits for the person, unless told otherwise."""
        body = {
            "kind": "payment",
            "status": "action_required",
            "amount_minor": 6490,
            "currency": "EUR",
            **facts,
        }
        made: dict[str, Any] = self.call("POST", f"people/{person.sub}/transactions", json=body)
        return made

    def advance(self, transaction_id: str, to: str, **facts: Any) -> dict[str, Any]:
        moved: dict[str, Any] = self.call(
            "POST", f"transactions/{transaction_id}/advance", json={"to": to, **facts}
        )
        return moved

    def open_case(self, transaction_id: str, kind: str, **facts: Any) -> dict[str, Any]:
        """A case by the transaction's person, by no page; `reason`, `amount_minor`, `message`."""
        opened: dict[str, Any] = self.call(
            "POST", f"transactions/{transaction_id}/cases", json={"kind": kind, **facts}
        )
        return opened

    def cases(self, person: Person, *, state: str = "") -> list[dict[str, Any]]:
        """The person's cases, newest first; `state` is open or closed."""
        params = {"sub": person.sub, **({"state": state} if state else {})}
        found: list[dict[str, Any]] = self.call("GET", "cases", params=params)
        return found

    def answer_case(
        self, case_id: str, answer: str, *, amount_minor: int | None = None, text: str = ""
    ) -> dict[str, Any]:
        """The other side says accept, partly (with an amount), decline, contest or message."""
        body = {"answer": answer, "amount_minor": amount_minor, "text": text}
        told: dict[str, Any] = self.call("POST", f"cases/{case_id}/answer", json=body)
        return told

    def advance_case(self, case_id: str, to: str, **facts: Any) -> dict[str, Any]:
        """Take a case on, as if all that comes before had taken its time."""
        moved: dict[str, Any] = self.call(
            "POST", f"cases/{case_id}/advance", json={"to": to, **facts}
        )
        return moved

    def set_payee(self, name: str, check: str, *, name_found: str | None = None) -> None:
        """What the bank says of a payee: match, close_match, no_match, closed or unavailable."""
        body = {"name": name, "check": check, "name_found": name_found}
        self.call("POST", "payees", json=body)

    def add_merchant(self, name: str = "") -> str:
        """A merchant of this name, or a new one; its id."""
        name = name or f"Shop {os.getpid()} {next(COUNTER)}"
        return str(self.call("POST", "merchants", json={"name": name})["id"])

    def add_member(self, merchant_id: str, person: Person, role: str = "admin") -> None:
        body = {"sub": person.sub, "role": role}
        self.call("POST", f"merchants/{merchant_id}/members", json=body)

    def code(self, person: Person) -> str:
        """The person's one-time code of this moment."""
        return str(self.call("GET", f"people/{person.sub}/code")["code"])

    def fault(self, operation: str, mode: str, **more: Any) -> None:
        """Make the service misbehave; `control` puts it right when the test ends."""
        if mode == "foreign":  # there has to be somebody else, with something to show
            self.add_transaction(self.add_person("Somebody Else"))
        self.call("POST", "faults", json={"operation": operation, "mode": mode, **more})

    def clear_faults(self) -> None:
        self.call("DELETE", "faults")

    def emit(self, person: Person, type_: str, **facts: Any) -> list[str]:
        """Events by hand (`facts`, `id`, `version`, `count`, `copies`, …); their ids."""
        body = {"sub": person.sub, "type": type_, **facts}
        return [event["id"] for event in self.call("POST", "events", json=body)]

    def emit_raw(self, raw: str) -> str:
        """Something signed that is no event; its id."""
        return str(self.call("POST", "events", json={"raw": raw})[0]["id"])

    def flood(self, **facts: Any) -> dict[str, Any]:
        """Many events with duplicates, disorder and poison; what has to come of them."""
        expected: dict[str, Any] = self.call("POST", "events/flood", json=facts)
        return expected

    def events(self, **filters: Any) -> list[dict[str, Any]]:
        """The latest events with their attempts: `sub`, `type`, `state`, `object_id`, `limit`."""
        found: list[dict[str, Any]] = self.call("GET", "events", params=filters)
        return found

    def forget_events(self) -> None:
        """Posted or not; a worker posts what comes after."""
        self.call("DELETE", "events")

    def outbox(self, to: str = "", **filters: Any) -> list[dict[str, Any]]:
        """What arrived at an address, number or browser (or at all): `channel`, `lean`, `limit`."""
        found: list[dict[str, Any]] = self.call("GET", "outbox", params={"to": to, **filters})
        return found

    def outbox_counts(self) -> dict[str, Any]:
        """Messages, receptions, and how many came more than once, for each channel."""
        told: dict[str, Any] = self.call("GET", "outbox/counts")
        return told

    def empty_outbox(self) -> None:
        self.call("DELETE", "outbox")

    def add_browser(self, name: str = "Firefox on Linux", server_key: str = "") -> dict[str, Any]:
        """A pretended browser's PushSubscription."""
        body = {"name": name, "server_key": server_key}
        made: dict[str, Any] = self.call("POST", "outbox/browsers", json=body)
        return made

    def log(self, person: Person) -> list[dict[str, Any]]:
        """What the transaction service did for the person, by its own record."""
        told = self.call("GET", "log", params={"sub": person.sub})
        entries: list[dict[str, Any]] = told["data"] if isinstance(told, dict) else told
        return entries

    def effects(self, person: Person, name: str) -> list[dict[str, Any]]:
        """The log's entries with one effect, such as transaction.cancelled."""
        return [entry for entry in self.log(person) if entry["effect"] == name]
