"""The reply to a co-operation request: files and words, handed in once (R15).

The files are papers under the request's own id. While the reply is awaited the
respondent adds and takes away; with the answer they stand for good, for the custodians
of the case alone.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import CooperationRequest, Paper, PaperVersion
from documents.policies import request_facts
from documents.requests.notices import Occasion
from documents.requests.rows import (
    fresh,
    locked,
    refuse_unless_waiting,
    unsent_files,
)
from documents.services import papers, uploads
from documents.services.papers import ItemReference, PaperDetails, Upload
from documents.services.requests import close_ways, tell
from documents.services.trail import record_request
from members.access import Access, Actor, access_for
from members.facts import Action, ObjectFacts, Regime, State
from members.models import Purpose
from portal.core.errors import InvalidError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReference(ItemReference):
    """Where the files of a reply belong: the request stands in an item's place."""

    request: CooperationRequest
    by: UUID

    @property
    def facts(self) -> ObjectFacts:
        """The request as it stands now: an answer in between closes it."""
        return request_facts(fresh(self.request), self.by)


def file_reply(
    *, actor: Actor, request: CooperationRequest, upload: Upload, token: UUID
) -> PaperVersion:
    """Add a file to the reply. Raises InvalidError for one the intake refuses."""
    refuse_unless_waiting(request)
    count = Paper.objects.filter(item_id=request.id).count() + 1
    return papers.file_paper(
        actor=actor,
        item=_reference(request, actor),
        details=PaperDetails(
            number=_("回答%(count)s") % {"count": count},
            title=_("協力依頼 %(serial)s への回答") % {"serial": request.serial},
            kind=Paper.Kind.REPLY,
            document_class=Paper.Class.C3B,
        ),
        upload=upload,
        token=token,
    )


def place_of(actor: Actor, request: CooperationRequest) -> uploads.Place:
    """Where files of the reply come in parts."""
    return uploads.place_of(_reference(request, actor))


def _reference(request: CooperationRequest, actor: Actor) -> ReplyReference:
    return ReplyReference(
        item_id=request.id,
        sitting_id=request.id,
        body=request.body,
        regime=Regime(request.regime),
        case=request.case,
        about=tuple(request.case.household.all()),
        purpose=Purpose.REQUEST,
        request=request,
        by=actor.id,
    )


@transaction.atomic
def drop_reply(*, actor: Actor, request: CooperationRequest, version_id: UUID) -> None:
    """Take a file out of a reply that has not been sent; it opens to nobody."""
    request, _access = _open_for_reply(actor, request)
    if unsent_files(request).filter(id=version_id).update(state=State.RECALLED):
        record_request("drop", actor, request, version=str(version_id))


@transaction.atomic
def keep_opinion(*, actor: Actor, request: CooperationRequest, opinion: str) -> None:
    """Keep what has been written so far."""
    request, _access = _open_for_reply(actor, request)
    request.opinion = opinion
    request.save(update_fields=["opinion"])


@transaction.atomic
def answer(
    *, actor: Actor, request: CooperationRequest, opinion: str
) -> CooperationRequest:
    """Hand in the reply: it stands for good, and the way to it closes (R15).

    The secretariat enters in the same way what came on paper. Raises InvalidError
    for a reply without a word or a file.
    """
    request, access = _open_for_reply(actor, request)
    files = unsent_files(request)
    if not opinion and not files.exists():
        raise InvalidError(_("意見を書くか、ファイルを1つ以上加えてください。"))
    count = files.update(state=State.FINAL)
    request.opinion, request.answered_at = opinion, access.t
    request.state = request.State.ANSWERED
    request.save(update_fields=["opinion", "answered_at", "state"])
    close_ways(actor, request)
    if actor.id == request.person_id:
        tell(request, Occasion.RECEIVED)
    record_request("answer", actor, request, files=str(count))
    return request


def _open_for_reply(
    actor: Actor, request: CooperationRequest
) -> tuple[CooperationRequest, Access]:
    request = locked(request)
    access = access_for(actor, cases=[request.case_id], items=())
    access.require(Action.UPLOAD, request_facts(request, actor.id))
    refuse_unless_waiting(request)
    return request, access
