"""自分用メモ for the page: one's own, nobody else's."""

from meetings.models import AgendaItem, PrivateNote
from members.access import Actor


def own_note(actor: Actor, item: AgendaItem) -> PrivateNote:
    """The actor's note on the item; an empty one before the first word."""
    found = PrivateNote.objects.filter(item=item, person=actor.person.pk).first()
    return found or PrivateNote(item=item, person=actor.person)
