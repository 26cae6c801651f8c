"""A form that is sent twice makes one thing: its key is the id of what it makes."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from portal.core.errors import HiddenError

Row = TypeVar("Row", bound=Model)


def made_before(model: type[Row], key: UUID, **mine: Any) -> Row | None:
    """What the form with ``key`` made already, or None when it is new.

    ``mine`` are the fields that such a row has when it is the actor's own. Raises
    HiddenError for the id of anything else.
    """
    row = QuerySet(model).filter(pk=key).first()
    if row is None:
        return None
    if any(getattr(row, field) != value for field, value in mine.items()):
        raise HiddenError
    return row
