"""転出: what the page of a case's move shows to those who keep the case."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from meetings.models import AgendaItem, Minutes, MoveNotice
from meetings.moving import may_move, without_consent
from meetings.policies import item_facts
from meetings.selectors.cooperation import kept_case
from meetings.selectors.tasks import OPEN, Line, keeps, lines_of, standing_tasks
from members.access import Actor, access_for
from members.facts import Action
from members.models import Case, HouseholdMember
from portal.core import clock
from portal.core.errors import HiddenError, RefusedError


@dataclass(frozen=True, slots=True)
class MovePage:
    """The case, the notices that were made, and what is still open of it."""

    case: Case
    notices: list[MoveNotice]
    tasks: list[Line]
    unfixed: list[AgendaItem]
    consenting: list[HouseholdMember]
    may_move: bool


def move_page(actor: Actor, case_id: UUID) -> MovePage:
    """The page, in a fixed number of queries; items one is kept from are not there.

    Nor are tasks that rest on a consent which was withdrawn (R24).
    """
    case, _access = kept_case(actor, case_id)
    rows = standing_tasks().filter(OPEN, entry__item__case=case).exclude(entry__text="")
    tasks = list(rows)
    closed = AgendaItem.objects.filter(case=case, state=AgendaItem.State.CLOSED)
    unfixed = list(
        closed.exclude(record__state=Minutes.State.FINAL)
        .select_related("sitting__body", "body")
        .prefetch_related("about")
        .order_by("sitting__starts_at")
    )
    items = {task.entry.item_id for task in tasks} | {item.id for item in unfixed}
    access = access_for(actor, cases=[case.id], items=items)
    household = list(case.household.prefetch_related("consents"))
    missing = without_consent(household)
    notices = MoveNotice.objects.filter(case=case).select_related("entered_by")
    return MovePage(
        case=case,
        notices=list(notices),
        tasks=lines_of((task for task in tasks if keeps(access, task)), clock.today()),
        unfixed=[
            item
            for item in unfixed
            if access.offers(Action.CONVENE, item_facts(item, actor.id))
        ],
        consenting=[member for member in household if member not in missing],
        may_move=may_move(case),
    )


def notice_of(actor: Actor, case_id: UUID, notice_id: UUID) -> MoveNotice:
    """One notice, to be printed.

    Raises RefusedError once a consent that it rests on was withdrawn (R24).
    """
    case, _access = kept_case(actor, case_id)
    rows = MoveNotice.objects.filter(case=case).prefetch_related("about__consents")
    notice = rows.filter(id=notice_id).first()
    if notice is None:
        raise HiddenError
    if without_consent(notice.about.all()):
        raise RefusedError(
            _(
                "同意が撤回されたため、この通知はもう出せません。"
                "転出先に渡したものの扱いは、転出先と相談してください。"
            )
        )
    return notice
