"""Papers as towns write them, right ones and mixed-up ones, for the mix-up guard.

Written from what went wrong in towns (SECURITY 1.1 row 1, 3d row 9) and from the
forms, before the guard was: the kinds in ``UNTUNED`` were not looked at while its
weights were chosen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from random import Random

from tests.documents.mixup_files import WRITERS, Block, Form
from tests.documents.mixup_town import Household, Resident, resident

_POSTS = [
    ("見本市社会福祉課", "主査"),
    ("見本市高齢者支援課", "保健師"),
    ("北部地域包括支援センター", "社会福祉士"),
    ("見本こころのクリニック", "精神保健福祉士"),
    ("見本総合病院", "医師"),
    ("見本市社会福祉協議会", "相談支援員"),
    ("見本警察署", "生活安全課長"),
    ("若葉居宅介護支援事業所", "介護支援専門員"),
    ("見本第二中学校", "教頭"),
    ("見本市民生委員児童委員協議会", "民生委員"),
]
_STORIES = [
    "{family}さんは昨年の秋に離職し、家賃を3か月滞納している。",
    "長男は高校卒業後から自室で過ごすことが多く、受診にはつながっていない。",
    "母の物忘れが進み、服薬の管理が難しくなっている。",
    "近隣の{other}さんから、夜間の大声について相談があった。",
    "{agency}の{staff}が月2回訪問し、生活の様子を確認している。",
    "電気料金の支払が滞り、{agency}({phone})へ相談するよう案内した。",
    "本人は「もう少し様子を見てほしい」と話している。",
    "本町1丁目の公民館で開かれる居場所に、月1回参加している。",
]


@dataclass(frozen=True, slots=True)
class Sample:
    """One paper, filed for ``home``; ``other`` is whose words it holds by mistake."""

    kind: str
    home: Household
    file_name: str
    title: str
    data: bytes
    other: Household | None = None


@dataclass(frozen=True, slots=True)
class Town:
    """Whom papers speak of: the households of the cases, and people at agencies."""

    homes: list[Household]
    random: Random

    @property
    def colleagues(self) -> list[str]:
        """People with an account: whom papers name without saying who they are."""
        pool = Random(7)
        return [resident(pool).name for _ in range(300)]

    def staff(self) -> tuple[str, str, str, str]:
        """Agency, post, name, phone; one in eight is a namesake of some household."""
        agency, post = self.random.choice(_POSTS)
        one = resident(self.random)
        if self.random.random() < 1 / 8:
            one = self.random.choice(self.random.choice(self.homes).members)
        phone = (
            f"0120-{self.random.randrange(1000):03d}-{self.random.randrange(1000):03d}"
        )
        return agency, post, one.name, phone


# Forms --------------------------------------------------------------------------------


def _date(day: date, random: Random) -> str:
    year = day.year - 1925 if day.year < 1989 else day.year - 1988
    era, short = ("昭和", "S") if day.year < 1989 else ("平成", "H")
    return random.choice(
        [
            f"{era}{year}年{day.month}月{day.day}日",
            f"{short}{year}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month:02d}/{day.day:02d}",
        ]
    )


def _person_rows(one: Resident, random: Random) -> list[list[str]]:
    name = one.name.replace(" ", random.choice([" ", "\u3000", ""]))
    return [
        ["フリガナ", one.kana, "氏名", name],
        ["生年月日", _date(one.born, random), "電話", one.phone],
        ["住所", random.choice([one.address, one.address.removeprefix("見本市")])],
    ]


def _household_table(home: Household, random: Random) -> list[list[str]]:
    rows = [["続柄", "氏名", "生年月日", "備考"]]
    return rows + [
        [m.label, m.name, _date(m.born, random), random.choice(["同居", "別居", ""])]
        for m in home.members
    ]


def _story(home: Household, town: Town) -> list[Block]:
    agency, post, staff, phone = town.staff()
    words = {
        "family": home.subject.family,
        "other": resident(town.random).family,
        "agency": agency,
        "staff": f"{post} {staff}",
        "phone": phone,
    }
    chosen = town.random.sample(_STORIES, 4)
    return [sentence.format(**words) for sentence in chosen]


def application(home: Household, town: Town) -> Form:
    """様式1-1 相談受付・申込票."""
    agency, post, staff, phone = town.staff()
    return Form(
        "様式1-1 相談受付・申込票",
        [
            [["受付日", "令和8年10月5日", "事例番号", home.number]],
            _person_rows(home.subject, town.random),
            [["家族構成", ""], *_household_table(home, town.random)],
            *_story(home, town),
            [["紹介元", agency, f"担当 {staff}", phone]],
            [["受付者", "社会福祉課", post, town.staff()[2]]],
        ],
    )


def assessment(home: Household, town: Town) -> Form:
    """様式1-2 インテーク・アセスメントシート."""
    relative = resident(town.random, (home.subject.family, "ヤマ"))
    contact: list[Block] = []
    if town.random.random() < 0.3:
        contact = [[["緊急連絡先", f"おじ {relative.name}", "090-0000-0000"]]]
    return Form(
        "様式1-2 インテーク・アセスメントシート",
        [
            _person_rows(home.subject, town.random),
            *_story(home, town),
            *contact,
            [
                ["関係機関", "職名", "担当者", "電話"],
                *[list(town.staff()) for _ in range(3)],
            ],
        ],
    )


def plan(home: Household, town: Town) -> Form:
    """様式2-1 支援プラン."""
    return Form(
        "様式2-1 支援プラン",
        [
            [["本人", home.subject.name, "事例番号", home.number]],
            "本人の希望: 自分のペースで外に出られるようになりたい。",
            *_story(home, town),
            [
                ["機関", "職名", "担当", "連絡先"],
                *[list(town.staff()) for _ in range(4)],
            ],
            f"説明を受け、同意します。 署名 {home.subject.name}",
        ],
    )


def roster(home: Household, town: Town) -> Form:
    """A list of the household and of who comes to the meeting."""
    return Form(
        "訪問予定と出席者の名簿",
        [
            _roster_rows(home.members),
            "出席者",
            [
                ["所属", "職名", "氏名", "電話"],
                *[list(town.staff()) for _ in range(6)],
            ],
        ],
    )


def _roster_rows(members: tuple[Resident, ...] | list[Resident]) -> list[list[str]]:
    rows = [["No", "氏名", "フリガナ", "住所", "電話"]]
    return rows + [
        [str(i), m.name, m.kana, m.address, m.phone]
        for i, m in enumerate(members, start=1)
    ]


def summary(home: Household, town: Town) -> Form:
    """事例概要, by relation instead of name."""
    return Form("事例概要(匿名)", [*_story(home, town), *_story(home, town)])


FORMS = (application, assessment, plan, roster, summary)


# Clean papers -------------------------------------------------------------------------


def clean(home: Household, town: Town) -> Sample:
    """A right paper with staff, agencies, neighbours, and namesakes among them."""
    form = town.random.choice(FORMS)(home, town)
    if town.random.random() < 0.4:
        form.blocks += _colleagues(town)
    suffix = _suffix(town.random, ".docx", ".xlsx", ".pdf", ".txt", ".csv", ".pptx")
    return _sample("clean", home, form, suffix, town.random)


def _colleagues(town: Town) -> list[Block]:
    """Staff as minutes and letters name them, without a post beside each name."""
    known = town.random.sample(town.colleagues, 4)
    names = [name if town.random.random() < 0.75 else town.staff()[2] for name in known]
    return town.random.choice(
        [
            ["出席者", *names],
            ["出席者: " + "、".join(names)],
            [f"文責 {names[0]}"],
            [f"前回は{names[0]}さんから経過の報告があり、{names[1]}さんが訪問した。"],
            [f"{names[0].split()[0]}係長より説明。次回の記録は{names[1]}が行う。"],
        ]
    )


def _suffix(random: Random, *suffixes: str) -> str:
    return random.choice(suffixes)


def _sample(
    kind: str,
    home: Household,
    form: Form,
    suffix: str,
    random: Random,
    other: Household | None = None,
) -> Sample:
    named = random.choice([home.subject.name.replace(" ", ""), home.number, "資料"])
    file_name = f"{form.title.split()[0]}_{named}{suffix}"
    data = WRITERS[suffix](form)
    return Sample(kind, home, file_name, form.title, data, other)


# Mixed-up papers ----------------------------------------------------------------------

Mixer = Callable[[Household, Household, Town], Sample]
_ALL = (".docx", ".xlsx", ".pdf", ".txt")


def _whole_file(home: Household, other: Household, town: Town) -> Sample:
    form = town.random.choice(FORMS[:4])(other, town)
    sample = _sample("whole_file", home, form, _suffix(town.random, *_ALL), town.random)
    return replace(sample, other=other)


def _left_field(home: Household, other: Household, town: Town) -> Sample:
    """The form was written over another household's, and one cell was forgotten."""
    form = town.random.choice([application, assessment])(home, town)
    strange = _person_rows(other.subject, town.random)
    mine = next(b for b in form.blocks if isinstance(b, list) and len(b) == 3)
    row, cell = town.random.choice([(0, 1), (0, 3), (1, 3), (2, 1)])
    mine[row][cell] = strange[row][cell]
    suffix = _suffix(town.random, *_ALL)
    return _sample("left_field", home, form, suffix, town.random, other)


