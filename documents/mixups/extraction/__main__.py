"""The process: limits first, then every word, then one line of JSON."""

import json
import os
import resource
import sys
from pathlib import Path

if __name__ == "__main__":  # started by its path: nothing else is on Python's own
    sys.path.insert(0, str(Path(__file__).parents[3]))

from documents.mixups.extraction.readers import read

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 30


def main(kind: str) -> None:
    """Print the words of standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(0, "rb") as file:
        sys.stdout.write(json.dumps(read(kind, file)))


if __name__ == "__main__":
    main(sys.argv[1])
