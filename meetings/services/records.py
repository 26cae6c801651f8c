"""The record's way: draft round, corrections, confirmation, archive.

Confirmed by the one who presided and the named members of the same version, it is
rendered, stored and frozen by a job that runs after the last confirmation.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from documents.models import PaperVersion
from documents.services import papers, releases
from meetings import records, references
from meetings.models import (
    OUTCOMES,
    AgendaItem,
    Confirmation,
    Correction,
    EntryChange,
    Minutes,
    PrivateNote,
    RecordVersion,
)
from meetings.record_notices import Occasion
from meetings.records import Record
from meetings.rendering import minutes_pdf
from meetings.services import capsules, exports, locking, record_mail
from members.access import Actor, access_for
from members.facts import Action, Role
from members.models import Charter, Person
from members.permissions import TABLE
from members.services import cases
from portal.core import audit, clock, media
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before

MAX_CORRECTION = 2000


def locked(actor: Actor, item_id: UUID, action: Action) -> Record:
    """The record under its lock, once the actor may do ``action`` with it."""
    record = records.load(item_id, lock=True)
    cases = [record.item.case_id] if record.item.case_id else []
    access = access_for(actor, cases=cases, items=[item_id])
    access.require(action, record.thing(actor.id))
    return record


@transaction.atomic
def start_round(*, actor: Actor, item: AgendaItem, due_on: date) -> Minutes:
    """Show the draft to those who attended, until ``due_on`` (JST).

    Raises RefusedError while the item is still being talked about, or when nobody
    is named to confirm where the body's rule asks for it.
    """
    Minutes.objects.get_or_create(item=item)
    record = locked(actor, item.id, Action.RELEASE)
    if record.item.state != AgendaItem.State.CLOSED:
        raise RefusedError(
            _("この議題はまだ終わっていません。終了してから回覧してください。")
        )
    if record.minutes.state != Minutes.State.WRITING:
        raise RefusedError(_("この会議録は、すでに回覧されています。"))
    rules = record.confirming
    if len(record.signatories) < rules.signatories_named:
        raise RefusedError(
            _(
                "会議録を確認する構成員が決まっていません。議題の出席者から選んでください。"
            )
        )
    if due_on < clock.today():
        raise InvalidError(_("確認期限は、今日以降の日付にしてください。"))
    minutes = record.minutes
    minutes.state, minutes.version = Minutes.State.ROUND, minutes.version + 1
    minutes.circulated_at, minutes.due_on = clock.now(), due_on
    minutes.circulated_by = actor.person
    minutes.save()
    if rules.confirmation == Charter.Confirmation.CIRCULATION:
        _ask_everybody(actor, record)
    keep_version(actor, record, RecordVersion.Why.CIRCULATED)
    _record("meetings.minutes.circulate", actor, record)
    record_mail.tell(actor, record, record_mail.attendees(record), Occasion.ROUND)
    return minutes


def keep_version(
    actor: Actor, record: Record, why: RecordVersion.Why, reason: str = ""
) -> RecordVersion:
    """Keep the words of the present version, to be compared with the next one's."""
    return RecordVersion.objects.create(
        minutes=record.minutes,
        version=record.minutes.version,
        why=why,
        reason=reason,
        words=record.words,
        made_by=actor.person,
        at=clock.now(),
    )


def _ask_everybody(actor: Actor, record: Record) -> None:
    """回覧: all members who came confirm the record; guests and clerks do not."""
    came = {presence.person_id for presence in record.presences}
    for seat in record.seats:
        if seat.person_id in came and seat.role in _CONFIRMING and not seat.signatory:
            cases.give_seat(
                actor=actor,
                item_id=record.item.id,
                person=seat.person,
                role=Role(seat.role),
                scribe=seat.scribe,
                signatory=True,
                until=seat.ends_at,
            )


_CONFIRMING = TABLE[Action.CONFIRM_MINUTES]


