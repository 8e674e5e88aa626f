"""The preferences as JSON; what may be chosen and how it is kept is the page's."""

from datetime import datetime
from typing import Annotated, Any

from django.forms import ValidationError
from django.http import HttpResponse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from selfcare.preferences import actions, choices, forms
from selfcare.preferences.models import DEFAULT_ROWS, Preferences
from selfcare.web import problems
from selfcare.web.api import errors_for

router = Router(tags=["preferences"])

LANGUAGE = "en, es, de or cs; null: as the browser asks"
ZONE = "a name of the tz database; null: the one that the provider told"


class PreferencesOut(Schema):
    """What you chose; null means that you chose nothing, so what is usual counts."""

    language: str | None = Field(examples=["de"], description=LANGUAGE)
    zone: str | None = Field(examples=["Europe/Berlin"], description=ZONE)
    date_format: str | None = Field(examples=["iso"])
    number_format: str | None = Field(examples=["point"])
    currency_format: str | None = Field(examples=["symbol"])
    theme: str = Field(examples=["dark"])
    start_page: str | None = Field(examples=["transactions"])
    rows: int = Field(examples=[50])
    call_me: str | None = Field(examples=["Ali"])
    version: int = Field(examples=[3], description="0 while nothing was ever chosen")
    saved_at: datetime | None


class PreferencesChange(Schema):
    """What is left out stays; null takes a choice back."""

    model_config = ConfigDict(extra="forbid")

    seen_version: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = Field(
        examples=[3], description="the version that you saw"
    )
    language: str | None = Field(None, examples=["de"], max_length=12, description=LANGUAGE)
    zone: str | None = Field(None, examples=["Europe/Berlin"], max_length=64, description=ZONE)
    date_format: str | None = Field(
        None, examples=["iso"], max_length=20, description="words, month_first, dots, slashes, iso"
    )
    number_format: str | None = Field(
        None, examples=["point"], max_length=20, description="comma, point, space, apostrophe"
    )
    currency_format: str | None = Field(
        None, examples=["symbol"], max_length=20, description="code_after, code_before, symbol"
    )
    theme: str | None = Field(None, examples=["dark"], max_length=10)
    start_page: str | None = Field(None, examples=["transactions"], max_length=40)
    rows: Annotated[int, Field(strict=True)] | None = Field(
        None, examples=[50], description="25, 50 or 100"
    )
    call_me: str | None = Field(None, examples=["Ali"], max_length=400)


@router.get(
    "/preferences", response={200: PreferencesOut, **errors_for(401)}, summary="Preferences"
)
def preferences(request: Any) -> PreferencesOut:
    """What you chose of language, zone, formats and look."""
    return _as_json(actions.of(request.person.subject))


@router.patch(
    "/preferences",
    response={200: PreferencesOut, **errors_for(401, 403, 409, 422)},
    summary="Choose",
)
def preferences_change(request: Any, change: PreferencesChange) -> PreferencesOut | HttpResponse:
    """Chooses; it counts from the next page on, on every instance. A 409 carries what is saved."""
    given = change.model_dump(exclude_unset=True, exclude={"seen_version"})
    changes, found = _checked(given)
    if found:
        return problems.response(request, 422, code="invalid", errors=found)
    try:
        now = actions.save(
            subject=request.person.subject, version=change.seen_version, changes=changes
        )
    except actions.ChangedElsewhere as stale:
        return problems.response(
            request,
            409,
            code="version_conflict",
            current=_as_json(stale.now).model_dump(mode="json"),
        )
    return _as_json(now)


def _checked(given: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, object]]]:
    """The changes as they are kept, and what is wrong with them."""
    changes: dict[str, Any] = {}
    found: list[dict[str, object]] = []
    for name, value in given.items():
        try:
            changes[name] = _kept(name, value)
        except ValidationError as error:
            found.append({"location": ["body", name], "detail": error.messages[0]})
    return changes, found


def _kept(name: str, value: Any) -> Any:
    """Raises ValidationError."""
    if value is None:
        return {"theme": Preferences.Theme.SYSTEM.value, "rows": None}.get(name, "")
    if name == "call_me":
        return forms.clean_name(value)
    if name not in choices.ALLOWED or value in choices.ALLOWED[name]():
        return "" if (name, value) == ("start_page", "home") else value
    raise ValidationError("There is no such choice.")


def _as_json(row: Preferences) -> PreferencesOut:
    return PreferencesOut(
        language=row.language or None,
        zone=row.zone or None,
        date_format=row.date_format or None,
        number_format=row.number_format or None,
        currency_format=row.currency_format or None,
        theme=row.theme,
        start_page=row.start_page or None,
        rows=row.rows or DEFAULT_ROWS,
        call_me=row.call_me or None,
        version=row.version,
        saved_at=row.saved_at if row.version else None,
    )
