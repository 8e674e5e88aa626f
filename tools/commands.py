"""Several Django commands in one process, because starting Django costs more than most of them.

`python -m tools.commands sandbox.settings migrate seed` runs them one after the other.
"""

import os
import sys
import time

ASKING = {"migrate", "collectstatic"}


def main() -> int:
    """Run the commands that the command line names."""
    settings, *commands = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = settings

    import django
    from django.core.management import call_command

    django.setup()
    for command in commands:
        began = time.monotonic()
        print(f"{command} …", flush=True)
        call_command(command, **({"interactive": False} if command in ASKING else {}))
        print(f"{command} took {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
