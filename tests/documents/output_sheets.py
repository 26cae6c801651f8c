"""A sheet with every kind of block, and what is needed to read PDFs again."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2

from documents.output.sheet import (
    Blank,
    Block,
    Facts,
    Grid,
    Heading,
    Notice,
    Outline,
    Paragraph,
    Point,
    Sheet,
    facts,
)
from documents.output.text import FONT_FOLDER

MADE_AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)

EVERY_BLOCK: tuple[Block, ...] = (
    Heading("1 概要"),
    facts(("日時", "令和8年11月21日(土)"), ("場所", "会議室301")),
    Facts(
        ((("氏名", "渡邉 美咲"), ("ふりがな", "わたなべ みさき")), (("住所", "本町"),))
    ),
    Heading("(1) 小見出し", 2),
    Grid(
        ("区分", "内容"), (("意見", "訪問は2人で行う。"), ("協議", "続ける。")), (1, 3)
    ),
    Outline((Point("1", "開会"), Point("(1)", "事例R8-012", "午前10時", 2))),
    Paragraph("本文です。"),
    Paragraph("右寄せ", "right"),
    Paragraph("注記です。", "note"),
    Blank(10),
    Notice("取扱いに注意してください。"),
)


def sheet(*blocks: Block, draft: bool = False) -> Sheet:
    return Sheet(
        file_title="資料",
        title="第8回 支援会議",
        subtitle="(社会福祉法第106条の6第1項)",
        number="資料1",
        made_at=MADE_AT,
        running="見本市 支援会議",
        foot="第1版",
        blocks=blocks or EVERY_BLOCK,
        draft=draft,
    )


def text_of(pdf: bytes) -> str:
    """All text of a PDF, without the spaces and line ends that layout brings."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [
            document[i].get_textpage().get_text_bounded() for i in range(len(document))
        ]
    return "".join("".join(pages).split()).replace("\u200b", "")


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def font_descriptors(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary)
        and item.get("/Type") == pikepdf.Name.FontDescriptor
    ]


def font_files() -> list[Path]:
    return sorted(FONT_FOLDER.glob("*.ttf"))
