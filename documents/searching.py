"""Papers as they are found: their words, kept under their own key, and who sees them.

What a file says is read once, by the mix-up guard's reader, and of that only what a
reader of the paper is shown: no notes, no hidden sheets, no deleted words.
"""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from documents import selectors
from documents.mixups.weighing import Place
from documents.models import MixupHit, PaperVersion, VersionText
from documents.selectors import OpenVersion
from members.access import Access
from members.facts import Action, State
from portal.core import clock, vault
from portal.core.errors import UnavailableError
from portal.core.search import sources
from portal.core.search.hits import Hit, Part, Read, excerpts_of
from portal.core.search.sources import Found, Source, Watch
from portal.core.search.words import Query, Text, marked, text_of

Check = Callable[[list[UUID]], Iterable[Hit]]
Place_ = MixupHit.Part

# Nobody looks for the thousandth page of a list.
MOST_CHARACTERS = 300_000
GONE = (State.RECALLED, State.DISPOSED)
_SHOWN = {
    Place_.PAGE,
    Place_.BODY,
    Place_.SHEET,
    Place_.SLIDE,
    Place_.HEADER,
    Place_.FOOTNOTE,
}


def register() -> None:
    """Have the versions indexed that are open to somebody, now or later."""
    sources.register(
        Source(
            "paper",
            lambda: PaperVersion.objects.exclude(state__in=GONE),
            _found,
            (
                Watch("documents.PaperVersion", ("state", "file_name", "scan")),
                Watch(
                    "documents.Paper",
                    ("number", "title", "body", "case", "item_id"),
                    through="documents.PaperVersion.paper",
                ),
                Watch("documents.VersionText", ("sealed",), subject="version"),
            ),
        )
    )


def keep_words(version: PaperVersion, places: Iterable[Place]) -> None:
    """Keep what the version says, in the caller's transaction, instead of before."""
    rows, left = [], MOST_CHARACTERS
    for part, number, words in places:
        if part in _SHOWN and words.strip() and left > 0:
            text = text_of(words[:left])
            rows.append([part, number, words[:left], text.narrow, text.days])
            left -= len(words)
    plain = zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8"))
    try:
        sealed = vault.seal_beside(version.stored, plain)
    except UnavailableError:  # its bytes are gone: so are its words
        VersionText.objects.filter(version=version).delete()
        return
    VersionText.objects.update_or_create(version=version, defaults={"sealed": sealed})


def _words_of(version: PaperVersion, kept: VersionText | None) -> Iterator[Part]:
    """The parts of a version, the words of its file among them where they are there."""
    yield Part.of("", _head(version))
    if kept is not None:
        yield from _opened(version, kept)
    yield Part.of(_("ファイル名"), version.file_name.rpartition(".")[0])


def _opened(version: PaperVersion, kept: VersionText) -> Iterator[Part]:
    """The words that are kept; none where the bytes themselves are gone."""
    try:
        plain = vault.unseal_beside(version.stored, bytes(kept.sealed))
    except UnavailableError:
        return
    for part, number, words, narrow, days in json.loads(zlib.decompress(plain)):
        yield Part(_where(part, number), words, Text(narrow, tuple(days)))


def _head(version: PaperVersion) -> str:
    return f"{version.paper.number} {version.paper.title}".strip()


def _where(part: str, number: int) -> str:
    if part == Place_.PAGE:
        return _("%(number)dページ") % {"number": number}
    return str(Place_(part).label)


def _kept(ids: Collection[UUID]) -> dict[UUID, VersionText]:
    return {row.version_id: row for row in VersionText.objects.filter(version__in=ids)}


def _found(ids: Collection[UUID]) -> Iterator[Found]:
    rows = PaperVersion.objects.filter(id__in=ids).exclude(state__in=GONE)
    kept = _kept(ids)
    for version in rows.select_related("paper", "stored"):
        paper = version.paper
        yield Found(
            version.id,
            paper.body_id,
            paper.case_id or paper.item_id,
            version.uploaded_at,
            tuple(part.text for part in _words_of(version, kept.get(version.id))),
        )


def paper_check(known: Access, query: Query) -> Check:
    """Versions that the actor may read now; a replaced one opens to custodians."""

    def check(ids: list[UUID]) -> Iterator[Hit]:
        here = PaperVersion.objects.filter(id__in=ids).values_list("id", flat=True)
        found = selectors.versions_known(known, list(here))
        open_ = {
            each.version.id: each
            for each in found
            if each.access.allows(Action.READ, each.thing)
        }
        kept = _kept(open_)
        for version_id in ids:
            if version_id in open_:
                yield from _hit(open_[version_id], kept.get(version_id), query)

    return check


def _hit(found: OpenVersion, kept: VersionText | None, query: Query) -> Iterator[Hit]:
    version, paper = found.version, found.version.paper
    excerpts = excerpts_of(_words_of(version, kept), query)
    if excerpts is None:
        return
    replaced = (_("前の版"),) if version.state == State.REPLACED else ()
    yield Hit(
        url=reverse("documents:version-view", args=[version.id]),
        title=marked(_head(version), query),
        day=clock.day_of(version.uploaded_at),
        meta=(*replaced, *((paper.case.number,) if paper.case else ())),
        excerpts=tuple(each for each in excerpts if each.where),
        read=Read(
            "documents.version.found",
            f"version:{version.id}",
            paper.case_id,
            paper.item_id,
            {"number": version.number},
        ),
    )
