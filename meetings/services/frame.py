"""次第の枠とひな形: what all agendas of a body have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import FrameLine, ItemTemplate
from members.access import Actor, access_for
from members.facts import Action
from members.models import Body
from members.policies import body_facts
from portal.core import audit
from portal.core.errors import InvalidError

Part = FrameLine.Part


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the frame as it is set."""

    part: str
    words: str
    minutes: int


@transaction.atomic
def set_frame(
    *, actor: Actor, body: Body, lines: Sequence[Line], points: Mapping[str, str]
) -> None:
    """Make ``lines`` the frame of the body's agendas, ``points`` its templates.

    Raises InvalidError for a frame in which the duty of secrecy is not read before
    the items: no setting takes that line away.
    """
    body = Body.objects.select_for_update().get(pk=body.pk)
    access_for(actor, cases=(), items=()).require(Action.CONVENE, body_facts(body))
    parts = [line.part for line in lines]
    if parts.count(Part.SECRECY) != 1 or parts.count(Part.ITEMS) != 1:
        raise InvalidError(_("「守秘義務の確認」と「議題」は、1つずつ必要です。"))
    if parts.index(Part.SECRECY) > parts.index(Part.ITEMS):
        raise InvalidError(_("「守秘義務の確認」は、議題より前に置いてください。"))
    body.frame.all().delete()
    FrameLine.objects.bulk_create(
        FrameLine(
            body=body,
            order=order,
            part=line.part,
            words=line.words,
            minutes=line.minutes,
        )
        for order, line in enumerate(lines, 1)
    )
    body.item_templates.all().delete()
    ItemTemplate.objects.bulk_create(
        ItemTemplate(body=body, subject=subject, points=text)
        for subject, text in points.items()
    )
    audit.record("meetings.frame.set", actor=actor.id, subject=f"body:{body.id}")
