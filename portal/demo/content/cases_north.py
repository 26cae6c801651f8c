"""The six invented households of the northern unit."""

from portal.demo.content.case_specs import CaseSpec, PlanSpec

_EIGHTY = CaseSpec(
    key="eighty",
    title="高齢の母と、長く家で過ごす息子の世帯",
    theme="8050・ひきこもり",
    description=(
        "80代の母と50代の長男の二人暮らし。長男は職場でのつまずきの後、25年ほど"
        "家で過ごしている。母の物忘れが進み、家事と家計の両方に支障が出ている。"
    ),
    unit="north",
    status="confirmed",
    referrer="consult",
    lead_agency="community_north",
    opened=(-11, 8),
    closed=None,
    members="""
mother|瀬川 キヨ|セガワ キヨ|母|84|2-11|同居|要介護1、物忘れ
son|瀬川 正志|セガワ マサシ|長男|56|9-23|同居|無職、長く外出が少ない
""",
    selections="""
natsume|つなぎ元|母からの最初の相談を受けた
kuga|主担当|母の介護の相談を受けている
hayami|構成員|高齢分野の制度の調整
tono|アウトリーチ|長男への訪問を担う
mamiya|参加支援|長男の作業の受入先を探す|-6
oka|見守り|担当地区の民生委員
todoroki|構成員|担当地区の保健師
""",
    consents=(("mother", (-7, 16), None), ("son", (-7, 20), None)),
    plans=(PlanSpec(1, "eighty-3", (-5, 9), ("アウトリーチ支援", "参加支援")),),
)

_DOUBLE_CARE = CaseSpec(
    key="doublecare",
    title="父の介護と幼い子の育ちを一人で支える世帯",
    theme="ダブルケア",
    description=(
        "40代の夫婦と4歳の長女、妻の父の四人暮らし。夫は夜勤があり、妻が父の介護と"
        "長女の育児を担う。窓口ごとに同じ話を繰り返し、疲れが重なっている。"
    ),
    unit="north",
    status="planned",
    referrer="parent_support",
    lead_agency=None,
    opened=(-4, 10),
    closed=None,
    members="""
wife|早坂 奈緒|ハヤサカ ナオ|妻|42|6-4|同居|主な介護者、腰痛
husband|早坂 慎吾|ハヤサカ シンゴ|夫|45|11-30|同居|交替勤務
daughter|早坂 ひより|ハヤサカ ヒヨリ|長女|4|8-17|同居|ことばの育ちに支援
grandfather|川添 善治|カワゾエ ゼンジ|妻の父|76|1-9|同居|要介護3
""",
    selections="""
kitami|つなぎ元|広場で母親の相談を受けた
natsume|構成員|世帯の聞き取りをまとめる
iizuka|構成員|祖父の介護の相談を受けている
misumi|構成員|介護給付の調整
suga|構成員|長女の発達の相談を受けている
kazama|構成員|保育と家庭の支援
todoroki|構成員|担当地区の保健師
""",
    consents=(
        ("wife", (-3, 12), None),
        ("husband", (-3, 15), None),
        ("daughter", (-3, 12), None),
        ("grandfather", (-3, 14), None),
    ),
    recusals=(("kuga", "世帯員の親族に当たるため、本人から申出があった", (-4, 12)),),
)

_HOARDING = CaseSpec(
    key="gomi",
    title="物に囲まれて一人で暮らす高齢の方",
    theme="ごみ屋敷・セルフネグレクト",
    description=(
        "70代の女性の一人暮らし。物が玄関先まで積まれ、近隣から相談が続く。支援の"
        "申出を断ってきた経過があり、相談の同意は得られていない。"
    ),
    unit="north",
    status="assessment",
    referrer="commissioners",
    lead_agency=None,
    opened=(-10, 6),
    closed=None,
    members="""
self|堀内 千代|ホリウチ チヨ|本人|71|12-3|単身|足の傷、受診なし
""",
    selections="""
oka|つなぎ元|担当地区の民生委員
iizuka|構成員|体調を尋ねる訪問を担う
hayami|構成員|高齢分野の制度の調整
todoroki|構成員|担当地区の保健師
natsume|構成員|本人の困りごとの聞き取り
banba|構成員|救急時の搬出の検討
makabe|構成員|電気の使用の異変への気付き
tono|アウトリーチ|関係づくりの助言
hatano|構成員|住民の集まりとの橋渡し
utsugi|構成員|給湯器の修理の安全の確認|-1
""",
    consents=(),
)

