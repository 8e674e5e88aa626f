"""Which folders' files changed since last asked, by looking; for `make dev` alone."""

import os
from collections.abc import Iterable
from pathlib import Path

IGNORED = {"__pycache__", ".mypy_cache", ".ruff_cache"}


class TreeWatch:
    """Remembers the files of some folders below a root."""

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        self.root = root
        self.seen = {folder: self._look(folder) for folder in folders}

    def changed(self) -> set[str]:
        """The folders in which a file was written, added or removed."""
        now = {folder: self._look(folder) for folder in self.seen}
        different = {folder for folder, files in now.items() if files != self.seen[folder]}
        self.seen = now
        return different

    def _look(self, folder: str) -> dict[str, int]:
        files = {}
        for where, folders, names in os.walk(self.root / folder):
            folders[:] = [name for name in folders if name not in IGNORED]
            for name in names:
                path = os.path.join(where, name)
                if not name.endswith((".pyc", "~", ".swp")):
                    try:
                        files[path] = os.stat(path).st_mtime_ns
                    except FileNotFoundError:
                        continue
        return files
