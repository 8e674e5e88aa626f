"""Run one command beside a server, or wait beside it; which server is for the callers."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType


class Stopped(Exception):
    """SIGTERM or SIGINT came."""


def run_with(variables: Mapping[str, str], command: Sequence[str]) -> int:
    """Run the command with the variables and give its exit status; without one, print and wait."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        if not command:
            for value in variables.values():
                print(value, flush=True)
            signal.pause()
        with subprocess.Popen(command, env={**os.environ, **variables}) as child:
            try:
                return child.wait()
            except Stopped:
                child.terminate()
                return child.wait()
            except KeyboardInterrupt:  # the terminal has told the child as well
                return child.wait()
    except (Stopped, KeyboardInterrupt):
        return 0
    except FileNotFoundError:
        print(f"There is no command {command[0]}.", file=sys.stderr)
        return 127


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
