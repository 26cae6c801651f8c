"""出席の申し出: who was let in late or was missed says so; the secretariat answers."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import rosters
from meetings.attendance import gap, of_today
from meetings.models import AgendaItem, Attestation, Minutes, Presence
from meetings.policies import item_facts
from meetings.services.room import convened_item
from members.access import Actor, access_for
from members.facts import Action
from portal.core import audit, clock
from portal.core.errors import HiddenError, RefusedError


@transaction.atomic
def attest(*, actor: Actor, item: AgendaItem) -> Attestation:
    """Say on the day that one was there from the beginning. A repeat is answered."""
    item = _locked(item)
    cases = [item.case_id] if item.case_id else ()
    access = access_for(actor, cases=cases, items=[item.pk])
    access.require(Action.READ, item_facts(item, actor.id))
    if not rosters.would_follow(access, item):
        raise HiddenError
    said = Attestation.objects.filter(item=item, person=actor.person).first()
    if said is not None:
        return said
    if not of_today(item):
        raise RefusedError(
            _("出席の申し出は、会議の当日だけです。事務局へご連絡ください。")
        )
    _must_be_missed(item, actor.person.pk)
    said = Attestation.objects.create(
        item=item, person=actor.person, said_at=clock.now()
    )
    _record("attest", actor, said)
    return said


@transaction.atomic
def answer(*, actor: Actor, attestation: Attestation, accepted: bool) -> Attestation:
    """Accept or decline, once. What is accepted counts as attendance (R18)."""
    item = convened_item(actor=actor, item=attestation.item)
    attestation = (
        Attestation.objects.select_for_update(of=("self",))
        .select_related("person")
        .get(pk=attestation.pk)
    )
    if attestation.answered_at is not None:
        return attestation
    if accepted:
        _enter(actor, item, attestation)
    attestation.answered_at, attestation.answered_by = clock.now(), actor.person
    attestation.accepted = accepted
    attestation.save()
    _record("accept" if accepted else "decline", actor, attestation)
    return attestation


def _enter(actor: Actor, item: AgendaItem, attestation: Attestation) -> None:
    person = attestation.person
    access = rosters.standing([person], items=[item])[person.pk]
    if not rosters.would_follow(access, item):
        raise RefusedError(
            _(
                "%(name)sさんは、この議題の名簿にありません。名簿と誓約を確かめてください。"
            )
            % {"name": person.name}
        )
    starts_at, ends_at = _must_be_missed(item, person.pk)
    Presence.objects.create(
        item=item,
        person=person,
        starts_at=starts_at,
        ends_at=ends_at,
        admitted_by=actor.person,
        origin=Presence.Origin.ATTESTED,
    )


def _must_be_missed(item: AgendaItem, person: UUID) -> tuple[datetime, datetime]:
    if _record_went_round(item):
        raise RefusedError(_("会議録の確認が始まっているため、出席は変えられません。"))
    missed = gap(item, Presence.objects.filter(item=item, person=person))
    if missed is None:
        raise RefusedError(_("この議題の始めから、出席と記録されています。"))
    return missed


def _record_went_round(item: AgendaItem) -> bool:
    records = Minutes.objects.filter(item=item)
    return records.exclude(state=Minutes.State.WRITING).exists()


def _locked(item: AgendaItem) -> AgendaItem:
    rows = AgendaItem.objects.select_for_update(of=("self",))
    return rows.select_related("body", "sitting__body").get(pk=item.pk)


def _record(act: str, actor: Actor, attestation: Attestation) -> None:
    item = attestation.item
    audit.record(
        f"meetings.attendance.{act}",
        actor=actor.id,
        subject=f"item:{item.pk}",
        case=item.case_id,
        item=item.pk,
        detail={"person": str(attestation.person_id)},
    )
