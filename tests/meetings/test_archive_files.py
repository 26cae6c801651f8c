"""What claims to be PDF/A keeps it, in the eyes of veraPDF; a false claim is seen."""

import io
from dataclasses import replace

from documents.output.sheet import Paragraph
from documents.output.typesetting import sheet_pdf
from meetings.agenda_rendering import agenda_pdf
from meetings.disclosure_copy import BY_NUMBER, copied, list_pdf
from meetings.rendering import MinutesEntry, Pane, compiled_pdf, minutes_pdf
from tests.documents.output_sheets import font_descriptors, opened, sheet
from tests.documents.verapdf import verdicts
from tests.meetings.test_rendering import AGENDA, EMPTY, RECORD

TYPED = "髙橋と葛\U000e0100西の𠮷岡、外字\ue000、e\u0301、🍙、㍻、#panic(1)\n" * 3
LONG = MinutesEntry(pane=Pane.COURSE, kind="協議", text="話し合った。" * 400)

OUT = {2: BY_NUMBER[2], 8: BY_NUMBER[6]}


def test_whatever_claims_to_be_an_archive_file_is_one(tmp_path):
    final = replace(RECORD, confirmed=True)
    odd = replace(RECORD, entries=(replace(LONG, text=TYPED),), place=TYPED)
    files = {
        "every-block": sheet_pdf(sheet()),
        "empty": sheet_pdf(replace(sheet(), blocks=())),
        "many-pages": sheet_pdf(sheet(Paragraph("長い本文。\n" * 400))),
        "draft": minutes_pdf(RECORD),
        "final": minutes_pdf(final),
        "nothing-said": minutes_pdf(EMPTY),
        "odd-letters": minutes_pdf(odd),
        "long-entry": minutes_pdf(replace(RECORD, entries=(LONG,))),
        "one-per-sitting": compiled_pdf([final, RECORD]),
        "agenda": agenda_pdf(AGENDA),
        "disclosed": minutes_pdf(copied(final, OUT, made_at=final.made_at)),
        "left-out": list_pdf(final, OUT, made_at=final.made_at),
    }
    false = {"no-font": _without_a_font(sheet_pdf(sheet()))}
    said = verdicts(tmp_path, files | false).splitlines()
    assert said[: len(files)] == [f"PASS {name}.pdf 2a" for name in files]
    assert said[len(files)] == "FAIL no-font.pdf 2a"


def _without_a_font(data: bytes) -> bytes:
    with opened(data) as pdf:
        for font in font_descriptors(pdf):
            for key in {"/FontFile2", "/FontFile3"} & set(font.keys()):
                del font[key]
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
