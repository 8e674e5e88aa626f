"""What tests of exports share: somebody with a history, and an export asked for.

It is loaded before Django knows its settings, so it imports what needs them late.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.support.control import Control, Person

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.documents.exports.asked import Ask


@pytest.fixture
def ask() -> "Ask":
    from tests.documents.exports.asked import ask_now

    return ask_now


@pytest.fixture
def as_jobs(monkeypatch: pytest.MonkeyPatch, settings: "SettingsWrapper") -> Callable[[int], None]:
    """Let nothing be made at once; parts have this many rows."""
    from selfcare.documents.exports import actions, formats

    def make(part_rows: int) -> None:
        settings.EXPORT_PART_ROWS = part_rows
        later = {name: replace(one, at_once_rows=0) for name, one in formats.BY_NAME.items()}
        monkeypatch.setattr(actions, "BY_NAME", later)

    return make


@pytest.fixture
def wealthy(control: Control) -> Person:
    """Somebody with some eighty transactions."""
    return control.add_person("Wanda Wealthy", history=60)
