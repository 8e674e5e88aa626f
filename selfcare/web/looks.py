"""A page's next look for what is new, led by the server; what it finds is each feature's own."""

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Look:
    """Where to look next and in how many seconds; no address, 0 seconds: never."""

    url: str
    seconds: int

    @property
    def name(self) -> str:
        """An id of its own, so that one look's element never passes for another's."""
        return f"fresh-{crc32(self.url.encode())}"
