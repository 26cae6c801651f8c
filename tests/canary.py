"""Canaries: a token of its own in every text of every row, that must be heard nowhere.

Every free text of our tables is either planted or listed with the reason why it is
not. ``tests/test_canary.py`` fails by name for a field that is neither.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.signals import pre_save

OURS = ("core", "members", "documents", "meetings")
TEXTS = (models.CharField, models.TextField, models.JSONField)

# Texts that may leave, or hold no words that anybody typed. Everything else speaks
# of a case, or of who deals with it.
LEFT_OUT = {
    "meetings.Sitting.place": "a notice names the place",
    "meetings.Poll.place": "a poll names the place",
    "meetings.YearPlan.place": "becomes the place of sittings",
    "meetings.YearPlan.months_out": "numbers of months",
    "meetings.ItemTemplate.subject": "the code of an occasion or of a kind",
    "members.Person.email": "where mail goes",
    "members.CodePhone.number": "where codes go",
    "meetings.Proxy.email": "where mail goes",
    "members.Person.login": "the key of a sign-in; without one a link is sent",
    "members.Person.password": "a hash",
    "members.PledgeText.title": "the same for everybody",
    "members.PledgeText.text": "the same for everybody, kept by its digest",
    "members.Acknowledgement.text_digest": "a digest",
    "members.CityIdentity.issuer": "the address of the identity service",
    "members.CityIdentity.subject": "the key of a sign-in there",
    "members.ApiToken.addresses": "network addresses of another system",
    "members.ApiToken.used_from": "the network address of another system",
    "members.SignIn.address": "the network address of a sign-in",
    "members.SignIn.user_agent": "the name of a browser",
    "members.SignIn.device": "a digest",
    "members.SignInFailure.login_digest": "a digest",
    "documents.Link.digest": "a digest",
    "documents.Link.card_mac": "a digest",
    "documents.LinkCode.browser_digest": "a digest",
    "documents.PaperVersion.holds": "codes of reasons",
    "members.Case.fields": "codes of fields of welfare",
    "documents.ReleaseRound.plan": "ids, ways and moments",
    "documents.ReleaseRound.before": "ids, moments and codes of holds",
    "documents.PaperVersion.media_type": "found by inspection, never typed",
    "documents.PaperVersion.findings": "codes and counts, no words",
    "meetings.SetUp.answers": "rules, names of bodies and units; ids of people",
    "meetings.ImportedRow.made": "ids",
    "meetings.CalendarFeed.digest": "a digest",
    "meetings.Minutes.digest": "a digest",
    "meetings.OldRecord.digest": "a digest",
    "meetings.RecordVersion.words": "a copy of entries, each of them planted",
    "meetings.Confirmation.text_digest": "a digest",
    "meetings.RecordsClass.name": "a length of time",
    "meetings.Tombstone.class_name": "a length of time",
    "meetings.Tombstone.digest": "a digest",
    "core.LockProof.gaps": "names of attempts, and what the store answered",
    "core.Taking.table": "a name of the code",
    "core.Taking.row": "a key",
    "core.Taking.facts": "keys, moments and states",
    "core.Restoration.manifest": "a digest",
    "core.Beat.host": "the name of a machine",
    "core.AuditEvent.action": "the trail, listened to as a whole",
    "core.AuditEvent.actor": "the trail, listened to as a whole",
    "core.AuditEvent.sign_in": "the trail, listened to as a whole",
    "core.AuditEvent.address": "the trail, listened to as a whole",
    "core.AuditEvent.subject": "the trail, listened to as a whole",
    "core.AuditEvent.case": "the trail, listened to as a whole",
    "core.AuditEvent.item": "the trail, listened to as a whole",
    "core.AuditEvent.detail": "the trail, listened to as a whole",
    "core.AuditEvent.previous": "a digest",
    "core.AuditEvent.digest": "a digest",
    "core.AuditHead.digest": "a digest",
    "core.SignedHead.digest": "a digest",
    "core.SignedHead.key": "a public key",
    "core.SignedHead.signature": "a signature",
    "core.OutgoingMail.person": "an id",
    "core.OutgoingMail.about": "an id",
    "core.OutgoingMail.address": "where mail goes",
    "core.OutgoingMail.subject": "mail, listened to as it leaves",
    "core.OutgoingMail.calendar_method": "a word of the calendar's protocol",
    "core.OutgoingText.person": "an id",
    "core.OutgoingText.about": "an id",
    "core.OutgoingText.number": "where codes go",
    "core.StoredObject.sha256": "a digest",
    "core.SearchRow.kind": "a name of the code",
    "core.SearchDue.kind": "a name of the code",
}

PLANTED = """
members.Unit                 name
members.Organization         name kana phone fax address
members.Body                 name
members.LegalGround          article notice_words penalty_words
members.LegalBasis           decided_by end_decided_by
members.Policy               decided_by reason
members.Person               name kana post phone
members.Move                 post_before
members.PledgeText           decided_by
members.Case                 number title summary
members.HouseholdMember      label name kana address phone
members.Consent              scope evidence
members.Membership           reason
members.Recusal              reason
members.ArchiveGrant         purpose
members.Charter              name head_title convener_title requests_in_name_of
members.Charter              decided_by consent_form
members.Office               appointed_by
members.Commission           approved_by
members.PaperCard            name
members.CodePhone            name
members.Relaxation           decided_by reason
members.ApiToken             name
members.Post                 name
members.Turnover             decided_by
members.StandIn              designated_by
documents.LinkCode           name
documents.Paper              number title transfer_reason
documents.PaperVersion       file_name
documents.MixupReview        reason
documents.ReleaseRound       returned_note
documents.Upload             name
documents.CooperationRequest clause in_name_of text opinion
meetings.FrameLine           words
meetings.ItemTemplate        points
meetings.Sitting             returned_note
meetings.AgendaItem          title purpose points public_by public_reason
meetings.Invitation          rsvp_note
meetings.Proxy               name post reason
meetings.OnlineRequest       place
meetings.ActingHead          note
meetings.Call                words
meetings.Proposal            title purpose words reason
meetings.Outcome             note
meetings.SupportDecision     decided_by note
meetings.HandBack            talk
meetings.MoveNotice          destination office in_name_of contact decided_by
meetings.MoveNotice          clause named evidence summary
meetings.FeeRate             decided_by
meetings.ResourceGap         words followed
meetings.CarryUp             title purpose answer
meetings.Entry               speaker source text
meetings.OldRecord           sitting title attendees decided course confirmed_by
meetings.EntryChange         displaced_text
meetings.Task                note
meetings.Phrase              words
meetings.PrivateNote         text
meetings.PollVoter           note
meetings.Correction          text answer
meetings.RecordVersion       reason
meetings.RecordTemplate      file_name failure
meetings.SittingRequest      reason answer
meetings.RetentionRule       decided_by
meetings.Lengthening         reason approved_by
meetings.LegalHold           reason lift_reason
meetings.Tombstone           number
meetings.CalendarDay         name decided_by
meetings.Import              approved_by
meetings.ImportedRow         words
"""

_TOKEN = re.compile(r"canary[0-9a-f]{8}|カナリア(?!canary)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_sung: dict[str, str] = {}


def free_texts() -> Iterator[str]:
    """``app.Model.field`` of every text that no list of choices bounds."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, TEXTS) and not field.choices:
                    yield f"{model._meta.label}.{field.name}"


