"""What the demo adds to the sign-in and code pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from members.models import PaperCard, Person
from members.models.factors import CODES_PER_CARD
from portal.demo.content.people import CAST, PEOPLE
from portal.demo.content.types import Person as PersonContent
from portal.demo.identity import card_codes, uid

register = template.Library()


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast as the sign-in page shows it."""

    key: str
    name: str
    introduction: str
    staff: bool
    mail: str


@register.simple_tag
def demo_cast() -> list[Player]:
    """The cast, in the order in which a visitor best meets them."""
    return [_player(entry) for entry in CAST]


@register.simple_tag
def demo_players(keys: Sequence[str]) -> list[Player]:
    """Those of the cast, by their keys."""
    players = {entry.key: _player(entry) for entry in CAST}
    return [players[key] for key in keys]


def _player(entry: PersonContent) -> Player:
    return Player(
        key=entry.key,
        name=entry.name,
        introduction=entry.introduction or "",
        staff=entry.account == "staff",
        mail=entry.mail or "",
    )


@register.simple_tag
def demo_codes(person: Person) -> list[str]:
    """The codes that the person could type now: app, or the unused ones of the card."""
    codes = [
        f"{totp(d.bin_key, d.step, d.t0, d.digits, d.drift):06d}"
        for d in TOTPDevice.objects.devices_for_user(person)
    ]
    keys = {uid("person", entry.key): entry.key for entry in PEOPLE}
    for card in PaperCard.objects.filter(user=person):
        unused = {bytes(c.mac) for c in card.codes.filter(used_at=None)}
        plain = card_codes(keys.get(person.id, ""), CODES_PER_CARD)
        codes += [code for code in plain if card.mac(code) in unused][:3]
    return codes
