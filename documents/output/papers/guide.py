"""使い方の1枚: for members who see the portal for the first time, in large type."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from documents.output.sheet import AUTHOR
from documents.output.typesetting import archive_pdf


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it, numbered where the order matters."""

    title: str
    lines: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """The sheet: whose portal it is, its parts, and whom to call."""

    town: str
    title: str
    parts: tuple[Part, ...]
    call: str
    office: str
    phone: str


def guide(*, town: str, office: str, phone: str) -> Guide:
    """The guide of a municipality, with the secretariat that hands it out."""
    return Guide(
        town=town,
        title=_("かさねの使い方(構成員の方へ)"),
        parts=(_arriving(), _opening(), _secrecy(), _trouble()),
        call=_("困ったときは、お電話ください"),
        office=office,
        phone=phone,
    )


def guide_pdf(sheet: Guide, *, made_at: datetime) -> bytes:
    """The guide on one sheet of A4."""
    return archive_pdf("guide.typ", asdict(sheet) | {"author": AUTHOR}, made_at=made_at)


def _arriving() -> Part:
    return Part(
        _("届くもの"),
        (
            _("会議のご案内(メールか封書)。あなただけのリンクです。"),
            _("コードカード(紙)。確認コードが10個書かれています。"),
        ),
    )


def _opening() -> Part:
    return Part(
        _("開きかた"),
        (
            _("ご案内のリンクを押します。封書の方はQRコードを読みます。"),
            _("「紙のコードカードを使う」を押します。"),
            _("使っていないコード8けたを入れ、「次へ進む」を押します。"),
            _("使ったコードは、線で消します。"),
            _("はじめての方は、誓約を読み、「誓約して進む」を押します。"),
            _("出欠を選び、「この内容で答える」を押します。"),
        ),
        numbered=True,
    )


def _secrecy() -> Part:
    return Part(
        _("守っていただくこと(守秘義務)"),
        (
            _("会議で知ったことを、だれにも話さない。家族にも、役目を終えたあとも。"),
            _("リンク、コード、カードを、ほかの人に渡さない。"),
            _("画面を写真に撮らない。共用のパソコンに資料を残さない。"),
            _("紙の資料は、会議の終わりにすべて返す。"),
        ),
    )


def _trouble() -> Part:
    return Part(
        _("すぐに電話するとき"),
        (
            _("カードやスマートフォンをなくした。"),
            _("コードが合わない。リンクが開かない。別の人あての案内が届いた。"),
            _("ご自身やご家族に関わる事例だと気づいた。"),
        ),
    )