def _extra_rows(home: Household, other: Household, town: Town) -> Sample:
    form = roster(home, town)
    count = town.random.choice([1, 1, 2, 8])
    strangers = [
        m for h in [other, *town.random.sample(town.homes, 8)] for m in h.members
    ]
    form.blocks[0] = _roster_rows([*home.members, *strangers[:count]])
    suffix = _suffix(town.random, ".xlsx", ".xlsx", ".pdf", ".csv")
    return _sample("extra_rows", home, form, suffix, town.random, other)


def _sentence(home: Household, other: Household, town: Town) -> Sample:
    """Two visits on one day, written into one file."""
    form = town.random.choice([assessment, plan, summary])(home, town)
    who = town.random.choice(other.members)
    form.blocks.insert(1, f"同日、{who.name}様宅を訪問。変わりなし。")
    suffix = _suffix(town.random, *_ALL)
    return _sample("sentence", home, form, suffix, town.random, other)


_ASIDES = {
    "comment": (".docx", ".xlsx", ".pdf"),
    "deleted": (".docx",),
    "text_box": (".docx",),
    "header": (".docx",),
    "footnote": (".docx",),
    "properties": (".docx", ".xlsx", ".pdf"),
    "sheet_name": (".xlsx",),
    "hidden_sheet": (".xlsx",),
    "leftover": (".xlsx",),
    "revision": (".pdf",),
    "notes": (".pptx",),
}


