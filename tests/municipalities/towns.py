"""Two fictional municipalities, set up as their clerks would, on the same screens.

Everything goes through the services that the screens call. Rows are written by hand
only for what the administration or the demo enters today: units, organisations, people
with a sign-in name, the pledge texts and the administration's own office. One
installation serves one municipality: each town has a database of its own.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from uuid import UUID, uuid5

from documents.services.papers import Upload
from meetings.importing.columns import Kind
from meetings.models import ImportedRow
from meetings.services import imports
from meetings.services.imports import Approval
from members.access import Actor
from members.facts import Regime, Role
from members.models import (
    Body,
    Commission,
    ExOfficio,
    LegalGround,
    Organization,
    Person,
    PledgeText,
    Scope,
)
from members.offices import Part
from members.services import (
    charters,
    commissions,
    duty,
    offices,
    posts,
    stand_ins,
)
from members.services.commissions import Term
from members.services.foundings import Founding
from members.services.offices import OfficeTerm
from members.services.people import NewPerson
from portal.core import clock
from tests import factories
from tests.municipalities import answers

FOUNDING = date(2026, 3, 2)
_KEYS = UUID("0f2c5f0e-6c38-4b1a-9d0c-5f2f7a3b1c00")


def key(words: str) -> UUID:
    """A fixed key for the form that is called ``words``."""
    return uuid5(_KEYS, words)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A time of day in Japan."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.JST)


@dataclass
class Town:
    """A municipality with its one body, and everybody by a short name."""

    name: str
    body_id: UUID
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def body(self) -> Body:
        """The body as it stands now: its rules are those of the day."""
        return Body.objects.get(pk=self.body_id)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def actor(self, name: str, scope: Scope | None = None) -> Actor:
        """Somebody who has just signed in with a personal factor."""
        return factories.sign_in(self.people[name], scope=scope)

    def pledge(self, *names: str) -> None:
        """Each of them accepts the duty of secrecy, in a sign-in of their own."""
        for name in names:
            person = self.people[name]
            regimes = duty.regimes_of(person, clock.now())
            for text in duty.pledges_due(person, regimes, clock.now()):
                duty.acknowledge(actor=self.actor(name), pledge=text)

    def remember(self, name: str, person: Person) -> Person:
        self.people[name] = person
        return person


def _found(
    town: str, name: str, ground: LegalGround.Code, keeper: Person, mayor: str
) -> Town:
    """The administration sets the body up, with its rules and its first clerk."""
    office = factories.organization("情報政策課", internal=True)
    administrator = factories.person("大谷 光", office)
    factories.office(administrator, Role.ADMINISTRATOR)
    body = charters.found_body(
        actor=factories.sign_in(administrator),
        key=key(f"{town} body"),
        founding=Founding(
            name=name,
            tier=Body.Tier.CASE,
            ground=ground,
            keeper=keeper,
            starts_on=FOUNDING,
            unit=factories.unit("市街地圏域"),
        ),
        rules=answers.charter(town),
        decided_by=mayor,
        decided_on=FOUNDING,
    )
    people = {"administrator": administrator, "keeper": keeper}
    return Town(town, body.id, people)


def _pledges(*regimes: Regime) -> None:
    words = {
        Regime.SHIEN: "社会福祉法第106条の6第5項により、知り得た秘密を漏らしません。",
        Regime.JUSO: "設置要綱により、会議で知り得た秘密を漏らしません。",
    }
    for regime in regimes:
        PledgeText.objects.create(
            regime=regime,
            version=1,
            title="守秘義務に関する誓約書",
            text=words[regime],
            starts_at=factories.LONG_AGO,
        )


def commission(
    town: Town,
    person: Person | NewPerson,
    approved_by: str,
    *,
    by: str = "keeper",
    replaces: Commission | None = None,
) -> Commission:
    return commissions.commission_somebody(
        actor=town.actor(by),
        body=town.body,
        person=person,
        approved_by=approved_by,
        approved_on=clock.today(),
        term=Term(clock.today(), replaces),
    )


def _post(
    town: Town,
    organization: Organization,
    name: str,
    part: ExOfficio.Part,
    holder: Person,
) -> ExOfficio:
    return posts.enter_post(
        actor=town.actor("keeper"),
        body=town.body,
        organization=organization,
        name=name,
        part=part,
        holder=holder,
        day=clock.today(),
    )


def _office(
    town: Town, name: str, part: Part, named_by: str = "", by: str = "keeper"
) -> None:
    offices.give_office(
        actor=town.actor(by),
        body=town.body,
        person=town[name],
        part=part,
        term=OfficeTerm(
            clock.today(),
            appointed_by=named_by,
            appointed_on=clock.today() if named_by else None,
        ),
    )


# 見晴市 -------------------------------------------------------------------------------

MIHARASHI_MAYOR = "見晴市長 高梨 進"
_ROLL = (
    ("機関名", "氏名", "フリガナ", "役職", "メール"),
    (
        "見晴南病院",
        "有村 節子",
        "アリムラ セツコ",
        "医療ソーシャルワーカー",
        "arimura@mihon.example",
    ),
    (
        "見晴訪問看護ステーション",
        "岩瀬 弘",
        "イワセ ヒロシ",
        "看護師",
        "iwase@mihon.example",
    ),
)


def miharashi() -> Town:
    """見晴市: a contractor convenes under two laws, and a post presides."""
    _pledges(Regime.SHIEN, Regime.JUSO)
    council = factories.organization("見晴市社会福祉協議会")
    welfare = factories.organization("地域福祉課", internal=True)
    keeper = factories.person("戸田 彩", council, login="toda", post="相談員")
    town = _found(
        "miharashi",
        "つながる支援会議",
        LegalGround.Code.ACT_106_6,
        keeper,
        MIHARASHI_MAYOR,
    )
    for name, person in {
        "convener": factories.person("瀬川 学", council, login="segawa", post="局長"),
        "head": factories.person("森田 豊", welfare, post="地域福祉課長"),
        "next head": factories.person("三浦 幸", welfare, post="主幹"),
        "city clerk": factories.person("北野 恵", welfare, post="主査"),
        "first": factories.person("小川 渉", welfare, post="課長補佐"),
    }.items():
        town.remember(name, person)
    town.pledge("keeper")
    charters.set_basis(
        actor=town.actor("keeper"),
        body=town.body,
        ground=LegalGround.Code.ACT_106_4,
        starts_on=FOUNDING,
        decided_by=MIHARASHI_MAYOR,
        decided_on=FOUNDING,
    )
    # Nobody convenes yet: who decided on the rules approves the first of all.
    commission(town, town["convener"], MIHARASHI_MAYOR)
    _office(town, "convener", Part.CONVENER)
    _post(town, welfare, "地域福祉課長", ExOfficio.Part.HEAD, town["head"])
    for name in ("city clerk", "first"):
        commission(town, town[name], "局長 瀬川 学")
    _office(town, "city clerk", Part.SECRETARIAT)
    read_roll(town, "局長 瀬川 学")
    town.remember("hospital", Person.objects.get(name="有村 節子"))
    town.remember("nurse", Person.objects.get(name="岩瀬 弘"))
    town.pledge("convener", "head", "city clerk", "first", "hospital", "nurse")
    for rank, name in enumerate(("first", "nurse"), start=1):
        stand_ins.designate(
            actor=town.actor("city clerk"),
            body=town.body,
            person=town[name],
            rank=rank,
            designated_by="総括者 森田 豊",
            designated_on=clock.today(),
        )
    return town


def read_roll(town: Town, approved_by: str) -> int:
    """The members from outside come with a roll out of a spreadsheet."""
    data = "\r\n".join(",".join(row) for row in _ROLL).encode("cp932")
    actor = town.actor("keeper")
    source = imports.take_in(
        actor=actor,
        key=key("roll"),
        kind=Kind.ROLL,
        body=town.body,
        upload=Upload(BytesIO(data), "構成員名簿.csv", len(data)),
    )
    approval = Approval(approved_by, clock.today(), clock.today())
    imports.begin(actor=actor, source=source, approval=approval)
    imports.run.func(str(source.id))
    return source.rows.filter(outcome=ImportedRow.Outcome.MADE).count()


# 波止場町 -----------------------------------------------------------------------------

HATOBA_MAYOR = "波止場町長 浜口 清"


def hatoba() -> Town:
    """波止場町: on the way to its project, with consent or not at all."""
    _pledges(Regime.JUSO)
    welfare = factories.organization("健康福祉部福祉課", internal=True)
    keeper = factories.person("磯村 香", welfare, post="主任")
    town = _found(
        "hatoba",
        "くらしの調整会議",
        LegalGround.Code.ACT_106_3,
        keeper,
        HATOBA_MAYOR,
    )
    for name, person in {
        "convener": factories.person("船越 剛", welfare, post="健康福祉部長"),
        "head": factories.person("沖田 実", welfare, post="福祉課長"),
        "deputy head": factories.person("湊 歩", welfare, post="課長補佐"),
        "clinic": factories.person(
            "潮田 薫",
            factories.organization("波止場診療所"),
            login="shiota",
            post="看護師長",
        ),
        "police": factories.person(
            "港 明", factories.organization("波止場警察署"), post="生活安全課長"
        ),
    }.items():
        town.remember(name, person)
    town.pledge("keeper")
    # Nobody is head yet: who decided on the rules approves the first of all.
    for name in ("head", "convener"):
        commission(town, town[name], HATOBA_MAYOR)
    _office(town, "head", Part.HEAD, named_by=HATOBA_MAYOR)
    _office(town, "convener", Part.CONVENER)
    police = town["police"]
    _post(town, police.organization, "生活安全課長", ExOfficio.Part.MEMBER, police)
    for name in ("clinic", "deputy head"):
        commission(town, town[name], "座長 沖田 実")
    centre = factories.organization("波止場町地域包括支援センター")
    entry = NewPerson(
        centre, "灘 弓子", "ナダ ユミコ", "主任ケアマネ", "nada@mihon.example"
    )
    made = commission(town, entry, "座長 沖田 実").person
    assert made is not None
    town.remember("centre", made)
    town.pledge("convener", "head", "deputy head", "police", "clinic", "centre")
    return town
