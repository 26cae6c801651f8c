"""How acts on papers stand in the audit trail: ids only, never a name or a title."""

from documents.models import PaperVersion
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
