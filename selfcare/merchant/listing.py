"""How a list of the console is asked for: filters and cursor out of the query, once for all."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from selfcare import errors
from selfcare.clients.shapes import Shape
from selfcare.merchant.room import Room
from selfcare.web.request import SignedInRequest


def page[S: Shape](
    request: SignedInRequest,
    room: Room,
    operation: str,
    shape: type[S],
    path: str,
    *,
    names: Sequence[str],
) -> dict[str, Any]:
    """The context of a list: `page`, `asked`, `query` for the next page's address, `status`.

    What the sandbox doesn't understand is left out and told: the newest ones are shown, with 400.
    """
    asked = {name: request.GET.get(name, "").strip()[:200] for name in names}
    asked = {name: value for name, value in asked.items() if value}
    cursor, status = request.GET.get("cursor", "")[:400], 200
    params = [*asked.items(), *([("cursor", cursor)] if cursor else [])]
    try:
        found = room.read(operation, shape, path, params)
    except errors.Rejected:
        found, asked, cursor, status = room.read(operation, shape, path), {}, "", 400
    return {
        "page": found,
        "asked": asked,
        "query": urlencode(asked),
        "cursor": cursor,
        "status": status,
    }