def _aside(place: str, home: Household, other: Household, town: Town) -> Sample:
    form = town.random.choice(FORMS)(home, town)
    one = other.subject
    words = {
        "properties": f"{one.name} 様 申込票",
        "sheet_name": one.name,
        "header": f"{one.name}様 アセスメントシート",
        "hidden_sheet": "\n".join("\t".join(r) for r in _roster_rows(other.members)),
    }.get(place, f"{one.name}さんの様式を使って作成。確認してください")
    form.aside[place] = words
    suffix = _suffix(town.random, *_ASIDES[place])
    return _sample(place, home, form, suffix, town.random, other)


def _file_name(home: Household, other: Household, town: Town) -> Sample:
    form = town.random.choice([plan, summary])(home, town)
    suffix = _suffix(town.random, *_ALL)
    sample = _sample("file_name", home, form, suffix, town.random, other)
    name = other.subject.name.replace(" ", town.random.choice(["", " ", "_"]))
    return replace(sample, file_name=f"支援プラン_{name}{suffix}")


def _number(home: Household, other: Household, town: Town) -> Sample:
    """Another case's plan with its number in the head and no name in it."""
    form = replace(summary(home, town), title=f"事例概要 {other.number}")
    suffix = _suffix(town.random, *_ALL)
    return _sample("number", home, form, suffix, town.random, other)


