"""Holds: why a version waits for a second look, and that it no longer does (R29).

The checks of the portal call these for themselves; where a person lets go, that
person's act is recorded by its own service.
"""

from django.db import transaction

from documents.models import PaperVersion
from members.facts import State
from portal.core import audit

Hold = PaperVersion.Hold


@transaction.atomic
def hold(version: PaperVersion, reason: Hold) -> None:
    """Hold a version for ``reason``, once; what was given out already stays so."""
    found = _locked(version)
    if reason in found.holds or found.state not in {State.DRAFT, State.HELD}:
        return
    _set(found, [*found.holds, reason.value])
    _record("documents.version.hold", found, reason)


@transaction.atomic
def let_go(version: PaperVersion, reason: Hold) -> None:
    """Take a reason away; with the last one the version is a draft again."""
    found = _locked(version)
    if reason not in found.holds:
        return
    _set(found, [held for held in found.holds if held != reason])
    _record("documents.version.let_go", found, reason)


def _locked(version: PaperVersion) -> PaperVersion:
    versions = PaperVersion.objects.select_for_update(of=("self",))
    return versions.select_related("paper").get(id=version.id)


def _set(version: PaperVersion, holds: list[str]) -> None:
    version.holds = holds
    if version.state in {State.DRAFT, State.HELD}:
        version.state = State.HELD if holds else State.DRAFT
    version.save(update_fields=["holds", "state"])


def _record(action: str, version: PaperVersion, reason: Hold) -> None:
    audit.record(
        action,
        actor=None,
        subject=f"version:{version.id}",
        case=version.paper.case_id,
        item=version.paper.item_id,
        detail={"reason": reason.value, "state": version.state},
    )
