"""Papers: filed, replaced, listed; the record of an item filed for good (R29, R32).

The bytes travel to the store before the transaction that refers to them begins;
until that transaction keeps them they are a pending object.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from documents import selectors
from documents.intake import acceptance, quotas, scanning, upload_rows
from documents.intake.acceptance import Intake
from documents.models import Paper, PaperVersion
from documents.output.watermark import page_count
from documents.services import mixups, renditions
from documents.services.readers import name_readers
from documents.services.trail import record_act
from members.access import Access, Actor, access_for
from members.facts import Action, Kind, ObjectFacts, Regime, Role, State
from members.models import Body, Case, HouseholdMember, Person, Purpose
from portal.core import vault
from portal.core.errors import RefusedError, UnavailableError
from portal.core.models import StoredObject

_NAMESPACE = UUID("8f6f2f5e-6f0b-4c0e-9a53-2a4b6a0f7d11")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReference:
    """The agenda item a paper belongs to, as far as documents knows it."""

    item_id: UUID
    sitting_id: UUID
    body: Body
    regime: Regime
    case: Case | None
    about: tuple[HouseholdMember, ...] = ()
    purpose: Purpose = Purpose.SITTING

    @property
    def facts(self) -> ObjectFacts:
        """The item as the decision reads it for an upload."""
        return ObjectFacts(
            kind=Kind.ITEM,
            body=self.body.id,
            sitting=self.sitting_id,
            case=self.case.id if self.case else None,
            item=self.item_id,
            regime=self.regime,
            about=frozenset(member.id for member in self.about),
        )

    @property
    def cases(self) -> list[UUID]:
        """The case, for the loader of facts."""
        return [self.case.id] if self.case else []


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDetails:
    """What the uploader says about a paper."""

    number: str
    title: str
    kind: str
    document_class: str
    tax_information: bool = False
    handed_out: bool = False
    protected_address: bool = False
    # The list of a restricted paper, chosen by a custodian (R28).
    readers: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: seekable, with its claimed name and its size in bytes."""

    file: BinaryIO
    name: str
    size: int


# Filing -------------------------------------------------------------------------------


def file_paper(
    *,
    actor: Actor,
    item: ItemReference,
    details: PaperDetails,
    upload: Upload,
    token: UUID,
) -> PaperVersion:
    """File a new paper with its first version; ``token`` makes it happen once.

    The version is a draft, or held for the secretariat where the uploader is an
    outside member or a deputy (R32). Raises InvalidError for a file that the intake
    refuses.
    """
    require_upload(actor, item)
    paper_id = own_id(actor, item.item_id, token)
    filed = PaperVersion.objects.filter(paper=paper_id).order_by("number").first()
    if filed is not None:
        return filed
    quotas.refuse_beyond(actor.id, item.item_id, upload.size, but=paper_id)
    found, stored = _taken_in(upload)
    return _file_paper(actor, item, details, paper_id, (found, stored))


def require_upload(actor: Actor, item: ItemReference) -> Access:
    """Raise unless the actor may file under the item now."""
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    access.require(Action.UPLOAD, item.facts)
    return access


def _taken_in(upload: Upload) -> tuple[Intake, StoredObject]:
    """The upload, checked and in the store; nothing refers to it yet."""
    found = acceptance.inspect(upload.file, upload.name, upload.size)
    stored = vault.put(upload.file)
    if stored.size != upload.size:  # what was checked is what is kept
        raise UnavailableError
    return found, stored


@transaction.atomic
def _file_paper(
    actor: Actor,
    item: ItemReference,
    details: PaperDetails,
    paper_id: UUID,
    content: tuple[Intake, StoredObject],
) -> PaperVersion:
    access = require_upload(actor, item)
    paper, created = Paper.objects.get_or_create(
        id=paper_id,
        defaults={
            "number": details.number,
            "title": details.title,
            "kind": details.kind,
            "document_class": details.document_class,
            "tax_information": details.tax_information,
            "handed_out": details.handed_out,
            "protected_address": details.protected_address,
            "restricted": bool(details.readers) or details.protected_address,
            "body": item.body,
            "case": item.case,
            "item_id": item.item_id,
            "sitting_id": item.sitting_id,
            "purpose": item.purpose,
            "law": item.regime,
            "origin": item.regime,
            "order": Paper.objects.filter(item_id=item.item_id).count() + 1,
            "created_by": actor.person,
            "created_at": access.t,
        },
    )
    if not created:  # the same form, a moment faster: its version is the one
        return paper.versions.get(number=1)
    paper.about.set(item.about)
    name_readers(access, paper, details.readers, item.facts)
    version = _add_version(
        paper,
        content,
        uploaded_by=actor.person,
        uploaded_at=access.t,
        holds=_first_holds(access, item.item_id),
    )
    upload_rows.close(paper_id)
    record_act("documents.paper.file", actor, version)
    renditions.ask(version)
    scanning.ask(version)
    mixups.ask(version)
    return version


def replace_version(
    *, actor: Actor, version: PaperVersion, upload: Upload, token: UUID
) -> PaperVersion:
    """Put a new version in the place of ``version``, which opens no more (差替え).

    Its readers see that it was replaced; the new one is released anew. Open to the
    uploader and the custodians. Raises RefusedError when ``version`` is no longer
    the newest.
    """
    require_replace(actor, version)
    new_id = own_id(actor, version.paper_id, token)
    done = PaperVersion.objects.filter(id=new_id).first()
    if done is not None:
        return done
    item_id = version.paper.item_id
    quotas.refuse_beyond(actor.id, item_id, upload.size, but=new_id)
    found, stored = _taken_in(upload)
    return _replace_version(actor, version, new_id, (found, stored))


