"""A town of invented households, for the mix-up guard: names as they are spread here.

A few families and given names are very common, most are rare, and some are written
with old forms of their characters. Every number and address leads nowhere.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

_COMMON = """
佐藤 サトウ|鈴木 スズキ|髙橋 タカハシ|高橋 タカハシ|田中 タナカ|伊藤 イトウ
渡辺 ワタナベ|渡邉 ワタナベ|山本 ヤマモト|中村 ナカムラ|小林 コバヤシ|加藤 カトウ
吉田 ヨシダ|山田 ヤマダ|佐々木 ササキ|山口 ヤマグチ|松本 マツモト|井上 イノウエ
木村 キムラ|林 ハヤシ|清水 シミズ|山﨑 ヤマザキ|山崎 ヤマザキ|森 モリ|池田 イケダ
橋本 ハシモト|阿部 アベ|石川 イシカワ|斉藤 サイトウ|齋藤 サイトウ|斎藤 サイトウ
前田 マエダ|藤田 フジタ|岡田 オカダ|後藤 ゴトウ|長谷川 ハセガワ|村上 ムラカミ
近藤 コンドウ|石井 イシイ|坂本 サカモト|遠藤 エンドウ
"""
_HEADS = """
秋 アキ|有 アリ|磯 イソ|岩 イワ|上 ウエ|梅 ウメ|江 エ|榎 エノ|大 オオ|沖 オキ
奥 オク|柿 カキ|片 カタ|亀 カメ|川 カワ|菊 キク|北 キタ|黒 クロ|桑 クワ|小 コ
笹 ササ|塩 シオ|芝 シバ|白 シラ|杉 スギ|菅 スガ|関 セキ|竹 タケ|土 ツチ|富 トミ
永 ナガ|西 ニシ|沼 ヌマ|野 ノ|浜 ハマ|平 ヒラ|深 フカ|福 フク|古 フル|細 ホソ
堀 ホリ|牧 マキ|丸 マル|三 ミ|宮 ミヤ|本 モト|柳 ヤナギ|横 ヨコ
"""
_TAILS = """
井 イ|内 ウチ|江 エ|尾 オ|岡 オカ|川 カワ|木 キ|口 グチ|倉 クラ|坂 サカ|沢 サワ
澤 サワ|島 シマ|嶋 シマ|瀬 セ|田 タ|谷 タニ|塚 ヅカ|津 ヅ|戸 ド|中 ナカ|西 ニシ
野 ノ|橋 ハシ|原 ハラ|部 ベ|間 マ|見 ミ|村 ムラ|本 モト|森 モリ|山 ヤマ
"""
_GIVEN = """
翔 ショウ|健 ケン|誠 マコト|大輔 ダイスケ|隆 タカシ|清 キヨシ|茂 シゲル|勇 イサム
博 ヒロシ|健太 ケンタ|拓也 タクヤ|直樹 ナオキ|和夫 カズオ|正雄 マサオ|幸子 サチコ
和子 カズコ|節子 セツコ|洋子 ヨウコ|恵子 ケイコ|由美子 ユミコ|真由美 マユミ
明美 アケミ|美咲 ミサキ|陽菜 ヒナ|結衣 ユイ|葵 アオイ|さくら サクラ|ひなた ヒナタ
修 オサム|学 マナブ|実 ミノル|進 ススム|豊 ユタカ
"""
_FIRST = """
晃 アキ|篤 アツ|一 カズ|克 カツ|清 キヨ|邦 クニ|健 ケン|浩 コウ|貞 サダ|重 シゲ
俊 トシ|達 タツ|千 チ|知 トモ|直 ナオ|伸 ノブ|典 ノリ|春 ハル|久 ヒサ|秀 ヒデ
弘 ヒロ|冬 フユ|文 フミ|真 マ|正 マサ|道 ミチ|光 ミツ|美 ミ|宗 ムネ|康 ヤス|雪 ユキ
義 ヨシ|理 リ|玲 レイ|亮 リョウ
"""
_SECOND = """
明 アキ|江 エ|恵 エ|男 オ|夫 オ|香 カ|樹 キ|子 コ|咲 サキ|志 シ|介 スケ|司 ジ|太 タ
太郎 タロウ|人 ト|奈 ナ|乃 ノ|之 ユキ|彦 ヒコ|帆 ホ|穂 ホ|真 マ|美 ミ|也 ヤ|代 ヨ
里 リ|朗 ロウ|郎 ロウ
"""
_TOWNS = (
    "本町 北浜 桜台 松が丘 緑町 南原 港町 栄町 旭町 東雲 若葉台 泉ヶ丘 千鳥 湊 梅園"
)
_TOWNS += (
    " 大字上郷 大字下郷 鶴見台 日の出 花園 春日 曙町 幸町 稲荷町 弥生 城山 中島 新田"
)
_HOUSES = ("", "", "", "", " コーポ旭201", " 市営住宅3-405", " メゾン桜102", " 緑荘6号")


def _pairs(table: str) -> list[tuple[str, str]]:
    words = (pair.split() for line in table.split("\n") for pair in line.split("|"))
    return [(word[0], word[1]) for word in words if word]


@cache
def _families() -> tuple[list[tuple[str, str]], list[float]]:
    """Common ones share half of the people, some 1,500 composed ones the rest."""
    common = _pairs(_COMMON)
    rare = [(a + b, k + j) for a, k in _pairs(_HEADS) for b, j in _pairs(_TAILS)]
    weights = [1 / (3 + rank) for rank in range(len(common))]
    share = sum(weights) / len(rare)
    return common + rare, weights + [share] * len(rare)


@cache
def _givens() -> tuple[list[tuple[str, str]], list[float]]:
    common = _pairs(_GIVEN)
    rare = [(a + b, k + j) for a, k in _pairs(_FIRST) for b, j in _pairs(_SECOND)]
    weights = [1 / (4 + rank) for rank in range(len(common))]
    share = 3 * sum(weights) / len(rare)
    return common + rare, weights + [share] * len(rare)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody of the town, as an office would write them down."""

    family: str
    given: str
    kana: str
    born: date
    label: str = ""
    address: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.family} {self.given}"


