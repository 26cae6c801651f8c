"""The operator's door: ``python -m portal <command>``."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command under the profile that KASANE_PROFILE names."""
    profile = os.environ.get("KASANE_PROFILE", "embedded")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"portal.settings.{profile}")
    execute_from_command_line(["python -m portal", *sys.argv[1:]])


if __name__ == "__main__":
    main()
