"""Residue: what a file still carries beside its pages, by code and count.

The inspection counts, these are the words for it. The words inside the file are
neither kept nor shown.
"""

from django.utils.translation import gettext_lazy

WORDS = {
    "tracked_changes": gettext_lazy("変更履歴が%(count)dか所残っています"),
    "comments": gettext_lazy("コメントやメモが%(count)d件残っています"),
    "hidden_text": gettext_lazy("隠し文字が%(count)dか所あります"),
    "hidden_sheets": gettext_lazy("非表示のシートが%(count)d枚あります"),
    "hidden_rows": gettext_lazy("非表示の行や列が%(count)dか所あります"),
    "hidden_slides": gettext_lazy("非表示のスライドが%(count)d枚あります"),
    "speaker_notes": gettext_lazy("発表者用のノートが%(count)d枚にあります"),
    "people": gettext_lazy("作成者などの名前が%(count)d件入っています"),
    "document_info": gettext_lazy("表題や会社名などが%(count)d件入っています"),
    "camera": gettext_lazy("撮影の情報(日時・機種など)が%(count)d件入っています"),
    "place": gettext_lazy("撮影した場所(GPS)が入っています"),
    "earlier_versions": gettext_lazy("以前の内容が%(count)d回分残っています"),
    "annotations": gettext_lazy("注釈が%(count)d件あります"),
}


def words_of(findings: dict[str, int]) -> list[str]:
    """What was found, a sentence for each, in a fixed order."""
    return [
        str(words) % {"count": findings[code]}
        for code, words in WORDS.items()
        if code in findings
    ]
