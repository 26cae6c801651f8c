"""The six invented households of the southern unit."""

from portal.demo.content.case_specs import CaseSpec, PlanSpec

_WITHDRAWN = CaseSpec(
    key="withdrawn",
    title="退職の後、外に出る機会が減った若い方のいる世帯",
    theme="ひきこもり（同意の撤回）",
    description=(
        "20代の長男と60代の両親の三人暮らし。退職の後に外出が減った。本人の同意を得て"
        "体験を始めたが、本人が同意を撤回し、現在は母の相談と見守りを続けている。"
    ),
    unit="south",
    status="replanning",
    referrer="consult",
    lead_agency="consult",
    opened=(-12, 10),
    closed=None,
    members="""
son|三宅 拓海|ミヤケ タクミ|長男|27|2-22|同居|無職
father|三宅 和夫|ミヤケ カズオ|父|62|9-8|同居|再雇用
mother|三宅 敦子|ミヤケ アツコ|母|60|6-30|同居|相談者
""",
    selections="""
wakui|主担当|母の相談を受けている
shirase|アウトリーチ|本人への訪問と手紙を担う
mamiya|参加支援|体験の受入先を探す
asahina|構成員|担当地区の保健師
shinonome|助言者|精神科医
sawatari|構成員|就労と家計の相談
""",
    consents=(("son", (-11, 15), (-5, 6)),),
    plans=(PlanSpec(1, "withdrawn-2", (-8, 12), ("アウトリーチ支援", "参加支援")),),
)

_CATS = CaseSpec(
    key="cats",
    title="多くの猫と暮らし、通院を後回しにしてきた夫婦の世帯",
    theme="多頭飼育",
    description=(
        "60代の夫婦の二人暮らし。猫が増えて暮らしと家計を圧迫し、妻の膝の治療が"
        "後回しになっていた。不妊の手術と妻の治療を並行して進めている。"
    ),
    unit="south",
    status="confirmed",
    referrer="commissioners",
    lead_agency="community_south",
    opened=(-10, 9),
    closed=None,
    members="""
husband|古谷 昭|フルヤ アキラ|夫|66|11-11|同居|年金
wife|古谷 房江|フルヤ フサエ|妻|63|8-2|同居|膝の手術の後
""",
    selections="""
hirose|つなぎ元|担当地区の民生委員
noto|主担当|妻の受診と暮らしの相談
kanzaki|構成員|保健所（動物の担当との調整）
hatano|構成員|預かりの住民との橋渡し
sawatari|構成員|家計の相談
""",
    consents=(("husband", (-9, 20), None), ("wife", (-9, 20), None)),
    plans=(PlanSpec(1, "cats-2", None, ()),),
)

_SINGLE = CaseSpec(
    key="single",
    title="言葉と仕事の壁の中で子を育てる、ひとり親の世帯",
    theme="外国籍のひとり親",
    description=(
        "30代の母と小学生の長男、2歳の長女の三人暮らし。日本語での手続に困り、長男が"
        "通訳を担っていた。病児保育と労働の相談により、暮らしが落ち着いてきた。"
    ),
    unit="south",
    status="replanning",
    referrer="parent_support",
    lead_agency="parent_support",
    opened=(-11, 3),
    closed=None,
    members="""
mother|リサ・モラーニ|リサ モラーニ|母|33|1-27|同居|工場の勤務
son|ルカ・モラーニ|ルカ モラーニ|長男|9|5-6|同居|小学生
daughter|ミア・モラーニ|ミア モラーニ|長女|2|9-15|同居|保育園
""",
    selections="""
kitami|主担当|広場での最初の相談から関わる
kazama|構成員|子どもと家庭の支援
asahina|構成員|担当地区の保健師
sawatari|構成員|労働と家計の相談
nitta|構成員|使える制度の確認
iwakura|構成員|日本語の指導と学校の調整
hatano|構成員|地域の集まりとの橋渡し
""",
    consents=(
        ("mother", (-11, 18), None),
        ("son", (-11, 18), None),
        ("daughter", (-11, 18), None),
    ),
    plans=(PlanSpec(1, "single-1", None, ()),),
)

