"""How long copies and previews take: marked scans for many, a Word file as pages.

Thirty readers' copies of one scan of 50 pages, as many at a time as there are presses;
and a Word file of 19 pages until the picture of its first page, with LibreOffice's
start, which every conversion has anew.
"""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import docx
from common import BenchError, figure, say, set_up_django

set_up_django()

from documents.output import presses, watermark  # noqa: E402
from documents.output.papers.scan import scanned_pdf  # noqa: E402
from documents.output.sheet import Paragraph, Sheet  # noqa: E402
from documents.output.spool import spool  # noqa: E402
from documents.output.typesetting import sheet_pdf  # noqa: E402
from documents.output.watermark import WatermarkText  # noqa: E402
from documents.renditions import conversion  # noqa: E402 – after set-up
from portal.core import clock  # noqa: E402

READERS, PAGES, WORD_PAGES, ROUNDS = 30, 50, 19, 3
LINE = "本人は見守りを希望している。次回までに関係機関で分担を決める。"
WORD = next(name for name, kind in conversion.KINDS.items() if kind == "docx")


def main() -> None:
    """Measure the one, then the other."""
    figure(f"watermark_{READERS}x{PAGES}_s", copies())
    if why := conversion.refusal():
        raise BenchError(f"nothing is converted here: {why}")
    figure("preview_docx_s", sorted(preview() for _ in range(ROUNDS))[ROUNDS // 2])


def copies() -> float:
    """Seconds for the copies of all readers."""
    sheet = Sheet(
        file_title="資料",
        title="訪問記録",
        made_at=clock.now(),
        blocks=(Paragraph(LINE * 40),),
    )
    scan = scanned_pdf(sheet_pdf(sheet), pages=PAGES, dpi=200)
    say(f"copies: a scan of {PAGES} pages, {len(scan) / 1e6:.0f} MB")
    watermark.page_count(io.BytesIO(scan))  # a press is there
    start = time.perf_counter()
    with spool(len(scan)) as source, ThreadPoolExecutor(presses.PRESSES) as readers:
        source.write(scan)
        source.flush()
        list(readers.map(lambda number: copy(source, number), range(READERS)))
    return time.perf_counter() - start


def copy(source: io.BufferedRandom, number: int) -> None:
    """One reader's copy, thrown away."""
    mark = WatermarkText(
        name=f"見本 太郎{number}",
        organization="みほん地域包括支援センター",
        at=clock.now(),
        meeting="2026-012",
    )
    with spool() as out:
        watermark.stamp_pdf(source, mark, out)


def preview() -> float:
    """Seconds from the Word file to the picture of its first page."""
    document = docx.Document()
    for _ in range(WORD_PAGES):
        document.add_paragraph(LINE * 12)
        document.add_page_break()
    with io.BytesIO() as file, spool() as out:
        document.save(file)
        start = time.perf_counter()
        conversion.to_pdf(file, WORD, out)
        mark = WatermarkText(
            name="見本 太郎",
            organization="見本市",
            at=clock.now(),
            meeting="2026-012",
        )
        watermark.page_image(out, 0, scale=1.5, watermark=mark, picture="WEBP")
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
