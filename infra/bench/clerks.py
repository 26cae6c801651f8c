"""A clerk files papers while the store, the database and the worker die.

What was not answered is offered again with the same token, as the page does. In the
end each acknowledged paper is there once with its bytes, the trail holds, and each
mail has left once to whoever reads it.
"""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from common import BenchError, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from documents.models import Paper  # noqa: E402
from documents.services import papers  # noqa: E402
from meetings import references  # noqa: E402
from meetings.models import AgendaItem  # noqa: E402
from members.access import Actor  # noqa: E402
from members.models import SignIn  # noqa: E402
from portal.core import audit, outbox, upkeep  # noqa: E402
from portal.core.errors import UnavailableError  # noqa: E402
from portal.core.mail_files import SUFFIX  # noqa: E402
from portal.core.models import OutgoingMail  # noqa: E402

PAUSE = 0.2
END_SECONDS = 120
BROKEN = {upkeep.MISSING, upkeep.DAMAGED, upkeep.NO_KEY}


@dataclass
class Clerk:
    """Files one paper after the other, and tells a colleague of each by mail."""

    item: UUID
    sign_in: UUID
    filed: list[UUID] = field(default_factory=list)
    filed_at: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Until told to stop; the last paper is offered until it is taken."""
        while not self.stop.is_set():
            token = uuid4()
            while (paper := self._file(token)) is None:
                time.sleep(PAUSE)
            self.filed.append(paper)
            self.filed_at = time.monotonic()
            self.stop.wait(PAUSE)
        connection.close()

    def _file(self, token: UUID) -> UUID | None:
        data = f"資料 {token}".encode()
        try:
            with transaction.atomic():
                sign_in = SignIn.objects.select_related("person__organization")
                one = sign_in.get(id=self.sign_in)
                version = papers.file_paper(
                    actor=Actor(one.person, one),
                    item=references.of_item(AgendaItem.objects.get(id=self.item)),
                    details=papers.PaperDetails(
                        number="",
                        title="測定",
                        kind=Paper.Kind.OTHER,
                        document_class=Paper.Class.C3B,
                    ),
                    upload=papers.Upload(BytesIO(data), "測定.txt", len(data)),
                    token=token,
                )
                _tell(token)
        except (DatabaseError, UnavailableError, OSError):
            connection.close()
            return None
        return version.paper_id


def _tell(token: UUID) -> None:
    about = f"filed:{token}"
    if not OutgoingMail.objects.filter(about=about).exists():
        outbox.queue(
            person=UUID(int=7),
            address="clerk@mihon.example",
            subject="測定",
            body=str(token),
            about=about,
        )


def checked(clerk: Clerk) -> Counter[str]:
    """What is wrong in the end; the mails are waited for."""
    there = set(Paper.objects.filter(item_id=clerk.item).values_list("id", flat=True))
    wrong: Counter[str] = Counter()
    wrong["papers_lost"] = len(set(clerk.filed) - there)
    wrong["papers_doubled"] = len(there - set(clerk.filed))
    wrong["papers_broken"] = sum(f.what in BROKEN for f in upkeep.check(read=True))
    wrong["audit_breaks"] = sum(not found.note for found in audit.verify())
    ours = OutgoingMail.objects.filter(about__startswith="filed:")
    _wait_for(ours.filter(state=OutgoingMail.State.WAITING))
    names = {str(mail) for mail in ours.values_list("id", flat=True)}
    wrong["mails_lost"] = len(names - _shown())
    connection.close()
    return wrong


def _wait_for(waiting: QuerySet[OutgoingMail]) -> None:
    deadline = time.monotonic() + END_SECONDS
    while waiting.exists():
        if time.monotonic() > deadline:
            raise BenchError("the worker does not send what waits")
        time.sleep(PAUSE)


def _shown() -> set[str]:
    """The mails as a reader sees them: one for each Message-ID."""
    mails = Path(settings.EMAIL_FILE_PATH).glob(f"*{SUFFIX}")
    words = (file.read_text() for file in mails)
    return {
        found
        for each in words
        for found in re.findall(r"^Message-ID: <([^@]+)@", each, re.MULTILINE)
    }
