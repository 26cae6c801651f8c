"""To whom a version would open once it is released, and what can be handed to them."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from documents import handling
from documents.models import PaperVersion, Release, Rendition
from documents.policies import version_facts
from documents.renditions.sources import pdf_source, rendition_of
from members.access import Access, Actor, access_for_all
from members.decide import decide
from members.facts import Action, Answer, Session, Span, State, Way
from members.hindrances import what_hides
from members.models import Person

_ELSE = _("この議題の出席者に選ばれていません。")
_REASONS = {
    "r7_account_is_active": _("利用者の登録が終わっています。"),
    "r10_person_is_commissioned": _("委嘱(任命)の期間に入っていません。"),
    "r19_legal_basis_is_in_force": _("会議の法的な根拠が、いまは有効ではありません。"),
    "r20_consent_covers_the_household": _("世帯の全員の同意がそろっていません。"),
    "r21_regime_is_not_crossed": _("別の会議で受け取った資料か、税情報の資料です。"),
    "r27_person_is_not_recused": _("この事例への関与が制限されています。"),
    "r28_restricted_list_names_the_reader": _(
        "閲覧者を限る資料の一覧に入っていません。"
    ),
}


def barred(
    versions: Collection[PaperVersion], people: Collection[Person]
) -> dict[tuple[UUID, UUID], str]:
    """Why which version would stay hidden from whom, released all the same.

    By version and person, in words for the custodian. Everybody is asked for as if
    just signed in with a personal factor; a pledge that is due is no bar.
    """
    if not versions or not people:
        return {}
    gathered = access_for_all(
        [Actor(person) for person in people],
        cases={v.paper.case_id for v in versions if v.paper.case_id},
        items={v.paper.item_id for v in versions},
    )
    found = {}
    for version in versions:
        for person in people:
            why = _hidden(gathered[person.id], version, person)
            if why is not None:
                found[version.id, person.id] = why
    return found


def _hidden(access: Access, version: PaperVersion, person: Person) -> str | None:
    t = access.t
    release = Release(version=version, person=person, starts_at=t)
    thing = version_facts(version, [release], person.id, t)
    thing = replace(thing, state=State.RELEASED)
    strong = Session(span=Span(t), seen_at=t, strength=2, strong_at=t)
    question = (access.facts, strong, Action.READ, thing, t)
    if decide(*question) is not Answer.HIDDEN:
        return None
    rule = what_hides(*question)
    return str(_REASONS.get(rule.__name__, _ELSE) if rule else _ELSE)


def shown(version: PaperVersion) -> bool:
    """Whether it can be read on the screen and left as a copy with a name in it."""
    return pdf_source(version) is not None


def being_shown_soon(version: PaperVersion) -> bool:
    """Whether its pages are just being made."""
    made = rendition_of(version)
    return made is not None and made.state == Rendition.State.PENDING


def ways(version: PaperVersion, *, inside: bool) -> tuple[Way, ...]:
    """How the version can be handed to somebody, the narrowest first.

    ``inside``: a member from the city, for whom its class does not speak.
    """
    original = inside or handling.of(version.paper).original
    return (Way.VIEW, Way.COPY, Way.ORIGINAL) if original else (Way.VIEW, Way.COPY)


def usual_way(version: PaperVersion, *, inside: bool) -> Way | None:
    """What is offered first: a copy with the name in it, never more to outsiders."""
    if shown(version) or being_shown_soon(version):
        return Way.COPY
    return Way.ORIGINAL if inside else None
