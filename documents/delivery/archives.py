"""Export packages for the municipality's archive: files, manifest, signed head.

One zip, made while it is sent. The manifest names every file with its digest and is
signed with the key of the audit trail's heads, the newest of which it holds; a script
that needs nothing of the portal verifies all of it.
"""

import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from documents import selectors
from documents.delivery import package_check
from documents.delivery.gateway import closed, note_download
from documents.delivery.streaming import GuardedStream
from documents.models import Paper
from documents.selectors import OpenVersion
from members.access import Actor, afresh
from members.facts import Action
from members.http import MemberRequest
from portal.core import audit, chain, clock, heads, keys, media, severing, vault
from portal.core.models import AuditEvent

_MADE = "documents.package.make"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a package is of, how the trail names it, and whether it may still be had."""

    subject: str
    case: UUID | None
    title: str
    versions: Sequence[UUID]
    still_open: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class _Package:
    manifest: dict[str, Any]
    files: list[tuple[str, OpenVersion]]


def package(request: MemberRequest, plan: Plan) -> HttpResponseBase:
    """The package, each of its files a read of its own in the trail (P6).

    Whether a package may be made is the caller's to decide; a file that its taker may
    not download is left out and counted.
    """
    found = selectors.versions_for(request.actor, plan.versions)
    mine = [each for each in found if each.access.allows(Action.DOWNLOAD, each.thing)]
    made = _made(plan, mine, left_out=len(found) - len(mine))
    with transaction.atomic():
        audit.record(
            _MADE,
            actor=request.actor.id,
            subject=plan.subject,
            case=plan.case,
            detail={"files": len(mine), "left_out": len(found) - len(mine)},
        )
        for each in mine:
            note_download(each)
    ids = {each.version.id for each in mine}
    stream = GuardedStream(
        _zipped(_sealed(made)),
        ExitStack(),
        lambda: _still_allowed(request.actor, plan, ids),
        severing.cut_of(request),
    )
    name = f"kasane-{clock.today():%Y%m%d}-package.zip"
    return closed(media.as_file(StreamingHttpResponse(stream), media.ZIP, name))


def taken(subjects: Collection[str]) -> dict[str, datetime]:
    """When a package of each was last made, where one ever was."""
    events = AuditEvent.objects.filter(subject__in=subjects, action=_MADE)
    return dict(events.order_by("seq").values_list("subject", "at"))


def _still_allowed(actor: Actor, plan: Plan, ids: set[UUID]) -> bool:
    """The same question again; a proof that lapses while it is sent is no matter."""
    actor = afresh(actor)
    return plan.still_open(actor) and all(
        each.access.offers(Action.DOWNLOAD, each.thing)
        for each in selectors.versions_for(actor, ids)
    )


def _made(plan: Plan, mine: list[OpenVersion], *, left_out: int) -> _Package:
    ordered = sorted(mine, key=_place)
    files = [(_name(n, each), each) for n, each in enumerate(ordered, start=1)]
    manifest = {
        "format": package_check.FORMAT,
        "made_at": clock.now().isoformat(),
        "title": plan.title,
        "left_out": left_out,
        "files": [_entry(name, each) for name, each in files],
    }
    return _Package(manifest, files)


def _place(found: OpenVersion) -> tuple[datetime, str, int]:
    version = found.version
    return version.paper.created_at, version.paper.number, version.number


def _name(number: int, found: OpenVersion) -> str:
    """Neutral: what a file is stands in the manifest alone."""
    version = found.version
    folder = "records" if version.paper.kind == Paper.Kind.MINUTES else "papers"
    suffix = PurePosixPath(version.file_name).suffix.lower()
    return f"{folder}/{number:04}{suffix}"


def _entry(name: str, found: OpenVersion) -> dict[str, Any]:
    version, paper = found.version, found.version.paper
    return {
        "name": name,
        "size": version.stored.size,
        "sha256": version.stored.sha256,
        "media_type": version.media_type,
        "number": paper.number,
        "title": paper.title,
        "kind": str(paper.get_kind_display()),
        "version": version.number,
        "state": version.state,
        "filed_at": version.uploaded_at.isoformat(),
    }


def _sealed(made: _Package) -> _Package:
    """The manifest with the trail's newest head, signed as a whole."""
    head = heads.newest()
    manifest = {
        **made.manifest,
        "key": keys.public_key(),
        "head": {"format": chain.HEAD_FORMAT, **head._asdict()},
    }
    manifest["signature"] = keys.sign(package_check.signed_text(manifest))
    return _Package(manifest, made.files)


def _zipped(made: _Package) -> Iterator[bytes]:
    """The bytes of the zip as they come to be; no file rests in memory whole."""
    target = _Taken()
    script = Path(package_check.__file__).read_bytes()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_info("verify.py"), script)
        archive.writestr(_info("mokuroku.txt"), _contents(made))
        archive.writestr(
            _info(package_check.MANIFEST), package_check.canonical(made.manifest)
        )
        for name, found in made.files:
            with (
                vault.open_object(found.version.stored) as chunks,
                archive.open(_info(name), "w", force_zip64=True) as member,
            ):
                for chunk in chunks:
                    member.write(chunk)
                    yield target.take()
    yield target.take()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, clock.now().astimezone(UTC).timetuple()[:6])
    info.external_attr = 0o600 << 16
    return info


def _contents(made: _Package) -> bytes:
    """目録: what is in the package, to be read by people."""
    lines = [made.manifest["title"], ""]
    lines += [
        "\t".join(str(entry[field]) for field in ("name", "kind", "number", "title"))
        for entry in made.manifest["files"]
    ]
    lines += ["", _("確かめ方: python3 verify.py このファイル.zip")]
    return "\r\n".join(lines).encode("utf-8-sig")


class _Taken(io.RawIOBase):
    """Where the zip is written to; what was written is taken from it at once."""

    def __init__(self) -> None:
        self._ready = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._ready += data
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._ready)
        self._ready.clear()
        return taken
