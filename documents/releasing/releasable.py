"""What may be released to whom: the checks before a round, in words for the clerk."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from documents.mixups.wording import waits_long
from documents.models import PaperVersion, Planned
from documents.releasing import receivers
from documents.selectors import OpenVersion
from members.access import Access
from members.facts import Action, ObjectFacts, Way
from members.models import Person
from portal.core.errors import InvalidError, RefusedError


def require_release(access: Access, thing: ObjectFacts) -> None:
    """RELEASE, with R21's reason for those who could release it otherwise."""
    allowed_otherwise = replace(thing, origin=None, tax_information=False)
    access.require(Action.RELEASE, allowed_otherwise)
    if access.allows(Action.RELEASE, thing):
        return
    if thing.tax_information:
        raise RefusedError(
            _(
                "税情報を含む資料は、本人同意のもとで扱う議題でだけ公開できます"
                "(地方税法第22条)。税情報を除いた資料を登録してください。"
            )
        )
    raise RefusedError(
        _(
            "別の会議で受け取った資料は、そのままではこの議題で公開できません。"
            "引き継ぎの手続きをしてから公開してください。"
        )
    )


def check_cells(
    found: Sequence[OpenVersion], cells: Sequence[Planned], people: dict[UUID, Person]
) -> None:
    """Whether every cell can be: one item, one cell a pair, an end to come."""
    versions = {each.version.id: each.version for each in found}
    if len({version.paper.item_id for version in versions.values()}) > 1:
        raise InvalidError(_("一度に公開できるのは、1つの議題の資料です。"))
    if len({(cell.version, cell.person) for cell in cells}) < len(cells):
        raise InvalidError(_("同じ相手に同じ資料が、2度選ばれています。"))
    t = found[0].access.t
    for cell in cells:
        if cell.until <= t:
            raise InvalidError(_("公開の終わりは、今より後の日時にしてください。"))
    for version in versions.values():
        _refuse_held(version)
    for cell in cells:
        _require_way(versions[cell.version], people[cell.person], cell.way)
    _require_readers(versions, cells, people)


def _refuse_held(version: PaperVersion) -> None:
    held = held_words(version)
    if held:
        raise RefusedError(held)


def held_words(version: PaperVersion) -> str:
    """Why it can be released to nobody yet; empty where nothing stands against it.

    A release is the look at what outside members file; no other reason ends so.
    """
    if version.guard == PaperVersion.Guard.WAITING:
        return _looking(version)
    others = set(version.holds) - {PaperVersion.Hold.MEMBER}
    if not others and version.scanned:
        return ""
    return _(
        "%(paper)sは、内容の確認のため保留されています。確認を終えてから公開してください。"
    ) % {"paper": version.paper.number}


def _looking(version: PaperVersion) -> str:
    words = _(
        "%(paper)sに別の世帯の情報が混ざっていないか、確かめているところです。"
        "数秒たってから、もう一度公開してください。"
    )
    if waits_long(version):
        words = _(
            "%(paper)sの内容の確認が、まだ終わっていません。確認のしくみが"
            "止まっているおそれがあります。システムの管理者に連絡してください。"
        )
    return words % {"paper": version.paper.number}


def _require_way(version: PaperVersion, person: Person, way: Way) -> None:
    if way not in receivers.ways(version, inside=person.organization.internal):
        raise InvalidError(
            _("%(paper)sは、%(name)sさんにこの渡し方では公開できません。")
            % {"paper": version.paper.number, "name": person.name}
        )


def _require_readers(
    versions: dict[UUID, PaperVersion],
    cells: Sequence[Planned],
    people: dict[UUID, Person],
) -> None:
    """Every recipient could open the version once it is released (P9)."""
    barred = receivers.barred(list(versions.values()), list(people.values()))
    names = {
        people[cell.person].name: None
        for cell in cells
        if (cell.version, cell.person) in barred
    }
    if names:
        raise RefusedError(
            _(
                "次の人には公開できません: %(names)s。この議題の出席者に選ばれて"
                "いるか、委嘱・本人同意・参加制限の状況を確かめてください。"
            )
            % {"names": "、".join(names)}
        )
