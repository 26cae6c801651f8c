"""An empty installation, and a first set-up with all its questions answered."""

from typing import Any
from uuid import UUID

import pytest
from django.forms import BoundField
from django.urls import reverse

from meetings import retention
from meetings.forms.set_up import FORMS
from meetings.models import SetUp
from meetings.services import set_up as services
from members import grounds
from members.access import Actor
from members.facts import Role
from members.models import Person
from portal.core import clock
from tests import factories
from tests.clients import client_of

KEY = UUID(int=0x5E7)
MAYOR = "見本市長 山本 進"


def answered(
    actor: Actor, keepers: list[Person], code: str, key: UUID = KEY, **changed: Any
) -> SetUp:
    """Every question answered as it is shown first, but for what is ``changed``."""
    row = services.begin(actor=actor, key=key, code=code)
    for theme, kind in FORMS.items():
        more: dict[str, Any] = {"keepers": keepers} if theme == "people" else {}
        shown = as_shown(kind(set_up=row, **more))
        form = kind(shown | named(keepers[0], changed), set_up=row, **more)
        assert form.is_valid(), form.errors
        row.answers[theme] = form.answers
    row.save()
    return row


def named(keeper: Person, changed: dict[str, Any]) -> dict[str, Any]:
    """What has no usual answer: who keeps, who decided and when."""
    decision = {"decided_by": MAYOR, "decided_on": clock.today()}
    return {"who_keeper": keeper.pk, **decision, **changed}


def as_shown(form: Any) -> dict[str, Any]:
    """What a browser would send of a form that nobody touched."""
    values = {bound.name: _sent(bound) for bound in form}
    return {name: value for name, value in values.items() if value is not None}


def _sent(bound: BoundField) -> Any:
    value = bound.value()
    if value is False:
        return None
    return getattr(value, "pk", value)


class Town:
    """An installation where the administrator has entered organisations and staff."""

    def __init__(self) -> None:
        grounds.enter_usual_grounds()
        retention.enter_usual_classes()
        office = factories.organization("情報政策課", internal=True)
        welfare = factories.organization("福祉課", internal=True)
        self.school = factories.organization("見本中学校")
        self.administrator = factories.person("大谷 光", office)
        factories.office(self.administrator, Role.ADMINISTRATOR)
        self.keeper = factories.person("佐藤 恵", welfare, post="主任")
        self.head = factories.person("高橋 健一", welfare, post="福祉課長")
        self.client = client_of(self.administrator)

    @property
    def actor(self) -> Actor:
        return factories.sign_in(self.administrator)

    def begin(self, code: str, key: UUID = KEY) -> SetUp:
        answer = self.client.post(at(), {"code": code, "key": key})
        assert answer.status_code == 302
        return SetUp.objects.get(pk=key)

    def answered(self, code: str, **changed: Any) -> SetUp:
        people = [self.keeper, self.head]
        return answered(self.actor, people, code, **changed)

    def walk(self, code: str, **changed: Any) -> SetUp:
        """All pages in turn, as they are shown first but for what is ``changed``."""
        row = self.begin(code)
        known = named(self.keeper, changed)
        address = at("page", row, theme="law")
        while "/result/" not in address:
            page = self.client.get(address)
            data = as_shown(page.context["form"]) | known
            answer = self.client.post(address, data)
            assert answer.status_code == 302, answer.context["form"].errors
            address = answer.headers["Location"]
        return SetUp.objects.get(pk=row.pk)


def at(name: str = "", row: SetUp | None = None, **more: Any) -> str:
    if row is None:
        return reverse("meetings:set-up")
    return reverse(f"meetings:set-up-{name}", kwargs={"set_up_id": row.pk, **more})


@pytest.fixture
def town(db: None) -> Town:
    """An installation without bodies."""
    return Town()