_NEIGHBOURS = CaseSpec(
    key="kinrin",
    title="眠れない夜が続き、近隣との間に緊張がある方",
    theme="精神障害と近隣の困りごと",
    description=(
        "30代の男性の一人暮らし。通院をやめた後、夜間の大声や壁をたたく音で近隣から"
        "相談がある。別居の母が支援を求めているが、本人の同意は得られていない。"
    ),
    unit="north",
    status="assessment",
    referrer="health_center",
    lead_agency=None,
    opened=(-12, 9),
    closed=None,
    members="""
self|浅野 亮|アサノ リョウ|本人|38|5-20|単身|治療の中断が疑われる
mother|浅野 律子|アサノ リツコ|母|68|10-2|別居|血圧が高い
""",
    selections="""
kanzaki|つなぎ元|以前の受診の経過を知り、訪問を担う
shinonome|助言者|精神科医
kagami|構成員|家族相談と受診の調整
oribe|構成員|障害分野の制度の調整
anzai|構成員|計画相談と家族会の案内
dojima|構成員|通報の取扱いの共有
oka|見守り|担当地区の民生委員
todoroki|構成員|担当地区の保健師
kuga|構成員|母の相談を受ける
""",
    consents=(("mother", (-4, 20), None),),
)

_YOUNG_CARER = CaseSpec(
    key="young_carer",
    title="体調のすぐれない母を支える中学生のいる世帯",
    theme="ヤングケアラー",
    description=(
        "40代の母と中学生の長女、小学生の長男の三人暮らし。母の体調がすぐれず、"
        "長女が家事と弟の世話を担い、遅刻と部活動の休みが続いていた。"
    ),
    unit="north",
    status="confirmed",
    referrer="guidance",
    lead_agency="family",
    opened=(-13, 7),
    closed=None,
    members="""
mother|水野 由香|ミズノ ユカ|母|44|3-14|同居|うつ状態で通院中
daughter|水野 葵衣|ミズノ アオイ|長女|13|7-28|同居|中学生
son|水野 蒼太|ミズノ ソウタ|長男|7|10-19|同居|小学生
""",
    selections="""
hinata|つなぎ元|学校からの相談を受け、家庭を訪問している
kazama|主担当|子どもと家庭の支援
iwakura|構成員|学校との調整
kuramochi|構成員|長女の在籍校
nitta|構成員|生活保護の担当
oribe|構成員|障害福祉サービスの調整
kagami|構成員|母の通院先
miyabe|助言者|児童相談所としての助言
""",
    consents=(
        ("mother", (-12, 14), None),
        ("daughter", (-12, 16), None),
        ("son", (-12, 14), None),
    ),
    plans=(
        PlanSpec(1, "young_carer-2", None, ()),
        PlanSpec(2, "young_carer-4", None, ()),
    ),
)

_DEBT = CaseSpec(
    key="debt",
    title="返済に追われ、家賃の遅れが出ていた世帯",
    theme="多重債務",
    description=(
        "50代の夫と40代の妻の二人暮らし。夫が5社から借入れを重ね、家賃が遅れていた。"
        "債務整理と家計の見直しにより、目標を達成して終結した。"
    ),
    unit="north",
    status="closed",
    referrer="self_reliance",
    lead_agency="self_reliance",
    opened=(-13, 2),
    closed=(-5, 0),
    members="""
husband|木戸 隆|キド タカシ|夫|51|4-25|同居|会社員
wife|木戸 雅美|キド マサミ|妻|49|12-18|同居|パート
""",
    selections="""
sawatari|主担当|自立相談支援の担当
mukai|構成員|家計改善の支援を担う
aizawa|助言者|債務整理の法律相談
nitta|構成員|保護と給付金の要否の確認
natsume|構成員|夫婦の話合いの進行
""",
    consents=(("husband", (-13, 5), None), ("wife", (-13, 8), None)),
    plans=(PlanSpec(1, "debt-1", None, ()),),
)

SPECS = (_EIGHTY, _DOUBLE_CARE, _HOARDING, _NEIGHBOURS, _YOUNG_CARER, _DEBT)
