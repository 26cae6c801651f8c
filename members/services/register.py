"""People in the register: entered, changed, moved to another organisation, ended.

The administration keeps the city's own people, the secretariat of a body those whom it
entered or commissioned. Being entered opens nothing: standing comes with a commission.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from members import registry
from members.access import Actor, access_for, require_own_factor
from members.facts import Action
from members.filters import ending_after
from members.models import Body, Move, Office, Organization, Person, Recusal
from members.policies import HEALTH, rules_facts
from members.registry import Keeping
from members.services import accounts, own_notices, sign_ins
from members.services.addresses import require_own_address
from members.services.people import NewPerson
from portal.core import audit, clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.repeats import made_before


@dataclass(frozen=True, slots=True)
class Details:
    """What may be mended of a person's entry; the organisation changes by a move."""

    name: str
    kana: str = ""
    post: str = ""
    email: str = ""
    phone: str = ""


@transaction.atomic
def register_person(
    *,
    actor: Actor,
    key: UUID,
    entry: NewPerson,
    body: Body | None = None,
    login: str = "",
    namesake: bool = False,
) -> Person:
    """Enter somebody for ``body``, or one of the city's own without one.

    The latter is the administration's, who may give a sign-in name at once. A repeat
    with ``key`` is answered. Raises InvalidError for a name that is there already in
    the organisation, unless it is said to be a ``namesake``, and for the address of
    somebody else, unless the entry says that they share it.
    """
    _require_entering(actor, entry.organization, body)
    known = made_before(Person, key, organization=entry.organization)
    if known is not None:
        return known
    details = _checked(
        Details(entry.name, entry.kana, entry.post, entry.email, entry.phone)
    )
    if not namesake and _same_people(entry.organization, details.name):
        raise InvalidError(
            _(
                "同じ氏名の方が、この機関にもう登録されています。"
                "名簿をお確かめください。別の方のときは、チェックを付けて登録します。"
            ),
            field="namesake",
        )
    require_own_address(actor=actor, address=details.email, shared=entry.shared)
    if login:
        if body is not None:
            raise HiddenError
        require_own_factor(actor, fresh=True)
        accounts.require_login(login)
    person = Person(
        id=key,
        organization=entry.organization,
        login=login or None,
        entered_for=body,
        starts_at=clock.now(),
    )
    _write(person, details)
    person.set_unusable_password()
    person.save(force_insert=True)
    _record("enter", actor, person)
    return person


def _require_entering(
    actor: Actor, organization: Organization, body: Body | None
) -> None:
    access = access_for(actor, cases=(), items=())
    if body is None:
        access.require(Action.ADMINISTER, HEALTH)
        if not organization.internal:
            raise InvalidError(
                _("庁外の方は、会議体の事務局が登録します。"), field="organization"
            )
    else:
        access.require(Action.APPOINT, rules_facts(body))
    if not organization.listed:
        raise HiddenError
    today = clock.today()
    if organization.ends_on is not None and organization.ends_on < today:
        raise InvalidError(_("この機関は、もう終わっています。"), field="organization")
    Person.objects.select_for_update(of=("self",)).get(
        pk=actor.id
    )  # two clicks are one


def _same_people(organization: Organization, name: str) -> list[Person]:
    """Who of the organisation is in the register under that name, spaces apart."""
    wanted = "".join(name.split())
    live = organization.people.filter(ending_after(clock.now()))
    return [p for p in live if "".join(p.name.split()) == wanted]


@transaction.atomic
def change_person(
    *, actor: Actor, person: Person, details: Details, shared: bool = False
) -> Person:
    """Mend the entry. Another address ends what was opened through the old one.

    It is nobody else's, unless they are said to have one mailbox (``shared``).

    Whoever links bring in is let in by what is mailed: such an address is changed by
    the secretariat of a body of theirs and never by the administration (R35), and the
    old address is told.
    """
    person, kept = _locked(actor, person)
    details = _checked(details)
    reached = (person.email, person.phone) != (details.email, details.phone)
    by_links = registry.brought_by_links(person, kept.access.t)
    if reached and by_links and not _appoints(kept, person):
        raise InvalidError(
            _(
                "会議体の構成員のメールと電話は、その会議体の事務局が変更します。"
                "資料のリンクや確認コードが届く先だからです。"
            ),
            field="email",
        )
    if person.email.lower() != details.email.lower():
        require_own_address(
            actor=actor, address=details.email, but=person, shared=shared
        )
    if person.email and person.email != details.email:
        own_notices.address_changed(person)
        if person.login is None:
            sign_ins.end_all(person=person)
    _write(person, details)
    person.save()
    _record("change", actor, person)
    return person


