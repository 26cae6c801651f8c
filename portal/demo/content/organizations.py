"""見本市 and the organizations around its meetings; all of them are invented."""

from portal.demo.content.types import Municipality, Organization, Unit, UnitKey

MUNICIPALITY = Municipality(
    name="見本市",
    kana="ミホンシ",
    mayor_title="見本市長",
    portal_name="見本市 かさね",
    phone="000-0000-0000",
    address="見本県見本市本町1番1号",
)

UNITS = (
    Unit("north", "北部圏域", "ホクブケンイキ"),
    Unit("south", "南部圏域", "ナンブケンイキ"),
)


def _section(key: str, name: str, kana: str, extension: int) -> Organization:
    return Organization(
        key=key,
        name=name,
        kana=kana,
        internal=True,
        unit=None,
        phone=f"000-0000-{extension:04d}",
        fax="000-0000-0199",
    )


def _outside(
    key: str,
    name: str,
    kana: str,
    number: int,
    unit: UnitKey | None = None,
    *,
    has_fax: bool = True,
) -> Organization:
    return Organization(
        key=key,
        name=name,
        kana=kana,
        internal=False,
        unit=unit,
        phone=f"000-0000-{number:04d}",
        fax=f"000-0000-{number + 50:04d}" if has_fax else None,
    )


SECTIONS = (
    _section("health_welfare", "健康福祉部", "ケンコウフクシブ", 101),
    _section("welfare", "社会福祉課", "シャカイフクシカ", 102),
    _section("elderly", "高齢者支援課", "コウレイシャシエンカ", 103),
    _section("disability", "障害者支援課", "ショウガイシャシエンカ", 104),
    _section("care", "介護支援課", "カイゴシエンカ", 105),
    _section(
        "child_development", "児童発達支援センター", "ジドウハッタツシエンセンター", 106
    ),
    _section("health", "健康増進課", "ケンコウゾウシンカ", 107),
    _section("family", "子ども家庭課", "コドモカテイカ", 108),
    _section("guidance", "指導課", "シドウカ", 109),
    _section("planning", "企画政策課", "キカクセイサクカ", 110),
    _section("it_policy", "情報政策課", "ジョウホウセイサクカ", 111),
    _section("audit", "監査委員事務局", "カンサイインジムキョク", 112),
    _section("water", "上下水道局", "ジョウゲスイドウキョク", 113),
)

OUTSIDE = (
    _outside(
        "consult",
        "NPO法人みほん相談ネット（お困りごと相談）",
        "ミホンソウダンネット",
        201,
    ),
    _outside(
        "outreach",
        "社会福祉法人ひだまり会 アウトリーチ支援室",
        "ヒダマリカイアウトリーチシエンシツ",
        202,
    ),
    _outside(
        "participation",
        "一般社団法人つなぐ手（参加支援）",
        "ツナグテ",
        203,
    ),
    _outside(
        "community_north",
        "見本市北部地域包括支援センター",
        "ミホンシホクブチイキホウカツシエンセンター",
        204,
        "north",
    ),
    _outside(
        "community_south",
        "見本市南部地域包括支援センター",
        "ミホンシナンブチイキホウカツシエンセンター",
        205,
        "south",
    ),
    _outside(
        "disability_consult",
        "障害者相談支援事業所 みちしるべ",
        "ショウガイシャソウダンシエンジギョウショミチシルベ",
        206,
    ),
    _outside(
        "parent_support",
        "利用者支援事業 すくすくひろば",
        "リヨウシャシエンジギョウスクスクヒロバ",
        207,
    ),
    _outside(
        "self_reliance",
        "自立相談支援事業 くらしサポート見本",
        "ジリツソウダンシエンジギョウクラシサポートミホン",
        208,
    ),
    _outside(
        "community_building",
        "見本市地域づくり協議会（地域づくり事業）",
        "ミホンシチイキヅクリキョウギカイ",
        209,
    ),
    _outside("gas", "見本ガス株式会社", "ミホンガス", 210),
    _outside("power", "見本電力サービス株式会社", "ミホンデンリョクサービス", 211),
    _outside("clinic", "見本こころのクリニック", "ミホンココロノクリニック", 212),
    _outside("law", "みほん中央法律事務所", "ミホンチュウオウホウリツジムショ", 213),
    _outside("police", "見本警察署", "ミホンケイサツショ", 214),
    _outside("child_guidance", "見本児童相談所", "ミホンジドウソウダンジョ", 215),
    _outside("health_center", "見本保健所", "ミホンホケンジョ", 216),
    _outside("fire", "見本市消防本部", "ミホンシショウボウホンブ", 217),
    _outside(
        "commissioners",
        "見本市民生委員児童委員協議会",
        "ミホンシミンセイイインジドウイインキョウギカイ",
        218,
        has_fax=False,
    ),
    _outside(
        "school_north",
        "見本市立北見本中学校",
        "ミホンシリツキタミホンチュウガッコウ",
        219,
        "north",
    ),
    _outside(
        "post",
        "見本南郵便局",
        "ミホンミナミユウビンキョク",
        220,
        "south",
        has_fax=False,
    ),
)

ORGANIZATIONS = SECTIONS + OUTSIDE
