"""The drill: back up, take away, destroy everything, restore; none of it comes back.

It runs on a database and a store that it makes itself and throws away
(``make drill``, on both profiles). Before the true restore it tries backups that
do not belong here: each must be refused with nothing done.
"""

import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from common import BenchError, figure, profile, say, set_up_django
from psycopg import sql

WRONG_ONES = 7
# Where a restore is killed, in the order in which it gets there.
DEATHS = (
    "_closing",  # before the commit that brings the database back
    "_require_trail",
    "_Digesting",  # with the first object
    "_take_again",
    "_open",
)
OLD, NEW = "やまとかわのあいだのまち", "うみとみさきのあいだのまち"
LINKS, MEMBERS, CONSENTS, FILES, CODES, RECORDS = 20, 5, 2, 10, 10, 3


@contextmanager
def _own_place() -> Iterator[Path]:
    """Folder, database and bucket of this drill alone, named in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="kasane-drill-"))
    os.environ["KASANE_DATA"] = str(folder / "data")
    os.environ["KASANE_JOURNAL"] = str(folder / "elsewhere" / "journal")
    os.environ["KASANE_KEY_FILE"] = str(folder / "elsewhere" / "keys.json")
    os.environ["KASANE_AUDIT_DROP"] = str(folder / "elsewhere" / "heads")
    os.environ["KASANE_DEMO"] = "off"
    os.environ.pop("KASANE_AUDIT_MAIL", None)
    (folder / "elsewhere" / "heads").mkdir(parents=True)
    name, address = f"drill_{uuid4().hex[:12]}", os.environ.get("KASANE_DATABASE_URL")
    try:
        if profile() == "server":
            if not address:
                raise BenchError("The server profile needs services: use make drill.")
            _on_server(address, "CREATE DATABASE {}", name)
            own = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
            os.environ["KASANE_DATABASE_URL"] = own
            os.environ["KASANE_S3_BUCKET"] = name.replace("_", "-")
        yield folder
    finally:
        if profile() == "server" and address:
            _on_server(address, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        shutil.rmtree(folder)


def _on_server(address: str, statement: str, name: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))


def main() -> None:
    """Run the drill and print its figures."""
    with _own_place() as folder:
        set_up_django()
        from django.core.management import call_command  # noqa: PLC0415 – after set-up

        call_command("keys", "create", stdout=sys.stderr)
        call_command("migrate", verbosity=0)
        Drill(folder).run()


@dataclass
class Drill:
    """One run, with what it took away."""

    folder: Path
    taken: dict[str, list[object]] = field(default_factory=dict)
    records: dict[UUID, str] = field(default_factory=dict)
    card_of: Any = None

    def run(self) -> None:
        """All steps in their order."""
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        from portal.core import heads  # noqa: PLC0415

        town = self._fill()
        begun = time.perf_counter()
        call_command("backup", str(self.folder / "backups"), stdout=sys.stderr)
        figure("drill_backup_seconds", time.perf_counter() - begun)
        self._take(town)
        heads.give_newest()
        heads.drop_waiting()
        _destroy()
        refused = self._try_wrong_ones()
        figure("drill_refused", refused)
        if refused != WRONG_ONES:
            raise BenchError("A backup that does not belong here was taken.")
        figure("drill_restore_deaths", self._die_on_the_way())
        begun = time.perf_counter()
        call_command("restore", str(self.folder / "backups"), stdout=sys.stderr)
        figure("drill_restore_seconds", time.perf_counter() - begun)
        self._judge()
        connection.close()

    # Before ---------------------------------------------------------------------------

    def _fill(self) -> "Town":
        from documents.services.links import issue_link  # noqa: PLC0415
        from members import models  # noqa: PLC0415
        from members.access import Actor  # noqa: PLC0415
        from members.facts import Role  # noqa: PLC0415
        from members.services.factors import issue_card  # noqa: PLC0415
        from portal.core import clock, vault  # noqa: PLC0415
        from tests import cast, factories  # noqa: PLC0415

        town = cast.assemble()
        office = factories.organization("訓練クリニック")
        now = clock.now()
        for number in range(LINKS):
            person = factories.person(f"訓練 {number}", office)
            issue_link(
                actor=Actor(town.secretariat),
                person=person,
                scope=models.Scope(models.Purpose.SITTING, town.sitting.id),
                starts_at=now,
                ends_at=now + timedelta(days=7),
            )
            if number < MEMBERS:
                factories.membership(person, town.case, Role.EXTERNAL)
        for number in range(FILES):
            vault.keep(vault.put(_bytes(f"file {number}")))
        _card, codes = issue_card(actor=Actor(town.secretariat), person=person)
        town.secretariat.set_password(OLD)
        town.secretariat.save(update_fields=["password"])
        items = [
            factories.item(town.sitting, town.case, town.shien) for _ in range(RECORDS)
        ]
        return Town(town, items, person, codes)

    # What is taken --------------------------------------------------------------------

    def _take(self, town: "Town") -> None:
        from documents.models import Link  # noqa: PLC0415
        from documents.services.links import revoke_link  # noqa: PLC0415
        from meetings.services import capsules  # noqa: PLC0415
        from members import models  # noqa: PLC0415
        from members.services.cases import (  # noqa: PLC0415
            end_membership,
            withdraw_consent,
        )
        from members.services.factors import verify_card  # noqa: PLC0415
        from portal.core import journals, vault  # noqa: PLC0415
        from portal.core.models import StoredObject  # noqa: PLC0415
        from tests.factories import sign_in  # noqa: PLC0415
        from tests.meetings.keeping import record  # noqa: PLC0415

        clerk = town.cast.secretariat
        actor = sign_in(clerk, strength=2)
        for link in Link.objects.filter(revoked_at=None)[:LINKS]:
            revoke_link(actor=actor, link=link)
            self._note("links", link.pk)
        outside = models.Membership.objects.filter(person__name__startswith="訓練")
        for membership in outside:
            end_membership(actor=actor, membership=membership)
            self._note("members", membership.pk)
        for consent in models.Consent.objects.filter(withdrawn_at=None)[:CONSENTS]:
            withdraw_consent(actor=actor, consent=consent)
            self._note("consents", consent.pk)
        for stored in StoredObject.objects.filter(state="ready")[:FILES]:
            vault.erase(stored.id)
            self._note("files", stored.id)
        for code in town.codes:
            if not verify_card(town.card_of, code):
                raise BenchError("A code of the card does not open.")
            self._note("codes", code)
        clerk.set_password(NEW)
        clerk.save(update_fields=["password"])
        self._note("passwords", clerk.pk)
        self.card_of = town.card_of
        for item in town.items:
            minutes = record(town.cast, item)
            capsules.keep(minutes)
            self.records[minutes.id] = minutes.digest
        journals.flush()

    def _note(self, kind: str, key: object) -> None:
        self.taken.setdefault(kind, []).append(key)

    # Backups that do not belong here --------------------------------------------------

    def _try_wrong_ones(self) -> int:
        """Each must be refused, say why, and leave the database empty; how many."""
        tries: list[tuple[Callable[[], object], str]] = [
            (self._other_town, "not 隣市"),
            (self._wrong_key, "Wrong key file"),
            (self._cut_journal, "The journal is cut off"),
            (self._changed_journal, "The journal is not whole"),
            (self._forged_head, "is forged"),
            (self._unknown_version, "Unknown version"),
            (self._changed_dump, "The file database"),
        ]
        return sum(self._is_refused(*each) for each in tries)

    def _is_refused(self, spoil: Callable[[], object], why: str) -> bool:
        from django.core.management import CommandError, call_command  # noqa: PLC0415
        from django.test import override_settings  # noqa: PLC0415

        from portal.core import dumps  # noqa: PLC0415

        copy = self.folder / "spoilt"
        shutil.copytree(self.folder / "elsewhere", copy / "elsewhere")
        shutil.copytree(self.folder / "backups", copy / "backups")
        changed = override_settings(
            KEY_FILE=copy / "elsewhere" / "keys.json",
            JOURNAL=copy / "elsewhere" / "journal",
            AUDIT_DROP=str(copy / "elsewhere" / "heads"),
        )
        try:
            with changed, override_settings(**(spoil() or {})):  # type: ignore[arg-type]
                call_command("restore", str(copy / "backups"), stdout=sys.stderr)
        except CommandError as error:
            say(f"refused: {error}")
            return why in str(error) and dumps.is_empty()
        finally:
            shutil.rmtree(copy)
        return False

    def _other_town(self) -> dict[str, str]:
        return {"MUNICIPALITY": "隣市"}

    def _wrong_key(self) -> None:
        from portal.core import keys  # noqa: PLC0415

        path = self.folder / "spoilt" / "elsewhere" / "keys.json"
        path.unlink()
        keys.create(path)

    def _cut_journal(self) -> None:
        path = self._journal()
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-4]))  # the newest head is among them

    def _changed_journal(self) -> None:
        path = self._journal()
        path.write_bytes(path.read_bytes().replace(b"members_membership", b"members_x"))

    def _forged_head(self) -> None:
        heads = self.folder / "spoilt" / "elsewhere" / "heads"
        newest = max(heads.glob("*.json"))
        text = newest.read_text("utf-8")
        at = text.index('"digest":"') + len('"digest":"')
        newest.chmod(0o600)
        newest.write_text(
            text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        )

    def _unknown_version(self) -> None:
        path = next((self.folder / "spoilt" / "backups").glob("*Z/manifest.json"))
        path.write_text(path.read_text("utf-8").replace('"format": 1', '"format": 99'))

    def _changed_dump(self) -> None:
        path = next((self.folder / "spoilt" / "backups").glob("*Z/database"))
        path.write_bytes(path.read_bytes()[:-1] + b"x")

    def _journal(self) -> Path:
        return next((self.folder / "spoilt" / "elsewhere" / "journal").glob("*.jsonl"))

    # A restore that dies --------------------------------------------------------------

    def _die_on_the_way(self) -> int:
        """Kill it at each place; the next one goes on. Nobody gets in meanwhile."""
        from django.db import connection  # noqa: PLC0415

        from portal.core import dumps, restoring  # noqa: PLC0415

        for place in DEATHS:
            connection.close()
            if profile() == "server":
                connection.close_pool()  # type: ignore[attr-defined]
            child = os.fork()
            if not child:
                self._restore_until(place)
            _pid, status = os.waitpid(child, 0)
            if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
                raise BenchError(f"The restore did not get to {place}.")
            if not (dumps.is_empty() if place == DEATHS[0] else restoring.is_closed()):
                raise BenchError(f"The portal is open after a death at {place}.")
        return len(DEATHS)

    def _restore_until(self, place: str) -> NoReturn:
        from django.core.management import call_command  # noqa: PLC0415

        from portal.core import restoring  # noqa: PLC0415

        def die(*_given: object, **_named: object) -> NoReturn:
            os.kill(os.getpid(), signal.SIGKILL)
            raise BenchError("Not dead.")

        try:
            setattr(restoring, place, die)
            call_command("restore", str(self.folder / "backups"), stdout=sys.stderr)
        finally:
            os._exit(1)

    # After ----------------------------------------------------------------------------

    def _judge(self) -> None:
        from documents.models import Link  # noqa: PLC0415
        from meetings.models import Minutes  # noqa: PLC0415
        from members import models  # noqa: PLC0415
        from members.services.factors import verify_card  # noqa: PLC0415
        from portal.core import audit, clock, restoring, upkeep, vault  # noqa: PLC0415
        from portal.core.models import StoredObject  # noqa: PLC0415

        now = clock.now()
        alive = {
            "links": Link.objects.filter(ends_at__gt=now).count(),
            "sign_ins": models.SignIn.objects.filter(ends_at=None).count(),
            "members": _still(models.Membership, self.taken["members"], ends_at=None),
            "consents": _still(
                models.Consent, self.taken["consents"], withdrawn_at=None
            ),
            "files": _still(StoredObject, self.taken["files"], state="ready"),
            "codes": sum(
                verify_card(self.card_of, str(code)) for code in self.taken["codes"]
            ),
            "passwords": sum(
                models.Person.objects.get(pk=key).check_password(word)
                for key in self.taken["passwords"]
                for word in (OLD, NEW)
            ),
        }
        for name, count in alive.items():
            figure(f"drill_{name}_taken", len(self.taken.get(name, [])))
            figure(f"drill_{name}_alive", count)
        reread = 0
        for minutes_id, digest in self.records.items():
            minutes = Minutes.objects.select_related("pdf").get(id=minutes_id)
            assert minutes.pdf is not None
            stored = minutes.pdf.versions.get().stored
            vault.read(stored)  # it fails unless the bytes are those of its digest
            reread += digest == stored.sha256 == minutes.digest
        figure("drill_records_confirmed", len(self.records))
        figure("drill_records_reread", reread)
        figure("drill_store_findings", len(list(upkeep.check(read=True))))
        breaks = [each for each in audit.verify() if not each.note]
        figure("drill_audit_breaks", len(breaks))
        figure("drill_closed", int(restoring.is_closed()))
        wrong = [name for name, count in alive.items() if count]
        if wrong or breaks or reread != RECORDS:
            raise BenchError(f"The drill failed: {wrong or breaks or reread}")


@dataclass(frozen=True)
class Town:
    """The town of the tests, items whose records are confirmed later, a paper card."""

    cast: Any
    items: list[Any]
    card_of: Any
    codes: list[str]


def _still(model: object, keys: list[object], **state: object) -> int:
    return int(model.objects.filter(pk__in=keys, **state).count())  # type: ignore[attr-defined]


def _bytes(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode("utf-8"))


def _destroy() -> None:
    """Nothing is left but what lies elsewhere: backups, journal, heads, key file."""
    from portal.core import dumps  # noqa: PLC0415
    from portal.core.objectstore import store  # noqa: PLC0415

    for name, _written in list(store().entries()):
        store().remove(name)
    dumps.clear()


if __name__ == "__main__":
    main()
