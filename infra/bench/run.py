"""``make bench``: measure now, on this machine; one ``name=value`` line per figure.

    run.py                       all figures
    run.py pages gate            some of them
    run.py --profile server      those of one profile

Figures go to standard output, all else to standard error. Data, services and
ports are of their own and thrown away; see docs/developers/benchmarks.md.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from common import ROOT, BenchError, portal, say

BENCH = Path(__file__).resolve().parent
SERVICES = ROOT / "infra" / "bin" / "services"
Environment = dict[str, str]

# Which programs run in which surroundings, in this order.
FIGURES = {
    "alone": ["first_run"],
    "embedded": [
        "pages",
        "weight",
        "accessibility",
        "minutes",
        "download",
        "codes",
        "year",
        "agenda",
        "packet",
        "copies",
        "mixups",
        "search",
        "imports",
        "tamper",
        "notices",
        "bad_input",
        "sign_ins",
    ],
    "server": [
        "pages",
        "gate",
        "first_page",
        "minutes",
        "download",
        "codes",
        "search",
        "audit",
        "who_had",
        "load",
        "link_opens",
        "soak",
        "revocation",
        "faults",
    ],
}


def main() -> int:
    """Run what is asked for; 1 when anything could not be measured."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    describe_machine()
    failed = []
    for surroundings, programs in FIGURES.items():
        chosen = [name for name in programs if name in asked.figures]
        if chosen and surroundings in asked.profiles:
            failed += unmeasured(surroundings, chosen)
    for name in failed:
        say(f"bench: {name} was not measured")
    return 1 if failed else 0


def unmeasured(surroundings: str, programs: list[str]) -> list[str]:
    """Run the programs in their surroundings; those that failed."""
    try:
        with SURROUNDINGS[surroundings]() as environment:
            return [name for name in programs if not measured(name, environment)]
    except (BenchError, subprocess.CalledProcessError) as error:
        say(f"bench: {surroundings}: {error}")
        return programs


def arguments() -> argparse.Namespace:
    """The command line: names of figures, perhaps one profile."""
    names = sorted({name for programs in FIGURES.values() for name in programs})
    parser = argparse.ArgumentParser(epilog=f"Figures: {', '.join(names)}.")
    parser.add_argument("figures", nargs="*", metavar="figure")
    parser.add_argument("--profile", choices=list(FIGURES))
    asked = parser.parse_args()
    asked.profiles = [asked.profile] if asked.profile else list(FIGURES)
    known = {name for each in asked.profiles for name in FIGURES[each]}
    if unknown := set(asked.figures) - known:
        parser.error(f"no such figure here: {', '.join(sorted(unknown))}")
    asked.figures = asked.figures or known
    return asked


def describe_machine() -> None:
    """Say on what the figures were measured: they are only true with it."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    say(f"bench: {os.cpu_count()} cores, load before the start {load}")
    say("bench: server, services and generator share this machine")


def measured(name: str, environment: Environment) -> bool:
    """Run one program; its figures go straight to our standard output."""
    say(f"bench: {name}")
    program = [sys.executable, str(BENCH / f"{name}.py")]
    return subprocess.run(program, env=environment, check=False).returncode == 0


@contextmanager
def embedded() -> Iterator[Environment]:
    """The embedded profile with the demo municipality."""
    data = tempfile.mkdtemp(prefix="kasane-bench-")
    environment = clean() | {"KASANE_PROFILE": "embedded", "KASANE_DATA": data}
    try:
        for command in ("migrate", "collectstatic", "demo"):
            quiet = () if command == "demo" else ("--no-input", "--verbosity", "0")
            portal(command, *quiet, env=environment)
        portal("worker", "--drain", env=environment)  # else it works while we measure
        yield environment
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def server() -> Iterator[Environment]:
    """The server profile on its own services, with the large municipality."""
    folder = Path(tempfile.mkdtemp(prefix="kasane-bench-")) / "services"
    try:
        services("start", folder)
        environment = clean() | read_environment(folder / "env")
        portal("keys", "create", env=environment)
        portal("collectstatic", "--no-input", "--verbosity", "0", env=environment)
        if not measured("fill", environment):
            raise BenchError("the municipality could not be made")
        yield environment
    finally:
        services("stop", folder)
        folder.parent.rmdir()


def services(verb: str, folder: Path) -> None:
    """Start or stop throw-away services."""
    command = [str(SERVICES), verb, str(folder)]
    subprocess.run(command, stdout=sys.stderr, check=True)


def read_environment(file: Path) -> Environment:
    """The settings that the services wrote: lines of NAME='value'."""
    lines = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value.strip("'") for name, _, value in lines}


def clean() -> Environment:
    """The environment without settings of another installation."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KASANE_") or name.startswith("KASANE_BENCH_")
    }


SURROUNDINGS: dict[str, Callable[[], AbstractContextManager[Environment]]] = {
    "alone": lambda: nullcontext(clean()),
    "embedded": embedded,
    "server": server,
}

if __name__ == "__main__":
    sys.exit(main())
