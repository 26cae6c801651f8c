"""A program that does acts on the test's database and store, and dies in them.

It reads one order per line: ``{"act": …, "at": n, …}``. For each it becomes two; the
child does the act and is killed with SIGKILL at its n-th point. Points are: before
and after each write to the database, each commit, each request to an S3 server, each
mail that is sent, and each synced, moved or removed file. The answer is a line:
``killed <point>``, or ``done <number of points> <what came of it>``.
"""

import io
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

LARGE = 9 * 1024 * 1024  # more than one part
WRITES = ("INSERT", "UPDATE", "DELETE")


class Points:
    """Counts the points of an act, and dies at one of them."""

    def __init__(self, at: int, out: int) -> None:
        self.at, self.out, self.count = at, out, 0

    def reach(self, name: str) -> None:
        """Come past the next point, or not."""
        self.count += 1
        if self.count == self.at:
            os.write(self.out, f"killed {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same act with a point before and after it."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {name}")
            result = act(*args, **kwargs)
            self.reach(f"after {name}")
            return result

        return watched


def watch(points: Points) -> None:
    """Put a point around everything that outlives the process."""
    from django.core.mail import EmailMessage
    from django.db import connection
    from minio import Minio

    EmailMessage.send = points.around("mail", EmailMessage.send)  # type: ignore[method-assign]
    connection.ensure_connection()
    real_commit = connection._commit  # type: ignore[attr-defined] # not in the stubs
    connection._commit = points.around("commit", real_commit)  # type: ignore[attr-defined]

    def written(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(WRITES):
            return execute(sql, *rest)
        return points.around(" ".join(sql.split()[:3]), execute)(sql, *rest)

    connection.execute_wrappers.append(written)
    real = Minio._url_open

    def requested(self: Minio, method: str, *args: Any, **kwargs: Any) -> Any:
        send = points.around(f"{method} to the store", real)
        return send(self, method, *args, **kwargs)

    Minio._url_open = requested  # type: ignore[method-assign]
    os.fsync = points.around("fsync", os.fsync)
    for name in ("replace", "unlink"):
        setattr(Path, name, points.around(name, getattr(Path, name)))


def file(order: dict[str, Any]) -> None:
    """File a paper."""
    from documents.services import papers
    from meetings.models import AgendaItem
    from members.models import Person
    from tests import factories
    from tests.papers import details, reference, upload

    papers.file_paper(
        actor=factories.sign_in(Person.objects.get(id=order["person"])),
        item=reference(AgendaItem.objects.get(id=order["item"])),
        details=details(),
        upload=upload("資料".encode() * 100, "資料.txt"),
        token=UUID(order["token"]),
    )


def large(order: dict[str, Any]) -> None:
    """Store a large object and keep it."""
    from django.db import transaction

    from portal.core import vault

    row = vault.put(io.BytesIO(bytes(LARGE)))
    with transaction.atomic():
        vault.keep(row)


def erase(order: dict[str, Any]) -> None:
    """Dispose of an object."""
    from django.db import transaction

    from portal.core import vault

    with transaction.atomic():
        vault.erase(UUID(order["object"]))


def sweep(order: dict[str, Any]) -> None:
    """Clear what was left, an hour later."""
    from portal.core import upkeep
    from tests.portal import stores

    with stores.later(hours=1):
        upkeep.sweep()


def other_acts() -> dict[str, Callable[[dict[str, Any]], object]]:
    """Those of people: they need the portal's models, which are there by now."""
    from tests import killed_acts

    return killed_acts.ACTS


STORING = {act.__name__: act for act in (file, large, erase, sweep)}


def do(order: dict[str, Any], out: int) -> None:
    """In the child: the act, to its end or to its point."""
    from django.conf import settings

    settings.VAULT_STORE = store = order["store"]
    if store["kind"] == "disk":
        store["path"] = Path(store["path"])
    points = Points(order["at"], out)
    watch(points)
    act = STORING.get(order["act"]) or other_acts()[order["act"]]
    answer = act(order)
    os.write(out, f"done {points.count} {answer}\n".encode())


def main(database: str, key_file: str) -> None:
    """Take orders until there are no more."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.KEY_FILE = Path(key_file)
    django.setup()
    other_acts()  # loaded once, before there are children
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            try:
                do(order, sys.stdout.fileno())
            except BaseException as error:  # noqa: BLE001 – told to the test
                os.write(sys.stdout.fileno(), f"failed {error!r}\n".encode())
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
