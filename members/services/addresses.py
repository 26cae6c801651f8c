"""One mail address is one person's: what is mailed there is half of letting them in.

A link and the code that proves its holder go to the same mailbox (R8): two people with
one address could each come in as the other.
"""

from django.db import connection
from django.utils.translation import gettext as _

from members import registry
from members.access import Actor
from members.filters import ending_after
from members.models import Person
from portal.core import clock
from portal.core.errors import InvalidError


def require_own_address(
    *, actor: Actor, address: str, but: Person | None = None, shared: bool = False
) -> None:
    """Raise InvalidError for the address of somebody who is there, ``but`` apart.

    It passes where the two are said to have one mailbox (``shared``); who enters it
    as their own meanwhile would not see them, so that waits as well.
    """
    if not address:
        return
    _claim(address)
    if shared:
        return
    people = Person.objects.filter(ending_after(clock.now()), email__iexact=address)
    if but is not None:
        people = people.exclude(pk=but.pk)
    bearer = people.select_related("organization").first()
    if bearer is not None:
        shown = registry.keeping(actor).sees_person(bearer)
        raise InvalidError(taken_words(bearer, shown=shown), field="shared")


def _claim(address: str) -> None:
    """One act at a time for an address; nobody waits, so that nobody waits in a ring.

    Raises InvalidError while somebody else is entering it.
    """
    if connection.vendor != "postgresql":  # SQLite has one writer anyway
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"mail address {address.lower()}"],
        )
        (free,) = cursor.fetchone()
    if not free:
        raise InvalidError(
            _(
                "このメールアドレスを、いまほかの人が登録しています。"
                "少し待ってから、名簿をお確かめください。"
            ),
            field="email",
        )


def taken_words(bearer: Person, *, shown: bool) -> str:
    """That ``bearer`` has the address; who it is only to whom they are shown (R35)."""
    who = _("名簿の別の方")
    if shown:
        who = _("%(name)sさん") % {"name": bearer.name}
    return _(
        "このメールアドレスは、%(who)sが使っています。リンクと確認コードが届く先です。"
        "ご本人だけが読めるアドレスにするか、空けてください。"
    ) % {"who": who}