def replaced_already(*, actor: Actor, version: PaperVersion, token: UUID) -> bool:
    """Whether this very form of the actor's was filed, its answer perhaps lost."""
    new_id = own_id(actor, version.paper_id, token)
    return PaperVersion.objects.filter(id=new_id).exists()


@transaction.atomic
def _replace_version(
    actor: Actor,
    version: PaperVersion,
    new_id: UUID,
    content: tuple[Intake, StoredObject],
) -> PaperVersion:
    paper = Paper.objects.select_for_update().get(id=version.paper_id)
    # Also the version's own row: release and recall hold that one alone.
    PaperVersion.objects.select_for_update().get(id=version.id)
    done = PaperVersion.objects.filter(id=new_id).first()
    if done is not None:
        return done
    access = require_replace(actor, version)
    newest = paper.versions.aggregate(newest=Max("number"))["newest"]
    if version.number != newest:
        raise RefusedError(
            _("この資料は、すでに差し替えられています。画面を読み込み直してください。")
        )
    PaperVersion.objects.filter(id=version.id).update(state=State.REPLACED)
    new = _add_version(
        paper,
        content,
        uploaded_by=actor.person,
        uploaded_at=access.t,
        holds=_first_holds(access, paper.item_id),
        number=newest + 1,
        version_id=new_id,
    )
    upload_rows.close(new_id)
    record_act("documents.version.replace", actor, new, replaced=str(version.id))
    renditions.ask(new)
    scanning.ask(new)
    mixups.ask(new)
    return new


def require_replace(actor: Actor, version: PaperVersion) -> Access:
    """Raise unless the actor may put another version in the place of this one."""
    found = selectors.version_for(actor, version.id)
    found.access.require(Action.RECALL, found.thing)
    found.access.require(Action.UPLOAD, reference_of(found.version.paper).facts)
    return found.access


def reference_of(paper: Paper) -> ItemReference:
    """The item under which ``paper`` was received."""
    return ItemReference(
        item_id=paper.item_id,
        sitting_id=paper.sitting_id,
        body=paper.body,
        regime=Regime(paper.law),
        case=paper.case,
        about=tuple(paper.about.all()),
        purpose=Purpose(paper.purpose),
    )


def own_id(actor: Actor, place: UUID, token: UUID) -> UUID:
    """An id that the same person, place and form token give again."""
    return uuid5(_NAMESPACE, f"{actor.id} {place} {token}")


def _first_holds(access: Access, item_id: UUID) -> tuple[PaperVersion.Hold, ...]:
    """What outside members and deputies file waits for the secretariat (R32)."""
    person = access.facts.person
    deputy = any(
        seat.item == item_id and seat.role is Role.DEPUTY and seat.span.holds(access.t)
        for seat in person.seats
    )
    return (PaperVersion.Hold.MEMBER,) if deputy or not person.internal else ()


def _add_version(
    paper: Paper,
    content: tuple[Intake, StoredObject],
    *,
    uploaded_by: Person,
    uploaded_at: datetime,
    holds: Collection[PaperVersion.Hold] = (),
    state: State | None = None,
    number: int = 1,
    version_id: UUID | None = None,
) -> PaperVersion:
    found, stored = content
    vault.keep(stored)
    version = PaperVersion(
        paper=paper,
        number=number,
        state=state or (State.HELD if holds else State.DRAFT),
        holds=list(holds),
        file_name=found.file_name,
        media_type=found.media_type,
        page_count=found.page_count,
        findings=found.findings,
        stored=stored,
        uploaded_by=uploaded_by,
        uploaded_at=uploaded_at,
    )
    if version_id is not None:
        version.id = version_id
    version.save(force_insert=True)
    return version


# Records ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The bytes of a record in the store, not yet kept by anything."""

    stored: StoredObject
    page_count: int


def store_record(data: bytes) -> StoredRecord:
    """Bring a rendered record to the store, before the transaction of its filing."""
    pages = page_count(BytesIO(data)) if data.startswith(b"%PDF") else 0
    return StoredRecord(vault.put(BytesIO(data)), pages)


def lock_record(stored: StoredObject, until: datetime) -> None:
    """Have the store keep a confirmed record's bytes until then, read again at first.

    Raises UnavailableError where the store does not.
    """
    vault.lock(stored, until)


@transaction.atomic
def file_record(
    *,
    actor: Actor,
    author: Person,
    item: ItemReference,
    title: str,
    stored: StoredRecord,
    file_name: str,
    media_type: str,
) -> PaperVersion:
    """File a confirmed record as a final, immutable version of ``author``'s.

    Confirming it was the decision: the caller has asked it.
    """
    access = access_for(actor, cases=item.cases, items=[item.item_id])
    paper = Paper.objects.create(
        number="",
        title=title,
        kind=Paper.Kind.MINUTES,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.item_id,
        sitting_id=item.sitting_id,
        law=item.regime,
        origin=item.regime,
        created_by=author,
        created_at=access.t,
    )
    paper.about.set(item.about)
    found = Intake(acceptance.safe_name(file_name), media_type, stored.page_count)
    content = (found, stored.stored)
    version = _add_version(
        paper, content, uploaded_by=author, uploaded_at=access.t, state=State.FINAL
    )
    record_act("documents.record.file", actor, version)
    return version
