"""What the merchant API's document needs to know of an operation; the tables are elsewhere."""

from typing import NamedTuple

from pydantic import BaseModel


class Operation(NamedTuple):
    path: str
    method: str
    name: str
    summary: str
    answer: type[BaseModel] | None
    filters: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
