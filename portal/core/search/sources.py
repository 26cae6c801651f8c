"""What there is to be indexed: each app names its own when it is ready."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from portal.core.search.words import Text

# The realm of what belongs to no body.
TOWN = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Found:
    """A thing as it is to be found: its texts, and by what a search is limited."""

    subject: UUID
    realm: UUID
    scope: UUID
    at: datetime
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """Rows whose writing makes things due again.

    ``subject`` is the column with the thing's id; ``through`` ("app.Model.field")
    names the things by what they refer to, where the row has no such column.
    """

    model: str
    columns: tuple[str, ...]
    subject: str = "id"
    through: str = ""

    @property
    def rows(self) -> type[Model]:
        """The model itself."""
        return apps.get_model(self.model)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of things: how they are read, and what is watched for them.

    ``present`` are the rows that are to be indexed, ``read`` gives what is left of
    those asked for. The first of ``watches`` is the thing's own table, ``key`` the
    field by which things of the kind are named.
    """

    kind: str
    present: Callable[[], QuerySet[Model]]
    read: Callable[[Collection[UUID]], Iterable[Found]]
    watches: tuple[Watch, ...]
    key: str = "id"


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have the kind indexed from now on."""
    SOURCES[source.kind] = source
