"""What is said of a paper beside its bytes: mended before it is given out (R28, R29).

Also papers that are all words: those that an agency keeps and only shows (提示のみ).
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents import selectors
from documents.models import Paper, PaperVersion, Release
from documents.policies import place_facts
from documents.services.papers import ItemReference, PaperDetails, reference_of
from documents.services.readers import name_readers
from members.access import Access, Actor, access_for
from members.facts import Action
from members.models import Organization
from portal.core import audit
from portal.core.errors import HiddenError, RefusedError
from portal.core.repeats import made_before

_WORDS = ("number", "title", "kind", "document_class", "tax_information", "handed_out")


@transaction.atomic
def edit_paper(*, actor: Actor, paper: Paper, details: PaperDetails) -> Paper:
    """Mend number, title, kind, class and flags before the first release.

    Open to who may replace it. Raises RefusedError once it was given out or shown:
    then a new version takes its place (差替え). What a custodian has restricted, others
    do not open again.
    """
    paper = Paper.objects.select_for_update(of=("self",)).get(id=paper.id)
    # A release holds its version alone: none comes in between.
    versions = list(paper.versions.select_for_update().order_by("-number"))
    access = _require_edit(actor, paper, versions)
    _refuse_once_given(paper)
    keeps = access.allows(Action.CONVENE, place_facts(paper, actor.id))
    before = _said(paper)
    for field in _WORDS:
        setattr(paper, field, getattr(details, field))
    paper.protected_address = details.protected_address or (
        paper.protected_address and not keeps
    )
    if keeps or (paper.protected_address and not paper.restricted):
        paper.restricted = paper.protected_address or bool(details.readers)
        name_readers(access, paper, details.readers, reference_of(paper).facts)
    paper.save()
    changed = [name for name, value in _said(paper).items() if value != before[name]]
    _record("edit", actor, paper, fields=" ".join(changed))
    return paper


def _said(paper: Paper) -> dict[str, object]:
    names = (*_WORDS, "protected_address", "restricted")
    said: dict[str, object] = {name: getattr(paper, name) for name in names}
    return said | {"readers": set(paper.readers.values_list("id", flat=True))}


def _require_edit(
    actor: Actor, paper: Paper, versions: Sequence[PaperVersion]
) -> Access:
    if not versions:
        return _require_kept(actor, paper)
    found = selectors.version_for(actor, versions[0].id)
    found.access.require(Action.RECALL, found.thing)
    found.access.require(Action.UPLOAD, reference_of(paper).facts)
    return found.access


def _refuse_once_given(paper: Paper) -> None:
    if _given(paper):
        raise RefusedError(
            _(
                "この資料は、すでに公開または提示されています。"
                "直すときは「差し替える」を使ってください。"
            )
        )


def _given(paper: Paper) -> bool:
    releases = Release.objects.filter(version__paper=paper)
    return paper.showings.exists() or any(not r.undone for r in releases)


# 提示のみ -----------------------------------------------------------------------------


@transaction.atomic
def list_kept_paper(
    *,
    actor: Actor,
    key: UUID,
    item: ItemReference,
    details: PaperDetails,
    kept_by: Organization,
) -> Paper:
    """Put a paper on the item's list that its agency only shows; once for ``key``.

    The custodians list it: its words are read by everybody on the item at once.
    """
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    access.require(Action.CONVENE, item.facts)
    known = made_before(Paper, key, item_id=item.item_id, created_by_id=actor.id)
    if known is not None:
        return known
    paper = Paper(
        id=key,
        kept_by=kept_by,
        protected_address=details.protected_address,
        restricted=bool(details.readers) or details.protected_address,
        body=item.body,
        case=item.case,
        item_id=item.item_id,
        sitting_id=item.sitting_id,
        purpose=item.purpose,
        law=item.regime,
        origin=item.regime,
        order=Paper.objects.filter(item_id=item.item_id).count() + 1,
        created_by=actor.person,
        created_at=access.t,
    )
    for field in _WORDS:
        setattr(paper, field, getattr(details, field))
    paper.save(force_insert=True)
    paper.about.set(item.about)
    name_readers(access, paper, details.readers, item.facts)
    _record("list", actor, paper, kept_by=str(kept_by.id))
    return paper


@transaction.atomic
def unlist_kept_paper(*, actor: Actor, paper: Paper) -> None:
    """Take a paper off the list that was never shown; what was shown stays (P10)."""
    paper = Paper.objects.select_for_update(of=("self",)).get(id=paper.id)
    _require_kept(actor, paper)
    _refuse_once_given(paper)
    _record("unlist", actor, paper)
    paper.delete()


def _require_kept(actor: Actor, paper: Paper) -> Access:
    """The custodian's act on a paper that lies elsewhere; on no other (R1)."""
    if paper.kept_by_id is None:
        raise HiddenError
    cases = [paper.case_id] if paper.case_id else ()
    access = access_for(actor, cases=cases, items=[paper.item_id])
    access.require(Action.CONVENE, place_facts(paper, actor.id))
    return access


def _record(what: str, actor: Actor, paper: Paper, **detail: str) -> None:
    audit.record(
        f"documents.paper.{what}",
        actor=actor.id,
        subject=f"paper:{paper.id}",
        case=paper.case_id,
        item=paper.item_id,
        detail=detail,
    )
