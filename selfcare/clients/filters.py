"""What a list of transactions is narrowed to, as it goes to the service; reads no query strings."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from selfcare.clients import shapes

SORTS = ("-created_at", "created_at", "-amount", "amount")


@dataclass(frozen=True, slots=True)
class LabelSet:
    """What bears a label: of one of the merchants, of exactly one of the counterparties' names,
    or one of `ids`; but none of `except_ids`."""

    merchants: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    except_ids: tuple[str, ...] = ()

    def body(self) -> dict[str, list[str]]:
        return {field.name: list(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Filters:
    """All that is set must hold; of several values of one name, one must.

    `*_from` is inclusive and `*_until` exclusive, UTC; amounts are decimal text in major units,
    inclusive, without a sign; `counterparty`, `reference` and `iban` are parts of those; each of
    `sets` must hold.
    """

    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    direction: str = ""
    created_from: datetime | None = None
    created_until: datetime | None = None
    completed_from: datetime | None = None
    completed_until: datetime | None = None
    amount_from: str = ""
    amount_until: str = ""
    merchant: tuple[str, ...] = ()
    counterparty: str = ""
    reference: str = ""
    iban: str = ""
    account: tuple[str, ...] = ()
    needs_me: bool = False
    q: str = ""
    ids: tuple[str, ...] = ()
    changed_since: datetime | None = None
    sets: tuple[LabelSet, ...] = ()

    def body(self) -> dict[str, Any]:
        """As JSON for the service's POST reads; what isn't set is left out."""
        told: dict[str, Any] = {}
        for field in fields(self):
            match getattr(self, field.name):
                case "" | None | () | False:
                    continue
                case datetime() as moment:
                    told[field.name] = shapes.rfc3339(moment)
                case (LabelSet(), *_) as sets:
                    told[field.name] = [one.body() for one in sets]
                case tuple() as values:
                    told[field.name] = list(values)
                case value:
                    told[field.name] = value
        return told

    def params(self) -> list[tuple[str, str]]:
        """As query parameters, for what fits into them; repeated ones are repeated."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.body().items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, "true" if one is True else str(one)) for one in values]
        return pairs
