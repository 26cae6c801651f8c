"""Where else a case's words could come to rest, beside page and mail (R39, R35).

What may hold content is listed with its reason; in all else no canary is heard. After
a disposal none is left of what went.
"""

import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from meetings.models import Minutes
from meetings.services import capsules
from members.models import Person
from portal.core import backups, heads, journals, logs
from portal.core.models import AuditHead, StoredObject
from portal.core.objectstore import store
from tests import canary
from tests import cast as people
from tests.canary import leaks, singing
from tests.cast import Cast
from tests.clients import client_of, close
from tests.meetings import keeping
from tests.meetings.recording import held
from tests.meetings.test_packages import body_of
from tests.papers import file_as, release_to

BYTES = "カナリアcanary00000000"  # in the bytes of a paper

# The sinks that hold content, and why they may.
HOLDS = {
    "backup: database": "the rows themselves; the folder lies on an encrypted disk",
    "package": "what is handed to the archive is the record",
    "incident, secretariat": "who had what, for whoever reports it",
    "who had it, secretariat": "the same, for whoever keeps the case",
    "review, secretariat": "who may see the case, for whoever keeps it",
}
# R32: an auditor learns which case and which agency, nobody's name and no words.
CODES = {"members.Case.number", "members.Organization.name", "members.Body.name"}


@dataclass
class Living:
    """A case's whole life, with a token in every text of it."""

    cast: Cast
    outside: Path

    def __post_init__(self) -> None:
        self.version = release_to(self.cast)
        file_as(self.cast, data=f"{BYTES}\n".encode() * 50, name="memo.txt", number="2")

    def end(self) -> None:
        """Its record is confirmed, and the case closed."""
        minutes = keeping.record(self.cast, held(self.cast, self.cast.shien_item))
        assert minutes.state == Minutes.State.FINAL
        capsules.keep(minutes)
        self.key = keeping.close(self.cast.case)

    def asked(self, person: Person, address: str, **query: str) -> str:
        """A file that somebody takes, as text, with its headers."""
        client = client_of(person)
        page = client.get(address, query)
        assert page.status_code == 200, (person.name, address)
        text = str(page.headers) + words_of(page)
        close(page)
        return text


def words_of(answer: Any) -> str:
    """The words of a page or a file, cell by cell where it is a book."""
    data = b"".join(answer) if answer.streaming else answer.content
    if data.startswith(b"PK"):
        pages = load_workbook(io.BytesIO(data))
        return str([[cell.value for cell in row] for page in pages for row in page])
    return str(data.decode(errors="ignore"))


@pytest.fixture
def living(
    transactional_db: None, tmp_path: Path, settings: Settings
) -> Iterator[Living]:
    """All of it in folders of the test's own, the temporary one too."""
    AuditHead.objects.get_or_create(id=1)
    settings.JOURNAL = tmp_path / "journal"
    settings.AUDIT_DROP = str(tmp_path / "heads")
    for name in ("temp", "heads"):
        (tmp_path / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
        patch.setenv("TMPDIR", str(tmp_path / "temp"))
        cast = people.assemble()
        with singing(*(each for each in vars(cast).values() if hasattr(each, "pk"))):
            yield Living(cast, tmp_path)


def test_what_may_not_hold_content_holds_none(
    living: Living, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    errors = error_pages(living)
    living.end()
    found = {**taken(living), **errors, **rests(living)}
    lines = map(logs.JsonFormatter().format, caplog.records)
    found |= {"log": "\n".join(lines), "metrics": words_of(Client().get("/metrics"))}
    heard = {name: leaks(text) for name, text in found.items()}
    for name in found:
        if name.endswith("auditor"):
            heard[name] -= CODES
    assert {name for name, fields in heard.items() if fields} == HOLDS.keys(), heard


def taken(living: Living) -> Mapping[str, str]:
    """What those who keep a case, and who audit, take away as files."""
    cast, version = living.cast, living.version
    found = {}
    for who in ("secretariat", "auditor"):
        person = getattr(cast, who)
        had = reverse("documents:had-paper", args=[version.paper_id])
        review = reverse("documents:review-case", args=[cast.case.id])
        found[f"who had it, {who}"] = living.asked(person, had, **{"as": "xlsx"})
        found[f"review, {who}"] = living.asked(person, review, **{"as": "xlsx"})
        found[f"incident, {who}"] = "".join(
            living.asked(
                person,
                reverse("documents:incident"),
                paper=str(version.paper_id),
                **{"as": kind},
            )
            for kind in ("csv", "xlsx")
        )
    package = reverse("meetings:file-package", args=["case", cast.case.id])
    answer = client_of(cast.secretariat).post(package)
    found["package's name"] = str(answer.headers)
    found["package"] = "".join(_unpacked(body_of(answer)))
    return found


def _unpacked(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            yield name + package.read(name).decode(errors="ignore")


def error_pages(living: Living) -> Mapping[str, str]:
    """The pages of an unknown address, a lost token, a wrong form, a broken server."""
    stranger = client_of(living.cast.stranger)
    strict = Client(enforce_csrf_checks=True)
    case = reverse("members:case-detail", args=[living.cast.case.id])
    answers = {
        404: stranger.get(case),
        403: strict.post(reverse("members:sign-in"), {"login": BYTES}),
        405: stranger.put(case),
    }
    for status, answer in answers.items():
        assert answer.status_code in {status, 404}
    return {f"page {status}": words_of(each) for status, each in answers.items()}


def rests(living: Living) -> Mapping[str, str]:
    """What lies outside the database: heads, journals, store, backups, leavings."""
    heads.give_newest()
    heads.drop_waiting()
    journals.flush()
    call_command("audit", "export", str(living.outside / "trail"))
    backup = backups.make(living.outside / "backups")
    found = {
        "heads": _of_folder(living.outside / "heads"),
        "journal and capsules": _of_folder(living.outside / "journal"),
        "trail's export": _of_folder(living.outside / "trail"),
        "temporary files": _of_folder(living.outside / "temp"),
        "store": "".join(_of_store()),
        "backup: database": _of_database(backup / backups.DATABASE),
    }
    (backup / backups.DATABASE).unlink()
    found["backup: the rest"] = _of_folder(living.outside / "backups")
    return found


def _of_folder(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(f"{p.name}\n{p.read_text(errors='ignore')}" for p in files)


def _of_store() -> Iterator[str]:
    for name, _written_at in store().entries():
        with store().open(name) as sealed:
            yield name + sealed.read().decode(errors="ignore")


def _of_database(dump: Path) -> str:
    """SQLite keeps texts as they are; what pg_dump compresses is the rows."""
    if connection.vendor == "sqlite":
        return dump.read_text(errors="ignore")
    return "".join(everything())


def everything() -> Iterator[str]:
    """Every row of every table as text: the queue, the sessions, the trail too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield from (str(row) for row in cursor)


def test_of_what_was_disposed_nothing_is_left(living: Living) -> None:
    """No word of a row that is gone rests in another: not as copy, log, or queue."""
    living.end()
    before = canary.heard("".join(everything()))
    keeping.dispose(living.cast, living.key)
    after = canary.heard("".join(everything()))
    left = after - canary.tokens_of_all_rows()
    assert leaks(" ".join(left)) == set()
    assert len(before - after) > 20, "the tokens of the case are gone"
    assert not StoredObject.objects.exclude(sealed_key=b"").exists()
    assert leaks(_of_folder(Path(settings.JOURNAL))) == set()
