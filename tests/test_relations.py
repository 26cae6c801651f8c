"""Every address about every other thing: what the decision says is what one gets.

``tests/test_matrix.py`` asks about one's own case. Here the same addresses name another
item of the same sitting, another unit's, an archived one, one that was disposed of. To
whom the decision opens nothing of it, each answer is byte for byte that of an unknown
thing, and no other page speaks of it either. (Another municipality is another
installation, with a database of its own: there is no such address.)

``KASANE_RELATIONS=1`` asks as every persona by both methods instead of a share.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from documents.models import PaperVersion, Release
from documents.policies import place_facts, version_facts
from meetings.models import AgendaItem, Entry, Invitation, Minutes, Presence
from meetings.policies import item_facts, minutes_facts, sitting_facts
from members.access import Access, Actor, access_for
from members.facts import Answer, ObjectFacts, Role, State
from members.models import ArchiveGrant, Body, Case, Person
from members.permissions import ACTS
from members.policies import body_facts, case_facts, rules_facts, trail_facts
from portal.core import clock
from tests import cast as people
from tests import factories, matrix
from tests.cast import Cast
from tests.clients import client_of, close
from tests.matrix import PERSONAS, sign_in_of
from tests.meetings import keeping
from tests.papers import file_as, hand_out, release_to
from tests.test_crawl import unguarded
from tests.test_matrix import ROUTES, ask, word

pytestmark = pytest.mark.django_db
ALL = bool(os.environ.get("KASANE_RELATIONS"))
EACH = 12 if ALL else 1  # personas per address and relation
# Who looks at every list: what names nothing.
LOOKING = PERSONAS if ALL else ("secretariat", "clinic", "colleague", "stranger")
METHODS = ("GET", "POST") if ALL else ("GET",)


@dataclass
class World:
    """A case with all that hangs on it; ``mark`` stands in each of its texts."""

    mark: str
    case: Case
    item: AgendaItem
    version: PaperVersion
    names: dict[str, object]
    alive: bool = True

    def facts(self, access: Access) -> Iterator[tuple[str, ObjectFacts]]:
        """What can be asked about it, by the argument that names it."""
        who, item, case = access.actor.id, self.item, self.case
        presences = list(Presence.objects.filter(item=item))
        invitation = Invitation.objects.filter(sitting=item.sitting, person=who).first()
        for body in {item.body_id, item.sitting.body_id, None}:
            facts = sitting_facts(item.sitting, invitation, body)
            yield from (("sitting_id", facts), ("invitation_id", facts))
        yield "body_id", body_facts(item.body)
        yield "body_id", rules_facts(item.body)
        of_case = [case_facts(case), trail_facts(author=False, case=case)]
        for name in ("case_id", "thing_id", "member_id", "membership_id", "consent_id"):
            yield from ((name, facts) for facts in of_case)
        of_item = [item_facts(item, who, presences), *self._records(who, presences)]
        for name in ("item_id", "entry_id"):
            yield from ((name, facts) for facts in of_item)
        paper, releases = self.version.paper, self.version.releases.all()
        of_paper = [place_facts(paper, who)]
        of_paper.append(version_facts(self.version, releases, who, access.t))
        for name in ("version_id", "paper_id"):
            yield from ((name, facts) for facts in [*of_paper, *of_case])

    def _records(self, who: Any, presences: list[Presence]) -> Iterator[ObjectFacts]:
        for minutes in Minutes.objects.filter(item=self.item):
            releases = Release.objects.filter(version__paper=minutes.pdf)
            yield minutes_facts(minutes, who, presences, releases)

    def open_by(self, actor: Actor) -> set[str]:
        """The arguments by which something of it opens, or would after a proof."""
        if not self.alive:
            return set()
        access = access_for(actor, cases=[self.case.id], items=[self.item.id])
        return {
            name
            for name, thing in self.facts(access)
            for act in ACTS[thing.kind]
            if access.answer(act, thing) is not Answer.HIDDEN
        }


def world(mark: str, cast: Cast, item: AgendaItem, clerk: Person) -> World:
    """All that the addresses can name of an item; its words bear the mark."""
    case = item.case
    assert case is not None
    Case.objects.filter(pk=case.pk).update(title=mark, summary=mark)
    case.household.update(name=mark, label=mark)
    AgendaItem.objects.filter(pk=item.pk).update(title=mark)
    factories.membership(clerk, case, Role.SECRETARIAT)
    factories.seat(clerk, item, Role.SECRETARIAT)
    for member in case.household.all():
        factories.consent(member, clerk)
    version = file_as(cast, clerk, item, title=mark)
    entry = Entry.objects.create(
        item=item,
        order=1,
        kind=Entry.Kind.DECISION,
        text=mark,
        revision=1,
        created_by=clerk,
        created_at=clock.now(),
        changed_at=clock.now(),
    )
    mother = case.household.all()[0]
    names = {
        "case_id": case.id,
        "thing_id": case.id,
        "member_id": mother.id,
        "consent_id": mother.consents.get().id,
        "membership_id": case.memberships.all()[0].id,
        "sitting_id": item.sitting_id,
        "invitation_id": Invitation.objects.filter(sitting=item.sitting)[0].id,
        "body_id": item.body_id,
        "item_id": item.id,
        "entry_id": entry.id,
        "version_id": version.id,
        "paper_id": version.paper_id,
    }
    item.refresh_from_db()
    return World(mark, item.case or case, item, version, names)


def _beside(cast: Cast) -> World:
    """Another item of the same sitting: only the secretariat is selected."""
    case = factories.case(cast.shien, number="R8-201")
    item = factories.item(cast.sitting, case, cast.shien)
    made = world("しるし甲", cast, item, cast.secretariat)
    hand_out(factories.sign_in(cast.secretariat), [made.version], [cast.secretariat])
    for name in ("sitting_id", "body_id", "invitation_id"):
        del made.names[name]
    return made


def _of_another_unit(cast: Cast) -> World:
    """A case of the other unit, where the stranger is at home."""
    body = Body.objects.get(name="支援会議(南部)")
    case = factories.case(body, number="R8-301")
    sitting = factories.sitting(body, cast.stranger)
    item = factories.item(sitting, case, body)
    return world("しるし乙", cast, item, cast.stranger)


def _archived(cast: Cast) -> World:
    """A closed case with its record; its member's time is over, one has a grant."""
    case = factories.case(cast.juso, number="R8-401")
    sitting = factories.sitting(cast.juso, cast.secretariat)
    item = factories.item(sitting, case, cast.juso)
    made = world("しるし丙", cast, item, cast.secretariat)
    keeping.record(cast, item)
    PaperVersion.objects.filter(pk=made.version.pk).update(state=State.ARCHIVED)
    now = clock.now()
    factories.membership(cast.clinic, case, Role.EXTERNAL, ends_at=now)
    factories.seat(cast.clinic, item, Role.EXTERNAL, ends_at=now)
    ArchiveGrant.objects.create(
        case=case,
        person=cast.colleague,
        purpose="再相談のため",
        granted_by=cast.secretariat,
        starts_at=now,
        ends_at=clock.day_end(clock.today()),
    )
    keeping.close(case)
    made.version.refresh_from_db()
    return made