# Not looked at while the weights were chosen.


def _split_name(home: Household, other: Household, town: Town) -> Sample:
    """A system's export has a column for each half of a name."""
    form = roster(home, town)
    form.blocks[0] = [["続柄", "姓", "名", "生年月日"]] + [
        [m.label, m.family, m.given, _date(m.born, town.random)]
        for m in (*home.members, *other.members[:2])
    ]
    suffix = _suffix(town.random, ".xlsx", ".csv")
    return _sample("split_name", home, form, suffix, town.random, other)


_OLD = str.maketrans("崎高斎辺沢浜島", "﨑髙齋邊澤濱嶋")
_KANA = {chr(0x30A1 + i): chr(0x3041 + i) for i in range(83)}


def _other_writing(home: Household, other: Household, town: Town) -> Sample:
    """Old forms, half-width or hiragana kana, full-width digits, kanji numerals."""
    form = assessment(home, town)
    one = other.subject
    full = str.maketrans("0123456789-", "０１２３４５６７８９－")
    short = one.address.removeprefix("見本市").split()[0]
    hyphens = short.replace("丁目", "-").replace("番地", "-").replace("番", "-")
    way = town.random.choice(
        [
            f"対象者 {one.name.translate(_OLD)} 様",
            "ふりがな " + "".join(_KANA.get(c, c) for c in one.kana),
            f"連絡先 {one.phone.translate(full)}",
            f"転居先: {hyphens.removesuffix('号')}",
        ]
    )
    form.blocks.insert(2, way)
    suffix = _suffix(town.random, *_ALL)
    return _sample("other_writing", home, form, suffix, town.random, other)


def _family_list(home: Household, other: Household, town: Town) -> Sample:
    """The household table alone is another's."""
    form = application(home, town)
    form.blocks[2] = [["家族構成", ""], *_household_table(other, town.random)]
    suffix = _suffix(town.random, *_ALL)
    return _sample("family_list", home, form, suffix, town.random, other)


def _joined(home: Household, other: Household, town: Town) -> Sample:
    """Two scans' texts in one PDF: the second form belongs to somebody else."""
    form = plan(home, town)
    second = town.random.choice([plan, application])(other, town)
    form.blocks += [second.title, *second.blocks]
    suffix = _suffix(town.random, ".pdf", ".docx")
    return _sample("joined", home, form, suffix, town.random, other)


TUNED: dict[str, Mixer] = {
    "whole_file": _whole_file,
    "left_field": _left_field,
    "extra_rows": _extra_rows,
    "sentence": _sentence,
    "file_name": _file_name,
    "number": _number,
    **{
        place: partial(_aside, place)
        for place in ("comment", "deleted", "header", "sheet_name", "hidden_sheet")
    },
}
UNTUNED: dict[str, Mixer] = {
    "split_name": _split_name,
    "other_writing": _other_writing,
    "family_list": _family_list,
    "joined": _joined,
    **{place: partial(_aside, place) for place in _ASIDES if place not in TUNED},
}


def clean_papers(homes: list[Household], seed: int, count: int) -> Iterator[Sample]:
    """``count`` right papers; the same ones for the same seed."""
    town = Town(homes, Random(seed))
    for _ in range(count):
        yield clean(town.random.choice(homes), town)


def mixed_papers(
    homes: list[Household], seed: int, count: int, kinds: dict[str, Mixer]
) -> Iterator[Sample]:
    """``count`` mixed-up papers, the kinds in turn."""
    town = Town(homes, Random(seed))
    names = list(kinds)
    for index in range(count):
        home, other = town.random.sample(homes, 2)
        yield kinds[names[index % len(names)]](home, other, town)
