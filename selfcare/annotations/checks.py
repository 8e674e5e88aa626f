"""A system check: where files are kept, we may write; it writes nothing itself."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def the_files_folder_is_writable(**_: Any) -> Sequence[CheckMessage]:
    """A bucket is asked only when it is used: a check calls nobody."""
    if settings.FILES_BUCKET:
        return []
    folder = Path(settings.FILES_FOLDER)
    # It is made with the first file, so that what counts is the nearest folder that is there.
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"FILES_FOLDER is {folder}, where we may not write.",
            hint="Give the user of web and worker the right to, or name a FILES_BUCKET.",
            id="selfcare.E010",
        )
    ]
