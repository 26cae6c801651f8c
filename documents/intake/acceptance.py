"""What an upload is: its name made safe, its contents checked against its name.

Every refusal says the reason and the next step. The contents are looked into by
``documents/intake/inspection``, a process with little memory and time and no network.
"""

import json
import mmap
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import puremagic
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents import sandbox
from portal.core import media
from portal.core.errors import InvalidError

MAX_NAME = 120
INSPECTION_SECONDS = 30
_INSPECTION = Path(__file__).with_name("inspection") / "__main__.py"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that the portal takes; ``check`` names its inspection."""

    media_type: str
    check: str
    extension: str  # the one puremagic knows it by


KINDS = {
    ".pdf": Kind(media.PDF, "pdf", ".pdf"),
    ".docx": Kind(media.DOCX, "docx", ".docx"),
    ".xlsx": Kind(media.XLSX, "xlsx", ".xlsx"),
    ".pptx": Kind(media.PPTX, "pptx", ".pptx"),
    ".png": Kind(media.PNG, "png", ".png"),
    ".jpg": Kind(media.JPEG, "jpeg", ".jpg"),
    ".jpeg": Kind(media.JPEG, "jpeg", ".jpg"),
    ".txt": Kind(media.TEXT, "text", ""),
    ".csv": Kind(media.CSV, "text", ""),
}
ACCEPT = ",".join(KINDS)

_TAKEN = gettext_lazy(
    "登録できるのは、PDF、Word(docx)、Excel(xlsx)、PowerPoint(pptx)、"
    "画像(PNG・JPEG)、テキスト(txt・csv)です。"
)
_PASSWORD = gettext_lazy(
    "パスワード付きのファイルは登録できません。この画面では通信も保管も暗号化され、"
    "選ばれた人だけが本人確認のうえで開くので、パスワードは要りません。"
    "パスワードを外したファイルを登録してください。"
)
_REASONS = {
    "broken": gettext_lazy(
        "ファイルが壊れているか、途中で切れています。"
        "元のソフトで開けるか確かめ、保存し直してから登録してください。"
    ),
    "mismatch": gettext_lazy(
        "ファイルの中身が、名前の種類と合いません。"
        "元のソフトで開き、正しい種類で保存し直してから登録してください。"
    ),
    "zip": gettext_lazy(
        "中身がOffice文書ではなく、圧縮ファイルです。"
        "圧縮を解いて、資料を1つずつ登録してください。"
    ),
    "encrypted": _PASSWORD,
    "macros": gettext_lazy(
        "マクロや操作部品(ActiveX)が入っています。"
        "マクロなしの形式で保存し直すか、PDFにしてから登録してください。"
    ),
    "embedded": gettext_lazy(
        "別のファイルが埋め込まれています。図として貼り付け直すか、"
        "「印刷」からPDFにして登録し、元のファイルは別に登録してください。"
    ),
    "external": gettext_lazy(
        "外部のファイルや雛形を読み込む設定が入っています。"
        "リンクを解除するか、PDFにしてから登録してください。"
    ),
    "active": gettext_lazy(
        "動作する仕掛け(スクリプトや送信ボタン)の入ったPDFです。"
        "「印刷」からPDFに保存し直して登録してください。"
    ),
    "too_long": gettext_lazy(
        "ページ数または紙面が大きすぎます。分けてから登録してください。"
    ),
    "bomb": gettext_lazy(
        "展開すると異常に大きくなるファイルのため、登録できません。"
        "元のソフトで保存し直すか、PDFにしてから登録してください。"
    ),
}


@dataclass(frozen=True, slots=True)
class Intake:
    """What was found out about an accepted file; ``findings`` are residue, counted."""

    file_name: str
    media_type: str
    page_count: int
    findings: dict[str, int] = field(default_factory=dict)


def announced(name: str, size: int) -> str:
    """The safe name of a file that is to come in parts.

    Raises InvalidError where its name or size alone would have it refused.
    """
    safe = safe_name(name)
    _check_size(size)
    if PurePosixPath(safe).suffix.lower() not in KINDS:
        raise InvalidError(_unknown_kind(safe, b""))
    return safe


def inspect(file: BinaryIO, name: str, size: int) -> Intake:
    """Check a seekable ``file`` of ``size`` bytes against its ``name``.

    Raises InvalidError with the reason and the next step. Leaves the file at its
    beginning.
    """
    safe = safe_name(name)
    kind = KINDS.get(PurePosixPath(safe).suffix.lower())
    _check_size(size)
    file.seek(0)
    head = file.read(2048)
    if kind is None:
        raise InvalidError(_unknown_kind(safe, head))
    if kind.extension and not _looks_like(kind, head):
        raise InvalidError(_other_contents(file, head))
    page_count, residue = _inspected(file, kind)
    file.seek(0)
    return Intake(safe, kind.media_type, page_count, residue)


def safe_name(name: str) -> str:
    """The file name without path, control and bidi characters, in NFC, <= 120 long.

    Japanese stays as it is, half-width forms too. The suffix survives the cut.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in _DROPPED)
    name = re.sub(r'[:*?"<>|]', "_", re.sub(r"\s+", " ", name)).strip().rstrip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        return name[:MAX_NAME] or _("資料")
    suffix = suffix[:10]
    stem = stem.strip(" .")[: MAX_NAME - len(suffix) - 1].strip(" .")
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem or _('資料')}.{suffix}"


