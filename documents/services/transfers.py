"""引き継ぎ: a paper handed on from where it was received to an item (R21).

The transfer makes a new paper with bytes of its own; the source stays where it is,
under the law it was received under.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents.models import Paper, PaperVersion
from documents.output.spool import spool
from documents.policies import version_facts
from documents.services import mixups, renditions
from documents.services.papers import ItemReference, reference_of
from documents.services.trail import record_act
from members.access import Actor, access_for
from members.facts import Action, Regime, State
from portal.core import audit, clock, vault
from portal.core.errors import RefusedError
from portal.core.models import StoredObject

_NAMESPACE = UUID("2f0c9a5e-7d0c-4d35-9c0e-6f1f0b9f8a43")
_HANDED_ON = {State.DRAFT, State.HELD, State.RELEASED, State.FINAL}


@dataclass(frozen=True, slots=True)
class Copied:
    """A version with a copy of its bytes in the store, not yet kept by anything."""

    version: PaperVersion
    stored: StoredObject


def copy_versions(*, actor: Actor, versions: Iterable[PaperVersion]) -> list[Copied]:
    """Copy the bytes, before the transaction of the transfer."""
    found = list(versions)
    for version in found:
        _require(actor, reference_of(version.paper))
    return [Copied(version, _copy(version)) for version in found]


def _copy(version: PaperVersion) -> StoredObject:
    with spool() as plain:
        with vault.open_object(version.stored) as chunks:
            for chunk in chunks:
                plain.write(chunk)
        plain.seek(0)
        return vault.put(plain)


def _require(actor: Actor, item: ItemReference) -> None:
    """The act is the custodians', of the source and of the item alike."""
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    access.require(Action.CONVENE, item.facts)


@transaction.atomic
def transfer_version(
    *, actor: Actor, copied: Copied, item: ItemReference, reason: str
) -> PaperVersion:
    """Hand the version on to ``item`` as a new draft; it happens once.

    Raises RefusedError for what is no longer there, and for tax information on the
    way to an item without consent (地方税法22条).
    """
    version = PaperVersion.objects.select_for_update().get(id=copied.version.id)
    _require(actor, reference_of(version.paper))
    _require(actor, item)
    new_id = uuid5(_NAMESPACE, f"{version.id} {item.item_id}")
    done = PaperVersion.objects.filter(paper=new_id).first()
    if done is not None:
        return done
    _refuse_unless_open(version, item)
    _refuse_crossing(actor, version, item)
    paper = _new_paper(actor, version, item, reason, new_id)
    vault.keep(copied.stored)
    new = PaperVersion.objects.create(
        paper=paper,
        file_name=version.file_name,
        media_type=version.media_type,
        page_count=version.page_count,
        scan=version.scan,
        findings=version.findings,
        stored=copied.stored,
        uploaded_by=version.uploaded_by,
        uploaded_at=version.uploaded_at,
    )
    record_act("documents.version.transfer", actor, new, source=str(version.id))
    renditions.ask(new)
    mixups.ask(new)
    return new


def _refuse_unless_open(version: PaperVersion, item: ItemReference) -> None:
    if version.state not in _HANDED_ON:
        raise RefusedError(
            _("取り下げられた資料や、差し替えられた資料は引き継げません。")
        )
    if not version.scanned:
        raise RefusedError(
            _("ウイルス検査が終わっていない資料は、まだ引き継げません。")
        )
    if version.paper.tax_information and item.regime is not Regime.JUSO:
        raise RefusedError(
            _(
                "税情報を含む資料は、本人同意のもとで扱う議題にだけ"
                "引き継げます(地方税法第22条)。税情報を除いた資料を出してもらってください。"
            )
        )


def _refuse_crossing(actor: Actor, version: PaperVersion, item: ItemReference) -> None:
    """From case to case nothing goes, from law to law only what the actor may read.

    What rests on a consent that was withdrawn does not slide under another law (R24).
    """
    paper = version.paper
    if paper.case_id and paper.case_id != (item.case.id if item.case else None):
        raise RefusedError(_("ほかの事例の議題には引き継げません。"))
    if Regime(paper.law) is item.regime:
        return
    source = reference_of(paper)
    access = access_for(actor, cases=source.cases, items=[source.item_id])
    thing = version_facts(version, (), actor.id, access.t)
    if not access.offers(Action.READ, thing):
        raise RefusedError(
            _(
                "この資料は、いま開けないため、別の根拠の議題へは引き継げません。"
                "同意の撤回と、閲覧の制限をお確かめください。"
            )
        )


def _new_paper(
    actor: Actor, version: PaperVersion, item: ItemReference, reason: str, new_id: UUID
) -> Paper:
    source = version.paper
    here = Paper.objects.filter(item_id=item.item_id)
    paper = Paper.objects.create(
        id=new_id,
        number=source.number,
        title=source.title,
        kind=source.kind,
        document_class=source.document_class,
        body=item.body,
        case=item.case,
        item_id=item.item_id,
        sitting_id=item.sitting_id,
        law=item.regime,
        origin=item.regime,
        purpose=item.purpose,
        source=version,
        transfer_reason=reason,
        tax_information=source.tax_information,
        restricted=source.restricted,
        protected_address=source.protected_address,
        order=(here.aggregate(last=Max("order"))["last"] or 0) + 1,
        created_by=actor.person,
        created_at=clock.now(),
    )
    # What it says of others of the household, it goes on saying (R23).
    paper.about.set({*item.about, *source.about.all()})
    paper.readers.set(source.readers.all())
    return paper


@transaction.atomic
def bind_to_case(*, actor: Actor, item_id: UUID, to: ItemReference) -> None:
    """Let papers received without a case belong to the one that was made of them.

    They keep the law under which they were received. The caller has asked CONVENE on
    the item that they came with.
    """
    _require(actor, to)
    for paper in Paper.objects.select_for_update().filter(item_id=item_id, case=None):
        paper.case = to.case
        paper.save(update_fields=["case"])
        paper.about.set(to.about)
        for version in paper.versions.all():  # what is another case's has changed
            mixups.ask(version)
        audit.record(
            "documents.paper.bind",
            actor=actor.id,
            subject=f"paper:{paper.id}",
            case=paper.case_id,
            item=item_id,
        )
