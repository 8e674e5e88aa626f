"""Real small files of each type, and files that lie."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), colour: int = 90) -> bytes:
    """A picture of one colour; another colour is another file."""
    held = io.BytesIO()
    Image.new("RGB", size, (colour % 256, colour // 256 % 256, 60)).save(held, kind)
    return held.getvalue()


def photo() -> bytes:
    """What many phones take: a JPEG with a second picture behind it."""
    held = io.BytesIO()
    first, second = Image.new("RGB", (8, 6), "red"), Image.new("RGB", (4, 3), "blue")
    first.save(held, "MPO", save_all=True, append_images=[second])
    return held.getvalue()


def pdf(words: str = "Invoice", *, password: str = "") -> bytes:
    """A PDF of one empty page."""
    writer = PdfWriter()
    writer.add_blank_page(200, 100)
    writer.add_metadata({"/Title": words})
    if password:
        writer.encrypt(password)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes that promises 3,600,000,000 pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def shreds(kind: str) -> bytes:
    """A picture of 5 megabytes in hundreds of thousands of pieces with nothing in them."""
    if kind == "JPEG":
        whole = picture("JPEG")
        return whole[:2] + b"\xff\xe5\x00\x02" * 1_250_000 + whole[2:]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 4))
    shredded = chunk(b"tEXt", b"a\0") * 350_000
    return b"\x89PNG\r\n\x1a\n" + head + shredded + body + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG with a comment of some kilobytes that swells to 200 megabytes."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    swelling = zlib.compressobj(9)
    packed = b"".join(swelling.compress(b"\0" * 1_000_000) for _ in range(200)) + swelling.flush()
    comment = chunk(b"zTXt", b"Comment\0\0" + packed)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + comment + body + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    """A ZIP archive of some kilobytes that holds 10 megabytes of zeros."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("invoice.pdf", b"\0" * 10_000_000)
    return held.getvalue()
