"""The kinds of tables that are taken in and given out: their columns, in words."""

from dataclasses import dataclass
from enum import StrEnum

from meetings.models import Import
from members.models import Case

Kind = Import.Kind


class Sort(StrEnum):
    """How the words of a column are read."""

    TEXT = "text"
    LINES = "lines"
    CODE = "code"
    KANA = "kana"
    EMAIL = "email"
    PHONE = "phone"
    DAY = "day"
    YES = "yes"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, others that people use for it, how it is filled in.

    Of several that a table has, the first of ``words`` is read.
    """

    name: str
    title: str
    also: tuple[str, ...] = ()
    sort: Sort = Sort.TEXT
    length: int = 0
    needed: bool = False
    how: str = ""
    example: str = ""
    width: int = 20

    @property
    def words(self) -> tuple[str, ...]:
        """All headings under which it is found."""
        return (self.title, *self.also)


_ORGANIZATION = Column(
    name="organization",
    title="機関",
    also=("機関名", "所属", "所属機関", "団体名", "構成機関", "課名", "所属名"),
    length=120,
    needed=True,
    how="正式な名前で書きます。",
    example="見本総合病院",
    width=28,
)
_PHONE = Column(
    name="phone",
    title="電話",
    also=("電話番号", "連絡先", "TEL"),
    sort=Sort.PHONE,
    length=20,
    how="0から書きます。",
    example="0500-00-0101",
    width=16,
)


def _kana(how: str, example: str) -> Column:
    return Column(
        name="kana",
        title="フリガナ",
        also=("ふりがな", "カナ", "氏名カナ", "機関名カナ", "よみがな", "読み"),
        sort=Sort.KANA,
        length=80,
        how=how,
        example=example,
    )


_ORGANIZATIONS = (
    _ORGANIZATION,
    _kana(
        "半角やひらがなで書いても、全角のカタカナに直して読みます。",
        "ミホンソウゴウビョウイン",
    ),
    Column(
        name="internal",
        title="庁内",
        also=("庁内・庁外", "区分", "内部"),
        sort=Sort.YES,
        how="庁内の部署だけ「○」。システム管理者が取り込みます。ほかは空けます。",
        width=8,
    ),
    Column(
        name="unit",
        title="圏域",
        also=("区", "地区", "エリア"),
        length=60,
        how="登録済みの圏域の名前。全域なら空けます。",
    ),
    Column(name="address", title="住所", also=("所在地",), length=200, width=30),
    _PHONE,
    Column(
        name="fax",
        title="FAX",
        also=("ファクス", "ファックス", "FAX番号"),
        sort=Sort.PHONE,
        length=20,
        width=16,
    ),
)
_ROLL = (
    _ORGANIZATION,
    Column(
        name="name",
        title="氏名",
        also=("名前", "お名前", "構成員氏名", "構成員", "委員名", "委員氏名"),
        length=60,
        needed=True,
        how="姓と名のあいだを1文字空けます。",
        example="須田 操",
    ),
    _kana("半角やひらがなで書いても、全角のカタカナに直して読みます。", "スダ ミサオ"),
    Column(
        name="post",
        title="役職",
        also=("職名", "職", "役職名", "肩書"),
        length=60,
        example="医療相談員",
    ),
    Column(
        name="email",
        title="メール",
        also=("メールアドレス", "E-mail", "Email", "電子メール", "eメール", "Mail"),
        sort=Sort.EMAIL,
        how="本人だけが読めるアドレス。案内と資料のリンクが届きます。",
        example="suda@mihon.example",
        width=28,
    ),
    _PHONE,
    Column(
        name="starts_on",
        title="委嘱日",
        also=("委嘱年月日", "任命日", "任期の始まり", "任期開始", "任期(自)"),
        sort=Sort.DAY,
        how="「令和8年4月1日」「R8.4.1」「2026/4/1」のどれでも読みます。空ければ、取り込むときに決める日になります。",
        example="令和8年4月1日",
    ),
    Column(
        name="ends_on",
        title="任期満了",
        also=("任期満了日", "任期の終わり", "任期終了", "任期(至)"),
        sort=Sort.DAY,
        how="確かめるために読みます。任期は会議体の設置要綱のとおりになります。",
        example="令和10年3月31日",
    ),
)
_CASES = (
    Column(
        name="number",
        title="事例番号",
        also=("ケース番号", "管理番号", "番号", "No", "No."),
        sort=Sort.CODE,
        length=20,
        needed=True,
        how="氏名を含めず、半角の英数字とハイフンで。世帯員を1行に1人書き、同じ世帯の行には同じ番号を書きます(セルの結合もできます)。",
        example="R8-012",
        width=12,
    ),
    Column(
        name="title",
        title="事例の概要(匿名)",
        also=("概要", "事例の概要", "世帯の状況", "事例名", "ケース名"),
        length=120,
        how="氏名を書かずに、世帯の様子を短く書きます。世帯の1行目に要ります。",
        example="高齢の母と、ひきこもりの長男の世帯",
        width=34,
    ),
    Column(
        name="opened_on",
        title="受付日",
        also=("受付年月日", "相談日", "登録日"),
        sort=Sort.DAY,
        how="世帯の1行目に要ります。",
        example="令和8年4月10日",
    ),
    Column(
        name="status",
        title="状況",
        also=("状態", "ステータス", "支援の状況"),
        sort=Sort.STATUS,
        how="次のどれか: " + "、".join(Case.Status.labels) + "。空ければ「受付」。",
        example="アセスメント中",
    ),
    Column(
        name="closed_on",
        title="終結日",
        also=("終了日", "終結年月日"),
        sort=Sort.DAY,
        how="状況が「終結」「つなぎもどし」「転出」のときに要ります。",
    ),
    Column(
        name="referrer",
        title="つなぎ元",
        also=("紹介元", "相談元", "つなぎ元の機関"),
        length=120,
        how="登録済みの機関の名前。",
        width=24,
    ),
    Column(
        name="summary",
        title="経過と課題",
        also=("経過", "課題"),
        sort=Sort.LINES,
        length=4000,
        width=40,
    ),
    Column(
        name="label",
        title="続柄",
        also=("続き柄", "本人との続柄", "関係"),
        length=20,
        needed=True,
        how="中心になる人を「本人」とし、ほかは「母」「長男」のように書きます。",
        example="本人",
        width=10,
    ),
    Column(
        name="name",
        title="氏名",
        also=("名前", "お名前", "世帯員氏名", "世帯員"),
        length=60,
        needed=True,
        example="見本 一郎",
    ),
    _kana("", "ミホン イチロウ"),
    Column(
        name="birth_date",
        title="生年月日",
        also=("誕生日",),
        sort=Sort.DAY,
        example="S50.6.1",
    ),
    Column(name="address", title="住所", length=200, width=30),
    _PHONE,
    Column(
        name="address_protected",
        title="住所等の保護",
        also=("支援措置", "DV等支援措置", "住所の保護"),
        sort=Sort.YES,
        how="DV等支援措置のある人だけ「○」。",
        width=12,
    ),
)

_RECORDS = (
    Column(
        name="number",
        title="事例番号",
        also=("ケース番号", "管理番号", "番号"),
        sort=Sort.CODE,
        length=20,
        needed=True,
        how="登録済みの事例の番号。先に事例を登録します。",
        example="R8-012",
        width=12,
    ),
    Column(
        name="held_on",
        title="開催日",
        also=("会議日", "開催年月日", "日付"),
        sort=Sort.DAY,
        needed=True,
        how="会議を開いた日。",
        example="令和6年6月12日",
    ),
    Column(
        name="sitting",
        title="回",
        also=("会議名", "開催回", "第何回"),
        length=40,
        example="令和6年度 第3回",
    ),
    Column(
        name="title",
        title="議題名",
        also=("議題", "案件名", "件名"),
        length=120,
        needed=True,
        how="氏名を書かずに、短く書きます。",
        example="支援の方向性",
        width=30,
    ),
    Column(
        name="attendees",
        title="出席者",
        also=("出席者名", "参加者"),
        sort=Sort.LINES,
        length=1000,
        how="書かれているとおりに。読めるようになる人は増えません。",
        width=30,
    ),
    Column(
        name="decided",
        title="決定・役割分担",
        also=("決定", "決定事項", "役割分担", "結論"),
        sort=Sort.LINES,
        length=4000,
        how="「経過・内容」とのどちらかは要ります。",
        width=40,
    ),
    Column(
        name="course",
        title="経過・内容",
        also=("経過", "内容", "議事", "会議の内容"),
        sort=Sort.LINES,
        length=20000,
        width=40,
    ),
    Column(
        name="confirmed_on",
        title="確定日",
        also=("元の確定日", "確認日", "決裁日"),
        sort=Sort.DAY,
        how="その会議録が、当時確定した日。",
        example="令和6年6月30日",
    ),
    Column(
        name="confirmed_by",
        title="確定した人",
        also=("確認者", "決裁者", "署名者"),
        length=120,
        how="当時、会議録を確かめた人。",
        example="福祉課長 見本 守",
        width=24,
    ),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    Kind.ORGANIZATIONS: _ORGANIZATIONS,
    Kind.ROLL: _ROLL,
    Kind.CASES: _CASES,
    Kind.RECORDS: _RECORDS,
}
EXAMPLE = "(例)"
