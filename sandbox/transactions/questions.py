"""The shapes of questions too long for a query string and of their answers; for the document."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sandbox.transactions import filters
from sandbox.transactions.contract import (
    Currency,
    Direction,
    Kind,
    Minor,
    OwnAccount,
    Shape,
    Status,
)

Text = Annotated[str, Field(min_length=1, max_length=filters.LONGEST_TEXT, pattern=r"\S")]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,4})?$", examples=["49.90"])]
TransactionId = Annotated[str, Field(pattern=r"^txn_[0-9a-f]{32}$")]
MerchantId = Annotated[str, Field(pattern=r"^mer_[A-Za-z0-9_]{1,36}$")]
AccountId = Annotated[str, Field(pattern=r"^acc_[A-Za-z0-9_]{1,36}$")]
Ids = Annotated[list[TransactionId], Field(max_length=filters.MOST_IDS)]
Sort = Literal["-created_at", "created_at", "-amount", "amount"]


FEW = Field(min_length=1, max_length=filters.SEVERAL["status"])
MANY = Field(min_length=1, max_length=filters.SEVERAL["merchant"])


class TransactionSet(Shape):
    """Of one of the merchants, of one of the names to the letter, or one of `ids`; but none of
    `except_ids`. An empty one holds nothing."""

    merchants: Annotated[list[MerchantId], Field(max_length=filters.MOST_IDS)] = []
    counterparties: Annotated[list[Text], Field(max_length=filters.MOST_IDS)] = []
    ids: Ids = []
    except_ids: Ids = []


class NamedSet(TransactionSet):
    key: Annotated[str, Field(min_length=1, max_length=80)]


class TransactionFilters(BaseModel):
    """All that is set must hold; of several values of one name, one must. `*_from` is inclusive;
    instants `*_until` are exclusive, amounts inclusive. Amounts are magnitudes in major units,
    whatever the currency."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"status": ["completed"], "merchant": ["mer_018cc251f400714bbd9c95d697ea6428"]},
                {"q": "lamp", "amount_from": "10", "amount_until": "49.90"},
            ]
        },
    )

    status: Annotated[list[Status], FEW] | None = None
    kind: Annotated[list[Kind], FEW] | None = None
    direction: Direction | None = None
    currency: Annotated[list[Currency], FEW] | None = None
    created_from: AwareDatetime | None = None
    created_until: AwareDatetime | None = None
    completed_from: AwareDatetime | None = None
    completed_until: AwareDatetime | None = None
    amount_from: Amount | None = None
    amount_until: Amount | None = None
    merchant: Annotated[list[MerchantId], MANY] | None = None
    counterparty: Annotated[Text, Field(description="part of the other side's name")] | None = None
    reference: (
        Annotated[Text, Field(description="part of a reference, or a transaction's id")] | None
    ) = None
    iban: Annotated[str, Field(description="part of the other side's", max_length=60)] | None = None
    account: Annotated[list[AccountId], MANY] | None = None
    needs_me: bool | None = None
    q: Annotated[str, Field(description="words that all occur", max_length=200)] | None = None
    ids: Annotated[Ids, Field(min_length=1)] | None = None
    changed_since: AwareDatetime | None = None
    sets: Annotated[list[TransactionSet], Field(max_length=filters.MOST_SETS)] | None = None


class SearchQuestion(TransactionFilters):
    """Equal amounts come newest first, in both orders by amount."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"q": "lamp", "sort": "-amount", "limit": 25}]},
    )

    sort: Sort | None = None
    limit: Annotated[int, Field(ge=1, le=100)] | None = None
    cursor: str | None = None


class StreamQuestion(TransactionFilters):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"created_from": "2026-01-01T00:00:00Z", "limit": 50000}]},
    )

    sort: Sort | None = None
    limit: Annotated[int, Field(ge=1, le=50_000)] | None = None
    after: Annotated[str, Field(description="next_cursor of the stream before")] | None = None


class SummaryQuestion(TransactionFilters):
    """Months are those of `created_at` in `zone`; `sets_to_group` belongs to `set` alone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"group_by": "month", "zone": "Europe/Berlin"},
                {
                    "group_by": "set",
                    "sets_to_group": [{"key": "lbl_1", "counterparties": ["Ada North"]}],
                },
            ]
        },
    )

    group_by: Literal["month", "merchant", "set"]
    zone: Annotated[str, Field(max_length=64, examples=["Europe/Berlin"])] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] | None = None
    sets_to_group: Annotated[list[NamedSet], Field(min_length=1, max_length=40)] | None = None


class Total(Shape):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "currency": "EUR",
                    "status": "completed",
                    "count": 3,
                    "in_minor": 5000,
                    "out_minor": 6490,
                    "fee_minor": 35,
                }
            ]
        },
    )

    currency: Currency
    status: Status
    count: Minor
    in_minor: Minor
    out_minor: Minor
    fee_minor: Minor


class Totals(Shape):
    """One row a currency and status that occur."""

    data: list[Total]
    as_of: AwareDatetime


class SummaryRow(Shape):
    """`key` is a month like 2026-03, a merchant's id or empty for none, or a set's key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "2026-03",
                    "name": "2026-03",
                    "currency": "EUR",
                    "count": 3,
                    "in_minor": 5000,
                    "out_minor": 6490,
                }
            ]
        },
    )

    key: str
    name: str
    currency: Currency
    count: Minor
    in_minor: Minor
    out_minor: Minor


class Summary(Shape):
    """Completed transactions alone; months in order, all else by volume."""

    data: list[SummaryRow]
    as_of: AwareDatetime


class MerchantName(Shape):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"id": "mer_018cc251f400714bbd9c95d697ea6428", "name": "Nordlicht Books"}]
        },
    )

    id: MerchantId
    name: str


class Merchants(Shape):
    data: Annotated[list[MerchantName], Field(max_length=50)]


class OtherEntry(Shape):
    """What moved the balance without being a transaction, such as the opening of the account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"at": "2026-01-01T00:00:00.000Z", "name": "account.opened", "amount_minor": 250000}
            ]
        },
    )

    at: AwareDatetime
    name: str
    amount_minor: int


class Statement(Shape):
    """By booking time: opening + in - out - fees + the sum of the others = closing."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)

    account: OwnAccount
    from_: Annotated[AwareDatetime, Field(alias="from")]
    until: AwareDatetime
    opening_minor: int
    closing_minor: int
    count: Minor
    in_minor: Minor
    out_minor: Minor
    fees_minor: Minor
    other: list[OtherEntry]


class StreamEnd(Shape):
    """The last line; a stream without it is incomplete."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "end": True,
                    "count": 50000,
                    "next_cursor": None,
                    "as_of": "2026-03-14T12:00:00.000Z",
                }
            ]
        },
    )

    end: Literal[True]
    count: Minor
    next_cursor: str | None
    as_of: AwareDatetime
