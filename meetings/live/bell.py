"""The bell: a hint over the channel layer that there is something to look at.

It carries ids and revisions, never text, under a name that says nothing. It may
be lost: whoever listens also looks by itself.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils.crypto import salted_hmac

log = logging.getLogger(__name__)
SECONDS = 2.0  # longer than this a dead layer is not waited for
RETRY_SECONDS = 0.5
ATTEND_SECONDS = 5.0


def group(sitting: UUID) -> str:
    """The opaque group of all processes that hold a socket of this sitting."""
    return "live." + salted_hmac("meetings.live.bell", str(sitting)).hexdigest()[:32]


def message(
    revisions: Mapping[UUID, int], *, standing: bool = False, sender: str = ""
) -> dict[str, Any]:
    """Items with a new revision; ``standing`` when somebody's rights changed."""
    return {
        "type": "live.bell",
        "sender": sender,
        "standing": standing,
        "revisions": {str(item): revision for item, revision in revisions.items()},
    }


async def ring(sitting: UUID, content: dict[str, Any]) -> None:
    """Send the hint; a dead layer is no failure of the act."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async with asyncio.timeout(SECONDS):
            await layer.group_send(group(sitting), content)
    except Exception as error:  # noqa: BLE001 – whatever the layer's driver raises
        log.info("bell not rung: %s", type(error).__name__)


def after_commit(
    sitting: UUID, revisions: Mapping[UUID, int] | None = None, *, standing: bool
) -> None:
    """Ring once the present transaction is durable."""
    content = message(revisions or {}, standing=standing)

    def now() -> None:
        # A running loop in this very thread cannot wait for itself; the look will do.
        with suppress(RuntimeError):
            async_to_sync(ring)(sitting, content)

    transaction.on_commit(now)


class Ear:
    """Listens for the bells of some sittings, for as long as the layer lives."""

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        self._hear = hear
        self._channel = ""
        self._attended: set[UUID] = set()

    async def listen(self) -> None:
        """Hand every message on, for ever."""
        layer = get_channel_layer()
        while layer is not None:
            try:
                if not self._channel:
                    self._channel = await layer.new_channel()
                self._hear(await layer.receive(self._channel))
            except Exception as error:  # noqa: BLE001 – the look goes on without bells
                log.info("no bell heard: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def attend(self, sittings: set[UUID]) -> None:
        """Listen for exactly these sittings; what fails now is tried again later."""
        layer = get_channel_layer()
        if layer is None or not self._channel:
            return
        wanted = [(layer.group_add, sitting) for sitting in sittings - self._attended]
        unwanted = [
            (layer.group_discard, sitting) for sitting in self._attended - sittings
        ]
        for change, sitting in wanted + unwanted:
            try:
                async with asyncio.timeout(SECONDS):
                    await change(group(sitting), self._channel)
            except Exception as error:  # noqa: BLE001 – as above
                log.info("bells not attended: %s", type(error).__name__)
                return
            self._attended ^= {sitting}


class Ringer:
    """Rings for one hub's commits, and listens for the bells of all others."""

    def __init__(self, name: str, hear: Callable[[dict[str, Any]], None]) -> None:
        self.name = name
        self.ear = Ear(hear)
        self._bells: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        self._to_ring = asyncio.Event()

    def note(self, sitting: UUID, item: UUID, revision: int) -> None:
        """Ring for an item's new revision with the next bell."""
        self._bells[sitting][item] = revision
        self.wake()

    def wake(self) -> None:
        """Ring now; listen for what is to be listened for."""
        self._to_ring.set()

    async def ring(self, sittings: Mapping[UUID, object]) -> None:
        """Ring, and listen for the present ``sittings``, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ATTEND_SECONDS):
                    await self._to_ring.wait()
            self._to_ring.clear()
            await self.ear.attend(set(sittings))
            bells, self._bells = self._bells, defaultdict(dict)
            for sitting, revisions in bells.items():
                await ring(sitting, message(revisions, sender=self.name))
