"""The app of people, bodies and the decision."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    """An installation begins with the grounds of the law books."""

    name = "members"

    def ready(self) -> None:
        """Enter what is missing of them after each migration; tell of paper cards."""
        post_migrate.connect(_enter_grounds, sender=self)
        from members import searching
        from members.models import api_tokens, factors
        from portal.core import rotation

        rotation.LIVING_CODES["codes on paper cards"] = factors.living_macs
        rotation.LIVING_CODES["keys of other systems"] = api_tokens.living_macs
        searching.register()
        _watch_takings()


def _watch_takings() -> None:
    """What must not come back by a restore."""
    from portal.core.takings import LIVING, WATCHED, Kind, Watch

    LIVING.append("members.SignIn.ends_at")
    LIVING.append("members.ApiToken.ends_at")
    dated = (
        "ApiToken",
        "ArchiveGrant",
        "Commission",
        "Membership",
        "Office",
        "Person",
        "Seat",
        "StandIn",
    )
    WATCHED.extend(Watch(f"members.{name}", ("ends_at",)) for name in dated)
    party = ("person", "organization", "case", "item_id")
    WATCHED.extend(
        [
            Watch("members.Person", ("password",), again=_end_password, secret=True),
            Watch("members.FactorReset", ("finished_at", "withdrawn_at")),
            Watch("members.LegalBasis", ("ends_at",)),
            Watch("members.Consent", ("withdrawn_at",)),
            Watch(
                "members.Recusal",
                (*party, "starts_at", "ends_at", "entered_by"),
                Kind.NEW,
            ),
            Watch("members.HouseholdMember", ("address_protected",)),
            Watch("members.PaperCode", ("used_at",)),
            Watch("members.PaperCard", (), Kind.GONE),
            Watch("members.CityIdentity", (), Kind.GONE),
            Watch("members.CodePhone", (), Kind.GONE),
            Watch("members.Relaxation", ("ends_at",)),
        ]
    )


def _end_password(person: Any) -> bool:
    """Nobody signs in with the password of the backup; whether anybody could."""
    if not person.has_usable_password():
        return False
    person.set_unusable_password()
    person.save(update_fields=["password"])
    return True


def _enter_grounds(**_signal: Any) -> None:
    from members.grounds import enter_usual_grounds

    enter_usual_grounds()
