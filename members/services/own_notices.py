"""Mail to somebody about their own sign-ins: neutral, and only that something happened.

Which device, from where, and what was changed stands on the person's own page.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Person
from portal.core import clock, jp, outbox


def ways_changed(person: Person) -> None:
    """A factor or the password was added, changed or removed (ASVS 6.3.7)."""
    _tell(person, _("かさね サインインの方法が変わりました"), "ways_changed")


def address_changed(person: Person) -> None:
    """Mail goes to another address from now on; said to the old one."""
    _tell(person, _("かさね ご連絡先が変わりました"), "address_changed")


def new_device(person: Person) -> None:
    """A sign-in from a browser that was not seen with this person before."""
    _tell(person, _("かさね はじめての端末からのサインイン"), "new_device")


def reset_started(person: Person) -> None:
    """The reset that ``person`` vouched for was begun by an administrator (R36)."""
    _tell(person, _("かさね 本人確認の作り直しが始まりました"), "reset_started")


def _tell(person: Person, subject: str, template: str) -> None:
    if not person.email:
        return
    at = clock.now().astimezone(clock.JST)
    page = f"{settings.BASE_URL}{reverse('members:own')}"
    body = render_to_string(
        f"members/mail/{template}.txt",
        {
            "name": person.name,
            "municipality": settings.MUNICIPALITY,
            "when": f"{jp.era_words(at.date())} {jp.clock_words(at.time())}",
            "link": page if person.login else "",  # links bring in all others
        },
    )
    outbox.queue(person=person.id, address=person.email, subject=subject, body=body)
