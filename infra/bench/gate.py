"""How fast the gate opens: from the link to its page, from the code to the sitting.

Each link is opened by a browser of its own, one after the other. The page of a
link is its empty door and the posted secret together; the way from the code ends
with the sitting's page. Sending the code by mail is not part of either.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from common import (
    Answer,
    BenchError,
    Browser,
    figure,
    percentile,
    say,
    serving,
    set_up_django,
)

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.urls import reverse  # noqa: E402

from documents.services.links import IssuedLink, issue_link  # noqa: E402
from meetings.models import Invitation, Sitting  # noqa: E402
from members.access import Actor  # noqa: E402
from members.models import Purpose, Scope  # noqa: E402
from portal.core import clock  # noqa: E402
from portal.core.mail_files import SUFFIX  # noqa: E402
from portal.demo import mailbox  # noqa: E402

LINKS = int(os.environ.get("KASANE_BENCH_REQUESTS", "200"))
WARM_UP = 5


def main() -> None:
    """Open the links through a server of their own, then print."""
    links = list(new_links(WARM_UP + LINKS))
    with serving() as port:
        opened = [open_link(link, port) for link in links][WARM_UP:]
    if not opened:
        raise BenchError("the database holds nobody who is invited by a link")
    for name, taken in zip(("gate", "code"), zip(*opened, strict=True), strict=True):
        say(f"{name}: {len(taken)} times, p50 {percentile(taken, 0.5) * 1000:.1f} ms")
        figure(f"{name}_p95_ms", percentile(taken, 0.95) * 1000)


def new_links(count: int) -> Iterator[IssuedLink]:
    """New links of people from outside to sittings that are convened."""
    invitations = Invitation.objects.filter(
        sitting__state=Sitting.State.CONVENED,
        sitting__ends_at__gt=clock.now(),
        person__organization__internal=False,
        withdrawn_at=None,
    ).exclude(person__email="")
    rows = invitations.select_related("person", "sitting__created_by")
    for invitation in rows.order_by("id")[:count]:
        yield issue_link(
            actor=Actor(invitation.sitting.created_by),
            person=invitation.person,
            scope=Scope(Purpose.SITTING, invitation.sitting_id),
            starts_at=clock.now(),
            ends_at=invitation.sitting.ends_at,
        )


def open_link(link: IssuedLink, port: int) -> tuple[float, float]:
    """Seconds from link to its page, and from the right code to the sitting."""
    browser = Browser(port)
    notice, code = reverse("documents:gate-notice"), "documents:gate-code"
    door = arrived(browser.get(reverse("documents:gate")), reverse("documents:gate"))
    secret = link.url.partition("#")[2]
    page = arrived(browser.post(door.path, {"secret": secret}, follow=True), notice)
    asked = browser.post(notice, {}, follow=True)
    arrived(asked, reverse(code, args=["mail"]))
    typed = browser.post(asked.path, {"code": code_in_mail()}, follow=True)
    arrived(typed, reverse("meetings:sitting-detail", args=[link.link.scope_id]))
    return door.seconds + page.seconds, typed.seconds


def arrived(answer: Answer, path: str) -> Answer:
    """The answer, if it is the page at ``path``."""
    if (answer.status, answer.path) != (200, path):
        raise BenchError(f"{answer.path} answered {answer.status} instead of {path}")
    return answer


def code_in_mail() -> str:
    """The code in the one mail that was just sent; all mails are thrown away."""
    folder = Path(settings.EMAIL_FILE_PATH)
    mails = mailbox.read_folder(folder)
    (mail,) = [mail for mail in mails if "確認コード  " in mail.body]
    for file in folder.glob(f"*{SUFFIX}"):
        file.unlink()
    digits = mail.body.partition("確認コード  ")[2].split("\n")[0]
    return digits.replace(" ", "")


if __name__ == "__main__":
    main()
