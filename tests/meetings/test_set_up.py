"""The first set-up: typical ordinances through the pages, and what is made of them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.urls import reverse

from meetings.charter_rendering import lines
from meetings.models import SetUp
from meetings.selectors.set_up import result_of
from meetings.services import set_up as services
from meetings.set_up import unit_key
from members.facts import Role
from members.grounds import words_of
from members.models import (
    Body,
    Charter,
    Commission,
    ExOfficio,
    Office,
    Person,
    Policy,
    Post,
    Relaxation,
    Tenure,
    Unit,
)
from members.models.charters import RULES
from members.services import charters
from members.typical_charters import TYPICAL, TypicalCharter
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.clients import client_of
from tests.meetings.setting_up import MAYOR, Town, as_shown, at, town

__all__ = ["town"]  # the fixture


def expected(typical: TypicalCharter) -> dict[str, dict[str, Any]]:
    """The settings that each body is to have, by its name."""
    usual = {field.name: field.default for field in Charter._meta.fields}
    asked = {
        "name": "見本市支援会議等設置要綱",
        "requests_in_name_of": "見本市長",
        "term_rule": Charter.TermRule.FISCAL_YEAR_AFTER,
    }
    shared = {name: usual[name] for name in RULES} | asked | dict(typical.answers)
    return {body.name: shared | dict(body.rules) for body in typical.bodies}


@pytest.mark.parametrize("code", TYPICAL)
def test_a_typical_ordinance_is_set_up_through_the_pages(town: Town, code: str) -> None:
    typical = TYPICAL[code]
    wards = {"units": "東区\n西区"} if typical.in_wards else {}
    row = town.walk(code, organizations=[town.school.pk], **wards)
    page = town.client.get(at("result", row)).content.decode()
    assert all(each.name in page for each in typical.bodies)
    answer = town.client.post(at("result", row))
    assert answer.headers["Location"] == reverse("meetings:home")
    wanted = expected(typical)
    found = list(Body.objects.select_related("parent", "unit"))
    assert {body.name for body in found} == set(wanted)
    for body in found:
        made = next(each for each in typical.bodies if each.name == body.name)
        rules = body.charters.get()
        assert {name: getattr(rules, name) for name in RULES} == wanted[body.name]
        assert (rules.decided_by, rules.decided_on) == (MAYOR, clock.today())
        bases = body.legal_bases.order_by("pk").values_list("ground", flat=True)
        assert tuple(bases) == made.grounds
        assert (body.unit is not None) == made.has_cases
        below = next((b.name for b in typical.bodies if b.slot == made.below), None)
        assert (body.parent.name if body.parent else None) == below
        assert body.offices.get().person == town.keeper
        whole = body.commissions.filter(organization=town.school)
        assert whole.exists() == made.has_cases
        kinds = set(body.retention_rules.values_list("kind", flat=True))
        assert kinds == ({"case", "sitting"} if made.has_cases else {"sitting"})
    units = set(Unit.objects.values_list("name", flat=True))
    assert units == ({"東区", "西区"} if typical.in_wards else {"市全域"})


def test_who_convenes_and_heads_is_seated_with_the_post(town: Town) -> None:
    row = town.answered("same_day", who_convener=town.head.pk, who_head=town.head.pk)
    services.found(actor=town.actor, set_up=row)
    for body in Body.objects.all():
        office = body.offices.get(role=Role.CHAIR)
        assert office.person == town.head
        assert (office.convenes, office.presides) == (True, True)
        assert office.post is not None
        assert body.ex_officio.get().part == ExOfficio.Part.CHAIR


def test_a_named_head_is_on_record_with_who_named(town: Town) -> None:
    row = town.answered("single", head_rule="named", who_head=town.head.pk)
    services.found(actor=town.actor, set_up=row)
    office = Office.objects.get(role=Role.CHAIR)
    assert (office.presides, office.convenes) == (True, False)
    assert (office.appointed_by, office.appointed_on) == (MAYOR, clock.today())


def test_each_ward_has_its_own_secretariat(town: Town) -> None:
    row = town.begin("wards")
    field = f"who_{unit_key(row, '東区').hex[:12]}"
    row = town.answered("wards", units="東区\n西区", **{field: town.head.pk})
    east = factories.organization("東区福祉課", internal=True)
    Person.objects.filter(pk=town.head.pk).update(organization=east)
    chapters = {part.title.split()[1]: part for part in result_of(row).parts}
    said = "".join(chapters["支援会議"].articles[-1].paragraphs)
    assert "東区福祉課及び福祉課において" in said
    said = "".join(chapters["代表者会議"].articles[-1].paragraphs)
    assert "庶務は、福祉課において" in said
    services.found(actor=town.actor, set_up=row)
    by_unit = {
        (body.unit.name if body.unit else ""): body.offices.get().person
        for body in Body.objects.filter(name__in=["支援会議", "代表者会議"])
    }
    assert by_unit == {"": town.keeper, "東区": town.head, "西区": town.keeper}


def test_settings_of_the_whole_town_are_decided_too(town: Town) -> None:
    row = town.answered("single", telephone="on", internal_downloads="")
    services.found(actor=town.actor, set_up=row)
    policy = Policy.objects.get()
    assert (policy.internal_downloads, policy.decided_by) == (False, MAYOR)
    relaxation = Relaxation.objects.get()
    assert relaxation.kind == Relaxation.Kind.TELEPHONE
    assert relaxation.decided_by == MAYOR


def test_what_the_whole_town_decided_is_not_overturned_by_the_way(town: Town) -> None:
    """A second body keeps the decision; another answer is a decision on record."""
    services.found(
        actor=town.actor, set_up=town.answered("single", internal_downloads="")
    )
    first = AuditEvent.objects.get(action="members.policy.set")
    assert first.detail["before"] is None
    more = {"key": UUID(int=0x5E8), "decided_by": "見本市長 次の人"}
    row = town.answered("single", name_support="第二支援会議", **more)
    services.found(actor=town.actor, set_up=row)
    policy = Policy.objects.get()
    assert (policy.internal_downloads, policy.decided_by) == (False, MAYOR)
    more["key"] = UUID(int=0x5E9)
    words = {"name_support": "第三支援会議", "internal_downloads": "on"}
    row = town.answered("single", **words, **more)
    services.found(actor=town.actor, set_up=row)
    last = AuditEvent.objects.filter(action="members.policy.set").latest("seq")
    assert (last.detail["before"], last.detail["after"]) == (False, True)
    assert last.detail["by"] == "見本市長 次の人"


def test_the_answers_outlive_the_session(town: Town) -> None:
    """The laptop is closed after two pages; another day goes on with the third."""
    row = town.begin("single")
    for theme in ("law", "calling"):
        address = at("page", row, theme=theme)
        data = as_shown(town.client.get(address).context["form"])
        town.client.post(address, data | {"head_title": "座長"})
    anew = client_of(town.administrator)
    page = anew.get(at()).content.decode()
    assert at("page", row, theme="members") in page
    again = anew.get(at("page", row, theme="calling")).content.decode()
    assert 'value="座長"' in again
    answer = anew.get(at("result", row))
    assert answer.headers["Location"] == at("page", row, theme="members")


def test_two_tabs_keep_the_answers_of_both(town: Town) -> None:
    row = town.answered("single")
    stale = SetUp.objects.get(pk=row.pk)
    care = row.answers["care"] | {"online": "anywhere"}
    services.answer(actor=town.actor, set_up=row, theme="care", answers=care)
    law = stale.answers["law"] | {"name_support": "まるごと会議"}
    services.answer(actor=town.actor, set_up=stale, theme="law", answers=law)
    services.found(actor=town.actor, set_up=stale)
    body = Body.objects.get()
    assert (body.name, body.rules.online) == ("まるごと会議", "anywhere")


def test_a_double_click_founds_once(town: Town) -> None:
    row = town.answered("four_layers")
    first = services.found(actor=town.actor, set_up=row)
    again = services.found(actor=town.actor, set_up=row)
    assert {body.pk for body in first} == {body.pk for body in again}
    assert Body.objects.count() == 4
    assert town.client.post(at("result", row)).status_code == 302
    assert Charter.objects.count() == 4


def test_a_repeated_beginning_is_one_draft(town: Town) -> None:
    town.begin("single")
    town.begin("single")
    assert SetUp.objects.count() == 1


def test_nothing_is_changed_once_it_is_founded(town: Town) -> None:
    row = town.answered("single")
    services.found(actor=town.actor, set_up=row)
    with pytest.raises(RefusedError):
        services.answer(actor=town.actor, set_up=row, theme="law", answers={})
    with pytest.raises(RefusedError):
        services.drop(actor=town.actor, set_up=row)
    page = town.client.get(at("page", row, theme="law"))
    assert page.headers["Location"] == at("result", row)


def test_a_draft_is_dropped(town: Town) -> None:
    row = town.begin("single")
    assert town.client.post(at("drop", row)).status_code == 302
    assert not SetUp.objects.exists()


@pytest.mark.parametrize(
    ("theme", "changed", "words"),
    [
        ("law", {"units": "", "name_support": ""}, "入力してください"),
        ("law", {"starts_on": ""}, "入力してください"),
        ("people", {"who_keeper": ""}, "選んでください"),
        ("people", {"decided_on": "2099-01-01"}, "今日までの日"),
    ],
)
def test_what_is_missing_is_said_and_not_kept(
    town: Town, theme: str, changed: dict[str, str], words: str
) -> None:
    row = town.answered("single")
    before = row.answers
    address = at("page", row, theme=theme)
    data = as_shown(town.client.get(address).context["form"]) | changed
    answer = town.client.post(address, data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    row.refresh_from_db()
    assert row.answers == before


def test_wards_need_two_and_bodies_their_own_names(town: Town) -> None:
    row = town.begin("wards")
    address = at("page", row, theme="law")
    data = as_shown(town.client.get(address).context["form"])
    one = town.client.post(address, data | {"units": "東区"})
    assert "2つ以上" in one.content.decode()
    same = {"units": "東区\n西区", "name_support": "会議", "name_multilayer": "会議"}
    assert "それぞれ別に" in town.client.post(address, data | same).content.decode()


def test_all_or_nothing_is_founded(town: Town) -> None:
    """The second body has a name that is taken: the first is not made either."""
    factories.body(unit=factories.unit("市全域"), name="重層的支援会議")
    row = town.answered("same_day")
    with pytest.raises(InvalidError):
        services.found(actor=town.actor, set_up=row)
    assert Body.objects.count() == 1
    page = town.client.post(at("result", row), follow=True).content.decode()
    assert "同じ名称の会議体" in page


def test_who_left_meanwhile_is_named_again(town: Town) -> None:
    row = town.answered("single")
    Person.objects.filter(pk=town.keeper.pk).update(ends_at=clock.now())
    with pytest.raises(RefusedError):
        services.found(actor=town.actor, set_up=row)
    assert not Body.objects.exists()


def test_a_head_by_post_needs_a_post(town: Town) -> None:
    row = town.answered("single", who_head=town.head.pk)
    Person.objects.filter(pk=town.head.pk).update(post="")
    with pytest.raises(InvalidError):
        services.found(actor=town.actor, set_up=row)
    address = at("page", row, theme="people")
    data = as_shown(town.client.get(address).context["form"])
    answer = town.client.post(address, data)
    assert answer.status_code == 422
    assert "職名が、まだ登録されていません" in answer.content.decode()


def test_a_post_that_somebody_else_holds_is_said_where_the_head_is_named(
    town: Town,
) -> None:
    row = town.answered("single", who_head=town.head.pk)
    address = at("page", row, theme="people")
    data = as_shown(town.client.get(address).context["form"])
    post = Post.objects.create(organization=town.head.organization, name=town.head.post)
    held = Tenure.objects.create(
        post=post, person=town.keeper, starts_at=factories.LONG_AGO
    )
    answer = town.client.post(address, data)
    assert answer.status_code == 422
    assert (
        f"担当は、{town.keeper.name}さん"
        in answer.context["form"].errors["who_head"][0]
    )
    with pytest.raises(RefusedError, match="担当は"):  # entered before: at the end
        services.found(actor=town.actor, set_up=row)
    held.ends_at = clock.now()
    held.save()
    assert town.client.post(address, data).headers["Location"] == at("result", row)
    assert services.found(actor=town.actor, set_up=row)


def test_heads_of_sections_are_offered_as_who_decided(town: Town) -> None:
    row = town.answered("single")
    page = town.client.get(at("page", row, theme="people")).content.decode()
    head = town.head
    assert 'list="decided_by-offered"' in page
    assert f'<option value="{head.standing} {head.name}">' in page


@pytest.mark.parametrize("rule", ["elected", "none"])
def test_a_head_named_before_the_rule_changed_is_let_go(town: Town, rule: str) -> None:
    """Back from the result to the page of the head: founding fails on nobody."""
    row = town.answered("single", who_head=town.head.pk)
    address = at("page", row, theme="calling")
    data = as_shown(town.client.get(address).context["form"]) | {"head_rule": rule}
    answer = town.client.post(address, data)
    assert answer.headers["Location"] == at("result", row)
    page = town.client.get(at("result", row))
    assert [label for label, _name in page.context["result"].offices] == ["事務局"]
    assert town.client.post(at("result", row)).headers["Location"] == "/"
    assert not Office.objects.filter(role=Role.CHAIR).exists()


@pytest.mark.parametrize(
    ("code", "day", "article"),
    [
        ("single", "2021-03-31", "社会福祉法第106条の"),
        ("preparation", "2018-03-31", "社会福祉法第106条の3"),
    ],
)
def test_an_ordinance_older_than_its_article_is_said_at_once(
    town: Town, code: str, day: str, article: str
) -> None:
    row = town.begin(code)
    address = at("page", row, theme="law")
    data = as_shown(town.client.get(address).context["form"])
    answer = town.client.post(address, data | {"starts_on": day})
    assert answer.status_code == 422
    (words,) = answer.context["form"].errors["starts_on"]
    assert article in words
    assert "4月1日" in words
    next_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    good = town.client.post(address, data | {"starts_on": next_day})
    assert good.status_code == 302


def test_a_body_without_a_law_may_be_as_old_as_its_ordinance(town: Town) -> None:
    row = town.answered("four_layers", starts_on="2021-04-01")
    services.found(actor=town.actor, set_up=row)
    assert words_of("none", clock.day_start(date(2005, 4, 1))) is not None


def test_a_page_ahead_leads_to_the_first_that_is_missing(town: Town) -> None:
    row = town.begin("wards")
    for theme in ("people", "records"):
        answer = town.client.get(at("page", row, theme=theme))
        assert answer.headers["Location"] == at("page", row, theme="law")
    assert town.client.get(at("page", row, theme="nothing")).status_code == 404


def test_a_unit_that_is_over_is_not_begun_again(town: Town) -> None:
    row = town.answered("single", units="旧町")
    Unit.objects.create(name="旧町", ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(InvalidError):
        services.found(actor=town.actor, set_up=row)
    address = at("page", row, theme="law")
    data = as_shown(town.client.get(address).context["form"])
    assert "終わった圏域です" in town.client.post(address, data).content.decode()


def test_an_organisation_that_ended_meanwhile_is_not_commissioned(town: Town) -> None:
    row = town.answered("single", organizations=[town.school.pk])
    town.school.ends_on = clock.today() - timedelta(days=1)
    town.school.save()
    assert "見本中学校" not in words_of_set_up(row)
    services.found(actor=town.actor, set_up=row)
    assert not Commission.objects.filter(organization=town.school).exists()


def test_the_answers_are_thrown_away_only_after_a_word(town: Town) -> None:
    town.begin("single")
    page = town.client.get(at()).content.decode()
    assert "元に戻せません" in page


def test_nothing_is_founded_while_a_page_is_missing(town: Town) -> None:
    row = town.begin("single")
    with pytest.raises(InvalidError):
        services.found(actor=town.actor, set_up=row)


def test_only_the_administration_sets_up(town: Town) -> None:
    row = town.answered("single")
    services.found(actor=town.actor, set_up=row)
    draft = town.begin("single", UUID(int=0x5E8))
    keeper = factories.sign_in(town.keeper)
    with pytest.raises(HiddenError):
        services.begin(actor=keeper, key=UUID(int=0x5E9), code="single")
    with pytest.raises(HiddenError):
        services.answer(actor=keeper, set_up=draft, theme="law", answers={})
    with pytest.raises(HiddenError):
        services.found(actor=keeper, set_up=draft)
    with pytest.raises(HiddenError):
        services.drop(actor=keeper, set_up=draft)
    with pytest.raises(HiddenError):
        charters.found_together(actor=keeper, plans=[], decision=None)  # type: ignore[arg-type] # refused first
    assert client_of(town.keeper).get(at("result", draft)).status_code == 404


def test_the_answers_come_as_a_word_file(town: Town) -> None:
    row = town.answered("four_layers")
    answer = town.client.get(at("word", row))
    assert answer.content.startswith(b"PK")
    assert "要綱" not in answer.headers["Content-Disposition"]


# The wording ----------------------------------------------------------------------

GOLDEN = Path(__file__).parent / "charters"


def words_of_set_up(row: SetUp) -> str:
    """The 要綱 as it is read, line by line."""
    result = result_of(row)
    told = [result.name]
    for part in result.parts:
        told += [part.title] if part.title else []
        for article in part.articles:
            told += [f"({article.title})", *lines(article)]
    return "\n".join([*told, "附則", result.supplement, ""])


@pytest.mark.parametrize("code", ["single", "four_layers"])
def test_the_wording_of_an_ordinance(town: Town, code: str) -> None:
    """Read as a whole: a change of any word is looked at here."""
    with time_machine.travel("2026-12-01T10:00:00+09:00", tick=False):
        row = town.answered(code, organizations=[town.school.pk])
        assert words_of_set_up(row) == (GOLDEN / f"{code}.txt").read_text(
            encoding="utf-8"
        )


def test_preparing_towns_are_promised_no_statutory_secrecy(town: Town) -> None:
    words = words_of_set_up(town.answered("preparation"))
    assert "106条の3" in words
    assert "106条の6" not in words
    assert "根拠となる法律の規定により" not in words


def test_a_town_that_is_no_city_reads_so(town: Town, settings: Any) -> None:
    settings.MUNICIPALITY = "波止場町"
    words = words_of_set_up(town.answered("preparation"))
    assert "町長が定める職" in words
    assert "町がこれを受けて決定する" in words
    assert "町全域" in words
    assert "市" not in words
