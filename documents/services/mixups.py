"""Mix-up guard: whether a paper names, by mistake, another case's household (R29).

The guard looks for itself, on nobody's behalf: it compares the words of a version
with what all other cases are known by, which no person may read as a whole, and only
ever holds. Until it has looked, nothing is released. What it found are rows without a
word of the file; a custodian takes the second look.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from documents import searching, selectors
from documents.mixups import town
from documents.mixups.reading import Reading
from documents.mixups.weighing import Found, Place, weigh
from documents.models import MixupHit, MixupReview, PaperVersion
from documents.selectors import OpenVersion
from documents.services import holds
from documents.services import words as reading
from documents.services.trail import record_act
from members.access import Actor
from members.facts import Action, State
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError

Guard = PaperVersion.Guard
Hold = PaperVersion.Hold
Verdict = MixupReview.Verdict

# A look that was asked for and not heard of for so long is asked for again.
LOST_AFTER = timedelta(minutes=5)
_AT_ONCE = 50
_LOOKED_AT = (State.DRAFT, State.HELD)


def ask(version: PaperVersion) -> None:
    """Have the guard look, in the caller's transaction; nothing is released before."""
    PaperVersion.objects.filter(id=version.id).update(guard=Guard.WAITING)
    look.enqueue(str(version.id))


def ask_again() -> int:
    """Ask once more about what waits for a look that was lost; returns how many."""
    lost = PaperVersion.objects.filter(
        guard=Guard.WAITING,
        state__in=_LOOKED_AT,
        uploaded_at__lt=clock.now() - LOST_AFTER,
    )
    ids = list(lost.order_by("uploaded_at").values_list("id", flat=True)[:_AT_ONCE])
    for version_id in ids:
        look.enqueue(str(version_id))
    return len(ids)


@task()
def look(version_id: str) -> None:
    """Read the version, and hold it if it names another case; twice is as once."""
    version = _version(UUID(version_id))
    if version is None:
        return
    words = reading.read(version)
    known = town.known_at(version.paper.case_id)
    with town.register() as register:
        found = weigh(register, known, [*_names_of(version), *words.places])
    _settle(version, words, found)


def _version(version_id: UUID) -> PaperVersion | None:
    versions = PaperVersion.objects.filter(id=version_id, state__in=_LOOKED_AT)
    return versions.select_related("paper", "stored").first()


def _names_of(version: PaperVersion) -> list[Place]:
    return [
        Place(MixupHit.Part.FILE_NAME, 0, version.file_name.rpartition(".")[0]),
        Place(MixupHit.Part.TITLE, 0, version.paper.title),
    ]


@transaction.atomic
def _settle(seen: PaperVersion, words: Reading, found: Iterable[Found]) -> None:
    """Write down what was found; what a custodian cleared stays cleared.

    The words that were read are kept to be found by.
    """
    versions = PaperVersion.objects.select_for_update(of=("self",))
    version = versions.select_related("paper", "stored").get(id=seen.id)
    if version.state not in _LOOKED_AT:
        return
    if version.paper.case_id != seen.paper.case_id:  # bound to a case in between
        ask(version)
        return
    kept = {_key(hit): hit for hit in version.mixups.all()}
    wanted = {tuple(each): each for each in found}
    gone = [hit.id for key, hit in kept.items() if key not in wanted]
    MixupHit.objects.filter(id__in=gone).delete()
    MixupHit.objects.bulk_create(
        MixupHit(
            version=version,
            case_id=each.case,
            member_id=each.member,
            sort=each.sort,
            part=each.part,
            number=each.number,
        )
        for key, each in wanted.items()
        if key not in kept
    )
    version.guard = Guard.LOOKED if words.whole else Guard.UNREADABLE
    version.save(update_fields=["guard"])
    searching.keep_words(version, words.places)
    if version.mixups.filter(review=None).exists():
        holds.hold(version, Hold.MIXUP)
    else:
        holds.let_go(version, Hold.MIXUP)


def _key(hit: MixupHit) -> tuple[object, ...]:
    return hit.case_id, hit.member_id, hit.sort, hit.part, hit.number


# The second look ----------------------------------------------------------------------


@transaction.atomic
def clear(*, actor: Actor, version: PaperVersion, reason: str) -> MixupReview:
    """Say that what was found belongs there, and why; the version is held no more.

    Raises RefusedError for somebody from outside about what they filed themselves.
    """
    found = _open(actor, version)
    if is_own_from_outside(found):
        raise RefusedError(
            _(
                "ご自分で登録した資料です。ほかの議長または事務局の人が確かめてください。"
            )
        )
    review = _review(found, Verdict.CLEAR, reason)
    found.version.mixups.filter(review=None).update(review=review)
    holds.let_go(found.version, Hold.MIXUP)
    record_act("documents.mixup.clear", actor, found.version)
    return review


@transaction.atomic
def ask_correction(*, actor: Actor, version: PaperVersion, reason: str) -> MixupReview:
    """Let the uploader know the places, and ``reason``; the version stays held."""
    found = _open(actor, version)
    review = _review(found, Verdict.CORRECTION, reason)
    record_act("documents.mixup.correction", actor, found.version)
    return review


def is_own_from_outside(found: OpenVersion) -> bool:
    """Whether a custodian from outside would look at what they filed themselves."""
    return found.thing.author and not found.access.facts.person.internal


def _open(actor: Actor, version: PaperVersion) -> OpenVersion:
    """The held version under its lock, for who may release it."""
    PaperVersion.objects.select_for_update().get(id=version.id)
    found = selectors.version_for(actor, version.id)
    # Whether another law forbids the release (R21) is another question.
    thing = replace(found.thing, origin=None, tax_information=False)
    found.access.require(Action.RELEASE, thing)
    if Hold.MIXUP not in found.version.holds:
        raise HiddenError
    return found


def _review(found: OpenVersion, verdict: Verdict, reason: str) -> MixupReview:
    if not reason.strip():
        raise InvalidError(_("理由を書いてください。"))
    return MixupReview.objects.create(
        version=found.version,
        verdict=verdict,
        reason=reason.strip(),
        reviewed_by=found.access.actor.person,
        reviewed_at=found.access.t,
    )
