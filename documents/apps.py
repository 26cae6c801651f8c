"""Documents as a Django app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Papers, links and their codes."""

    name = "documents"

    def ready(self) -> None:
        """Tell which printed codes the code key must still know; what to look after."""
        from documents import searching
        from documents.intake import scanning, upload_rows
        from documents.models import links
        from documents.services import mixups, renditions, words
        from portal.core import rotation, worker

        rotation.LIVING_CODES["codes printed with links"] = links.living_macs
        _name_bodies()
        searching.register()
        _watch_takings()
        worker.UPKEEPS.append(words.look_after)
        worker.SWEEPS += [
            upload_rows.sweep,
            scanning.ask_again,
            scanning.watch_signatures,
            renditions.look_after,
            mixups.ask_again,
        ]


def _name_bodies() -> None:
    """The body whose secretariat is called about a request."""
    from documents.models import CooperationRequest
    from members.models import Purpose
    from members.offices import BODIES

    asked = CooperationRequest.objects
    BODIES[Purpose.REQUEST] = lambda key: asked.filter(pk=key).values("body")


def _watch_takings() -> None:
    """What must not come back by a restore."""
    from portal.core.takings import LIVING, WATCHED, Kind, Watch

    LIVING.extend(["documents.Link.ends_at", "documents.LinkCode.ends_at"])
    WATCHED.extend(
        [
            Watch("documents.Link", ("ends_at", "revoked_at")),
            Watch("documents.LinkCode", ("used_at",)),
            Watch("documents.Release", ("ends_at",)),
            Watch(
                "documents.PaperVersion", ("state",), finals=("replaced", "recalled")
            ),
            Watch(
                "documents.Paper",
                ("restricted", "tax_information", "protected_address"),
            ),
            Watch("documents.CooperationRequest", ("state",), finals=("withdrawn",)),
            Watch("documents.ReleaseRound", ("returned_at", "undone_at")),
            Watch("documents.Paper_readers", (), Kind.GONE),
        ]
    )
