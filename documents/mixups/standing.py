"""Whether a name in a text stands for somebody of a household, or for staff."""

import re
from enum import Enum

from portal.core.folding import folded


class Standing(Enum):
    """As whom the text speaks of somebody."""

    PERSON = "person"  # 〇〇様, 氏名, 長男, 生年月日
    CALLED = "called"  # 〇〇さん: as likely a colleague
    UNSAID = "unsaid"
    STAFF = "staff"  # 担当, 相談員, 〇〇センター


_POSTS = """
担当 相談員 支援員 専門員 指導員 調査員 推進員 医師 主治医 看護師 保健師 助産師
薬剤師 療法士 心理士 心理師 福祉士 介護士 栄養士 保育士 弁護士 司法書士 行政書士
社労士 課長 係長 部長 次長 局長 所長 室長 施設長 院長 校長 教頭 教諭 担任 養護教諭
主査 主任 主事 主幹 参事 理事 会長 職員 ケアマネ サビ管 コーディネーター ワーカー
カウンセラー スタッフ 民生委員 児童委員 主任児童委員 保護司 警察官 巡査 記録係
記録者 記入者 作成者 受付者 起票者 議長 座長 委員 司会 出席者 構成員 事務局 参加者
欠席者 講師 先生 署長 社長 店長 大家 管理人 紹介者 同席者
"""
_WORK = "文責 記録 作成 報告 説明 出席 欠席 司会"
_AGENCIES = """
課 センター 病院 医院 クリニック 診療所 事業所 事務所 協議会 社協 警察署 消防署 学校
中学校 小学校 高校 保育園 幼稚園 法人 株式会社 児童相談所 保健所 ステーション
ハローワーク 裁判所 銀行 支所 市役所 役場
"""
_PEOPLE = """
氏名 本人 名前 フリガナ カナ 対象者 相談者 申込者 申請者 利用者 支援対象 当事者
世帯主 世帯員 続柄 生年月日 住所 同居 別居 在住 転居 生まれ 署名 妻 夫 父 母 長男
長女 次男 次女 二男 二女 三男 三女 祖父 祖母 子 孫 兄 弟 姉 妹 訪問先 ケース 事例
"""
_HONOURED = "様 さま 殿 君 くん ちゃん さん宅 氏宅 宅 方 家 世帯"
_CALLED = "さん 氏"


# 子 and 母 are words only by themselves; names are full of them.
_ALONE = "(?<![一-鿿]){}(?![一-鿿])"


def _called(words: str) -> str:
    return "|".join(map(folded, words.split()))


def _either(words: str) -> str:
    found = sorted(map(folded, words.split()), key=len, reverse=True)
    return "|".join(_ALONE.format(word) if len(word) == 1 else word for word in found)


_GAP = r"[\s:・()「」=/,、._|-]*"
_STAFF_BEFORE = re.compile(
    rf"(?:{_either(_POSTS)}|{_either(_AGENCIES)}|{_either(_WORK)})(?:ノ|ハ|者)?{_GAP}$"
)
_STAFF_AFTER = re.compile(rf"^{_GAP}(?:{_either(_POSTS)})")
_PERSON_BEFORE = re.compile(rf"(?:{_either(_PEOPLE)})(?:ノ)?{_GAP}$")
_PERSON_AFTER = re.compile(rf"^\s*(?:{_called(_HONOURED)})")
_CALLED_AFTER = re.compile(rf"^\s*(?:{_called(_CALLED)})")
_STAFF_NEAR = re.compile(rf"{_either(_POSTS)}|{_either(_AGENCIES)}")
_PERSON_NEAR = re.compile(_either(_PEOPLE))
NEAR = 30
LISTED = 12  # lines of a list, and the characters of each


def standing(text: str, start: int, end: int) -> Standing:
    """How the folded ``text`` speaks of the name that stands from start to end.

    What touches the name says more than the rest of its line, and that more than the
    heading of the list that the line belongs to.
    """
    before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if _STAFF_BEFORE.search(before) or _STAFF_AFTER.search(after):
        return Standing.STAFF
    if _PERSON_AFTER.search(after) or _PERSON_BEFORE.search(before):
        return Standing.PERSON
    line = before.rpartition("\n")[2] + " " + after.partition("\n")[0]
    said = _of_line(line, Standing.UNSAID)
    if said is Standing.STAFF:
        return said
    if _CALLED_AFTER.search(after):
        return Standing.CALLED
    return _of_line(_heading(text, start), said) if said is Standing.UNSAID else said


def _of_line(line: str, otherwise: Standing) -> Standing:
    if _STAFF_NEAR.search(line):
        return Standing.STAFF
    return Standing.PERSON if _PERSON_NEAR.search(line) else otherwise


def _heading(text: str, start: int) -> str:
    """The line above a list of short lines, among which the name stands."""
    above = text[max(0, start - LISTED * LISTED) : start].split("\n")[:-1]
    for line in reversed(above[-LISTED:]):
        if _STAFF_NEAR.search(line) or _PERSON_NEAR.search(line):
            return line
        if len(line.strip()) > LISTED:
            break
    return ""
