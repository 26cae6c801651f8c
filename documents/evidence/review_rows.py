"""The review of grants in words: for the page and as an Excel file."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.evidence.inquiry import code_of
from documents.evidence.other_ways import OtherWay, Way
from documents.evidence.review import Grant, Mark, Review
from documents.output.papers.workbooks import Table, tables_xlsx
from members.facts import Answer
from members.models import Person
from portal.core import clock, jp

HEAD = [
    gettext_lazy("事例番号"),
    gettext_lazy("氏名"),
    gettext_lazy("機関"),
    gettext_lazy("人の符号"),
    gettext_lazy("役割"),
    gettext_lazy("いま"),
    gettext_lazy("根拠"),
    gettext_lazy("公開中の資料"),
    gettext_lazy("最後に開いた日"),
    gettext_lazy("見直し"),
]
OTHER_WIDTHS = [12, 16, 24, 12, 40, 24]
WIDTHS = [12, 16, 24, 12, 12, 30, 50, 12, 16, 30]


@dataclass(frozen=True, slots=True)
class Line:
    """One grant as its reader may know it."""

    case: str
    name: str
    office: str
    code: str
    role: str
    opens: bool
    standing: str
    grounds: list[str]
    releases: int
    opened: str
    marks: list[str]
    organization: UUID


@dataclass(frozen=True, slots=True)
class OtherLine:
    """One way beside the selections, as its reader may know it."""

    case: str
    name: str
    office: str
    code: str
    ground: str
    until: str
    over: bool


def lines(found: Review) -> list[Line]:
    """Every grant, those that should be looked at first."""
    ordered = sorted(found.grants, key=lambda grant: not grant.marks)
    return [_line(found, grant) for grant in ordered]


def _line(found: Review, grant: Grant) -> Line:
    person = grant.membership.person
    name, office = _who(found, person)
    return Line(
        case=grant.membership.case.number,
        name=name,
        office=office,
        code=code_of(person.id),
        role=str(grant.membership.get_role_display()),
        opens=grant.answer is Answer.ALLOW,
        standing=_standing(grant),
        grounds=_grounds(grant),
        releases=grant.releases,
        opened=_day(grant.opened_at) or _("開いていません"),
        marks=[_mark(mark) for mark in grant.marks],
        organization=person.organization_id,
    )


def other_lines(found: Review) -> list[OtherLine]:
    """Who gets in without a selection, by which rule, until when."""
    return [_other(found, each) for each in found.others]


def _other(found: Review, each: OtherWay) -> OtherLine:
    name, office = _who(found, each.person)
    return OtherLine(
        case=each.case.number,
        name=name,
        office=office,
        code=code_of(each.person.id),
        ground=f"{each.way} {_way(each.way)}",
        until=_last_day(each.until),
        over=each.over,
    )


def _way(way: Way) -> str:
    return {
        Way.ARCHIVE: _("保存記録の閲覧の許可"),
        Way.DEPUTY: _("代理出席"),
        Way.GUEST: _("関係者として議題に招かれている"),
        Way.REQUEST: _("協力依頼に答えている"),
    }[way]


def _last_day(until: datetime | None) -> str:
    return jp.era_words(clock.last_day(until)) if until else _("取り消す日")


def _who(found: Review, person: Person) -> tuple[str, str]:
    """Name and agency; to an auditor a code, and whether from inside."""
    if not found.auditing:
        return person.name, person.organization.name
    name = _("関係者 %(code)s") % {"code": code_of(person.id)}
    return name, _("庁内") if person.organization.internal else _("庁外")


def _standing(grant: Grant) -> str:
    if grant.answer is Answer.ALLOW:
        return _("見られます")
    if grant.answer is Answer.NEED_ACK:
        return _("誓約すれば見られます(%(rule)s)") % {"rule": grant.rule}
    return _("見られません(%(rule)s)") % {"rule": grant.rule}


def _grounds(grant: Grant) -> list[str]:
    """The facts that decide, each with the number of its rule."""
    chosen = _("R12 選定 %(day)sから") % {"day": _day(grant.membership.starts_at)}
    if grant.membership.ends_at:
        chosen += _("%(day)sまで") % {"day": _day(grant.membership.ends_at)}
    found = [chosen]
    if grant.commission is None:
        found.append(_("R10 委嘱・任命なし"))
    elif grant.commission.span.end is None:
        found.append(_("R10 委嘱・任命あり(期限なし)"))
    else:
        until = _day(grant.commission.span.end)
        found.append(_("R10 委嘱・任命 %(day)sまで") % {"day": until})
    if grant.membership.back_history:
        found.append(_("R13 選定の前の資料も可"))
    return found


def _mark(mark: Mark) -> str:
    return {
        Mark.UNUSED: _("半年以上開いていない"),
        Mark.ENDING: _("委嘱がまもなく終わる"),
        Mark.PLEDGE: _("誓約が今の文面でない"),
        Mark.SHUT: _("選定が残っているが開けない"),
    }[mark]


def _day(at: datetime | None) -> str:
    return jp.era_words(clock.day_of(at)) if at else ""


def as_xlsx(found: Review) -> bytes:
    """An Excel file, a line for each grant."""
    cells = [
        [
            *(line.case, line.name, line.office, line.code, line.role, line.standing),
            "、".join(line.grounds),
            str(line.releases),
            line.opened,
            "、".join(line.marks),
        ]
        for line in lines(found)
    ]
    others = [
        (each.case, each.name, each.office, each.code, each.ground, each.until)
        for each in other_lines(found)
    ]
    head = [*(str(word) for word in HEAD[:4]), _("根拠"), _("いつまで")]
    tables = [
        Table(
            title=_("選定"), rows=[[str(word) for word in HEAD], *cells], widths=WIDTHS
        ),
        Table(title=_("選定のほか"), rows=[head, *others], widths=OTHER_WIDTHS),
    ]
    return tables_xlsx(tables, made_at=clock.now())
