"""What a file really is, by its content, and a name for it that harms nobody; it keeps nothing."""

import os
import re
import unicodedata
import warnings
from typing import IO

from PIL import Image

from selfcare.annotations import limits, texts
from selfcare.annotations.refusals import Refused

EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
}
# A phone often puts two pictures into one JPEG (CIPA DC-007); who reads JPEG sees the first.
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg"}
NAME_LENGTH = 120
# The most that a camera or a program makes of 10 MB is some thousands.
MOST_PIECES = 20_000
# A picture may promise more pixels than any memory holds: the promise alone is refused.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def recognise(file: IO[bytes], name: str) -> str:
    """The media type of a PDF, PNG or JPEG; raises Refused for all else. No picture is decoded."""
    file.seek(0)
    head = file.read(1024)
    if not head:
        raise Refused("file_empty", name=name)
    if head.startswith(b"%PDF-"):
        found = "application/pdf" if _is_pdf(file, head) else ""
    elif head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        found = _picture(file, name)
    else:
        found = ""
    file.seek(0)
    if not found:
        raise Refused("file_type", name=name)
    return found


def _is_pdf(file: IO[bytes], head: bytes) -> bool:
    """Begins and ends as ISO 32000 says (7.5.2, 7.5.5): a version, and where the table stands."""
    if not re.match(rb"%PDF-[12]\.[0-9]", head):
        return False
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 2048))
    ends = re.findall(rb"startxref\s+([0-9]{1,10})\s+%%EOF", file.read())
    return bool(ends) and int(ends[-1]) < size


def _picture(file: IO[bytes], name: str) -> str:
    if _is_shredded(file):
        return ""
    try:
        file.seek(0)
        with Image.open(file, formats=["PNG", "JPEG"]) as picture:
            width, height = picture.size
            found = FORMATS.get(picture.format or "", "")
            if width * height <= limits.PIXELS:
                picture.verify()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("picture_too_large", name=name) from None
    except Exception:
        return ""
    if width * height > limits.PIXELS:
        raise Refused("picture_too_large", name=name)
    return found


def _is_shredded(file: IO[bytes]) -> bool:
    """Whether a picture is cut into so many pieces that reading them one by one takes seconds."""
    file.seek(0)
    is_png = file.read(1) == b"\x89"
    file.seek(8 if is_png else 2)
    for _ in range(MOST_PIECES):
        if is_png:  # a length, a name, the data, its check (PNG, 5.3)
            head = file.read(8)
            ahead = int.from_bytes(head[:4]) + 4
        else:  # a marker, and a length that counts itself (ISO 10918-1, B.1.1.4)
            head = file.read(4)
            ahead = int.from_bytes(head[2:]) - 2 if head[:1] == b"\xff" else -1
        if len(head) < (8 if is_png else 4) or ahead < 0:
            return False
        file.seek(ahead, os.SEEK_CUR)
    return True


def plain_name(name: str) -> str:
    """The last part of a name, without controls, paths and what file systems don't take."""
    name = texts.line(unicodedata.normalize("NFC", name).replace("\\", "/")).rsplit("/", 1)[-1]
    name = re.sub(r'[<>:"|?*]', "_", name).strip(". ")
    stem, dot, tail = name.rpartition(".")
    if dot and len(tail) <= 10:
        return f"{stem[: NAME_LENGTH - len(tail) - 1]}.{tail}"
    return name[:NAME_LENGTH]


def true_name(name: str, media_type: str) -> str:
    """The name with the ending that its content has; a file without a name gets one."""
    name = plain_name(name) or "file"
    endings = EXTENSIONS[media_type]
    if name.lower().endswith(endings) and len(name) > max(map(len, endings)):
        return name
    stem = re.sub(r"\.(pdf|png|jpe?g|gif|webp|heic|html?|svg|exe|txt)$", "", name, flags=re.I)
    return f"{stem[: NAME_LENGTH - 5]}{endings[0]}"
