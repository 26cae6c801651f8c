"""The installation for practice: its folder, its gate, and what it marks (ADR 0038)."""

import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from portal.core import clock, files
from portal.core.practice import LIFE, Ticket

GetResponse = Callable[[HttpRequest], HttpResponseBase]

MARK = "practice"  # a folder without it is somebody else's (``portal.settings``)
WISH = "made-anew"
SPENT = "tickets"
NIGHT = timedelta(hours=3)  # a new day of practice begins at three o'clock
PASS_LIFE = timedelta(hours=10)
_SALT = "kasane.practice.pass"
_OPEN = {"/practice/enter/", "/health/live"}
_FILE_NAME = re.compile(r'filename="')


# Its folder ---------------------------------------------------------------------------


def is_own(folder: Path) -> bool:
    """Whether everything in the folder may go: the settings marked it when empty."""
    return (folder / MARK).is_file()


def wipe(folder: Path) -> None:
    """Make the folder as good as new; tickets that were spent just now stay spent.

    Raises ValueError for a folder that is not of an installation for practice.
    """
    if not is_own(folder):
        raise ValueError(f"{folder} holds something else than a practice.")
    files.write(folder / MARK, b"")
    _forget_spent(folder / SPENT)
    for place in folder.iterdir():
        if place.name in {MARK, SPENT}:
            continue
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()


def _forget_spent(folder: Path) -> None:
    """Drop what would be refused for its age anyway."""
    worthless = (clock.now() - 2 * LIFE).timestamp()
    for spent in folder.glob("*"):
        if spent.stat().st_mtime < worthless:
            spent.unlink()


def note_filled(folder: Path) -> None:
    """Remember that everything in it was made just now."""
    files.write(folder / MARK, clock.now().isoformat().encode())


def filled_at(folder: Path) -> datetime | None:
    """When it was filled; None while that is not done."""
    mark = folder / MARK
    words = mark.read_text(encoding="ascii") if mark.is_file() else ""
    return datetime.fromisoformat(words).astimezone(UTC) if words else None


def ask_anew(folder: Path) -> None:
    """Wish for everything to be made anew; the command that serves sees to it."""
    files.write(folder / WISH, b"")


def is_due(folder: Path) -> bool:
    """Whether it is to be made anew: never done, wished for, or a night went by."""
    made = filled_at(folder)
    return (
        made is None or (folder / WISH).exists() or _day_of(made) < _day_of(clock.now())
    )


def _day_of(moment: datetime) -> date:
    return (moment.astimezone(clock.JST) - NIGHT).date()


# Its gate -----------------------------------------------------------------------------


def spend(ticket: Ticket) -> bool:
    """Use the ticket up; False for one that was used before."""
    folder = settings.DATA / SPENT
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.close(os.open(folder / ticket.id.hex, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def give_pass(response: HttpResponseBase) -> None:
    """Let this browser in for a working day."""
    signer = signing.TimestampSigner(key=settings.PRACTICE_KEY, salt=_SALT)
    response.set_cookie(
        settings.PASS_COOKIE_NAME,
        signer.sign("in"),
        max_age=PASS_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _may_enter(request: HttpRequest) -> bool:
    """Without a key it listens on this machine alone, as the demo does."""
    if not settings.PRACTICE_KEY or request.path in _OPEN:
        return True
    signer = signing.TimestampSigner(key=settings.PRACTICE_KEY, salt=_SALT)
    try:
        signer.unsign(
            request.COOKIES.get(settings.PASS_COOKIE_NAME, ""), max_age=PASS_LIFE
        )
    except signing.BadSignature:
        return False
    return True


def gate(get_response: GetResponse) -> GetResponse:
    """Nobody in without a pass; no file out without the word in its name."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _may_enter(request):
            return render(request, "demo/practice_closed.html", status=403)
        response = get_response(request)
        named = response.headers.get("Content-Disposition")
        if named:
            marked = _FILE_NAME.sub('filename="renshu-', named)
            response.headers["Content-Disposition"] = marked
        return response

    return middleware
