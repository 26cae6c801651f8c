"""充て職: head and secretariat hold their offices by their posts."""

from members.facts import Role
from members.models import Body, Commission, ExOfficio, Office, Post, StandIn, Tenure
from portal.core import clock
from portal.demo.content.types import DemoContent
from portal.demo.loader.rows import Rows

Part = ExOfficio.Part


def load(content: DemoContent, rows: Rows) -> None:
    """The posts of each body, and who stands in for its head."""
    for entry in content.bodies:
        body = rows.bodies[entry.key]
        _place(body, rows, entry.head, Part.CHAIR)
        _place(body, rows, entry.secretariat, Part.SECRETARIAT)
        _stand_in(body)


def _place(body: Body, rows: Rows, key: str, part: ExOfficio.Part) -> None:
    person = rows.people[key]
    post, _made = Post.objects.get_or_create(
        organization=person.organization, name=person.post
    )
    since = {"starts_at": person.starts_at}
    Tenure.objects.get_or_create(post=post, person=person, defaults=since)
    ExOfficio.objects.create(body=body, post=post, part=part, **since)
    for model in (Office, Commission):
        model.objects.filter(person=person, body=body).update(post=post)


def _stand_in(body: Body) -> None:
    """The first section head among the members."""
    office = Office.objects.filter(body=body, role=Role.CHAIR).first()
    members = Commission.objects.filter(
        body=body, form=Commission.Form.APPOINTMENT, post=None, person__isnull=False
    )
    commission = members.select_related("person").order_by("person__kana").first()
    if office is not None and commission is not None and commission.person is not None:
        StandIn.objects.create(
            body=body,
            person=commission.person,
            designated_by=office.person.name,
            designated_on=clock.day_of(office.starts_at),
            starts_at=office.starts_at,
        )