_RESERVED = re.compile(r"CON|PRN|AUX|NUL|COM\d|LPT\d", re.IGNORECASE)  # Windows
# Control, format (bidi among them), surrogate, private use, unassigned, separators.
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _check_size(size: int) -> None:
    if size == 0:
        raise InvalidError(
            _("ファイルが空です。保存し直して、もう一度選んでください。")
        )
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise InvalidError(
            _("ファイルが大きすぎます(上限 %(limit)d MB)。分けてから登録してください。")
            % {"limit": limit}
        )


def _unknown_kind(name: str, head: bytes) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in {".zip", ".7z", ".rar", ".lzh"}:
        if head.startswith(b"PK") and len(head) > 6 and head[6] & 1:
            return str(_PASSWORD)
        return str(_REASONS["zip"])
    if suffix in {".docm", ".xlsm", ".pptm", ".dotm", ".xltm"}:
        return str(_REASONS["macros"])
    if suffix in {".doc", ".xls", ".ppt"}:
        return _("古い形式のOffice文書です。docx・xlsx・pptxで保存し直してください。")
    return _("この種類のファイルは登録できません。") + str(_TAKEN)


def _looks_like(kind: Kind, head: bytes) -> bool:
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return False
    return kind.extension in {f".{match.extension.lstrip('.')}" for match in found}


def _other_contents(file: BinaryIO, head: bytes) -> str:
    if not head.startswith(b"\xd0\xcf\x11\xe0"):
        return str(_REASONS["mismatch"])
    # Office keeps a password-protected document in an old container file.
    with _real_file(file) as real:
        view = mmap.mmap(real.fileno(), 0, access=mmap.ACCESS_READ)
        with view:
            if view.find("EncryptedPackage".encode("utf-16-le")) >= 0:
                return str(_PASSWORD)
    return _("古い形式のOffice文書です。docx・xlsx・pptxで保存し直してください。")


def _inspected(file: BinaryIO, kind: Kind) -> tuple[int, dict[str, int]]:
    program = [sys.executable, "-I", str(_INSPECTION), kind.check]
    with _real_file(file) as real:
        try:
            done = subprocess.run(  # noqa: S603 – own program, fixed arguments
                sandbox.boxed(
                    program, readable=[_INSPECTION.parents[2]], ends_with_thread=True
                ),
                stdin=real,
                capture_output=True,
                timeout=INSPECTION_SECONDS,
                check=True,
                env={},
            )
            answer = json.loads(done.stdout)
        except (subprocess.SubprocessError, json.JSONDecodeError):
            answer = {"finding": "broken"}
    if answer["finding"] != "ok":
        raise InvalidError(str(_REASONS[answer["finding"]]))
    return int(answer["pages"]), dict(answer["residue"])


@contextmanager
def _real_file(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file as one that another process can read, at its beginning.

    Opened anew, never handed on: a process that reads a shared descriptor moves
    its position under our buffer, and the file would end early for the vault.
    """
    try:
        number = file.fileno()
    except OSError:
        with tempfile.TemporaryFile() as copy:
            file.seek(0)
            while chunk := file.read(1024 * 1024):
                copy.write(chunk)
            copy.seek(0)
            yield copy
    else:
        with open(f"/proc/self/fd/{number}", "rb") as same:
            yield same
