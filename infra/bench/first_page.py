"""How long a reader waits: from the right code to the first page of a long scan.

Each reader comes by a link of their own and types the code from the mail; then the
viewer's page and the picture of page 1 are fetched, marked with the reader's name.
Every reader has a scan of their own in the store, 50 pages: nothing was opened before.
The papers are of class 2, which a code by mail may open.
"""

import io
import os

from common import BenchError, Browser, figure, percentile, say, serving, set_up_django

set_up_django()

from django.urls import reverse  # noqa: E402 – after set-up
from gate import arrived, code_in_mail, new_links  # noqa: E402

from documents.models import Paper, PaperVersion  # noqa: E402
from documents.output.papers.scan import scanned_pdf  # noqa: E402
from documents.output.sheet import Paragraph, Sheet  # noqa: E402
from documents.output.typesetting import sheet_pdf  # noqa: E402
from documents.selectors import version_for  # noqa: E402
from documents.services.links import IssuedLink  # noqa: E402
from members.access import as_if_here  # noqa: E402
from members.facts import Action  # noqa: E402
from portal.core import clock, vault  # noqa: E402

READERS = int(os.environ.get("KASANE_BENCH_READERS", "30"))
PAGES = 50


def main() -> None:
    """Let the readers come one after the other, then print."""
    scan = scanned_pdf(words(), pages=PAGES, dpi=200)
    say(f"first page: a scan of {PAGES} pages, {len(scan) / 1e6:.0f} MB")
    readers = [
        (link, version)
        for link in new_links(READERS * 3)
        if (version := scanned(link, scan))
    ][:READERS]
    if len(readers) < 2:
        raise BenchError("hardly anybody from outside has a paper of their sitting")
    with serving() as port:
        taken = [waited(link, version, port) for link, version in readers][1:]
    say(f"first page: {len(taken)} times, p50 {percentile(taken, 0.5) * 1000:.0f} ms")
    figure("first_page_p95_ms", percentile(taken, 0.95) * 1000)


def words() -> bytes:
    """A page of words to be scanned."""
    line = "本人は見守りを希望している。次回までに関係機関で分担を決める。"
    sheet = Sheet(
        file_title="資料",
        title="訪問記録",
        made_at=clock.now(),
        blocks=(Paragraph(line * 40),),
    )
    return sheet_pdf(sheet)


def scanned(link: IssuedLink, scan: bytes) -> PaperVersion | None:
    """One of the reader's papers of that sitting, with the scan in its place."""
    person = link.link.person
    rows = PaperVersion.objects.filter(
        releases__person=person, paper__sitting_id=link.link.scope_id
    )
    for version in rows:
        found = version_for(as_if_here(person), version.id)
        if found.access.allows(Action.READ, found.thing):
            break
    else:
        return None
    version.stored, version.page_count = vault.put(io.BytesIO(scan)), PAGES
    vault.keep(version.stored)
    version.save()
    Paper.objects.filter(id=version.paper_id).update(document_class=Paper.Class.C2)
    return version


def waited(link: IssuedLink, version: PaperVersion, port: int) -> float:
    """Seconds from sending the right code to the last byte of the first page."""
    browser = Browser(port)
    notice = reverse("documents:gate-notice")
    secret = link.url.partition("#")[2]
    browser.get(reverse("documents:gate"))
    browser.post(reverse("documents:gate"), {"secret": secret}, follow=True)
    asked = browser.post(notice, {}, follow=True)
    arrived(asked, reverse("documents:gate-code", args=["mail"]))
    typed = browser.post(asked.path, {"code": code_in_mail()}, follow=True)
    arrived(typed, reverse("meetings:sitting-detail", args=[link.link.scope_id]))
    viewer = reverse("documents:version-view", args=[version.id])
    shown = arrived(browser.get(viewer), viewer)
    image = reverse("documents:page-image", args=[version.id, 1])
    drawn = arrived(browser.get(image), image)
    return typed.seconds + shown.seconds + drawn.seconds


if __name__ == "__main__":
    main()
