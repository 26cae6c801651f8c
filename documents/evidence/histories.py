"""版の履歴: every version of a paper, and where it was shown, for its custodians."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from documents.models import Paper, PaperVersion, Release, Showing
from documents.policies import place_facts, version_facts
from members.access import Access, Actor, access_for
from members.facts import Action, State
from portal.core.errors import HiddenError


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version; ``readable``: its file's name may be told, as its content may."""

    version: PaperVersion
    releases: list[Release]
    readable: bool

    @property
    def state_words(self) -> str:
        """The state as the custodian reads it."""
        return {
            State.DRAFT: _("未公開"),
            State.HELD: _("確認待ち"),
            State.RELEASED: _("公開"),
            State.REPLACED: _("差替え済み"),
            State.RECALLED: _("取下げ"),
            State.FINAL: _("確定"),
            State.ARCHIVED: _("保存"),
            State.DISPOSED: _("廃棄済み"),
        }[State(self.version.state)]


@dataclass(frozen=True, slots=True)
class PaperHistory:
    """A paper with its past, the newest version first.

    ``named``: its title may be told; of a recalled paper number and digests remain.
    """

    paper: Paper
    named: bool
    versions: list[PastVersion]
    showings: list[Showing]


def history_of(actor: Actor, paper_id: UUID) -> PaperHistory:
    """The history of a paper that the actor keeps; HiddenError for anybody else."""
    paper = (
        Paper.objects.filter(id=paper_id)
        .select_related("body", "case", "kept_by", "source__paper", "created_by")
        .prefetch_related("about", "readers__organization")
        .first()
    )
    if paper is None:
        raise HiddenError
    cases = [paper.case_id] if paper.case_id else ()
    access = access_for(actor, cases=cases, items=[paper.item_id])
    access.require(Action.CONVENE, place_facts(paper, actor.id))
    versions = _versions(access, paper)
    showings = paper.showings.select_related("by", "version").prefetch_related("people")
    named = versions[0].readable if versions else True
    return PaperHistory(paper, named, versions, list(showings))


def _versions(access: Access, paper: Paper) -> list[PastVersion]:
    rows = (
        paper.versions.select_related("stored", "uploaded_by__organization")
        .prefetch_related("releases__person__organization")
        .order_by("-number")
    )
    found = []
    for version in rows:
        version.paper = paper
        releases = [r for r in version.releases.all() if not r.undone]
        thing = version_facts(version, releases, access.actor.id, access.t)
        readable = access.offers(Action.READ, thing)
        releases.sort(key=lambda r: (r.person.kana, r.starts_at))
        found.append(PastVersion(version, releases, readable))
    return found
