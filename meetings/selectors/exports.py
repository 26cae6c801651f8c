"""What the page of a body's record files shows."""

from meetings.models import RecordStyle, RecordTemplate
from meetings.record_style import STYLE, Style
from members.access import Access
from members.facts import Action
from members.models import Body
from members.policies import body_facts


def style_of(body: Body) -> Style:
    """How the body wants its records written."""
    row = chosen_style(body)
    return row.style if row else STYLE


def chosen_style(body: Body) -> RecordStyle | None:
    """The body's own choices, with who made them when."""
    rows = RecordStyle.objects.select_related("changed_by")
    return rows.filter(body=body).first()


def template_of(body: Body) -> RecordTemplate | None:
    """The body's own Word file."""
    rows = RecordTemplate.objects.select_related("uploaded_by")
    return rows.filter(body=body).first()


def failed_templates(access: Access) -> list[RecordTemplate]:
    """Word files into which the last record could not be filled, for who convenes."""
    rows = RecordTemplate.objects.filter(failed_at__isnull=False)
    return [
        row
        for row in rows.select_related("body__unit")
        if access.allows(Action.CONVENE, body_facts(row.body))
    ]
