"""Many transactions at once, as they come off the wire, each row checked; it keeps none of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from django.conf import settings
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, with_config

from selfcare import deadline, errors
from selfcare.clients import connection, shapes
from selfcare.clients.http import Service

# Background work has places of its own: it takes none of those that pages wait for.
service = Service(
    connection.NAME,
    settings.TRANSACTIONS_URL,
    threads=settings.EXPORT_STREAMS,
    default_seconds=settings.UPSTREAM_SECONDS,
    token=settings.TRANSACTIONS_TOKEN,
)
# One question's answer: 50,000 rows come in two seconds where all is well.
BACKGROUND_SECONDS = 120.0
LONGEST_LINE = 100_000

# A million rows go through here: checked by dictionaries in a third of the time of objects, and a
# moment stays the text that it goes out as.
STRICT = ConfigDict(strict=True, extra="ignore")
Instant = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
    ),
]


@with_config(STRICT)
class Account(TypedDict):
    id: shapes.Identifier
    name: shapes.Text
    currency: shapes.Currency
    iban: NotRequired[shapes.Text | None]


@with_config(STRICT)
class Counterparty(TypedDict):
    kind: shapes.Code
    name: shapes.Text
    iban: NotRequired[shapes.Text | None]


@with_config(STRICT)
class Merchant(TypedDict):
    id: shapes.Identifier
    name: shapes.Text


@with_config(STRICT)
class References(TypedDict):
    end_to_end_id: NotRequired[shapes.Text | None]
    merchant_reference: NotRequired[shapes.Text | None]
    remittance_information: NotRequired[shapes.Text | None]


@with_config(STRICT)
class OriginalAmount(TypedDict):
    amount_minor: shapes.Minor
    currency: shapes.Currency
    rate: NotRequired[shapes.Text | None]


@with_config(STRICT)
class Row(TypedDict):
    """A transaction without what only its page needs; fields as in `shapes.Transaction`."""

    id: shapes.TransactionId
    owner: shapes.Identifier
    version: int
    kind: shapes.Code
    direction: Literal["in", "out"]
    status: shapes.Code
    reason_code: NotRequired[shapes.Code | None]
    amount_minor: shapes.Minor
    currency: shapes.Currency
    fee_minor: shapes.Minor
    original_amount: NotRequired[OriginalAmount | None]
    created_at: Instant
    updated_at: Instant
    completed_at: NotRequired[Instant | None]
    scheduled_for: NotRequired[Instant | None]
    expires_at: NotRequired[Instant | None]
    account: Account
    counterparty: Counterparty
    merchant: NotRequired[Merchant | None]
    references: References
    refunded_minor: shapes.Minor


class End(shapes.Shape):
    """The line that says that nothing is missing; `next_cursor` is None behind the last row."""

    end: Literal[True]
    count: Annotated[int, Field(ge=0)]
    next_cursor: shapes.Text | None = None
    as_of: shapes.Moment


_row = TypeAdapter(Row).validator.validate_json


class Reading:
    """Rows in batches as they come; `end` is there once all of them have come."""

    def __init__(self, subject: str, flow: Iterator[bytes]) -> None:
        self._subject = subject
        self._flow = flow
        self._end: End | None = None
        self.count = 0

    @property
    def next_cursor(self) -> str:
        """Where to go on; empty when that was all."""
        return self._finished().next_cursor or ""

    @property
    def as_of(self) -> datetime:
        """The service's clock when it answered."""
        return self._finished().as_of

    def _finished(self) -> End:
        if self._end is None:
            raise errors.OutcomeUnknown(connection.NAME, "stream", "the answer was cut off")
        return self._end

    def __iter__(self) -> Iterator[list[Row]]:
        rest = b""
        for chunk in self._flow:
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                raise errors.BadReply(connection.NAME, "stream", "a line without end")
            if rows := self._read(lines):
                self.count += len(rows)
                yield rows
        if rows := self._read([rest]):
            self.count += len(rows)
            yield rows
        if self._finished().count != self.count:
            raise errors.BadReply(connection.NAME, "stream", "it counted other rows than came")

    def _read(self, lines: list[bytes]) -> list[Row]:
        rows: list[Row] = []
        for line in lines:
            if not line:
                continue
            if self._end is not None:
                raise errors.BadReply(connection.NAME, "stream", "something behind the end")
            try:
                row = _row(line)
            except ValidationError as error:
                self._end = _end(line, error)
                continue
            if row["owner"] != self._subject:
                raise errors.BadReply(connection.NAME, "stream", "another person's data")
            rows.append(row)
        return rows


def _end(line: bytes, why_no_row: ValidationError) -> End:
    try:
        return End.model_validate_json(line)
    except ValidationError:
        why = connection.not_as_agreed(why_no_row)
        raise errors.BadReply(connection.NAME, "stream", why) from None


@contextmanager
def read(
    subject: str,
    question: dict[str, Any],
    *,
    sort: str,
    after: str = "",
    limit: int,
    for_page: bool = False,
) -> Iterator[Reading]:
    """Asks for up to `limit` rows behind `after`.

    `for_page` takes a place among the calls of pages and ends with the page's deadline; otherwise
    it is background work, which has places and patience of its own. Raises errors.CallFailed, also
    while it is read.
    """
    body = {**question, "sort": sort, "after": after or None, "limit": limit}
    one = connection.service if for_page else service
    seconds = deadline.remaining(one.default_seconds) if for_page else BACKGROUND_SECONDS
    path = f"/v1/users/{subject}/transactions/stream"
    with one.flow("stream", path, body, seconds=seconds) as flow:
        yield Reading(subject, flow)
