"""謝金・旅費: who is on the list, what it comes to, and that no case is in it."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from meetings.fees import stay_of
from meetings.models import FeeRate, Presence, Sitting, Travel
from meetings.selectors.fees import FeeList, fees_of, rates_of
from meetings.services.fees import Rate, enter_travel, set_rate
from members.models import Person, Recusal
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db

Per = FeeRate.Per


def fees(person: Person, cast: Cast) -> FeeList:
    return fees_of(factories.sign_in(person), cast.sitting.id)


def rate(cast: Cast, **more: Any) -> FeeRate:
    usual = Rate(
        **{
            "amount": 6000,
            "per": Per.SITTING,
            "starts_on": date(2020, 4, 1),
            "decided_by": "福祉部長",
            **more,
        }
    )
    actor = factories.sign_in(cast.secretariat)
    return set_rate(actor=actor, body=cast.shien, rate=usual)


@pytest.fixture
def came(cast: Cast) -> Cast:
    """The clinic was there for 40 minutes of one item and 50 of the next."""
    start = clock.now() - timedelta(hours=3)
    for item, minutes in ((cast.shien_item, 40), (cast.juso_item, 50)):
        for person in (cast.clinic, cast.secretariat):
            Presence.objects.create(
                person=person,
                item=item,
                starts_at=start,
                ends_at=start + timedelta(minutes=minutes),
            )
        start += timedelta(minutes=60)
    return cast


def test_who_is_from_outside_is_listed_for_the_time_in_the_room(
    came: Cast,
) -> None:
    found = fees(came.secretariat, came)
    (fee,) = found.fees
    assert fee.person == came.clinic
    assert fee.minutes == 90
    assert (fee.amount, fee.pay) == (0, 0)  # nothing is settled yet


def test_two_items_at_once_count_once() -> None:
    noon = clock.now()
    spans = [(noon, noon + timedelta(hours=1)), (noon, noon + timedelta(hours=2))]
    assert stay_of(spans) == timedelta(hours=2)
    assert stay_of(spans[:1] * 2) == timedelta(hours=1)


def test_ones_own_rate_counts_before_the_agencys_and_everybodys(came: Cast) -> None:
    rate(came)
    assert fees(came.secretariat, came).fees[0].amount == 6000
    rate(came, organization=came.clinic.organization, amount=4000, per=Per.HOUR)
    assert fees(came.secretariat, came).fees[0].amount == 6000  # 90 minutes of 4000
    rate(came, person=came.clinic, amount=9999, withholding=Decimal("10.21"))
    (fee,) = fees(came.secretariat, came).fees
    assert (fee.amount, fee.tax) == (9999, 1020)
    assert fee.pay == 9999 - 1020


def test_a_later_rate_leaves_earlier_sittings_alone(came: Cast) -> None:
    rate(came)
    rate(came, amount=8000, starts_on=clock.today() + timedelta(days=400))
    assert fees(came.secretariat, came).fees[0].amount == 6000


def test_a_rate_is_of_an_agency_or_of_a_person(came: Cast) -> None:
    with pytest.raises(InvalidError):
        rate(came, person=came.clinic, organization=came.clinic.organization)


def test_travel_is_entered_and_added(came: Cast) -> None:
    rate(came)
    actor = factories.sign_in(came.secretariat)
    enter_travel(actor=actor, sitting=came.sitting, amounts={came.clinic.id: 740})
    found = fees(came.secretariat, came)
    assert (found.sums.travel, found.sums.pay) == (740, 6740)
    changed = enter_travel(
        actor=actor, sitting=came.sitting, amounts={came.clinic.id: 740}
    )
    assert changed == 0
    with pytest.raises(HiddenError):
        enter_travel(actor=actor, sitting=came.sitting, amounts={came.leaver.id: 1})
    assert Travel.objects.count() == 1


def test_who_came_for_what_one_is_kept_from_is_not_there(came: Cast) -> None:
    Presence.objects.filter(item=came.juso_item).delete()
    Recusal.objects.create(
        person=came.secretariat,
        item_id=came.shien_item.id,
        starts_at=clock.now(),
        entered_by=came.chair,
    )
    assert fees(came.secretariat, came).fees == []


@pytest.mark.parametrize("who", ["clinic", "colleague", "stranger", "administrator"])
def test_others_see_no_list_and_settle_nothing(came: Cast, who: str) -> None:
    person = getattr(came, who)
    with pytest.raises(HiddenError):
        fees(person, came)
    with pytest.raises(HiddenError):
        rates_of(factories.sign_in(person), came.shien.id)
    with pytest.raises(HiddenError):
        enter_travel(
            actor=factories.sign_in(person),
            sitting=came.sitting,
            amounts={came.clinic.id: 1},
        )


def test_no_word_of_a_case_is_in_page_or_files(came: Cast, signed_in: Any) -> None:
    rate(came)
    client = signed_in(came.secretariat)
    page = client.get(reverse("meetings:sitting-fees", args=[came.sitting.id]))
    book = client.get(reverse("meetings:fees-xlsx", args=[came.sitting.id]))
    paper = client.get(reverse("meetings:fees-pdf", args=[came.sitting.id]))
    sheet = load_workbook(io.BytesIO(book.content))["謝金・旅費一覧"]
    with pypdfium2.PdfDocument(paper.content) as printout:
        page_text = printout[0].get_textpage()
        printed = page_text.get_text_range()
        page_text.close()
    cells = " ".join(str(c.value) for row in sheet.iter_rows() for c in row)
    for words in (page.content.decode(), cells, printed):
        assert came.clinic.name in words
        assert came.case.number not in words
        assert came.shien_item.title not in words
    assert "受領の署名" in printed


def test_amounts_are_numbers_that_add_up(came: Cast, signed_in: Any) -> None:
    rate(came)
    url = reverse("meetings:fees-xlsx", args=[came.sitting.id])
    book = load_workbook(io.BytesIO(signed_in(came.secretariat).get(url).content))
    (*_heads, line, total) = book["謝金・旅費一覧"].iter_rows(values_only=True)
    assert (line[1], line[3:]) == (came.clinic.name, (line[3], 6000, 0, 0, 6000))
    assert isinstance(line[3], int)
    assert total == ("計", None, None, None, 6000, 0, 0, 6000)


def test_an_early_sitting_bears_the_day_of_its_town(came: Cast, signed_in: Any) -> None:
    """Half past eight is still the day before in UTC."""
    early = datetime(2026, 11, 20, 8, 30, tzinfo=clock.JST)
    Sitting.objects.filter(pk=came.sitting.pk).update(starts_at=early)
    client = signed_in(came.secretariat)
    for route in ("fees-xlsx", "fees-pdf", "roster-print", "seating-print"):
        answer = client.get(reverse(f"meetings:{route}", args=[came.sitting.id]))
        assert "20261120" in answer["Content-Disposition"]


def test_the_pages_take_rates_and_travel(came: Cast, signed_in: Any) -> None:
    client = signed_in(came.secretariat)
    rates = reverse("meetings:fee-rates", args=[came.shien.id])
    entered = {
        "amount": "7000",
        "per": "sitting",
        "starts_on": "2020-04-01",
        "decided_by": "福祉部長",
    }
    assert client.post(rates, entered).status_code == 302
    assert "7,000円" in client.get(rates).content.decode()
    page = reverse("meetings:sitting-fees", args=[came.sitting.id])
    assert client.post(page, {str(came.clinic.id): "-1"}).status_code == 422
    answer = client.post(page, {str(came.clinic.id): "500"}, follow=True)
    assert "7,500円" in answer.content.decode()
