"""Django's commands for the box: `python -m sandbox migrate`."""

import os
import sys

from django.core.management import ManagementUtility


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings")
    ManagementUtility(["python -m sandbox", *sys.argv[1:]]).execute()


if __name__ == "__main__":
    main()
