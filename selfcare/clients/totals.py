"""What a list comes to, by currency and status, and the merchants in it, as answered."""

from typing import Annotated

from pydantic import Field

from selfcare.clients.shapes import Code, Currency, Identifier, Moment, Shape, Text

Total = Annotated[int, Field(ge=0)]


class TotalsRow(Shape):
    """All transactions of one currency and status; magnitudes in minor units."""

    currency: Currency
    status: Code
    count: Total
    in_minor: Total
    out_minor: Total
    fee_minor: Total


class Totals(Shape):
    data: tuple[TotalsRow, ...]
    as_of: Moment


class MerchantName(Shape):
    id: Identifier
    name: Text


class MerchantNames(Shape):
    data: tuple[MerchantName, ...]
