"""Two at once: locks decide, on both databases."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from meetings.models import Sitting
from meetings.services import sittings
from portal.core.errors import DomainError
from portal.core.models import AuditHead
from tests.cast import Cast, assemble
from tests.meetings.convening import (
    add,
    clerk,
    draft,
    head,
    key,
    links,
    mails,
    select,
    when,
)


@pytest.fixture
def town(transactional_db: None) -> Cast:
    """The cast in committed rows, which other threads can see."""
    AuditHead.objects.get_or_create(id=1)
    return assemble()


def together(act: Callable[[], object], times: int = 4) -> list[object]:
    """Do the act in several threads at the same moment; refusals are results too."""
    gate, results = Barrier(times), []

    def run() -> None:
        gate.wait()
        try:
            results.append(act())
        except DomainError as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == times
    return results


def test_one_form_sent_four_times_at_once_is_one_sitting(town: Cast) -> None:
    actor, day = clerk(town), when(30)
    made = together(
        lambda: sittings.create_sitting(
            actor=actor, key=key(1), body=town.shien, when=day
        )
    )
    assert [s.pk for s in made if isinstance(s, Sitting)] == [key(1)] * 4


def test_approving_at_once_calls_everybody_once(town: Cast) -> None:
    sitting = draft(town)
    select(town, add(town, sitting), town.clinic)
    sittings.submit_agenda(actor=clerk(town), sitting=sitting)
    actor = head(town)
    done = together(lambda: sittings.approve_agenda(actor=actor, sitting=sitting))
    assert all(isinstance(s, Sitting) for s in done)
    assert len(mails(town.clinic)) == 1
    assert len(links(town.clinic, sitting)) == 1