_DEMENTIA = CaseSpec(
    key="dementia",
    title="働き盛りで物忘れが始まった方と家族の世帯",
    theme="若年性認知症",
    description=(
        "50代の夫婦と高校生の長男の三人暮らし。夫が若年性認知症の診断を受け、仕事の"
        "続け方と家計、長男の進学が課題となっている。市の支援決定を待っている。"
    ),
    unit="south",
    status="awaiting",
    referrer="community_south",
    lead_agency="disability_consult",
    opened=(-8, 11),
    closed=None,
    members="""
husband|笹川 徹也|ササガワ テツヤ|夫|55|3-3|同居|会社員、診断後
wife|笹川 真理|ササガワ マリ|妻|53|7-7|同居|パート
son|笹川 陸|ササガワ リク|長男|16|12-12|同居|高校生
""",
    selections="""
fukami|つなぎ元|妻の相談を受けている
anzai|主担当|夫の相談と年金の手続
hayami|構成員|高齢分野の制度の調整
misumi|構成員|介護給付の調整
asahina|構成員|担当地区の保健師
shinonome|助言者|精神科医
sawatari|構成員|勤務先との調整と家計の相談
""",
    consents=(
        ("husband", (-7, 10), None),
        ("wife", (-7, 10), None),
        ("son", (-7, 17), None),
    ),
    plans=(PlanSpec(1, "dementia-3", None, ("参加支援",)),),
)

_RELEASE = CaseSpec(
    key="release",
    title="出所の後、住まいと仕事を整えてきた方",
    theme="出所後の地域生活",
    description=(
        "60代の男性の一人暮らし。出所の後に住まいと清掃の仕事を得たが、連絡が途絶え、"
        "支援を中断している。手紙と訪問を続け、連絡があれば直ちに再開する。"
    ),
    unit="south",
    status="suspended",
    referrer="self_reliance",
    lead_agency="self_reliance",
    opened=(-13, 4),
    closed=None,
    members="""
self|梶原 勝|カジワラ マサル|本人|63|10-30|単身|清掃の勤務
""",
    selections="""
sawatari|主担当|住まいと暮らしの相談
wakui|構成員|居場所への付添い
nitta|構成員|一時生活支援と保護の確認
anzai|構成員|手続の支え方の助言
aizawa|助言者|借入れと契約の法律相談
mamiya|参加支援|仕事の受入先との調整
""",
    consents=(("self", (-13, 10), None),),
    plans=(PlanSpec(1, "release-1", (-12, 7), ("参加支援",)),),
)

_EVACUEE = CaseSpec(
    key="evacuee",
    title="県外の災害で移り住み、地域とのつながりが少ない夫婦の世帯",
    theme="災害避難",
    description=(
        "70代の夫婦の二人暮らし。県外の災害により移り住んだ。住まいの期限への不安と"
        "孤立があり、見守りを続けている。相談の同意は得られていない。"
    ),
    unit="south",
    status="intake",
    referrer="commissioners",
    lead_agency=None,
    opened=(-9, 5),
    closed=None,
    members="""
husband|若松 源一|ワカマツ ゲンイチ|夫|78|4-19|同居|元の町で役員
wife|若松 静江|ワカマツ シズエ|妻|75|11-5|同居|血圧の薬を服用
""",
    selections="""
hirose|つなぎ元|担当地区の民生委員
wakui|構成員|住まいの期限の確認
noto|構成員|高齢の夫婦への関わりの助言
asahina|構成員|担当地区の保健師
nitta|構成員|義援金と保護の確認
hatano|構成員|地域の集まりとの橋渡し
makabe|構成員|電気の料金の相談
ishimori|見守り|配達時の気付き
""",
    consents=(),
)

SPECS = (_WITHDRAWN, _CATS, _SINGLE, _DEMENTIA, _RELEASE, _EVACUEE)
