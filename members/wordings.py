"""The wordings of the pledge as their pages show them."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.access import Actor, require_own_factor
from members.facts import Regime
from members.filters import ending_after
from members.models import Body, Commission, LegalBasis, LegalGround, PledgeText
from members.registry import Keeping, keeping
from members.services import pledges
from members.typical_pledges import typical as typical_wording
from portal.core import clock
from portal.core.errors import HiddenError

NAMES = {
    Regime.SHIEN: _("支援会議"),
    Regime.JUSO: _("重層的支援会議"),
    Regime.NONE: _("事例を扱わない会議(代表者会議など)"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and how it stands today."""

    row: PledgeText
    law: str
    current: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Law:
    """The versions for one law; ``held`` says whether a body stands under it."""

    regime: str
    name: str
    versions: list[Version]
    held: bool

    @property
    def missing(self) -> bool:
        """Whether a body deals with cases and nobody is asked for a pledge."""
        return (
            self.regime != Regime.NONE
            and self.held
            and not any(v.current or v.waiting for v in self.versions)
        )


@dataclass(frozen=True, slots=True)
class WordingsPage:
    """All laws with their versions."""

    kept: Keeping
    laws: list[Law]


def wordings_page(actor: Actor) -> WordingsPage:
    """The versions by law, for who administers or convenes."""
    rows = [_version(row) for row in pledges.pledge_texts(actor=actor)]
    now = clock.now()
    held = {law for body in _bodies() for law in body.laws_at(now)}
    laws = [
        Law(
            regime=regime,
            name=str(name),
            versions=[version for version in rows if version.row.regime == regime],
            held=regime in held,
        )
        for regime, name in NAMES.items()
    ]
    return WordingsPage(keeping(actor), laws)


def _bodies() -> list[Body]:
    """The bodies that are there or to come."""
    bodies = Body.objects.exclude(ends_on__lt=clock.today())
    return list(bodies.prefetch_related("charters"))


def _under(law: Regime) -> list[Body]:
    """Those at which the pledge of the law is asked for."""
    now = clock.now()
    return [body for body in _bodies() if law in body.laws_at(now)]


def one_wording(actor: Actor, pledge_id: int) -> Version:
    """One version."""
    return _version(pledges.pledge_text(actor=actor, pledge_id=pledge_id))


def _version(row: PledgeText) -> Version:
    now = clock.now()
    law = str(NAMES[Regime(row.regime)])
    return Version(row, law, row.span.holds(now), row.starts_at > now)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new version begins with, and how many will be asked for it."""

    regime: Regime
    law: str
    title: str
    text: str
    is_typical: bool
    asked: int


def draft(actor: Actor, regime: str, *, typical: bool) -> Draft:
    """The words in force, or the usual ones where there are none or they are wanted."""
    if regime not in set(Regime) or not keeping(actor).administers:
        raise HiddenError
    require_own_factor(actor, fresh=True)
    law = Regime(regime)
    rows = PledgeText.objects.filter(regime=law)
    last = None if typical else rows.order_by("-version").first()
    words = (last.title, last.text) if last else _usual(law)
    return Draft(
        regime=law,
        law=str(NAMES[law]),
        title=words[0],
        text=words[1],
        is_typical=last is None,
        asked=_asked(law),
    )


def _usual(law: Regime) -> tuple[str, str]:
    """The usual words, with the articles and the name of the town's own bodies."""
    now = clock.now()
    rows = LegalGround.objects.filter(ending_after(now), regime=law)
    carrying = set(rows.values_list("code", flat=True))
    bodies = _under(law)
    bases = LegalBasis.objects.filter(ending_after(now), body__in=bodies)
    grounds = sorted(set(bases.values_list("ground", flat=True)) & carrying)
    if bodies and not grounds and law is Regime.JUSO:
        grounds = [LegalGround.Code.NONE]  # by the town's own ordinance
    return typical_wording(
        law,
        settings.MUNICIPALITY,
        grounds=grounds,
        names=sorted({body.name for body in bodies if body.regime == law}),
    )


def _asked(law: Regime) -> int:
    """How many commissions are to bodies under the law; a count, and no names (R35)."""
    live = Commission.objects.filter(ending_after(clock.now()), body__in=_under(law))
    return live.values("person", "organization").distinct().count()