def planted() -> dict[str, list[str]]:
    """The planted fields by the label of their model."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in PLANTED.strip().splitlines():
        label, *fields = line.split()
        found[label] += fields
    return found


FIELDS = planted()


def token(row: models.Model, field: str) -> str:
    """The token of one text: Japanese, and letters that survive every encoding."""
    label = f"{row._meta.label}.{field}"
    letters = f"canary{hashlib.sha256(f'{label} {row.pk}'.encode()).hexdigest()[:8]}"
    _sung[letters] = label
    return f"カナリア{letters}"


def tokens_of_all_rows() -> set[str]:
    """The tokens that rows which are there now may bear."""
    found: set[str] = set()
    for label, names in FIELDS.items():
        model = apps.get_model(label)
        rows = list(model._base_manager.only("pk"))
        # Where the database counts, a new row sings before it has its number.
        for row in [*rows, model()] if rows else []:
            found |= heard(" ".join(token(row, field) for field in names))
    return found


def heard(text: str) -> set[str]:
    """The tokens in ``text``: ASCII letters, or カナリア where those are cut off."""
    return {found.lower() for found in _TOKEN.findall(text)}


def leaks(text: str, *, but: Iterable[str] = ()) -> set[str]:
    """The fields whose tokens are in ``text``; the texts ``but`` may be in it."""
    alone = text
    for permitted in but:
        alone = alone.replace(permitted, "")
    return {_sung.get(found, found) for found in heard(alone)}


def _sing(row: models.Model, **_kwargs: Any) -> None:
    for field in FIELDS[row._meta.label]:
        value = getattr(row, field)
        if field == "file_name":
            value = token(row, field) + PurePosixPath(value).suffix
        elif isinstance(value, str):
            value = token(row, field)
        else:
            value = _within(value, token(row, field))
        setattr(row, field, value)


def _within(value: Any, song: str) -> Any:
    """JSON with every word in it replaced; dates stay what they are."""
    if isinstance(value, str):
        return value if _DATE.fullmatch(value) else song
    if isinstance(value, list):
        return [_within(each, song) for each in value]
    if isinstance(value, dict):
        return {name: _within(each, song) for name, each in value.items()}
    return value


def _before_saving(sender: type[models.Model], instance: Any, **_more: Any) -> None:
    if sender._meta.label in FIELDS:
        _sing(instance)


@contextmanager
def singing(*seen: models.Model) -> Iterator[None]:
    """Plant what is there, and while this lasts every row that is saved.

    ``seen`` are read anew: they carry words from before.
    """
    for label in FIELDS:
        model = apps.get_model(label)
        rows = list(model._base_manager.all())
        for row in rows:
            _sing(row)
        model._base_manager.bulk_update(rows, FIELDS[label])
    for row in seen:
        row.refresh_from_db()
    pre_save.connect(_before_saving)
    try:
        yield
    finally:
        pre_save.disconnect(_before_saving)
