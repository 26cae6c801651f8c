"""はじめに: what is set up already and what comes next, read from what is there."""

from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import Sitting
from meetings.set_up import NAMED_NOW
from members.access import Actor, access_for
from members.facts import Action, Regime, Role
from members.filters import ending_after, holding_at
from members.models import (
    Body,
    Commission,
    Office,
    Organization,
    PaperCard,
    Person,
    PledgeText,
    SignIn,
)
from members.policies import HEALTH, rules_facts
from portal.core import clock, manuals


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list; ``url`` is empty where somebody else does it."""

    title: str
    words: str
    done: bool
    url: str
    custody: bool = False
    next: bool = False

    @property
    def whose(self) -> str:
        """Who does it, for those who do not."""
        if self.custody:
            return _("会議体の事務局が行います。")
        return _("システム管理者が行います。")


@dataclass(frozen=True, slots=True)
class _Ways:
    """Which of the ways the reader may go: the administration's, or a body's."""

    administers: bool
    body: Body | None

    def administration(self, name: str) -> str:
        return reverse(name) if self.administers else ""

    def custody(self, name: str) -> str:
        return reverse(name, args=[self.body.pk]) if self.body else ""

    @property
    def seats(self) -> str:
        """Where who convenes is seated, and then the head, whose post may do it."""
        body = self.body
        if body and _is_called(body) and _lacks_head(body) and body.rules.head_by_post:
            return reverse("meetings:post-place")
        return self.custody("members:body-people")


def first_steps(actor: Actor) -> list[Step]:
    """The list for who sets the portal up; empty once a meeting was convened."""
    if Sitting.objects.exclude(state__in=_NOT_YET).exists():
        return []
    access = access_for(actor, cases=(), items=())
    held = {grant.body for grant in access.facts.person.roles if grant.body}
    bodies = _bodies()
    kept = [b for b in bodies if b.pk in held]
    kept = [b for b in kept if access.offers(Action.APPOINT, rules_facts(b))]
    administers = access.allows(Action.ADMINISTER, HEALTH)
    if not administers and not kept:
        return []
    own = _unseated(kept) or (kept[0] if kept else None)
    ways = _Ways(administers, own)
    steps = [*_of_the_town(ways), *_of_the_bodies(ways, bodies)]
    upcoming = next((n for n, step in enumerate(steps) if not step.done), len(steps))
    return [replace(step, next=n == upcoming) for n, step in enumerate(steps)]


_NOT_YET = (Sitting.State.DRAFT, Sitting.State.SUBMITTED)


def _bodies() -> list[Body]:
    now = clock.now()
    live = Office.objects.filter(holding_at(now), body=OuterRef("pk"), sitting_id=None)
    rows = Body.objects.annotate(
        called=Exists(live.filter(role=Role.CHAIR, convenes=True)),
        headed=Exists(live.filter(role=Role.CHAIR, presides=True)),
    )
    return list(rows.select_related("unit").prefetch_related("charters"))


def _unseated(bodies: list[Body]) -> Body | None:
    return next((body for body in bodies if not _is_seated(body)), None)


def _is_seated(body: Body) -> bool:
    """Whether somebody convenes, and somebody leads where the rules name a head."""
    return _is_called(body) and not _lacks_head(body)


def _is_called(body: Body) -> bool:
    return bool(body.called)  # type: ignore[attr-defined] # annotated in _bodies


def _lacks_head(body: Body) -> bool:
    headed = bool(body.headed)  # type: ignore[attr-defined] # annotated in _bodies
    return body.rules.head_rule in NAMED_NOW and not headed


def _of_the_town(ways: _Ways) -> list[Step]:
    listed = Organization.objects.filter(listed=True, ends_on=None)
    sides = set(listed.values_list("internal", flat=True))
    return [
        Step(
            _("機関を登録する"),
            _("庁内の課と、関係機関の名前を入れます。"),
            sides == {True, False},
            ways.administration("members:organization-list"),
        ),
        Step(
            _("会議を動かす職員を登録する"),
            _("事務局になる人を、利用者名を付けて登録します。"),
            _staff().exists(),
            ways.administration("members:person-new"),
        ),
    ]


def _staff() -> QuerySet[Person]:
    """Staff who may hold an office of a body."""
    now = clock.now()
    apart = Office.objects.filter(role__in=[Role.ADMINISTRATOR, Role.AUDITOR])
    people = Person.objects.filter(holding_at(now), organization__internal=True)
    people = people.exclude(login=None)
    return people.exclude(pk__in=apart.values("person"))


def _of_the_bodies(ways: _Ways, bodies: list[Body]) -> list[Step]:
    return [
        Step(
            _("設置要綱の型から、会議体をつくる"),
            _("6つの型から選び、質問に答えると、要綱の形で確かめられます。"),
            bool(bodies),
            ways.administration("meetings:set-up") if not bodies else "",
        ),
        Step(
            _("誓約書の文言を決める"),
            _("文例から始め、要綱に合わせて直します。"),
            bool(bodies) and _regimes(bodies) <= _pledged(),
            ways.administration("members:pledge-list"),
        ),
        Step(
            _("最初の事務局に、コードカードを渡す"),
            _("サーバーの担当者が印刷します。印刷のしかたは、手引きにあります。"),
            _has_come_in(),
            _card_help() if ways.administers else "",
        ),
        Step(
            _("招集者と長を決める"),
            _(
                "最初の事務局が、会議を招集する人と、議事を進める人を、委嘱してから"
                "登録します。長が役職で決まる会議体では、長は「役職と異動」で登録します。"
            ),
            bool(bodies) and _unseated(bodies) is None,
            ways.seats,
            custody=True,
        ),
        Step(
            _("構成員を委嘱し、招く"),
            _("関係機関の人を、ExcelやCSVの名簿から、または一人ずつ登録します。"),
            _has_members(),
            reverse("meetings:import-read") if ways.body else "",
            custody=True,
        ),
        Step(
            _("最初の会議をつくり、案内を送る"),
            _(
                "話し合う世帯を「事例」に登録してから、日時と議題を決めます。"
                "承認を受けると、一人ずつ案内が届きます。"
            ),
            done=False,
            url=reverse("meetings:sitting-create") if ways.body else "",
            custody=True,
        ),
    ]


def _regimes(bodies: list[Body]) -> set[str]:
    """The laws whose pledge is asked for by what the bodies deal with."""
    now = clock.now()
    found = {str(law) for body in bodies for law in body.laws_at(now)}
    return found - {Regime.NONE.value}


def _pledged() -> set[str]:
    texts = PledgeText.objects.filter(holding_at(clock.now()))
    return set(texts.values_list("regime", flat=True))


def _has_come_in() -> bool:
    """Whether somebody of a secretariat holds a card, or has signed in with one."""
    keepers = Office.objects.filter(
        holding_at(clock.now()), body__isnull=False, role=Role.SECRETARIAT
    ).values("person")
    cards = PaperCard.objects.filter(user__in=keepers)
    return cards.exists() or SignIn.objects.filter(person__in=keepers).exists()


def _card_help() -> str:
    """The section of the administrator's manual that the set-up's pages show."""
    return manuals.section_url("administrator", "meetings:set-up")


def _has_members() -> bool:
    """Whether anybody is commissioned who holds no office."""
    rows = Commission.objects.filter(ending_after(clock.now()), person__isnull=False)
    offices = Office.objects.filter(body__isnull=False)
    return rows.exclude(person__in=offices.values("person")).exists()