@transaction.atomic
def move_person(
    *, actor: Actor, person: Person, to: Organization, post: str, moved_on: date
) -> Move:
    """異動: from today the person belongs to ``to``; ``moved_on`` is for the record.

    Commissions and sign-in name stay. What the old organisation was kept away from
    stays closed to the person (R27). Between inside and outside nobody moves: there the
    old entry ends and a new one begins.
    """
    person, _kept = _locked(actor, person)
    here = person.organization
    _check_move(here, to, moved_on)
    away = Recusal.objects.filter(ending_after(clock.now()), organization=here)
    Recusal.objects.bulk_create(
        Recusal(
            person=person,
            case_id=row.case_id,
            item_id=row.item_id,
            reason=row.reason,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            entered_by=row.entered_by,
        )
        for row in away.select_related("entered_by")
    )
    move = Move.objects.create(
        person=person,
        came_from=here,
        post_before=person.post,
        went_to=to,
        moved_on=moved_on,
        entered_by=actor.person,
    )
    person.organization, person.post = to, post.strip()
    person.save(update_fields=["organization", "post"])
    _record("move", actor, person)
    return move


def _check_move(here: Organization, to: Organization, moved_on: date) -> None:
    if to.pk == here.pk:
        raise InvalidError(_("いまと同じ機関です。"), field="to")
    if not to.listed or (to.ends_on is not None and to.ends_on < clock.today()):
        raise InvalidError(_("この機関は、もう終わっています。"), field="to")
    if to.internal != here.internal:
        raise InvalidError(
            _(
                "庁内と庁外の間では、異動にできません。"
                "いまの登録を終えてから、新しく登録してください。"
            ),
            field="to",
        )
    if moved_on > clock.today():
        raise InvalidError(
            _("異動の当日から入力できます。今日までの日にしてください。"),
            field="moved_on",
        )


@transaction.atomic
def end_person(*, actor: Actor, person: Person, last_day: date) -> Person:
    """Let the entry end with ``last_day``: from then on nothing opens (R14).

    Raises RefusedError for oneself, and while the person runs a body or is a member of
    one that the actor does not keep.
    """
    person, kept = _locked(actor, person)
    if person.id == actor.id:
        raise RefusedError(_("ご自分の登録は、終えられません。"))
    if last_day < clock.today():
        raise InvalidError(_("今日以降の日にしてください。"), field="last_day")
    end = clock.day_end(last_day)
    if Office.objects.filter(ending_after(end), person=person).exists():
        raise RefusedError(
            _("この方には、役割が残っています。先に、役割を終えてください。")
        )
    others = person.commissions.filter(ending_after(end))
    if not kept.administers and others.exclude(body__in=kept.bodies).exists():
        raise RefusedError(
            _(
                "ほかの会議体にも関わる方です。"
                "こちらの会議体の委嘱・任命だけを終えてください。"
            )
        )
    person.ends_at = end
    person.save(update_fields=["ends_at"])
    _record("end", actor, person)
    return person


def _locked(actor: Actor, person: Person) -> tuple[Person, Keeping]:
    rows = Person.objects.select_for_update(of=("self",))
    found = rows.select_related("organization").filter(pk=person.pk).first()
    kept = registry.keeping(actor)
    if found is None or not kept.keeps_person(found):
        raise HiddenError
    kept.require_fresh()
    if kept.administers:
        require_own_factor(actor, fresh=True)
    if not found.span.holds(clock.now()):
        raise RefusedError(_("この方の登録は、もう終わっています。"))
    return found, kept


def _appoints(kept: Keeping, person: Person) -> bool:
    return not kept.administers and kept.keeps_person(person)


def _checked(details: Details) -> Details:
    clean = Details(
        *(getattr(details, name).strip() for name in Details.__dataclass_fields__)
    )
    if not clean.name:
        raise InvalidError(_("氏名を入力してください。"), field="name")
    if clean.email:
        try:
            validate_email(clean.email)
        except ValidationError:
            raise InvalidError(
                _("メールアドレスの形ではありません。"), field="email"
            ) from None
    return clean


def _write(person: Person, details: Details) -> None:
    for name in Details.__dataclass_fields__:
        setattr(person, name, getattr(details, name))


def _record(what: str, actor: Actor, person: Person) -> None:
    audit.record(
        f"members.person.{what}", actor=actor.id, subject=f"person:{person.id}"
    )
