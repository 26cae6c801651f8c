"""使い方の1枚, for those who hand cards and letters to members."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.output.papers.guide import Guide, guide, guide_pdf
from members import selectors
from members.access import access_for
from members.http import MemberRequest, signed_in
from members.offices import secretariat_of
from portal.core import clock, media
from portal.core.errors import HiddenError


def _guide(request: MemberRequest) -> Guide:
    """The guide with the secretariat of one's bodies on it; for those who convene."""
    bodies = selectors.convened_bodies(access_for(request.actor, cases=(), items=()))
    if not bodies:
        raise HiddenError
    office = secretariat_of(bodies) or request.actor.person.organization
    return guide(town=settings.MUNICIPALITY, office=office.name, phone=office.phone)


@require_safe
@signed_in
def member_guide(request: MemberRequest) -> HttpResponse:
    """The guide as a page to print."""
    return render(request, "documents/guide.html", {"guide": _guide(request)})


@require_safe
@signed_in
def member_guide_pdf(request: MemberRequest) -> HttpResponse:
    """The same as a file, to be enclosed with cards and letters."""
    pdf = guide_pdf(_guide(request), made_at=clock.now())
    return media.attachment(pdf, media.PDF, "tsukaikata.pdf")
