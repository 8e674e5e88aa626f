"""A mail server that notes when each message came and keeps none: `python -m tools.bench.mailbox`.

MAILBOX_PORT is where it listens, and MAILBOX_FILE gets a line a message: the moment in seconds
since 1970, and its Message-ID.
"""

import os
import signal
import sys
import threading
import time
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, TextIO

from aiosmtpd.controller import Controller


class Mailbox:
    """What aiosmtpd calls for each message."""

    def __init__(self, notes: TextIO) -> None:
        self.notes = notes

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        at = time.time()
        headers = BytesHeaderParser().parsebytes(envelope.content)
        self.notes.write(f"{at:.6f} {headers['Message-ID']}\n")
        self.notes.flush()
        return "250 2.0.0 Taken"


def main() -> int:
    """Serve until told to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Path(os.environ["MAILBOX_FILE"]).open("w", encoding="utf-8") as notes:
        port = int(os.environ["MAILBOX_PORT"])
        controller = Controller(Mailbox(notes), hostname="127.0.0.1", port=port)
        controller.start()
        print("mailbox.started", flush=True)
        stop.wait()
        controller.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
