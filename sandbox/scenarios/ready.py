"""The ready scenarios, read from their files once."""

from functools import cache
from pathlib import Path

from sandbox.scenarios import script
from sandbox.scenarios.script import Script

FOLDER = Path(__file__).parent / "ready"


@cache
def all_ready() -> dict[str, Script]:
    """By id, in the order of their files' names."""
    found = (script.read(text) for text in texts().values())
    return {one.id: one for one in found}


@cache
def texts() -> dict[str, str]:
    """As they were written, by id."""
    paths = sorted(FOLDER.glob("*.toml"))
    return {path.stem.partition("-")[2]: path.read_text(encoding="utf-8") for path in paths}
