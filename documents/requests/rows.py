"""The rows of a co-operation request, as its services take them."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from documents.models import CooperationRequest, PaperVersion
from members.facts import State
from portal.core.errors import RefusedError


def fresh(request: CooperationRequest) -> CooperationRequest:
    """The request as it stands now."""
    rows = CooperationRequest.objects.select_related("body", "case", "person")
    return rows.get(pk=request.pk)


def locked(request: CooperationRequest) -> CooperationRequest:
    """The request as it stands, under its lock until commit."""
    CooperationRequest.objects.select_for_update().get(pk=request.pk)
    return fresh(request)


def last_day(request: CooperationRequest) -> date:
    """The last day of the link: some days after the due date, as the charter says."""
    return request.due_on + timedelta(days=request.body.rules.link_days)


def refuse_unless_waiting(request: CooperationRequest) -> None:
    """Raise RefusedError for a request that was answered or withdrawn."""
    if not request.waiting:
        raise RefusedError(
            _("この依頼はいま「%(state)s」です。画面を読み込み直してください。")
            % {"state": request.get_state_display()}
        )


def unsent_files(request: CooperationRequest) -> QuerySet[PaperVersion]:
    """The files of a reply that has not been handed in."""
    return PaperVersion.objects.filter(
        paper__item_id=request.id, state__in=(State.DRAFT, State.HELD)
    )
