"""転出: the decision is entered, the notice numbered, the case moved on (R12, R34).

What a meeting heard may not simply leave. Only with the consent of everybody whom the
notice names does it carry names and a summary; in every other case it says that
somebody moved, and how the other side can ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings.models import MoveNotice
from meetings.moving import may_move, without_consent
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body, Case, HouseholdMember
from members.policies import case_facts
from members.services import progress
from portal.core import audit, clock, jp
from portal.core.errors import InvalidError, RefusedError
from portal.core.repeats import made_before

Basis, Status = MoveNotice.Basis, Case.Status
# How long members may go on reading, to finish what they began.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The decision and the notice, as they are entered."""

    moved_on: date
    destination: str
    office: str
    in_name_of: str
    contact: str
    decided_on: date
    decided_by: str
    basis: MoveNotice.Basis
    access_until: date
    clause: str = ""
    about: tuple[HouseholdMember, ...] = ()
    evidence: str = ""
    summary: str = ""


@transaction.atomic
def issue_notice(*, actor: Actor, key: UUID, case: Case, move: Move) -> MoveNotice:
    """Enter that the household moved away, and number the notice; a repeat is answered.

    The case becomes 転出, so that its years begin to count, and members stop reading
    after the day that is given. Raises RefusedError for a case with a plan, which
    only a meeting ends.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    access = access_for(actor, cases=[case.id], items=())
    access.require(Action.CONVENE, case_facts(case))
    # As for opening the archive to somebody: a fresh factor, by a custodian.
    access.require(Action.OPEN_ARCHIVE, case_facts(case))
    known = made_before(MoveNotice, key, case=case)
    if known is not None:
        return known
    _refuse_with_a_plan(case)
    _check_days(case, move)
    _check_words(case, move)
    notice = _written(actor, key, case, move)
    progress.settle(
        actor=actor,
        case=case,
        status=Status.MOVED,
        closed_on=case.closed_on or move.decided_on,
    )
    progress.end_memberships(
        actor=actor, case=case, until=clock.day_end(move.access_until)
    )
    audit.record(
        "meetings.move.issue",
        actor=actor.id,
        subject=f"move:{notice.id}",
        case=case.id,
        detail={"number": notice.number, "basis": str(notice.basis)},
    )
    return notice


def _refuse_with_a_plan(case: Case) -> None:
    if not may_move(case):
        raise RefusedError(
            _(
                "プランのある事例です。支援終結の判断時の議題を会議にかけ、"
                "その結果を登録してから、転出の通知を作ってください。"
            )
        )


def _check_days(case: Case, move: Move) -> None:
    today = clock.today()
    if not case.opened_on <= move.decided_on <= today:
        raise InvalidError(
            _("決定日は、受付日から今日までの日付にしてください。"), field="decided_on"
        )
    if not case.opened_on <= move.moved_on <= today + timedelta(days=MOST_DAYS):
        raise InvalidError(
            _("転出した日は、受付日から、今日の%(days)d日後までの日付にしてください。")
            % {"days": MOST_DAYS},
            field="moved_on",
        )
    if not today <= move.access_until <= today + timedelta(days=MOST_DAYS):
        raise InvalidError(
            _("構成員が見られる最後の日は、今日から%(days)d日以内にしてください。")
            % {"days": MOST_DAYS},
            field="access_until",
        )


def _check_words(case: Case, move: Move) -> None:
    if move.basis == Basis.LAW and not move.clause.strip():
        raise InvalidError(_("法令の名前と条項を入力してください。"))
    if move.basis != Basis.CONSENT:
        return
    if not move.about or not move.summary.strip() or not move.evidence.strip():
        raise InvalidError(
            _(
                "同意があるときは、知らせる人と、引き継ぐ内容と、"
                "転出先に伝えることへの同意をどう確かめたかを入力してください。"
            )
        )
    if any(member.case_id != case.id for member in move.about):
        raise InvalidError(_("知らせる人は、この世帯から選んでください。"))
    missing = without_consent(move.about)
    if missing:
        raise RefusedError(
            _("%(who)sの同意が登録されていません。選ばないか、先に同意を登録します。")
            % {"who": "、".join(member.label for member in missing)}
        )


def _written(actor: Actor, key: UUID, case: Case, move: Move) -> MoveNotice:
    Body.objects.select_for_update().get(pk=case.body_id)  # it numbers its notices
    year = jp.fiscal_year(clock.today())
    rows = MoveNotice.objects.filter(body=case.body_id, year=year)
    consented = move.basis == Basis.CONSENT
    notice = MoveNotice.objects.create(
        id=key,
        case=case,
        body_id=case.body_id,
        year=year,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        moved_on=move.moved_on,
        destination=move.destination,
        office=move.office,
        in_name_of=move.in_name_of,
        contact=move.contact,
        decided_on=move.decided_on,
        decided_by=move.decided_by,
        basis=move.basis,
        clause=move.clause if move.basis == Basis.LAW else "",
        named=_named(move.about) if consented else "",
        evidence=move.evidence if consented else "",
        summary=move.summary if consented else "",
        access_until=move.access_until,
        entered_by=actor.person,
        entered_at=clock.now(),
    )
    notice.about.set(move.about if consented else ())
    return notice


def _named(about: Iterable[HouseholdMember]) -> str:
    """One to a line: who they are, as the new municipality needs to find them."""
    return "\n".join(
        f"{member.name}({member.label}、{jp.era_words(member.birth_date)}生まれ)"
        if member.birth_date
        else f"{member.name}({member.label})"
        for member in about
    )
