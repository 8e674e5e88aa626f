"""Which pages are measured, and where they are; it opens them no oftener than it must."""

from urllib.parse import urlencode

import requests

from tools.bench.door import cookies_of
from tools.bench.load import Target
from tools.bench.stack import SECRET, Somebody, Stack

ROWS = 25
DEEP = 1000
PLACES = 20  # neighbouring pages, and details, asked for in turn: one alone would be too warm
# Words of sandbox/seeds/growth.py: one in 10,000 rows has one of the first, each row one of the
# others.
RARE = ("zwieback", "kintsugi", "ormolu", "axolotl", "theodolite", "glockenspiel")
COMMON = ("lamp", "kettle", "walnut", "ladder", "candle", "basket")
KINDS = ("payment", "transfer", "deposit")
NOWHERE = ("nothinglikethis", "xylographica")


class Reader:
    """The transaction service as selfcare asks it, for the places that pages start from."""

    def __init__(self, stack: Stack, person: Somebody) -> None:
        self.path = f"/transaction-service/v1/users/{person.sub}/transactions"
        self.url = f"{stack.box_url}{self.path}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {SECRET}"

    def cursors(self, page: int) -> list[str]:
        """Where the pages from this one on start, found as a person would: by walking there."""
        left, cursor = (page - 1) * ROWS, ""
        while left:
            step = min(left, 100)
            cursor = self._next(cursor, step)
            left -= step
        found = [cursor]
        while len(found) < PLACES and cursor:
            cursor = self._next(cursor, ROWS)
            found.append(cursor)
        return [one for one in found if one]

    def ids(self) -> list[str]:
        """Some of the newest transactions."""
        answer = self.session.get(self.url, params={"limit": PLACES}, timeout=30)
        answer.raise_for_status()
        return [row["id"] for row in answer.json()["data"]]

    def _next(self, cursor: str, limit: int) -> str:
        params = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        answer = self.session.get(self.url, params=params, timeout=30)
        answer.raise_for_status()
        return answer.json()["next_cursor"] or ""


def targets(stack: Stack, many: Somebody, few: Somebody, *, deep: int) -> dict[str, Target]:
    """Everything that is measured but the empty view, by what the ratios call it."""
    reader = Reader(stack, many)
    small = Reader(stack, few)
    signed_in = {"Cookie": cookies_of(stack.url, many.email, many.password)}
    also_signed_in = {"Cookie": cookies_of(stack.url, few.email, few.password)}
    token = {"Authorization": f"Bearer {SECRET}"}
    cursors = reader.cursors(deep)

    def page(
        name: str,
        paths: list[str],
        headers: dict[str, str] = signed_in,
        holds: bytes = b'<li class="txn">',
    ) -> Target:
        return Target(name, stack.port, paths, headers, holds)

    def listed(**query: str) -> str:
        return f"/transactions/?{urlencode(query)}"

    def totals(**query: str) -> str:
        return f"/transactions/totals/?{urlencode(query)}"

    return {
        "devices": page("devices: calls no service", ["/devices/"], holds=b"This browser"),
        "home": page("home: three calls", ["/"]),
        "list": page("list, page 1", ["/transactions/"]),
        "deep": page(f"list, page {deep:,}", [listed(cursor=one) for one in cursors]),
        "few": page("list, page 1, 1,000 in all", ["/transactions/"], also_signed_in),
        "rare": page("search, a rare word", [listed(q=word) for word in RARE], holds=b""),
        "common": page("search, a common word", [listed(q=word) for word in COMMON]),
        "nowhere": page("search, finds nothing", [listed(q=word) for word in NOWHERE], holds=b""),
        "totals": page("totals of all", [totals()], holds=b"EUR"),
        "totals kind": page(
            "totals, one kind", [totals(kind=kind) for kind in KINDS], holds=b"EUR"
        ),
        "totals word": page(
            "totals, a common word", [totals(q=word) for word in COMMON], holds=b"EUR"
        ),
        "summary": page("summary of a year", ["/transactions/summary/"], holds=b"<svg"),
        "detail": page(
            "detail", [f"/transactions/{one}/" for one in reader.ids()], holds=b'id="sum-h"'
        ),
        "box": Target("box: list, page 1", stack.box_port, [f"{reader.path}?limit=25"], token),
        "box deep": Target(
            f"box: list, page {deep:,}",
            stack.box_port,
            [f"{reader.path}?{urlencode({'limit': 25, 'cursor': one})}" for one in cursors],
            token,
        ),
        "box few": Target(
            "box: list, 1,000 in all", stack.box_port, [f"{small.path}?limit=25"], token
        ),
    }
