"""The call for cases of next month's southern meeting, half answered."""

from dataclasses import dataclass
from typing import Literal

NEXT_SITTING = "south+01"
OPENED_DAYS_AGO = 5
DUE_BEFORE_SITTING = 14
DUE_IN_AT_LEAST = 2
WORDS = "新しい事例は2件まで扱えます。急ぐものは、期限を待たずにお電話ください。"

# Whom the clerk asks, one or two people for an organization, and who has answered.
ASKED = (
    "asahina", "kazama", "hinata", "wakui", "shirase", "mamiya", "fukami", "noto",
    "anzai", "kitami", "sawatari", "shinonome", "kanzaki", "hirose",
)  # fmt: skip
NOTHING = ("kazama", "kitami", "kanzaki")


@dataclass(frozen=True)
class Proposal:
    """What one of them would bring to the meeting; ``sheet`` are lines of form 1-2."""

    key: str
    person: str
    state: Literal["draft", "submitted"]
    title: str
    occasion: Literal["sharing", "plan"]
    purpose: str
    words: str
    urgency: Literal["usual", "soon", "urgent"]
    consent: Literal["given", "none"]
    sheet: tuple[tuple[str, str], ...] = ()


PROPOSALS = (
    Proposal(
        key="fuel",
        person="wakui",
        state="submitted",
        title="父と長女の世帯。電気の停止と受診の中断",
        occasion="sharing",
        purpose="見守りの頻度と、料金の相談の窓口を決めたい",
        words=(
            "父は10月に退院したあと通院が途切れている。長女は日中ほとんど部屋から"
            "出ない。先月、電気が2日止まった。訪問は玄関先まで。"
            "名前を出しての相談は父が望んでいない。"
        ),
        urgency="urgent",
        consent="none",
        sheet=(
            ("世帯", "父(67歳)、長女(34歳)"),
            ("主な困りごと", "公共料金の滞り、父の受診の中断、長女のひきこもり"),
            ("これまでの関わり", "お困りごと相談の訪問3回。民生委員が月1回の声かけ"),
            ("本人の言葉", "「迷惑はかけたくない。娘のことだけが心配」"),
            ("気がかり", "冬の暖房。父の持病の薬が手元にない"),
        ),
    ),
    Proposal(
        key="returning",
        person="fukami",
        state="submitted",
        title="祖母と孫の世帯。高校卒業後の暮らし",
        occasion="plan",
        purpose="支援プランの案を確かめたい",
        words=(
            "祖母の介護を担ってきた孫が、3月に高校を卒業する。本人は働きながら"
            "家で暮らすことを希望。祖母と孫の両方から同意を得ている。"
        ),
        urgency="soon",
        consent="given",
    ),
    Proposal(
        key="nights",
        person="shinonome",
        state="draft",
        title="一人暮らしの男性。夜間の救急の利用",
        occasion="sharing",
        purpose="日中の居場所と連絡の取り方を相談したい",
        words="月に数回、夜間に救急を呼ぶ。受診では大きな異常はない。",
        urgency="usual",
        consent="given",
    ),
)
