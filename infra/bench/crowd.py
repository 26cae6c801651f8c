"""What many people do at once: open links and come in, sign in, read pages.

Acts come at a pace, whether or not those before them are over, and count from the
moment at which they were due: a server that falls behind cannot hide it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

from common import BenchError, Browser, set_up_django
from gate import arrived, new_links
from pages import Page, first_case, pages_of, roles

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.urls import reverse  # noqa: E402

from documents.services.links import IssuedLink  # noqa: E402
from portal.core.mail_files import SUFFIX  # noqa: E402
from portal.demo import mailbox  # noqa: E402

AT_ONCE = 32
READING = Lock()

Thing = TypeVar("Thing")


class Came(NamedTuple):
    """Seconds of somebody's way: the gate's page, and all until the sitting's."""

    gate: float
    whole: float


def paced(
    act: Callable[[Thing], object], things: Sequence[Thing], per_second: float
) -> list[float]:
    """Do the act with each thing when it is due; milliseconds from then to its end."""
    begin = time.perf_counter()

    def once(number: int, thing: Thing) -> float:
        due = begin + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        act(thing)
        return (time.perf_counter() - due) * 1000

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(once, range(len(things)), things))


def links(count: int) -> list[IssuedLink]:
    """New links of as many invitations; fewer are no measurement."""
    found = list(new_links(count))
    if len(found) < count:
        raise BenchError(f"only {len(found)} of {count} invitations are open")
    return found


def come_in(issued: IssuedLink, port: int) -> Came:
    """From the tapped link to the sitting's page, the code typed at once."""
    browser, notice = Browser(port), reverse("documents:gate-notice")
    code_page = reverse("documents:gate-code", args=["mail"])
    sitting = reverse("meetings:sitting-detail", args=[issued.link.scope_id])
    door = arrived(browser.get(reverse("documents:gate")), reverse("documents:gate"))
    secret = issued.url.partition("#")[2]
    page = arrived(browser.post(door.path, {"secret": secret}, follow=True), notice)
    asked = arrived(browser.post(notice, {}, follow=True), code_page)
    code = {"code": code_of(issued.link.reference)}
    typed = arrived(browser.post(asked.path, code, follow=True), sitting)
    gate = door.seconds + page.seconds
    return Came(gate, gate + asked.seconds + typed.seconds)


def code_of(reference: str) -> str:
    """The code in the mail that names the link; that mail is thrown away."""
    with READING:
        for file in Path(settings.EMAIL_FILE_PATH).glob(f"*{SUFFIX}"):
            mail = mailbox.read(file)
            if reference in mail.body and "確認コード  " in mail.body:
                file.unlink()
                digits = mail.body.partition("確認コード  ")[2].split("\n")[0]
                return digits.replace(" ", "")
    raise BenchError("a code was not sent")


def read(page: Page, port: int) -> None:
    """Look at a page once, on a connection of its own."""
    answer = Browser(port, page.cookies).get(page.path)
    if answer.status != 200:
        raise BenchError(f"{page.name} answered {answer.status}")


def looked_at() -> Iterator[Page]:
    """The usual pages; of custodians also those that grow with the municipality."""
    for role, actor in roles():
        usual = list(pages_of(role, actor))
        yield from usual
        if role != "member":
            case = first_case(actor).id
            grown = {
                "board": reverse("meetings:case-board"),
                "register": reverse("meetings:gap-list"),
                "emergency": reverse("meetings:emergency-start"),
                "incident": reverse("documents:incident") + f"?case={case}",
                "review": reverse("documents:review-case", args=[case]),
            }
            for name, path in grown.items():
                yield Page(f"{role}/{name}", path, usual[0].cookies)
