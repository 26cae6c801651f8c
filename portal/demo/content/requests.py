"""Two co-operation requests of the northern meeting: one waits, one was answered."""

from dataclasses import dataclass

CLERK = "tachibana"
BODY = "shien_north"


@dataclass(frozen=True)
class Request:
    """What somebody without a commission is asked; ``sheet`` is the file they send."""

    key: str
    case: str
    organization: str
    name: str
    post: str
    mail: str
    text: str
    asked_days_ago: int
    due_in_days: int
    answered_days_ago: int | None = None
    opinion: str = ""
    sheet: tuple[tuple[str, str], ...] = ()


REQUESTS = (
    Request(
        key="water",
        case="eighty",
        organization="見本水道サービス株式会社",
        name="津川 信",
        post="検針課 主任",
        mail="tsugawa@mihon-suido.example",
        text=(
            "別にお電話でお伝えした検針先について、次のことを教えてください。\n\n"
            "1. この半年の使用量の変わり方\n"
            "2. 検針のときに気づかれたこと(郵便物、雨戸、声かけへの反応など)\n\n"
            "分かる範囲でかまいません。"
        ),
        asked_days_ago=12,
        due_in_days=2,
        answered_days_ago=3,
        opinion=(
            "9月から使用量が半分ほどに減っています。10月の検針では郵便受けがいっぱいで、"
            "声をかけるとご家族の方が窓から返事をされました。"
        ),
        sheet=(
            ("6月から8月", "月あたり 18〜20 立方メートル"),
            ("9月", "11 立方メートル"),
            ("10月", "9 立方メートル"),
            ("検針員のメモ", "郵便受けに新聞がたまっていた。雨戸は閉まったまま"),
        ),
    ),
    Request(
        key="paper",
        case="eighty",
        organization="見本新聞 北見本販売所",
        name="初瀬 豊",
        post="所長",
        mail="hatsuse@mihon-shimbun.example",
        text=(
            "別にお電話でお伝えした配達先について、次のことを教えてください。\n\n"
            "1. 新聞がたまっていた日があったか\n"
            "2. 配達や集金のときに気づかれたこと\n\n"
            "分かる範囲でかまいません。"
        ),
        asked_days_ago=2,
        due_in_days=12,
    ),
)
