"""How acts on papers and requests stand in the trail: ids only, never a name."""

from documents.models import CooperationRequest, PaperVersion
from members.access import Actor
from portal.core import audit


def record_act(
    action: str, actor: Actor, version: PaperVersion, **detail: str | bool
) -> None:
    """Append an act on ``version``, inside the transaction of the act."""
    paper = version.paper
    audit.record(
        action,
        actor=actor.id,
        subject=f"version:{version.id}",
        case=paper.case_id,
        item=paper.item_id,
        detail={"paper": str(paper.id), "number": version.number, **detail},
    )


def record_request(
    what: str, actor: Actor, request: CooperationRequest, **detail: str
) -> None:
    """Append an act on a co-operation request, inside the transaction of the act."""
    audit.record(
        f"documents.request.{what}",
        actor=actor.id,
        subject=f"request:{request.id}",
        case=request.case_id,
        detail={"person": str(request.person_id), **detail},
    )
