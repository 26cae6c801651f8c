"""What a sitting still lacks before people are called together.

A pure function over rows. A finding says what is missing, on which ground it is asked
for, and where it is mended. One that blocks stops the approval; the others are for
the secretariat to know.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from meetings.findings import (
    Check,
    Finding,
    ItemRow,
    Mend,
    SeatRow,
    SittingRow,
)
from members.facts import Regime


def findings(sitting: SittingRow, *, today: date) -> list[Finding]:
    """Everything that is missing on ``today``, what blocks first."""
    found = [
        *_of_the_body(sitting),
        *_of_the_rhythm(sitting),
        *_of_the_day(sitting, today),
        *_of_the_people(sitting),
        *_of_the_items(sitting),
    ]
    ranks = {check: rank for rank, check in enumerate(Check)}
    return sorted(found, key=lambda f: (not f.blocks, ranks[f.check]))


def _by_charter(sitting: SittingRow, words: str) -> str:
    name = sitting.rules.charter or _("会議体の設定")
    return _("%(charter)s: %(words)s") % {"charter": name, "words": words}


def _when(sitting: SittingRow) -> Mend:
    return Mend(_("日時を見直す"), "meetings:sitting-edit", sitting.id, arranging=True)


def _of_the_body(sitting: SittingRow) -> Iterator[Finding]:
    rules = sitting.rules
    if not rules.exists:
        yield Finding(
            Check.BODY,
            _("開催日には、この会議体は置かれていません。"),
            _by_charter(sitting, _("会議体の設置日と終了日")),
            (_when(sitting),),
        )
    if not rules.head_held:
        yield Finding(
            Check.HEAD,
            _("開催日に、%(title)sを務める人がいません。")
            % {"title": rules.head_title},
            _by_charter(sitting, rules.head_rule),
            (Mend(_("役職に就く人を決める"), "members:body-people", sitting.body),),
        )


def _of_the_rhythm(sitting: SittingRow) -> Iterator[Finding]:
    if not sitting.rules.awaited:
        yield Finding(
            Check.RHYTHM,
            _("この会議を開く求めが、まだ記録されていません。"),
            _by_charter(sitting, sitting.rules.rhythm),
            (Mend(_("求めを見る"), "meetings:sitting-request-list"),),
        )


def _of_the_day(sitting: SittingRow, today: date) -> Iterator[Finding]:
    if not sitting.items:
        add = Mend(
            _("議題を追加する"), "meetings:item-create", sitting.id, arranging=True
        )
        yield Finding(
            Check.NO_ITEMS,
            _("議題がまだありません。"),
            _("参加する人は議題ごとに選び、案内もその人だけに送ります。"),
            (add,),
        )
    planned = sum(item.minutes for item in sitting.items)
    if planned > sitting.minutes:
        words = _(
            "議題の時間の合計(%(planned)s分)が、使える時間(%(length)s分)を超えています。"
        )
        yield Finding(
            Check.TIME,
            words % {"planned": planned, "length": sitting.minutes},
            _("会議の開始と終了の時刻"),
            (_when(sitting),),
        )
    left, days = (sitting.day - today).days, sitting.rules.notice_days
    if left < days:
        yield Finding(
            Check.NOTICE,
            _how_soon(left) + _("案内は%(days)s日前までに送ります。") % {"days": days},
            _by_charter(sitting, _("案内は開催の%(days)s日前") % {"days": days}),
            (_when(sitting),),
        )


def _how_soon(left: int) -> str:
    if left < 0:
        return _("開催の日を過ぎています。")
    if left == 0:
        return _("今日の開催です。")
    return _("開催まで%(left)s日です。") % {"left": left}


def _of_the_people(sitting: SittingRow) -> Iterator[Finding]:
    seats = {seat.person: seat for item in sitting.items for seat in item.seats}
    outside = [seat for seat in seats.values() if not seat.custodian]
    silent = [seat for seat in outside if not seat.reachable]
    if silent:
        yield Finding(
            Check.ADDRESS,
            _(
                "%(names)s: メールアドレスがありません。"
                "承認のあと、案内状を印刷してお渡しください。"
            )
            % {"names": _names(silent)},
            _("案内は一人ひとりに届けます。"),
        )
    unproved = [seat for seat in outside if not seat.proves]
    if unproved:
        yield Finding(
            Check.FACTOR,
            _("%(names)s: 本人確認の手段がなく、議題と資料を開けません。")
            % {"names": _names(unproved)},
            _("機密性3の資料は、本人の確認手段で開きます(自治体の決定)。"),
            tuple(
                Mend(
                    _("%(name)sさんのカードをつくる") % {"name": seat.name},
                    "members:card-issue",
                    seat.person,
                )
                for seat in unproved
            ),
        )
    yield from _of_the_pledges(sitting, [s for s in outside if not s.pledged])


def _of_the_pledges(
    sitting: SittingRow, unpledged: Sequence[SeatRow]
) -> Iterator[Finding]:
    if not unpledged:
        return
    ask = Mend(
        _("誓約のお願いをメールで送る"),
        "meetings:pledge-remind",
        sitting.id,
        press=True,
    )
    mailed = any(seat.signs_in and seat.reachable for seat in unpledged)
    yield Finding(
        Check.PLEDGE,
        _(
            "%(names)s: 誓約がまだです。"
            "リンクで入る人には、案内を開いたときに誓約をお願いします。"
        )
        % {"names": _names(unpledged)},
        _secrecy(sitting),
        (ask,) if mailed else (),
    )


def _secrecy(sitting: SittingRow) -> str:
    """On what the duty of secrecy rests: the laws that know one, and the charter."""
    laws = [item.ground for item in sitting.items if item.regime is Regime.SHIEN]
    grounds = [*dict.fromkeys(laws), sitting.rules.charter or _("設置要綱")]
    return _("秘密を守る義務(%(grounds)s)") % {"grounds": _("、").join(grounds)}


def _of_the_items(sitting: SittingRow) -> Iterator[Finding]:
    for item in sitting.items:
        for found in (
            *_of_the_law(sitting, item),
            *_of_the_roster(sitting, item),
            *_of_the_papers(item),
        ):
            numbered = _("議題%(order)s: %(words)s") % {
                "order": item.order,
                "words": found.words,
            }
            yield replace(found, words=numbered, item=item.id, case=item.case)


def _of_the_law(sitting: SittingRow, item: ItemRow) -> Iterator[Finding]:
    if item.regime is Regime.SHIEN and not item.based:
        yield Finding(
            Check.LEGAL_BASIS,
            _("開催日には、同意のない事例を扱う根拠条項が有効でありません。"),
            _("同意のない事例を扱えるのは、根拠条項のある間だけです(%(ground)s)。")
            % {"ground": item.ground},
            (
                Mend(_("根拠条項を登録する"), "members:basis-edit", item.body),
                _when(sitting),
            ),
        )
    if item.regime is Regime.JUSO and item.unconsented:
        words = _("%(names)sの同意がありません。同意がないまま扱うことはできません。")
        yield Finding(
            Check.CONSENT,
            words % {"names": _("、").join(item.unconsented)},
            _("本人の同意のもとに開く会議です(%(ground)s)。") % {"ground": item.ground},
            (
                Mend(_("同意を登録する"), "members:consent-enter", item.case),
                Mend(
                    _("対象の世帯員を見直す"),
                    "meetings:item-edit",
                    item.id,
                    arranging=True,
                ),
            ),
        )


def _of_the_roster(sitting: SittingRow, item: ItemRow) -> Iterator[Finding]:
    choose = Mend(_("人を選ぶ"), "meetings:item-people", item.id, arranging=True)
    strangers = [seat for seat in item.seats if not seat.commissioned]
    if strangers:
        words = _("%(names)sに、この会議体の委嘱がありません。")
        yield Finding(
            Check.COMMISSION,
            words % {"names": _names(strangers)},
            _("秘密を守る義務を負うのは、委嘱・任命を受けた人です(%(ground)s)。")
            % {"ground": item.ground},
            (Mend(_("委嘱を見る"), "members:body-people", item.body), choose),
        )
    members = [seat for seat in item.seats if not seat.custodian]
    if not members:
        yield Finding(
            Check.NOBODY,
            _("参加する人がまだ選ばれていません。"),
            _("議題を見られるのは、選ばれた人だけです。"),
            (choose,),
        )
    wanted = item.signatories_wanted
    if members and sum(seat.signatory for seat in members) < wanted:
        words = _("会議録を確認する人を、議長のほかに%(count)s人選んでください。")
        yield Finding(
            Check.SIGNATORY,
            words % {"count": wanted},
            _by_charter(sitting, _("会議録の確認")),
            (choose,),
        )


def _of_the_papers(item: ItemRow) -> Iterator[Finding]:
    papers = Mend(_("資料を開く"), "meetings:paper-upload", item.id)
    if item.case and not item.papers:
        yield Finding(
            Check.PAPERS,
            _("資料がまだありません。"),
            _("参加する人は、公開された資料だけを見られます。"),
            (papers,),
        )
    if item.regime is not Regime.JUSO and item.tax_papers:
        yield Finding(
            Check.TAX,
            _(
                "税情報を含む資料は、同意のない議題では配れません。"
                "その資料を外してください。"
            ),
            _("地方税法第22条"),
            (papers,),
        )


def _names(seats: Iterable[SeatRow]) -> str:
    return _("、").join(seat.name for seat in seats)
