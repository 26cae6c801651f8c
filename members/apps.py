"""The app of people, bodies and the decision."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    """An installation begins with the grounds of the law books."""

    name = "members"

    def ready(self) -> None:
        """Enter what is missing of them after each migration."""
        post_migrate.connect(_enter_grounds, sender=self)


def _enter_grounds(**_signal: Any) -> None:
    from members.grounds import enter_usual_grounds

    enter_usual_grounds()
