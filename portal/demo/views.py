"""What only the demo has: the way in for its staff, and the mail that went out."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from members import http
from members.models import Person
from members.services import sign_ins
from members.views.sign_in import onwards
from portal.demo import mailbox
from portal.demo.content.people import CAST
from portal.demo.identity import uid

NEWEST = 20


@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as one of the staff of the cast, as if password and factor were given."""
    staff = {entry.key for entry in CAST if entry.account == "staff"}
    wanted = uid("person", key) if key in staff else None
    person = get_object_or_404(Person, id=wanted)
    sign_in = sign_ins.start(
        person=person,
        strength=2,
        address=str(request.META.get("REMOTE_ADDR", "")),
        user_agent=request.headers.get("User-Agent", ""),
    )
    http.begin(request, sign_in)
    return onwards(request, person, reverse("meetings:home"))


def mail(request: HttpRequest) -> HttpResponse:
    """The newest mail that went out, optionally of one addressee."""
    wanted = request.GET.get("to", "")
    mails = mailbox.read_folder(Path(settings.EMAIL_FILE_PATH))
    context = {
        "mails": [m for m in mails if wanted in {"", m.to}][:NEWEST],
        "wanted": wanted,
        "addressees": sorted({m.to for m in mails}),
    }
    return render(request, "demo/mail.html", context)
