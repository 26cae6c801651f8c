"""転出の通知: the letter to the new municipality, with what its basis lets it say."""

from django.utils.translation import gettext as _

from documents.output.docx import sheet_docx
from documents.output.sheet import Block, Heading, Paragraph, Sheet, facts
from documents.output.typesetting import sheet_pdf
from meetings.models import MoveNotice
from portal.core.jp import era_words, fiscal_year_words

Basis = MoveNotice.Basis


def letter_docx(notice: MoveNotice) -> bytes:
    """The letter as Word file."""
    return sheet_docx(letter(notice))


def letter_pdf(notice: MoveNotice) -> bytes:
    """The letter as PDF/A."""
    return sheet_pdf(letter(notice))


def number_words(notice: MoveNotice) -> str:
    """The number of the letter, within the body and the fiscal year."""
    return _("%(year)s 転第%(number)d号") % {
        "year": fiscal_year_words(notice.year),
        "number": notice.number,
    }


def letter(notice: MoveNotice) -> Sheet:
    """Nothing in it but what the notice keeps: the same notice, the same letter."""
    consented = notice.basis == Basis.CONSENT
    body = _handed_over(notice) if consented else _neutral(notice)
    title = (
        _("転出に伴う支援の引継ぎについて(通知)")
        if consented
        else _("相談支援に関する連絡について(依頼)")
    )
    return Sheet(
        file_title=_("通知"),
        title=title,
        made_at=notice.entered_at,
        mark=_("親展"),
        blocks=(*_head(notice), *body, *_foot(notice)),
    )


def _head(notice: MoveNotice) -> tuple[Block, ...]:
    office = f" {notice.office}" if notice.office else ""
    return (
        Paragraph(number_words(notice), "right"),
        Paragraph(era_words(notice.decided_on), "right"),
        Paragraph(_("%(to)s 御中") % {"to": f"{notice.destination}{office}"}),
        Paragraph(notice.in_name_of, "right"),
    )


def _handed_over(notice: MoveNotice) -> tuple[Block, ...]:
    return (
        Paragraph(
            _(
                "当方で相談を受けていた次の方が、貴市区町村に転出されました。"
                "ご本人の同意を得て、下記のとおりお知らせします。"
                "引き続きのご支援をお願いします。"
            )
        ),
        facts(
            (_("お知らせする方"), notice.named),
            (_("転出した日"), era_words(notice.moved_on)),
            (_("同意"), notice.evidence),
        ),
        Heading(_("引き継ぐ内容")),
        Paragraph(notice.summary),
        Paragraph(
            _(
                "お知らせした内容は、ご本人の支援のためだけに使い、"
                "ほかの目的に使ったり、ほかに伝えたりしないでください。"
            ),
            "note",
        ),
    )


def _neutral(notice: MoveNotice) -> tuple[Block, ...]:
    """Not even the day: a register of residents would name the household by it."""
    asking = (
        _(
            "%(clause)sに基づく照会をいただいたときは、"
            "その定めで認められる範囲でお答えします。"
        )
        % {"clause": notice.clause}
        if notice.basis == Basis.LAW
        else _(
            "ご本人から貴市区町村に相談があったときは、当方に連絡してよいかを"
            "ご本人に確かめたうえで、下記までご連絡ください。"
        )
    )
    return (
        Paragraph(
            _(
                "当方で相談を受けていた方が、貴市区町村に転出されました。"
                "ご本人の同意を得ていないため、お名前、世帯、相談の内容は、"
                "この文書ではお知らせできません。"
            )
        ),
        Paragraph(asking),
    )


def _foot(notice: MoveNotice) -> tuple[Block, ...]:
    return (
        Heading(_("連絡先")),
        Paragraph(notice.contact),
    )
