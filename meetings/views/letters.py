"""What every printed letter shows of its link."""

from django.conf import settings
from django.urls import reverse

from documents.services.links import IssuedLink
from members.offices import secretariat_for
from portal.core.qr import qr_of


def letter_context(issued: IssuedLink) -> dict[str, object]:
    """How the link is opened, by its code to scan or to type, and whom to call."""
    link = issued.link
    return {
        "issued": issued,
        "qr": qr_of(issued.url),
        "card_page": f"{settings.BASE_URL}{reverse('documents:gate-card')}",
        "secretariat": secretariat_for(link.person, link.scope),
    }