@transaction.atomic
def ask_correction(
    *, actor: Actor, key: UUID, item_id: UUID, entry_id: UUID, text: str
) -> Correction:
    """Ask for a correction of one entry of the draft, as somebody who attended.

    The secretariat is told. A repeat with ``key`` is answered.
    """
    record = locked(actor, item_id, Action.REQUEST_CORRECTION)
    known = made_before(Correction, key, minutes=record.minutes, person=actor.person)
    if known is not None:
        return known
    entry = next((e for e in record.entries if e.id == entry_id), None)
    if entry is None:
        raise HiddenError
    if not text.strip() or len(text) > MAX_CORRECTION:
        raise InvalidError(
            _("修正してほしい内容を、%(count)d字以内で入力してください。")
            % {"count": MAX_CORRECTION}
        )
    correction = Correction.objects.create(
        id=key,
        minutes=record.minutes,
        entry=entry,
        person=actor.person,
        text=text,
        at=clock.now(),
    )
    _record("meetings.correction.ask", actor, record, f"correction:{correction.id}")
    record_mail.tell_secretariat(actor, record)
    return correction


@dataclass(frozen=True, slots=True)
class Standing:
    """Of what sort an entry of the course is, who said it, and from where it is known.

    On these a disclosure rests. Outcomes are settled elsewhere: they keep theirs.
    """

    kind: str
    speaker: str
    source: str


@transaction.atomic
def answer_correction(
    *,
    actor: Actor,
    item_id: UUID,
    correction_id: UUID,
    answer: str,
    new_text: str = "",
    standing: Standing | None = None,
) -> Correction:
    """Answer a request; with ``new_text`` the entry changes and a new version begins.

    With it ``standing`` may change too. Earlier confirmations were of earlier words:
    they count no more. Who asked is told.
    """
    record = locked(actor, item_id, Action.RELEASE)
    correction = next(
        (c for c in record.minutes.corrections.all() if c.id == correction_id), None
    )
    if correction is None or record.minutes.state != Minutes.State.ROUND:
        raise HiddenError
    if correction.state != Correction.State.OPEN:
        raise RefusedError(_("この申し出には、すでに回答しています。"))
    if not answer.strip() and not new_text.strip():
        raise InvalidError(_("修正後の文か、回答のどちらかを入力してください。"))
    correction.answer, correction.answered_at = answer, clock.now()
    correction.answered_by = actor.person
    correction.state = Correction.State.ANSWERED
    if new_text.strip():
        correction.state = Correction.State.ACCEPTED
        _rewrite(actor, record, correction, {"text": new_text} | _fields(standing))
    correction.save()
    _record("meetings.correction.answer", actor, record, f"correction:{correction.id}")
    record_mail.tell(actor, record, [correction.person], Occasion.ANSWERED)
    return correction


def _fields(standing: Standing | None) -> dict[str, str]:
    return asdict(standing) if standing else {}


def _rewrite(
    actor: Actor, record: Record, correction: Correction, fields: dict[str, str]
) -> None:
    entry = next(e for e in record.entries if e.id == correction.entry_id)
    kinds = {entry.kind, fields.get("kind", entry.kind)}
    if len(fields) > 1 and kinds & OUTCOMES:
        raise HiddenError  # the form offers no such thing
    changed = [
        name
        for name, words in fields.items()
        if getattr(entry, name).strip() != words.strip()
    ]
    if not changed:
        raise InvalidError(_("いまの記録と同じです。直すところを書き換えてください。"))
    item = AgendaItem.objects.select_for_update().get(pk=record.item.pk)
    item.revision += 1
    item.save(update_fields=["revision"])
    for name in changed:
        setattr(entry, name, fields[name])
    entry.revision, entry.changed_at = item.revision, clock.now()
    entry.save(update_fields=[*changed, "revision", "changed_at"])
    record.minutes.version += 1
    record.minutes.save(update_fields=["version"])
    correction.version = record.minutes.version
    keep_version(actor, record, RecordVersion.Why.CORRECTED)


@transaction.atomic
def confirm(*, actor: Actor, item_id: UUID, digest: str) -> Confirmation:
    """Confirm exactly the words whose digest is given.

    The last of the confirmations that the body's rule asks for starts the archive
    job. Raises RefusedError when the words have changed since they were shown, or
    when by the body's order somebody else confirms first.
    """
    record = locked(actor, item_id, Action.CONFIRM_MINUTES)
    if digest != record.digest:
        raise RefusedError(
            _(
                "表示のあとに内容が変わりました。新しい案をお読みのうえ、確認してください。"
            )
        )
    refuse_unanswered(record)
    if actor.person in record.missing and actor.person not in record.awaited:
        raise RefusedError(
            _(
                "この会議録は、順番に確認します。"
                "いまは%(name)sさんの確認を待っています。"
            )
            % {"name": record.awaited[0].name}
        )
    confirmation, created = Confirmation.objects.get_or_create(
        minutes=record.minutes,
        version=record.minutes.version,
        person=actor.person,
        defaults={
            "presiding": actor.id == record.presiding_id,
            "at": clock.now(),
            "text_digest": digest,
        },
    )
    if created:
        _record("meetings.minutes.confirm", actor, record)
        archive_if_complete(actor, item_id)
    return confirmation


