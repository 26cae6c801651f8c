"""The stage of the revocation drill: one member, what they hold open, its removal."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pikepdf
from common import set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from stage import long_ago, open_item, seated  # noqa: E402

from documents.models import Paper, PaperVersion, Release  # noqa: E402
from documents.services.links import issue_link, revoke_link  # noqa: E402
from meetings.models import AgendaItem  # noqa: E402
from members import models  # noqa: E402
from members.access import Actor  # noqa: E402
from members.facts import Regime, Role, State, Way  # noqa: E402
from portal.core import clock, vault  # noqa: E402
from portal.core.models import StoredObject  # noqa: E402

SIZE = 100_000_000
PAGES = 20


@dataclass(frozen=True)
class Files:
    """The bytes that all drills share: a PDF of many pages, and 100 MB."""

    pages: StoredObject
    large: StoredObject


@dataclass
class Drill:
    """One member, what they hold open, and when each channel brought something last."""

    kind: str
    person: models.Person
    clerk: models.Person
    item: AgendaItem
    shown: PaperVersion
    large: PaperVersion
    link: Any
    session: str
    clerk_session: str
    last: dict[str, float] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def heard(self, channel: str) -> None:
        """Something of what is theirs has come."""
        self.last[channel] = time.perf_counter()


# What is removed ----------------------------------------------------------------------


def end_selection(drill: Drill) -> None:
    """The membership ends."""
    rows = models.Membership.objects.filter(person=drill.person)
    rows.update(ends_at=clock.now())


def end_commission(drill: Drill) -> None:
    """The commission ends."""
    rows = models.Commission.objects.filter(person=drill.person)
    rows.update(ends_at=clock.now())


def withdraw_consent(drill: Drill) -> None:
    """The person concerned withdraws."""
    rows = models.Consent.objects.filter(member__case=drill.item.case)
    rows.update(withdrawn_at=clock.now())


def recuse(drill: Drill) -> None:
    """The member turns out to be a relative."""
    models.Recusal.objects.create(
        person=drill.person,
        case=drill.item.case,
        starts_at=clock.now(),
        entered_by=drill.clerk,
    )


def stop_link(drill: Drill) -> None:
    """The secretariat stops the link."""
    revoke_link(actor=Actor(drill.clerk), link=drill.link)


def recall(drill: Drill) -> None:
    """Both papers are recalled; the minutes go on."""
    rows = PaperVersion.objects.filter(paper__item_id=drill.item.id)
    rows.update(state=State.RECALLED)


REMOVE: dict[str, Callable[[Drill], None]] = {
    "selection": end_selection,
    "commission": end_commission,
    "consent": withdraw_consent,
    "recusal": recuse,
    "link": stop_link,
    "version": recall,
}
# A recalled paper closes no minutes.
STAYS = {"version": {"live"}}


# What it happens to -------------------------------------------------------------------


def stored() -> Files:
    """The shared bytes, kept."""
    with pikepdf.new() as pdf:
        for _ in range(PAGES):
            pdf.add_blank_page(page_size=(595, 842))
        path = settings.DATA / "drill.pdf"
        pdf.save(path)
    with path.open("rb") as file:
        pages = vault.put(file)
    large = vault.put(Noise(SIZE))  # type: ignore[arg-type] # reads like a file
    for each in (pages, large):
        vault.keep(each)
    return Files(pages, large)


class Noise:
    """Bytes that no compression on the way makes fewer."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        """The next bytes, made as they are read."""
        count = min(size, self.left)
        self.left -= count
        return os.urandom(count)


def furnish(kind: str, files: Files) -> Drill:
    """A sitting with one open item about a case with consent, and its two papers."""
    now, word = clock.now(), uuid4().hex[:8]
    item = open_item(Regime.JUSO, word)
    clerk = item.sitting.created_by
    outside = models.Organization.objects.create(name=f"測定院{word}", internal=False)
    person = models.Person.objects.create(
        name="測定", login=f"{word}-1", organization=outside, starts_at=long_ago()
    )
    mother = models.HouseholdMember.objects.create(case=item.case, label="母")
    models.Consent.objects.create(
        member=mother, scope="構成員", given_at=long_ago(), entered_by=clerk
    )
    item.about.set([mother])
    link = issue_link(
        actor=Actor(clerk),
        person=person,
        scope=models.Scope(models.Purpose.SITTING, item.sitting_id),
        starts_at=long_ago(),
        ends_at=now + timedelta(days=1),
    ).link
    pages = _paper(item, clerk, files.pages, "application/pdf", PAGES)
    large = _paper(item, clerk, files.large, "text/plain", 0)
    for version in (pages, large):
        version.paper.about.set([mother])
        Release.objects.create(
            version=version,
            person=person,
            way=Way.ORIGINAL,
            released_by=clerk,
            starts_at=now,
            ends_at=now + timedelta(days=1),
        )
    by_link: dict[str, Any] = {
        "link_id": link.id,
        "purpose": link.purpose,
        "scope_id": link.scope_id,
    }
    return Drill(
        kind,
        person,
        clerk,
        item,
        pages,
        large,
        link,
        seated(person, Role.EXTERNAL, item, **by_link).session,
        seated(clerk, Role.SECRETARIAT, item).session,
    )


def _paper(
    item: AgendaItem,
    clerk: models.Person,
    stored: StoredObject,
    media_type: str,
    pages: int,
) -> PaperVersion:
    now = clock.now()
    paper = Paper.objects.create(
        number="1",
        title="測定",
        kind=Paper.Kind.OTHER,
        document_class=Paper.Class.C3B,
        body=item.body,
        case=item.case,
        item_id=item.id,
        sitting_id=item.sitting_id,
        law=item.law,
        origin=item.law,
        created_by=clerk,
        created_at=now,
    )
    return PaperVersion.objects.create(
        paper=paper,
        state=State.RELEASED,
        guard=PaperVersion.Guard.LOOKED,
        file_name="a",
        media_type=media_type,
        page_count=pages,
        stored=stored,
        uploaded_by=clerk,
        uploaded_at=now,
    )
