"""The facts of a leak in words: for the page, the summary on paper, and as tables."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.evidence import disclosure_rows as rows
from documents.evidence import head_rows
from documents.evidence.disclosure import Way
from documents.evidence.incident import STATES, Pack, Sealing
from documents.output.papers.workbooks import Table, tables_xlsx
from documents.output.sheet import (
    Block,
    Grid,
    Heading,
    Pair,
    Paragraph,
    Sheet,
    facts,
)
from documents.output.typesetting import sheet_pdf
from members.facts import State
from portal.core import clock, jp

TITLE = gettext_lazy("事故の報告のための記録")
ENCRYPTION = gettext_lazy(
    "資料は1点ずつ別の鍵で暗号化して保管しています(AES-256)。"
    "鍵を包む鍵は、データベースと保管庫の外にあります。"
)
NOTHING = gettext_lazy("なし")
_WAYS = (Way.OPENED, Way.DOWNLOADED, Way.PRINTED, Way.SHOWN, Way.MAILED)


def moment(at: datetime | None) -> str:
    """A moment in Japan, to the minute, in the words of official papers."""
    if at is None:
        return str(NOTHING)
    local = at.astimezone(clock.JST)
    return jp.era_words(local.date()) + jp.clock_words(local.time())


def span(pack: Pack) -> str:
    """The period in words; the end is the last day in it."""
    start, end = pack.period.start, pack.period.end
    return _("%(start)sから%(end)sまで") % {
        "start": moment(start) if start else _("最初"),
        "end": moment(end or pack.made_at),
    }


def subject(pack: Pack) -> str:
    """What was asked about, in the words that its reader may see."""
    asked = pack.inquiry
    if asked.person is not None:
        return _("人: %(name)s") % {"name": rows.who(asked, asked.person)[0]}
    if asked.subject.startswith("paper"):
        words = rows.paper_words(asked, asked.papers[0]).words
        return _("資料: %(words)s") % {"words": words}
    if asked.case is not None:
        return _("事例 %(number)s") % {"number": asked.case.number}
    return _("期間のすべての資料")


def overview(pack: Pack) -> list[Pair]:
    """What the first report asks for, as far as the portal knows it."""
    cases = {p.case.number for p in pack.inquiry.papers if p.case}
    return [
        (_("調べた対象"), subject(pack)),
        (_("調べた期間"), span(pack)),
        (_("事例番号"), "・".join(sorted(cases)) or str(NOTHING)),
        (_("資料の数"), _("%(count)d点") % {"count": len(pack.inquiry.papers)}),
        (_("本人の数(世帯員)"), _people_words(pack.household)),
        (
            _("情報の性質"),
            _("要配慮個人情報を含むものとして扱います(1人分でも報告の対象です)"),
        ),
        (_("見聞きした人"), _people(pack)),
        (
            _("暗号化の状態"),
            str(ENCRYPTION) if pack.sealed else _("鍵を確かめられない資料があります"),
        ),
    ]


def _people(pack: Pack) -> str:
    count = pack.readers
    return _("庁内 %(inside)d人・庁外 %(outside)d人") % {
        "inside": count.get(True, 0),
        "outside": count.get(False, 0),
    }


def _people_words(count: int) -> str:
    return _("%(count)d人") % {"count": count}


def ways(pack: Pack) -> list[tuple[str, int, int, bool]]:
    """Each way: its name, people, times, whether something is outside after it."""
    found = []
    for way in _WAYS:
        had = [having for having in pack.disclosure.had if having.way == way]
        people = len({having.person.id for having in had})
        outside = way in {Way.DOWNLOADED, Way.PRINTED}
        found.append((str(way.label), people, sum(h.count for h in had), outside))
    return found


def days(pack: Pack) -> list[Pair]:
    """Until when the commission is to be told."""
    known = pack.days
    return [
        (_("知った日"), jp.era_words(known.known)),
        (
            _("速報(おおむね3〜5日以内)"),
            _("%(start)sから%(end)sまで")
            % {
                "start": jp.era_words(known.first_from),
                "end": jp.era_words(known.first_until),
            },
        ),
        (_("確報(30日以内)"), jp.era_words(known.full_until)),
        (
            _("確報(不正の目的のおそれがあるとき、60日以内)"),
            jp.era_words(known.full_with_intent_until),
        ),
    ]


def sealing_cells(pack: Pack, sealing: Sealing) -> tuple[str, str, str, str]:
    """A version: its paper, its number and state, its key, its digest."""
    version = sealing.version
    words = rows.paper_words(pack.inquiry, version.paper).words
    key = _("鍵は廃棄済み") if sealing.erased else _("暗号化済み")
    if not sealing.erased and not sealing.opens:
        key = _("鍵を確かめられません")
    which = _("第%(number)d版 %(state)s") % {
        "number": version.number,
        "state": STATES[State(version.state)],
    }
    return words, which, key, version.stored.sha256


def stop_cells(pack: Pack) -> list[tuple[str, str, str]]:
    """Each stop: when, of what, how."""
    return [
        (
            moment(stop.at),
            rows.paper_words(pack.inquiry, stop.paper).words,
            stop.words,
        )
        for stop in pack.stops
    ]


def tables(pack: Pack) -> list[Table]:
    """Everything as tables of texts."""
    had = rows.lines(pack.inquiry, pack.disclosure)
    sealed = [sealing_cells(pack, each) for each in pack.sealings]
    about = [
        *overview(pack),
        *days(pack),
        (_("操作の記録"), head_rows.proof(pack.standing)),
    ]
    return [
        Table(title=_("概要"), rows=[(_("項目"), _("内容")), *about], widths=[40, 90]),
        Table(title=_("閲覧の記録"), rows=had, widths=rows.WIDTHS),
        Table(
            title=_("止めたもの"),
            rows=[(_("日時"), _("資料"), _("方法")), *stop_cells(pack)],
            widths=[32, 50, 16],
        ),
        Table(
            title=_("保管の状態"),
            rows=[(_("資料"), _("版"), _("鍵"), "SHA-256"), *sealed],
            widths=[50, 20, 24, 70],
        ),
    ]


def as_csv(pack: Pack) -> bytes:
    """All tables in one file, an empty line between two."""
    lines: list[list[str]] = []
    for table in tables(pack):
        lines += [[table.title], *(list(map(str, row)) for row in table.rows), []]
    return rows.as_csv(lines)


def as_xlsx(pack: Pack) -> bytes:
    """An Excel file, a page for each table."""
    return tables_xlsx(tables(pack), made_at=pack.made_at)


def as_pdf(pack: Pack) -> bytes:
    """The summary for the report, to be printed."""
    return sheet_pdf(sheet(pack))


def sheet(pack: Pack) -> Sheet:
    """The summary: overview, deadlines, ways, who took it out, what was stopped."""
    counted = tuple(
        (
            name,
            _people_words(people),
            _("%(count)d回") % {"count": times},
            _("外に出ています") if outside and people else "",
        )
        for name, people, times, outside in ways(pack)
    )
    blocks: list[Block] = [
        Heading(_("概要")),
        facts(*overview(pack)),
        Heading(_("報告の期限")),
        facts(*days(pack)),
        Heading(_("どのように渡ったか")),
        Grid(
            (_("方法"), _("人数"), _("回数"), _("手元に残るか")), counted, (5, 2, 2, 4)
        ),
        Heading(_("手元に残っている人(ダウンロード・印刷)")),
        *_grid(
            (_("氏名・機関"), _("資料"), _("方法"), _("最後")),
            taken_cells(pack),
            (6, 5, 4, 6),
        ),
        Heading(_("止めたもの")),
        *_grid((_("日時"), _("資料"), _("方法")), stop_cells(pack), (6, 7, 3)),
        Heading(_("記録の確かさ")),
        Paragraph(head_rows.proof(pack.standing)),
    ]
    return Sheet(
        file_title=_("記録"),
        title=str(TITLE),
        made_at=pack.made_at,
        blocks=tuple(blocks),
        running=str(TITLE),
        foot=moment(pack.made_at),
    )


def taken_cells(pack: Pack) -> list[tuple[str, str, str, str]]:
    found = []
    for having in pack.taken:
        name, office = rows.who(pack.inquiry, having.person)
        words = rows.paper_words(pack.inquiry, having.paper).words
        way = str(having.way.label)
        found.append((f"{name}({office})", words, way, moment(having.last_at)))
    return found


def _grid(
    head: tuple[str, ...], lines: Sequence[tuple[str, ...]], widths: tuple[int, ...]
) -> list[Block]:
    if not lines:
        return [Paragraph(str(NOTHING))]
    return [Grid(head, tuple(lines), widths)]