def refuse_unanswered(record: Record) -> None:
    """Nobody confirms words that somebody else wants changed."""
    if record.open_corrections:
        raise RefusedError(
            _("回答していない修正の申し出があります。回答のあと確認できます。")
        )


def archive_if_complete(actor: Actor, item_id: UUID) -> None:
    """Start the archive job once nobody's confirmation is missing."""
    if not records.load(item_id).missing:
        archive.enqueue(str(item_id), str(actor.id))


@task()
def archive(item_id: str, person_id: str) -> None:
    """Render, store, lock and freeze a confirmed record; a second run does nothing.

    Acts for the person whose confirmation was the last one (R37).
    """
    actor = Actor(Person.objects.select_related("organization").get(id=person_id))
    record = records.load(UUID(item_id))
    if record.minutes.state != Minutes.State.ROUND or record.missing:
        return
    words = records.document(record, confirmed=True)
    files = {
        "docx": (exports.word_file(words, record.item.body), media.DOCX),
        "pdf": (minutes_pdf(words), media.PDF),
    }
    stored = {
        ending: papers.store_record(data) for ending, (data, _kind) in files.items()
    }
    locking.lock_new(each.stored for each in stored.values())
    with transaction.atomic():
        rendered, record = record.digest, records.load(UUID(item_id), lock=True)
        if record.minutes.state != Minutes.State.ROUND or record.digest != rendered:
            return  # frozen by another run, or corrected since: to be confirmed anew
        versions = {
            ending: papers.file_record(
                actor=actor,
                author=record.item.sitting.created_by,
                item=references.of_item(record.item),
                title="会議録",
                stored=stored[ending],
                file_name=f"会議録.{ending}",
                media_type=kind,
            )
            for ending, (_data, kind) in files.items()
        }
        _freeze(actor, record, versions)
    capsules.keep(record.minutes)


def requeue_archives() -> int:
    """Start again what the last confirmation began and nothing finished.

    Returns how many records wait for it. A second run of the job does nothing.
    """
    waiting = 0
    rounds = Minutes.objects.filter(state=Minutes.State.ROUND, confirmations__gt=0)
    for item_id in rounds.values_list("item", flat=True).distinct():
        record = records.load(item_id)
        if not record.missing:
            last = max(record.minutes.confirmations.all(), key=lambda c: c.at)
            archive.enqueue(str(item_id), str(last.person_id))
            waiting += 1
    return waiting


def _freeze(actor: Actor, record: Record, versions: dict[str, PaperVersion]) -> None:
    minutes = record.minutes
    minutes.state, minutes.finalized_at = Minutes.State.FINAL, clock.now()
    minutes.docx, minutes.pdf = versions["docx"].paper, versions["pdf"].paper
    minutes.digest = versions["pdf"].stored.sha256
    minutes.save()
    # Typing buffers and drafts go when the record is fixed (R34).
    EntryChange.objects.filter(entry__item=record.item).delete()
    PrivateNote.objects.filter(item=record.item).delete()
    drafts = minutes.versions.filter(finalized_at=None)
    drafts.exclude(version=minutes.version).delete()
    until = record.item.sitting.ends_at + timedelta(
        days=record.item.body.rules.link_days
    )
    attended = {p.person_id: p.person for p in record.presences}
    if until > clock.now():
        releases.release_record(
            actor=actor,
            version=versions["pdf"],
            people=list(attended.values()),
            until=until,
        )
    _record("meetings.minutes.finalize", actor, record)


def _record(action: str, actor: Actor, record: Record, subject: str = "") -> None:
    audit.record(
        action,
        actor=actor.id,
        subject=subject or f"minutes:{record.minutes.id}",
        case=record.item.case_id,
        item=record.item.id,
        detail={"version": record.minutes.version},
    )
