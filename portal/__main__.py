"""The operator's door: ``python -m portal <command>``."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command under the profile that KASANE_PROFILE names."""
    command, *rest = sys.argv[1:] or ["help"]
    if command == "practice":  # a profile of its own, whatever the real one's is
        os.environ["KASANE_PROFILE"] = command
    profile = os.environ.get("KASANE_PROFILE", "embedded")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"portal.settings.{profile}")
    if not command.startswith("-"):
        # "inbound-reply" is the module inbound_reply.
        command = command.replace("-", "_")
    execute_from_command_line(["python -m portal", command, *rest])


if __name__ == "__main__":
    main()
