"""A new link for whoever holds one that ran out (R14, R31).

What the holder sees never depends on the link: each wish is counted and queued, and
whether it is granted comes out only at the registered address.
"""

from django.db import transaction
from django.db.models import Q
from django_tasks import task

from documents import entrances
from documents.models import Link
from documents.models.links import card_macs_of, digest_of
from documents.services import budget
from documents.services.links import plain_card_code
from portal.core import clock


def ask(*, secret: str, card_code: str) -> None:
    """Take the wish of somebody who holds a link's secret or its printed code."""
    if budget.take_wish():
        digest = digest_of(secret) if secret else ""
        macs = card_macs_of(plain_card_code(card_code)) if card_code else []
        grant.enqueue(digest, macs)


@task()
def grant(digest: str, card_macs: list[str]) -> None:
    """Renew the link, if it ran out and all rules hold for its person now (R37)."""
    with transaction.atomic():
        rows = Link.objects.select_for_update(of=("self",)).select_related(
            "person__organization", "issued_by"
        )
        which = Q(digest=digest) if digest else Q(card_mac__in=card_macs)
        link = rows.filter(which).first()
        if link and _ran_out(link) and link.purpose in entrances.RENEWALS:
            entrances.RENEWALS[link.purpose](link)


def _ran_out(link: Link) -> bool:
    """Ended by its own time, and the last of its person's links to the thing.

    What the secretariat has stopped stays stopped (P8).
    """
    now = clock.now()
    if link.revoked_at or link.ends_at is None or now < link.ends_at:
        return False
    own = Link.objects.filter(scope_id=link.scope_id, person=link.person)
    return link.person.span.holds(now) and not (
        own.filter(issued_at__gt=link.issued_at).exists()
    )
