"""A link's code on its way to a telephone: neutral words, and budgets (R8, R39)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from documents.models import Link
from members.models import Person, Relaxation
from members.services import phones, relaxations
from portal.core import clock, texts
from portal.core.errors import HiddenError
from portal.core.models import OutgoingText

DAY = timedelta(days=1)
CODES_PER_DAY = 10  # for one person, over all links


def queue(link: Link, code: str, until: datetime) -> OutgoingText:
    """Put the code into the outbox of texts, in the caller's transaction."""
    phone = phones.usable(link.person)
    if phone is None:
        raise HiddenError
    return texts.queue(
        person=link.person_id,
        number=phone.number,
        body=_spoken(code) if phone.spoken else _written(code),
        about=f"link:{link.id}",
        until=until,
        spoken=phone.spoken,
    )


def used_up(person: Person) -> bool:
    """Whether the person, or the whole town, has had the codes of a day."""
    since = clock.now() - DAY
    if texts.count(since=since, person=person.id) >= CODES_PER_DAY:
        return True
    return texts.count(since=since) >= settings.PHONE_CODES_PER_DAY


def allowed_until() -> datetime | None:
    """When the decision ends that allows codes to telephones; it is held until commit.

    So a withdrawal at the same moment comes before the sign-in, or finds it.
    """
    relaxation = relaxations.in_force(Relaxation.Kind.TELEPHONE, held=True)
    return relaxation.ends_at if relaxation else clock.now()


def _written(code: str) -> str:
    return _(
        "%(municipality)s かさね 確認コード %(code)s(10分間有効)"
        "ほかの人に伝えないでください。"
    ) % {"municipality": settings.MUNICIPALITY, "code": f"{code[:4]} {code[4:]}"}


def _spoken(code: str) -> str:
    digits = _("、").join(code)
    return _(
        "%(municipality)s、かさねの、確認コードです。%(digits)s。"
        "繰り返します。%(digits)s。ほかの人に伝えないでください。"
    ) % {"municipality": settings.MUNICIPALITY, "digits": digits}
