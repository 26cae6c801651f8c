"""What becomes of a co-operation request: a card, a paper of an item, a member."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import CooperationRequest, PaperVersion
from documents.services import transfers
from meetings import references, rosters
from meetings.models import AgendaItem
from members.access import Actor, access_for
from members.facts import Action
from members.models import Membership
from members.offices import approvers_in_words
from members.policies import body_facts, case_facts
from members.services import cases, commissions, factors
from portal.core import audit, clock
from portal.core.errors import RefusedError


def use_reply(
    *, actor: Actor, version: PaperVersion, item: AgendaItem, reason: str
) -> PaperVersion:
    """Hand a file of a reply on to an item; the reply stays as received (R21)."""
    (copied,) = transfers.copy_versions(actor=actor, versions=[version])
    target = references.of_item(item)
    return transfers.transfer_version(
        actor=actor, copied=copied, item=target, reason=reason
    )


def require_card(actor: Actor, request: CooperationRequest) -> None:
    """Whether the actor may hand the respondent a card: never one for oneself (R36)."""
    access = access_for(actor, cases=(), items=())
    access.require(Action.ISSUE_CARD, body_facts(request.body))
    if request.person_id == actor.id or request.person.login:
        raise RefusedError(_("この方には、サインインに使う確認手段があります。"))


@transaction.atomic
def issue_card(*, actor: Actor, request: CooperationRequest) -> list[str]:
    """Make a card of one-time codes for the respondent; the codes, told once."""
    require_card(actor, request)
    _card, codes = factors.issue_card(actor=actor, person=request.person)
    return codes


def require_appointment(actor: Actor, request: CooperationRequest) -> None:
    """Whether the actor may appoint for the request's body: asked before the form."""
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.CONVENE, case_facts(request.case))
    access.require(Action.APPOINT, body_facts(request.body))


def approvers_for(actor: Actor, request: CooperationRequest) -> list[str]:
    """Who approves a new member by the body's rule."""
    require_appointment(actor, request)
    return approvers_in_words(request.body, clock.now())


@transaction.atomic
def convert(
    *,
    actor: Actor,
    request: CooperationRequest,
    approved_by: str,
    approved_on: date,
    reason: str,
) -> Membership:
    """Commission the respondent and select them for the case, from now on.

    What was asked stays a request: its reply gives no reading (R15). Raises
    RefusedError for a request taken back, and for somebody whom nothing reaches.
    """
    request = CooperationRequest.objects.select_for_update().get(pk=request.pk)
    require_appointment(actor, request)
    person = request.person
    if request.state == request.State.WITHDRAWN:
        raise RefusedError(_("取り下げた依頼の相手は、ここからは構成員にできません。"))
    if not (person.email or person.login or factors.usable_devices(person)):
        raise RefusedError(
            _(
                "%(name)sさんには、メールアドレスも本人確認の手段もありません。"
                "先にコードカードをお渡しください。"
            )
            % {"name": person.name}
        )
    commissions.commission_person(
        actor=actor,
        body=request.body,
        person=person,
        approved_by=approved_by,
        approved_on=approved_on,
    )
    membership = cases.select_member(
        actor=actor,
        case=request.case,
        person=person,
        role=rosters.side_of(person),
        reason=reason,
    )
    audit.record(
        "meetings.request.convert",
        actor=actor.id,
        subject=f"request:{request.id}",
        case=request.case_id,
        detail={"person": str(person.id), "approved_on": approved_on.isoformat()},
    )
    return membership
