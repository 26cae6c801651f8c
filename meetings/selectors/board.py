"""The board of invitations: who was told, whose link was opened, who answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from documents.services import links
from documents.services.links import LinkOnBoard
from meetings import rosters
from meetings.models import Invitation, Sitting
from meetings.policies import item_facts
from meetings.selectors.sittings import Opened
from members.facts import Action, Answer
from portal.core.models import OutgoingMail

_LOST = {OutgoingMail.State.FAILED, OutgoingMail.State.BOUNCED}


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One invited person."""

    invitation: Invitation
    link: LinkOnBoard | None
    opens: bool
    pledge_due: bool

    @property
    def live_link(self) -> bool:
        """Whether the person holds a link that has not ended."""
        return self.link is not None and self.link.standing != links.Standing.ENDED

    @property
    def locked(self) -> bool:
        """Whether wrong codes have locked the link."""
        return self.link is not None and self.link.standing == links.Standing.LOCKED

    @property
    def letter_due(self) -> bool:
        """Not told yet, because there is no mail address to tell."""
        untold = self.invitation.notified_at is None
        return self.opens and untold and not self.invitation.person.email

    @property
    def on_its_way(self) -> bool:
        """Whether the notice still waits for the mail server."""
        notice = self.invitation.notice
        return notice is not None and notice.state == OutgoingMail.State.WAITING

    @property
    def undelivered(self) -> bool:
        """Whether the notice was not taken, or came back."""
        notice = self.invitation.notice
        return notice is not None and notice.state in _LOST


@dataclass(frozen=True, slots=True)
class Board:
    """All invited people of one convened sitting."""

    sitting: Sitting
    lines: list[BoardLine]
    answers: Counter[str]

    @property
    def letters_due(self) -> list[BoardLine]:
        """Who still waits for a printed letter."""
        return [line for line in self.lines if line.letter_due]

    @property
    def undelivered(self) -> list[BoardLine]:
        """Whom the mail did not reach."""
        return [line for line in self.lines if line.undelivered]


def board_of(opened: Opened) -> Board:
    """The board, in a fixed number of queries.

    People who sit only on items that this custodian may not see are left out.
    """
    opened.require_custodian()
    invitations = _shown(opened)
    by_person = {row.link.person_id: row for row in links.links_of(opened.sitting.id)}
    standing = rosters.standing([i.person for i in invitations], items=opened.items)
    lines = []
    for invitation in invitations:
        access = standing[invitation.person_id]
        answers = {
            access.answer(Action.READ, item_facts(item, access.actor.id))
            for item in opened.items
        }
        opens, due = bool(answers - {Answer.HIDDEN}), Answer.NEED_ACK in answers
        link = by_person.get(invitation.person_id)
        lines.append(BoardLine(invitation, link, opens, due))
    return Board(opened.sitting, lines, Counter(str(i.rsvp) for i in invitations))


def _shown(opened: Opened) -> Sequence[Invitation]:
    people = rosters.people_in_sight(opened.access, opened.items)[opened.sitting.id]
    return list(
        Invitation.objects.filter(
            sitting=opened.sitting, withdrawn_at=None, person__in=people
        )
        .select_related(
            "person__organization", "notice", "calendar_reply", "proxy", "online"
        )
        .order_by("person__organization__kana", "person__kana")
    )
