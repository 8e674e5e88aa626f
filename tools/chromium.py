"""Finds the Chromium that browser tests drive, or says how to get one; it never downloads one."""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = (
    "Browser tests need a Chromium, and there is none on PATH: install one "
    "(Debian: apt-get install chromium fonts-liberation; macOS: brew install --cask chromium), "
    "or name one with CHROMIUM=/path/to/chromium."
)


class NoChromiumError(Exception):
    """There is none; the text says how to get one."""


def find_chromium() -> str:
    """The path of the program: $CHROMIUM, else the first on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        program = shutil.which(named)
        if program is None:
            raise NoChromiumError(f"CHROMIUM is {named}, which is no program.")
        return program
    for name in NAMES:
        program = shutil.which(name)
        if program is not None:
            return program
    raise NoChromiumError(HOW_TO_GET_ONE)


def main() -> int:
    """Say which one it is."""
    try:
        print(f"Browser tests drive {find_chromium()}.")
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
