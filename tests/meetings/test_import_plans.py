"""The dry run tells apart what has one name: agencies, people, addresses, days."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from meetings.importing.columns import Kind
from meetings.models import Import
from meetings.selectors.import_plans import Planned, Standing
from meetings.services import imports as services
from meetings.services.imports import Approval
from members import case_numbers
from members.models import Body, Charter, Commission, Office, Organization, Person
from portal.core import clock, jp
from portal.core.errors import InvalidError
from tests import factories
from tests.cast import Cast
from tests.meetings.importing import (
    HOUSE,
    KEY,
    MOTHER,
    entered,
    outcomes,
    plans,
    taken,
    told,
)
from tests.meetings.test_import_reading import HEAD, SEKI, SUDA

CENTRE = "保健センター"


def roll(organization: str, name: str = "関 守", kana: str = "") -> tuple[str, ...]:
    return (organization, name, kana, *[""] * 5)


def centre(unit: str = "") -> Organization:
    return Organization.objects.create(
        name=CENTRE, unit=factories.unit(unit) if unit else None
    )


def remarks(planned: list[Planned]) -> dict[str, str]:
    return {
        found.cell: found.words
        for plan in planned
        for row in plan.rows
        for found in row.findings
        if not found.blocks
    }


def test_agencies_of_one_name_are_told_apart_by_their_unit(cast: Cast) -> None:
    centre("南部圏域")
    factories.unit("東部圏域")
    rows = [("機関", "圏域")]
    rows += [(CENTRE, unit) for unit in ("南部圏域", "東部圏域", "", "東部圏域")]
    source = taken(cast, rows, Kind.ORGANIZATIONS)
    found = plans(cast, source)
    assert [plan.standing for plan in found] == [
        Standing.SAME,
        Standing.NEW,
        Standing.NEW,
        Standing.DOUBLE,
    ]
    assert "南部圏域に登録されています。別の機関として" in remarks(found)["A3"]
    assert outcomes(entered(cast, source)) == ["known", "made", "made", "left"]
    units = Organization.objects.filter(name=CENTRE).order_by("unit__name")
    assert {str(o.unit or "") for o in units} == {"", "東部圏域", "南部圏域"}


def test_a_roll_means_the_agency_of_its_own_unit_else_the_towns(cast: Cast) -> None:
    for where in ("南部圏域", "", "北部圏域"):
        wanted = centre(where)
        if not where:
            factories.person("関 守", wanted)
    source = taken(cast, [HEAD, roll(CENTRE)])
    entered(cast, source)
    made = Person.objects.get(name="関 守", organization=wanted)
    assert made.organization.unit == cast.shien.unit


def test_an_agency_of_another_unit_is_not_taken_for_it(cast: Cast) -> None:
    other = centre("南部圏域")
    factories.person("関 守", other)
    source = taken(cast, [HEAD, roll(CENTRE)])
    assert "南部圏域に登録されています" in told(cast, source)["A2"]
    house = (*MOTHER[:5], CENTRE, *MOTHER[6:])
    cases = taken(cast, [HOUSE, house], Kind.CASES, key=UUID(int=5))
    assert "空けてください" in told(cast, cases)["F2"]


def test_who_sits_already_for_another_units_agency_is_known(cast: Cast) -> None:
    """A table that was given out comes back without a word."""
    person = factories.person("関 守", centre("南部圏域"))
    factories.commission(person, cast.shien)
    source = taken(cast, [HEAD, roll(CENTRE)])
    assert [plan.standing for plan in plans(cast, source)] == [Standing.SAME]


def test_a_body_of_the_town_takes_the_only_one_of_that_name(cast: Cast) -> None:
    Body.objects.filter(pk=cast.shien.pk).update(unit=None)
    cast.shien.refresh_from_db()
    factories.person("関 守", centre("南部圏域"))
    source = taken(cast, [HEAD, roll(CENTRE)])
    assert told(cast, source) == {}
    centre("東部圏域")
    assert set(told(cast, source)) == {"A2"}


def test_of_two_people_with_one_name_the_reading_decides(cast: Cast) -> None:
    house = cast.stranger.organization
    one = factories.person("関 守", house, kana="セキ マモル")
    factories.person("関 守", house, kana="セキ モリ")
    bare = taken(cast, [HEAD, roll(house.name)])
    assert "フリガナを書いてください" in told(cast, bare)["B2"]
    read = taken(cast, [HEAD, roll(house.name, kana="ｾｷ ﾏﾓﾙ")], key=UUID(int=5))
    assert outcomes(entered(cast, read)) == ["made"]
    assert Commission.objects.get(person__name="関 守").person == one
    Person.objects.filter(name="関 守").update(kana="セキ マモル")
    same = taken(cast, [HEAD, roll(house.name, kana="ｾｷ ﾏﾓﾙ")], key=UUID(int=6))
    assert "見分けられない" in told(cast, same)["B2"]


def test_an_address_is_one_persons(cast: Cast) -> None:
    taken_by = cast.clinic
    known = (*SUDA[:4], taken_by.email.upper(), *SUDA[5:])
    hidden = (*SEKI[:4], cast.stranger.email, *SEKI[5:])
    twice = [("見本薬局", name, "", "", "yaku@mihon.example") for name in ("甲", "乙")]
    source = taken(cast, [HEAD, known, hidden, *twice])
    found = told(cast, source)
    assert set(found) == {"E2", "E3", "E5"}
    assert f"{taken_by.name}さんが使っています" in found["E2"]
    assert cast.stranger.name not in found["E3"]
    assert "4行目と同じアドレス" in found["E5"]


def test_a_row_to_be_mended_does_not_stand_in_the_way_of_its_double(cast: Cast) -> None:
    bad = (*SUDA[:6], "来年", "")
    standings = [plan.standing for plan in plans(cast, taken(cast, [HEAD, bad, SUDA]))]
    assert standings == [Standing.PROBLEM, Standing.NEW]


def test_a_commission_does_not_begin_on_a_day_gone_by(cast: Cast, signed_in) -> None:
    coming = jp.era_words(clock.today() + timedelta(days=9))
    source = taken(cast, [HEAD, SUDA, (*SEKI[:6], coming, "")])
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(InvalidError, match="今日以降") as refused:
        services.begin(
            actor=factories.sign_in(cast.secretariat),
            source=source,
            approval=Approval("青木 誠", yesterday, yesterday),
        )
    assert refused.value.field == "starts_on"
    client = signed_in(cast.secretariat)
    address = reverse("meetings:import-detail", args=[KEY])
    text = client.get(address).content.decode()
    assert "委嘱日が過ぎた人が1人います" in text
    assert '<option value="青木 誠">青木 誠(社会福祉課)</option>' in text
    data = {"approved_by": "青木 誠", "approved_on": yesterday, "starts_on": yesterday}
    page = client.post(address, data)
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"starts_on"}
    assert Import.objects.get().state == Import.State.READ


def test_before_the_first_holder_who_decided_is_offered(cast: Cast, signed_in) -> None:
    taken(cast, [HEAD, SUDA])
    client = signed_in(cast.secretariat)
    address = reverse("meetings:import-detail", args=[KEY])
    Office.objects.filter(person=cast.chair).update(ends_at=clock.now())
    assert "役割が登録されていません" in client.get(address).content.decode()
    Office.objects.filter(person=cast.chair).delete()
    version = Charter.usual(cast.shien)
    version.decided_by, version.decided_on = "市長 見本 進", clock.today()
    version.entered_by, version.entered_at = cast.chair, clock.now()
    version.starts_at = factories.LONG_AGO
    version.save()
    form = client.get(address).context["form"]
    assert form.fields["approved_by"].choices == [("市長 見本 進", "市長 見本 進")]


def test_the_questions_to_the_database_do_not_grow(
    cast: Cast, django_assert_max_num_queries
) -> None:
    few = taken(cast, [HEAD, SUDA])
    many = [HEAD, SUDA]
    for number in range(20):
        row = (
            f"機関{number}",
            "関 守",
            "",
            "",
            cast.clinic.email,
            "",
            "R8.4.1",
            "R9.1.1",
        )
        many.append(row)
    with django_assert_max_num_queries(100) as asked:
        plans(cast, few)
    more = taken(cast, many, key=UUID(int=5))
    with django_assert_max_num_queries(len(asked)):
        plans(cast, more)


def test_who_is_appointed_already_is_not_said_to_begin_today(cast: Cast) -> None:
    """Nothing becomes of the row; of who joins, and of who is new, it is said."""
    here, seated = cast.secretariat.organization, cast.secretariat
    factories.person("関 守", here)
    old = ("", "", "", "", "R2.4.1", "R3.3.31")
    rows = [HEAD, (here.name, seated.name, *old), (here.name, "関 守", *old)]
    source = taken(cast, [*rows, (*SUDA[:6], *old[4:])])
    found = plans(cast, source)
    assert [plan.acts for plan in found] == [False, True, True]
    said = {cell for cell, words in remarks(found).items() if "今日から" in words}
    assert said == {"G3", "G4"}
    assert not {"G2", "H2"} & set(remarks(found))


def test_a_name_that_is_nearly_known_is_asked_about(cast: Cast) -> None:
    """The rule is that one name has the other in it, of agencies a table may mean."""
    full = Organization.objects.create(name="三枝町地域包括支援センター")
    Organization.objects.create(name="南部圏域地域包括支援センター", listed=False)
    factories.unit("東部圏域")
    house = (*MOTHER[:5], "地域包括支援センター", *MOTHER[6:])
    cases = taken(cast, [HOUSE, house], Kind.CASES)
    words = told(cast, cases)["F2"]
    assert f"「{full.name}」のことでしょうか" in words
    assert "南部圏域" not in words
    source = taken(cast, [HEAD, roll("地域包括支援センター")], key=UUID(int=5))
    assert f"「{full.name}」のことでしょうか" in remarks(plans(cast, source))["A2"]
    other = (*MOTHER[:5], "見本動物病院", *MOTHER[6:])
    strange = taken(cast, [HOUSE, other], Kind.CASES, key=UUID(int=6))
    assert "でしょうか" not in told(cast, strange)["F2"]


@pytest.mark.parametrize("number", ["三福-01", "たなか1", "-R8", "R8 012"])
def test_a_number_that_could_hold_a_name_is_refused_with_the_way_out(
    cast: Cast, number: str
) -> None:
    source = taken(cast, [HOUSE, (number, *MOTHER[1:])], Kind.CASES)
    words = told(cast, source)["A2"]
    assert "三福-01なら、SF-01" in words
    assert "氏名が入ることを防ぎ" in words
    assert case_numbers.is_pseudonym("SF-01")


def test_what_holds_for_many_rows_is_said_once_above(cast: Cast, signed_in) -> None:
    rows = [(CENTRE, f"関 守{n}", "ｾｷ ﾏﾓﾙ", *[""] * 5) for n in range(6)]
    taken(cast, [HEAD, *rows])
    client = signed_in(cast.secretariat)
    page = client.get(reverse("meetings:import-detail", args=[KEY]))
    words = "半角カナを全角に直しました。"
    assert page.context["look"].common[words] == 6
    assert page.content.decode().count(words) == 1
    assert f"{words}(6行)" in page.content.decode()
    taken(cast, [HEAD, *rows[:5]], key=UUID(int=5))
    few = client.get(reverse("meetings:import-detail", args=[UUID(int=5)]))
    assert few.context["look"].common == {}
    assert few.content.decode().count(words) == 5


def test_what_asks_for_a_look_at_a_row_stays_at_its_cell(cast: Cast, signed_in) -> None:
    """Which of the rows it is would be lost above."""
    Organization.objects.create(name="三枝町地域包括支援センター")
    here = cast.secretariat.organization.name
    rows = [("地域包括支援センター", f"関 守{n}", *[""] * 6) for n in range(6)]
    taken(cast, [HEAD, (here, "関 守", *[""] * 6), *rows])
    agencies = [("機関", "電話"), *((f"機関{n}", "") for n in range(6))]
    for n in range(6):
        Organization.objects.create(name=f"機関{n}", unit=factories.unit("南部圏域"))
    taken(cast, agencies, Kind.ORGANIZATIONS, key=UUID(int=5))
    client = signed_in(cast.secretariat)
    asked = "名前を確かめてください。登録済みの「三枝町地域包括支援センター」"
    for key, words in ((KEY, asked), (UUID(int=5), "別の機関として登録します")):
        page = client.get(reverse("meetings:import-detail", args=[key]))
        assert page.context["look"].common == {}
        marked = [
            row.number
            for row in page.context["rows"]
            for cell in row.cells
            if any(words in found.words for found in cell.findings)
        ]
        assert len(marked) == page.content.decode().count(words) == 6


def test_that_many_commissions_begin_today_is_said_once(cast: Cast, signed_in) -> None:
    """Above, with the day on which they end; of a few also at their cells."""
    rows = [(CENTRE, f"関 守{n}", *[""] * 4, "R2.4.1", "") for n in range(6)]
    client = signed_in(cast.secretariat)
    for number, marks in ((6, 0), (5, 5)):
        key = UUID(int=number)
        taken(cast, [HEAD, *rows[:number]], key=key)
        page = client.get(reverse("meetings:import-detail", args=[key]))
        assert page.context["look"].common == {}
        text = page.content.decode()
        assert f"委嘱日が過ぎた人が{number}人います" in text
        assert text.count("今日からの委嘱になり") == 1
        assert text.count("今日からの委嘱として登録") == marks


def test_what_many_rows_have_to_mend_stays_at_its_cell(cast: Cast, signed_in) -> None:
    taken(
        cast, [HEAD, *((CENTRE, f"関 守{n}", *[""] * 4, "来年", "") for n in range(6))]
    )
    client = signed_in(cast.secretariat)
    page = client.get(reverse("meetings:import-detail", args=[KEY])).content.decode()
    assert page.count("日付として読めません") == 6


def test_columns_that_number_the_lines_are_not_missed(cast: Cast) -> None:
    source = taken(cast, [("No.", *HEAD, "備考"), ("1", *SUDA, "")])
    assert services.contents(source).unread == ("備考(J1)",)
    house = taken(cast, [("No.", *HOUSE), ("1", *MOTHER)], Kind.CASES, UUID(int=5))
    assert services.contents(house).unread == ("No.(A1)",)


def test_an_agency_outside_does_not_read_as_one_inside(cast: Cast, signed_in) -> None:
    taken(cast, [("機関", "庁内・庁外"), (CENTRE, "庁外")], Kind.ORGANIZATIONS)
    client = signed_in(cast.secretariat)
    page = client.get(reverse("meetings:import-detail", args=[KEY]))
    (row,) = page.context["rows"]
    assert [(cell.title, cell.text) for cell in row.cells] == [
        ("機関", CENTRE),
        ("庁内", ""),
    ]
