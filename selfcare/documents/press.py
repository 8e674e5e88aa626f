"""Sets one document with typst, in this process or as one of its own; knows nothing of Django.

typst keeps what it worked out for the last ten documents: some 100 kB of memory a row of a table.
So a long document is set in a process of its own, which takes that along when it ends.
"""

import json
import sys
from functools import cache
from typing import Any

import typst

FAMILIES = frozenset({"Archivo", "Archivo Wide", "DejaVu Sans"})


class NotSet(Exception):
    """typst couldn't make a document of it; the message is its own."""


@cache
def fonts(folder: str) -> Any:
    """Ours alone: a machine's own fonts would make the same receipt look different elsewhere."""
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
    if missing := FAMILIES - set(found.families()):
        raise NotSet(f"fonts are missing: {', '.join(sorted(missing))}")
    return found


def pressed(job: dict[str, Any]) -> bytes:
    """The PDF/UA-1 of a job: `template`, `root`, `fonts` are paths, `data` JSON, `at` seconds."""
    try:
        made: bytes = typst.compile(
            job["template"],
            root=job["root"],
            font_paths=fonts(job["fonts"]),
            sys_inputs={"data": job["data"]},
            pdf_standards="ua-1",
            timestamp=job["at"],
        )
    except typst.TypstError as error:
        raise NotSet(error.message[:500]) from error
    return made


def main() -> int:
    """A job as JSON in, the PDF out; 3 and the reason on the other channel if there is none."""
    try:
        body = pressed(json.load(sys.stdin))
    except NotSet as refusal:
        sys.stderr.write(str(refusal))
        return 3
    sys.stdout.buffer.write(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
