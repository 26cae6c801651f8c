"""The people of the demo, all invented; phone numbers and addresses lead nowhere.

Columns: key, name, kana, organization, post, last digits of the phone. Outside people
also have the domain of their mail address ("-" for none), unit ("-" for both) and the
channel of their one-time codes.
"""

from typing import Literal, cast

from portal.demo.content.types import Person, Role, UnitKey

_STAFF = """
sakaki|榊 正隆|サカキ マサタカ|welfare|社会福祉課長|0301
minagawa|皆川 由紀子|ミナガワ ユキコ|welfare|社会福祉課 南部担当課長|0302
tachibana|橘 真央|タチバナ マオ|welfare|社会福祉課 多機関協働担当 主査|0303
ogata|緒方 涼|オガタ リョウ|welfare|社会福祉課 多機関協働担当 主任|0304
kusakabe|日下部 宏|クサカベ ヒロシ|health_welfare|健康福祉部長|0305
sena|瀬名 拓也|セナ タクヤ|it_policy|情報政策課 主任|0306
hosaka|保坂 礼子|ホサカ レイコ|audit|監査委員事務局 係長|0307
nitta|新田 健吾|ニッタ ケンゴ|welfare|保護係長（エリアディレクター）|0311
hayami|速水 千草|ハヤミ チグサ|elderly|主査（エリアディレクター）|0312
oribe|織部 直樹|オリベ ナオキ|disability|主査（エリアディレクター）|0313
misumi|三角 恵子|ミスミ ケイコ|care|主任（エリアディレクター）|0314
suga|菅 麻衣|スガ マイ|child_development|心理士（エリアディレクター）|0315
todoroki|轟 久美|トドロキ クミ|health|保健師（北部地区担当）|0316
asahina|朝比奈 葵|アサヒナ アオイ|health|保健師（南部地区担当）|0317
kazama|風間 美樹|カザマ ミキ|family|相談係長（エリアディレクター）|0318
iwakura|岩倉 徹|イワクラ トオル|guidance|指導主事（エリアディレクター）|0319
hinata|日向 さつき|ヒナタ サツキ|guidance|スクールソーシャルワーカー|0320
izumida|泉田 豊|イズミダ ユタカ|water|お客様係長|0321
ejima|江島 修|エジマ オサム|planning|企画政策課長|0331
kaji|鍛冶 洋平|カジ ヨウヘイ|elderly|高齢者支援課長|0332
sugou|須郷 美奈|スゴウ ミナ|disability|障害者支援課長|0333
tobita|飛田 康夫|トビタ ヤスオ|care|介護支援課長|0334
yukimura|雪村 早苗|ユキムラ サナエ|child_development|児童発達支援センター所長|0335
unno|海野 進|ウンノ ススム|health|健康増進課長|0336
torii|鳥居 明子|トリイ アキコ|family|子ども家庭課長|0337
seto|瀬戸 孝|セト タカシ|guidance|指導課長|0338
"""

_OUTSIDE = """
natsume|夏目 圭|ナツメ ケイ|consult|お困りごと相談員|0401|mihon-soudan|north|mail
wakui|涌井 香|ワクイ カオリ|consult|お困りごと相談員|0402|mihon-soudan|south|mail
tono|遠野 翔|トオノ ショウ|outreach|アウトリーチ支援員|0403|hidamari-kai|-|sms
shirase|白瀬 唯|シラセ ユイ|outreach|アウトリーチ支援員|0404|hidamari-kai|-|sms
mamiya|間宮 渉|マミヤ ワタル|participation|参加支援員|0405|tsunagute|-|mail
kuga|久我 典子|クガ ノリコ|community_north|主任ケアマネ|0406|kita|north|mail
iizuka|飯塚 勇|イイヅカ イサム|community_north|社会福祉士|0407|kita|north|mail
fukami|深見 純子|フカミ ジュンコ|community_south|主任ケアマネ|0408|minami|south|mail
noto|能登 大地|ノト ダイチ|community_south|社会福祉士|0409|minami|south|mail
anzai|安西 美和|アンザイ ミワ|disability_consult|相談支援専門員|0410|michishirube|-|mail
kitami|北見 葉月|キタミ ハヅキ|parent_support|利用者支援専門員|0411|sukusuku|-|mail
sawatari|沢渡 誠|サワタリ マコト|self_reliance|主任相談支援員|0412|kurashi|-|mail
mukai|向井 千晶|ムカイ チアキ|self_reliance|家計改善支援員|0413|kurashi|-|mail
hatano|波多野 弘|ハタノ ヒロシ|community_building|地域づくり担当|0414|chiiki|-|mail
utsugi|宇津木 翼|ウツギ ツバサ|gas|保安担当|0421|mihon-gas|-|mail
makabe|真壁 隼人|マカベ ハヤト|power|料金担当|0422|mihon-denryoku|-|mail
shinonome|東雲 薫|シノノメ カオル|clinic|院長（精神科医）|0423|mihon-clinic|-|mail
kagami|各務 悠|カガミ ユウ|clinic|精神保健福祉士|0424|mihon-clinic|-|mail
aizawa|相沢 理|アイザワ オサム|law|弁護士|0425|mihon-law|-|mail
dojima|堂島 剛|ドウジマ ツヨシ|police|生活安全課 係長|0426|mihon-police|-|sms
miyabe|宮部 志保|ミヤベ シホ|child_guidance|児童福祉司|0427|mihon-jisou|-|mail
kanzaki|神崎 玲|カンザキ レイ|health_center|精神保健福祉相談員|0428|mihon-hokenjo|-|mail
banba|番場 努|バンバ ツトム|fire|救急企画係長|0429|mihon-shobo|-|mail
oka|岡 フミ子|オカ フミコ|commissioners|民生委員（北部 第3地区）|0218|-|north|card
hirose|広瀬 茂|ヒロセ シゲル|commissioners|民生委員（南部 第1地区）|0218|-|south|card
kuramochi|倉持 泉|クラモチ イズミ|school_north|教頭|0430|kitamihon-jhs|north|mail
ishimori|石森 晃|イシモリ アキラ|post|局長|0220|-|south|card
"""

