"""How the files of a body's records are written: its style, its own Word file."""

from dataclasses import asdict

from django.db import transaction

from documents.services import layouts
from documents.services.layouts import Filled
from documents.services.papers import Upload
from meetings import record_template
from meetings.models import RecordStyle, RecordTemplate
from meetings.record_style import Style
from meetings.rendering import FILE_TITLE, MinutesDocument, minutes_docx
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import audit, clock
from portal.core.errors import HiddenError


def _require(actor: Actor, body: Body) -> None:
    access = access_for(actor, cases=(), items=())
    access.require(Action.CONVENE, body_facts(body))


def _locked(actor: Actor, body: Body) -> Body:
    body = Body.objects.select_for_update().get(pk=body.pk)
    _require(actor, body)
    return body


@transaction.atomic
def set_style(*, actor: Actor, body: Body, style: Style) -> None:
    """Write the files of the body's records in this style from now on."""
    body = _locked(actor, body)
    changed = {"changed_by": actor.person, "changed_at": clock.now()}
    RecordStyle.objects.update_or_create(body=body, defaults=asdict(style) | changed)
    audit.record("meetings.record_style.set", actor=actor.id, subject=f"body:{body.id}")


def set_template(*, actor: Actor, body: Body, upload: Upload) -> RecordTemplate:
    """Fill the body's records into this Word file from now on.

    It is tried out with invented words first. Raises InvalidError with everything
    that is wrong with it; the one there is goes on being used.
    """
    _require(actor, body)
    sample = record_template.SAMPLE
    taken = layouts.take_in(upload, record_template.words_of(sample), sample.made_at)
    return _set_template(actor, body, taken)


@transaction.atomic
def _set_template(actor: Actor, body: Body, taken: layouts.Taken) -> RecordTemplate:
    body = _locked(actor, body)
    layouts.keep(taken)
    _drop(body)
    template = RecordTemplate.objects.create(
        body=body,
        file_name=taken.file_name,
        stored=taken.stored,
        uploaded_by=actor.person,
        uploaded_at=clock.now(),
    )
    _record("set", actor, body)
    return template


@transaction.atomic
def drop_template(*, actor: Actor, body: Body) -> None:
    """Write the body's records in the portal's own layout again."""
    body = _locked(actor, body)
    if _drop(body):
        _record("drop", actor, body)


def _drop(body: Body) -> bool:
    before = RecordTemplate.objects.select_for_update().filter(body=body).first()
    if before is None:
        return False
    before.delete()
    layouts.drop(before.stored)
    return True


def try_template(*, actor: Actor, body: Body) -> Filled:
    """The body's Word file filled with an invented record."""
    _require(actor, body)
    template = RecordTemplate.objects.filter(body=body).first()
    if template is None:
        raise HiddenError
    return _filled(template, record_template.SAMPLE)


def word_file(document: MinutesDocument, body: Body) -> bytes:
    """The record in the body's own Word file, else in the portal's own layout.

    A template that fails costs no record: the failure stays with it until it works
    again or another takes its place, and the secretariat is told.
    """
    template = RecordTemplate.objects.filter(body=body).first()
    if template is None:
        return minutes_docx(document)
    filled = _filled(template, document)
    RecordTemplate.objects.filter(pk=template.pk).update(
        failed_at=clock.now() if filled.complaints else None,
        failure="\n".join(filled.complaints),
    )
    return filled.data or minutes_docx(document)


def _filled(template: RecordTemplate, document: MinutesDocument) -> Filled:
    return layouts.fill(
        template.stored,
        record_template.words_of(document),
        title=FILE_TITLE,
        made_at=document.made_at,
    )


def _record(what: str, actor: Actor, body: Body) -> None:
    subject = f"body:{body.id}"
    audit.record(f"meetings.record_template.{what}", actor=actor.id, subject=subject)
