"""What ends, shuts out or is used up is watched by the journal, or listed with why not.

A table that were forgotten would bring something back with a restore (R40).
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django_otp.models import Device

from members.models import Person
from portal.core import journals, takings
from portal.core.models import Taking
from tests.cast import Cast

WORDS = re.compile(
    r"ends|ended|end$|closed|withdrawn|revoked|used_at|lifted|returned|undone|finished"
    r"|until|deleted|restricted|protected|recalled|erased|^state$|^status$"
)
APART = {"django_tasks_database"}

GIVEN = "what came after the backup is entered again"
WORK = "where work stands; nothing is opened or shut by it"
LEAVES = "what leaves the house, not who gets in"
DRAWN = "made anew from what it was drawn from"
LEFT_OUT = {
    "meetings.Sitting.state": GIVEN,
    "meetings.Sitting.closed_at": GIVEN,
    "meetings.AgendaItem.state": GIVEN,
    "meetings.AgendaItem.closed_at": GIVEN,
    "meetings.Sitting.ends_at": "when it is over",
    "meetings.YearPlan.ends": "a time of day",
    "meetings.PollDate.ends_at": "when it would be over",
    "meetings.Lengthening.until": GIVEN,
    "meetings.OnlineRequest.state": WORK,
    "meetings.Proposal.state": WORK,
    "meetings.Poll.state": WORK,
    "meetings.ResourceGap.state": WORK,
    "meetings.SittingRequest.state": WORK,
    "meetings.Correction.state": WORK,
    "meetings.Turn.ended_at": WORK,
    "meetings.CalendarDay.closed": "a holiday",
    "meetings.Entry.deleted": "a draft; what was confirmed lies beside the journal",
    "meetings.Entry.lease_until": "seconds",
    "meetings.Minutes.state": "only a confirmed record shuts, and it is kept whole",
    "meetings.Import.state": WORK,
    "meetings.Import.ended_at": WORK,
    "meetings.MoveNotice.access_until": "the selections that it ends are watched",
    "meetings.LegalHold.lifted_at": "lifting gives: disposal is allowed again",
    "documents.PrintedCopy.returned_at": "paper that lies in a cupboard or does not",
    "documents.CooperationRequest.withdrawn_at": "comes with its state",
    "documents.Rendition.state": DRAWN,
    "members.Body.ends_on": "a date in the rules, which the decision does not read",
    "members.Organization.ends_on": "offered no more; people and commissions end apart",
    "members.Unit.ends_on": "offered no more; its bodies end apart",
    "members.ApiToken.used_at": "told to its owner",
    "members.LegalGround.ends_at": "words of the law",
    "members.PledgeText.ends_at": "another text was given",
    "members.Charter.ends_at": "other rules were given",
    "members.Charter.closed": "other rules were given",
    "members.Tenure.ends_at": "what the post carries ends as office or commission",
    "members.ExOfficio.ends_at": "what the post carries ends as office or commission",
    "members.Commission.term_until": "a term; its end is ends_at",
    "members.Recusal.ends_at": "the end of a recusal gives",
    "members.Case.status": WORK,
    "members.Case.closed_on": WORK,
    "core.OutgoingMail.state": LEAVES,
    "core.OutgoingText.state": LEAVES,
    "core.OutgoingText.ends_at": LEAVES,
    "otp_totp.TOTPDevice.last_used_at": "told to its owner",
    "django_otp_webauthn.WebAuthnCredential.last_used_at": "told to its owner",
    "core.StoredObject.locked_until": "the store's own lock holds",
}


def is_typed(field: models.Field[Any, Any]) -> bool:
    """Whether it holds words, or names another row."""
    words = isinstance(field, models.CharField | models.TextField)
    return isinstance(field, models.ForeignKey) or (words and not field.choices)


def paths() -> Iterator[str]:
    found = apps.get_models(include_auto_created=True)
    for model in (each for each in found if each._meta.app_label not in APART):
        for field in model._meta.local_concrete_fields:
            takes = WORDS.search(field.name) and not is_typed(field)
            if takes or field.name == "password":
                yield f"{model._meta.label}.{field.name}"


def test_what_takes_is_watched_or_listed_with_its_reason() -> None:
    setting = [watch for watch in takings.WATCHED if watch.kind == takings.Kind.SET]
    watched = {f"{each.model}.{name}" for each in setting for name in each.columns}
    watched |= set(takings.LIVING)
    assert watched.isdisjoint(LEFT_OUT)
    assert sorted(set(paths()) - watched) == sorted(LEFT_OUT)


def test_means_to_sign_in_that_go_are_watched() -> None:
    """Every kind of app, key, card and telephone is a row that is removed."""
    gone = {each.model for each in takings.WATCHED if each.kind == takings.Kind.GONE}
    devices = {
        each._meta.label for each in apps.get_models() if issubclass(each, Device)
    }
    ended_by_any_restore = {"documents.LinkCode"}
    assert len(devices) > 3
    assert devices - ended_by_any_restore <= gone


@pytest.fixture
def since(cast: Cast, settings, tmp_path):
    """The lines of a journal that begins after the town."""
    Taking.objects.all().delete()
    settings.JOURNAL = tmp_path / "journal"

    def lines() -> list[journals.Line]:
        journals.flush()
        (path,) = journals.files(settings.JOURNAL)
        return list(journals.lines(path))

    return lines


def test_an_exchanged_password_does_not_come_back(cast: Cast, since) -> None:
    """The journal says that there was another one, and nothing of either."""
    person = cast.secretariat
    models.QuerySet(Person).filter(pk=person.pk).update(password="old hash")
    Taking.objects.all().delete()
    person.set_password("やまとかわのあいだのまち")
    person.save(update_fields=["password"])
    (line,) = since()
    assert line.facts == {
        "table": "members_person",
        "row": line.facts["row"],
        "facts": {},
    }

    models.QuerySet(Person).filter(pk=person.pk).update(password=person.password)
    assert takings.replay(line.kind, **line.facts)
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert not takings.replay(line.kind, **line.facts), "nothing is left to take"