@dataclass(frozen=True, slots=True)
class Household:
    """A case of the town."""

    number: str
    members: tuple[Resident, ...]

    @property
    def subject(self) -> Resident:
        return self.members[0]


def resident(random: Random, family: tuple[str, str] | None = None) -> Resident:
    """Somebody with a name as it comes, or of a family."""
    family = family or random.choices(*_families())[0]
    given = random.choices(*_givens())[0]
    born = date(1935, 1, 1) + timedelta(days=random.randrange(32_000))
    return Resident(family[0], given[0], f"{family[1]} {given[1]}", born)


def household(random: Random, index: int) -> Household:
    """Two to six people at one address, mostly of one family."""
    labels = ["本人", "妻", "長男", "母", "長女", "父"]
    family = random.choices(*_families())[0]
    address = home_address(random)
    phone = f"0{random.randrange(30, 99)}-{random.randrange(200, 999)}-"
    phone += f"{random.randrange(10_000):04d}"
    members = []
    for label in labels[: random.choice([2, 3, 4, 4, 5, 6])]:
        one = resident(random, family if random.random() < 0.93 else None)
        mobile = f"090-{random.randrange(10_000):04d}-{random.randrange(10_000):04d}"
        own = phone if label == "本人" or random.random() < 0.5 else mobile
        members.append(
            Resident(one.family, one.given, one.kana, one.born, label, address, own)
        )
    return Household(f"R{index % 8 + 1}-{index:05d}", tuple(members))


def home_address(random: Random) -> str:
    """市, town, 丁目, 番, 号, sometimes a building."""
    town = random.choice(_TOWNS.split())
    a, b, c = random.randrange(1, 7), random.randrange(1, 41), random.randrange(1, 31)
    if town.startswith("大字"):
        return f"見本市{town}{100 * a + 10 * b + c}番地{random.randrange(1, 9)}"
    return f"見本市{town}{a}丁目{b}番{c}号{random.choice(_HOUSES)}"


def households(seed: int, count: int) -> list[Household]:
    """``count`` cases; the same ones for the same seed."""
    random = Random(seed)
    return [household(random, index) for index in range(count)]
