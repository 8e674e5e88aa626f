"""Asks the process in this container whether it lives; for the image's HEALTHCHECK.

A worker serves no port: it lives as long as its container does.
"""

import os
import sys
import urllib.request
from pathlib import Path

PORTS = {"config.wsgi": ("PORT", "8000"), "sandbox.wsgi": ("SANDBOX_PORT", "9000")}


def main() -> int:
    """0 for alive, 1 for not."""
    job = Path("/proc/1/cmdline").read_text(encoding="utf-8").split("\0")
    for application, (variable, default) in PORTS.items():
        if application in job:
            port = os.environ.get(variable, default)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=3):
                return 0
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError:
        sys.exit(1)
