"""Runs `manage.py check --deploy` in one environment after another, with Django imported once.

Each line on stdin is an environment; the line that answers says how the command ended and what it
wrote. Each runs in a fork, which reads the settings anew and leaves nothing behind. The process's
own environment has to be a good one.
"""

import contextlib
import json
import os
import sys
import tempfile
import traceback
from typing import NoReturn

from django.conf import settings
from django.core.management import execute_from_command_line
from django.utils.functional import empty

CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with contextlib.redirect_stdout(sys.stderr):
        execute_from_command_line([*CHECK])  # which reads every module
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


def _forked(env: dict[str, str]) -> tuple[int, str, str]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            _check(env)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()


def _check(env: dict[str, str]) -> NoReturn:
    """As in a process that starts: with nothing of the settings that were read before."""
    os.environ.clear()
    os.environ.update(env, DJANGO_SETTINGS_MODULE="config.settings")
    sys.modules.pop("config.settings", None)
    settings._wrapped = empty
    code = 0
    try:
        execute_from_command_line([*CHECK])
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