def _disposed(cast: Cast) -> World:
    """What is gone is unknown, to those who kept it too."""
    case = factories.case(cast.shien, number="R8-501")
    sitting = factories.sitting(cast.shien, cast.secretariat)
    made = world(
        "しるし丁",
        cast,
        factories.item(sitting, case, cast.shien),
        cast.secretariat,
    )
    factories.membership(cast.chair, case, Role.CHAIR)
    keeping.dispose(cast, keeping.close(case))
    for name in ("sitting_id", "body_id", "invitation_id"):
        del made.names[name]
    made.alive = False
    return made


@dataclass
class Town:
    """What is one's own, the worlds beside it, and everybody's browser."""

    own: dict[str, object]
    worlds: dict[str, World]
    clients: dict[str, Client]
    open: dict[tuple[str, str], set[str]]


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """One town for all; each request is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = people.assemble()
        own = matrix.things(cast, release_to(cast))
        worlds = {
            "beside": _beside(cast),
            "another unit": _of_another_unit(cast),
            "archived": _archived(cast),
            "disposed": _disposed(cast),
        }
        clients, open_ = {}, {}
        for persona in PERSONAS:
            known = sign_in_of(cast, persona)
            clients[persona] = client_of(known[0], **known[1]) if known else Client()
            for name, one in worlds.items():
                actor = factories.sign_in(known[0], **known[1]) if known else None
                open_[name, persona] = one.open_by(actor) if actor else set()
        yield Town(own, worlds, clients, open_)
        transaction.set_rollback(True)


def share(number: int) -> Iterator[str]:
    """The personas whose turn it is, each of them at every few addresses."""
    for step in range(EACH):
        yield PERSONAS[(number * EACH + step) % len(PERSONAS)]


def test_each_answer_about_another_thing_is_what_the_decision_says(town: Town) -> None:
    found, count = [], Counter[str]()
    cells = enumerate(
        (name, route, method)
        for name in town.worlds
        for route in ROUTES
        for method in METHODS
    )
    for number, (name, route, method) in cells:
        one = town.worlds[name]
        arguments = {each: town.own[each] for each in ROUTES[route].pattern.converters}
        there = {each: one.names[each] for each in arguments if each in one.names}
        if not there:
            continue
        address = reverse(route, kwargs=arguments | there)
        nowhere = reverse(route, kwargs=arguments | matrix.unknown(there))
        for persona in share(number):
            client = town.clients[persona]
            got = ask(client, method, address)
            where = f"{name}: {persona} {method} {route} {got.status_code}"
            found += [f"{where} without {each}" for each in unguarded(got.headers)]
            if got.status_code >= 500:
                found.append(where)
            if there.keys() & town.open[name, persona]:
                count["open"] += 1
            else:
                count["hidden"] += 1
                unknown = ask(client, method, nowhere)
                if (word(got), told(got)) != (word(unknown), told(unknown)):
                    found.append(where)
                close(unknown)
            close(got)
    assert found == []
    assert count["hidden"] > 200
    assert count["open"] > 50


def told(answer: Any) -> bytes:
    return b"" if answer.streaming else bytes(answer.content)


def test_no_page_speaks_of_what_is_hidden(town: Town) -> None:
    found, heard = [], 0
    for number, (route, entry) in enumerate(ROUTES.items()):
        arguments = {each: town.own[each] for each in entry.pattern.converters}
        for persona in share(number) if arguments else LOOKING:
            answer = ask(town.clients[persona], "GET", reverse(route, kwargs=arguments))
            text = told(answer).decode(errors="ignore") + str(answer.headers)
            close(answer)
            for name, one in town.worlds.items():
                if one.mark in text:
                    heard += 1
                    if not town.open[name, persona]:
                        found.append(f"{persona} {route} tells of {name}")
    assert found == []
    assert heard, "those who may see them see them on some page"