# The one-line introductions of the people that a visitor of the demo may play.
_INTRODUCTIONS = {
    "sakaki": "議長（北部）: 社会福祉課長。議題を承認し、会議録を確認します。",
    "tachibana": "事務局（北部）: 日程、議題、人選、資料、会議録を受け持ちます。",
    "kagami": (
        "クリニックの精神保健福祉士: 届いたリンクと確認コードで、"
        "自分が選任された議題だけを開きます。"
    ),
    "oka": "民生委員: メールはありません。紙のコードカードで自宅から開きます。",
    "hinata": "スクールソーシャルワーカー: 子どものいる世帯の議題に参加します。",
    "natsume": "お困りごと相談員: 最初に相談を受け止め、会議につなぎます。",
    "todoroki": "地区担当の保健師: 庁内の構成員として議題に参加します。",
    "utsugi": "新任の構成員（ガス会社）: 誓約がまだなので、資料は開きません。",
    "minagawa": "議長（南部）: 南部担当課長。北部の事例は見えません。",
    "ogata": "事務局（南部）: 南部の会議を準備します。北部の事例は見えません。",
    "kusakabe": "代表者会議の議長: 健康福祉部長。個別の事例は見えません。",
    "sena": "システム管理者: 利用者と設定を管理します。事例は見えません。",
    "hosaka": "監査担当: だれがいつ何を開いたかを、事例番号だけで確かめます。",
}

_ROLES = {
    "sakaki": (Role("chair", "north"), Role("internal", None)),
    "minagawa": (Role("chair", "south"), Role("internal", None)),
    "tachibana": (Role("secretariat", "north"), Role("internal", None)),
    "ogata": (Role("secretariat", "south"), Role("internal", None)),
    "sena": (Role("administrator", None),),
    "hosaka": (Role("auditor", None),),
}


def _staff(row: str) -> Person:
    key, name, kana, organization, post, phone = row.split("|")
    return Person(
        key=key,
        name=name,
        kana=kana,
        organization=organization,
        post=post,
        mail=f"{key}@city.mihon.example",
        phone=f"000-0000-{phone}",
        account="staff",
        channel="totp",
        roles=_ROLES.get(key, (Role("internal", None),)),
        introduction=_INTRODUCTIONS.get(key),
    )


def _outside(row: str) -> Person:
    key, name, kana, organization, post, phone, domain, unit, channel = row.split("|")
    return Person(
        key=key,
        name=name,
        kana=kana,
        organization=organization,
        post=post,
        mail=None if domain == "-" else f"{key}@{domain}.example",
        phone=f"000-0000-{phone}",
        account="link",
        channel=cast(Literal["mail", "sms", "card"], channel),
        roles=(Role("external", None if unit == "-" else cast(UnitKey, unit)),),
        introduction=_INTRODUCTIONS.get(key),
    )


PEOPLE = (
    *map(_staff, _STAFF.strip().splitlines()),
    *map(_outside, _OUTSIDE.strip().splitlines()),
)
_BY_KEY = {person.key: person for person in PEOPLE}
CAST = tuple(_BY_KEY[key] for key in _INTRODUCTIONS)
