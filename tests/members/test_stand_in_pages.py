"""Pages of 職務代理: who may designate, end and hand over, and what they say."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from members.models import Charter, Office, StandIn
from portal.core import clock
from tests import factories
from tests.cast import Cast


def url(name: str, cast: Cast, *more: int) -> str:
    return reverse(f"members:{name}", args=[cast.shien.id, *more])


def rule(cast: Cast, stand_in_rule: str) -> None:
    charter = Charter.usual(cast.shien)
    charter.stand_in_rule, charter.starts_at = stand_in_rule, factories.LONG_AGO
    charter.decided_by, charter.decided_on = "市長", clock.today()
    charter.save()


def typed(cast: Cast, **more: Any) -> dict[str, Any]:
    values = {
        "person": cast.clinic.id,
        "rank": 1,
        "designated_by": "青木 誠",
        "designated_on": clock.today().isoformat(),
    }
    return {**values, **more}


def test_a_stand_in_is_designated_shown_and_taken_back(cast: Cast, signed_in) -> None:
    rule(cast, Charter.StandInRule.RANKED)
    clerk = signed_in(cast.secretariat)
    for _ in range(2):
        sent = clerk.post(url("stand-in-designate", cast), typed(cast))
        assert sent.status_code == 302
    row = StandIn.objects.get()
    assert "上田 健" in clerk.get(url("stand-ins", cast)).content.decode()
    clerk.post(url("stand-in-end", cast, row.pk))
    assert "上田 健" not in clerk.get(url("stand-ins", cast)).content.decode()


def test_a_rank_that_is_taken_is_said_and_nothing_is_lost(
    cast: Cast, signed_in
) -> None:
    rule(cast, Charter.StandInRule.RANKED)
    clerk = signed_in(cast.secretariat)
    clerk.post(url("stand-in-designate", cast), typed(cast))
    again = typed(cast, person=cast.newcomer.id, designated_by="見本市長")
    page = clerk.post(url("stand-in-designate", cast), again)
    assert page.status_code == 422
    assert "順位" in page.content.decode()
    assert 'value="見本市長"' in page.content.decode()


def test_only_the_head_hands_the_chair_over(cast: Cast, signed_in) -> None:
    rule(cast, Charter.StandInRule.HAND_OVER)
    days = {
        "person": cast.clinic.id,
        "starts_on": clock.today().isoformat(),
        "until": (clock.today() + timedelta(days=3)).isoformat(),
    }
    clerk, chair = signed_in(cast.secretariat), signed_in(cast.chair)
    assert clerk.post(url("chair-hand-over", cast), days).status_code == 422
    assert not Office.objects.filter(acting_for=cast.chair).exists()
    assert chair.post(url("chair-hand-over", cast), days).status_code == 302
    assert "上田 健" in chair.get(url("stand-ins", cast)).content.decode()


def test_days_the_wrong_way_round_are_refused(cast: Cast, signed_in) -> None:
    rule(cast, Charter.StandInRule.HAND_OVER)
    days = {
        "person": cast.clinic.id,
        "starts_on": (clock.today() + timedelta(days=3)).isoformat(),
        "until": clock.today().isoformat(),
    }
    page = signed_in(cast.chair).post(url("chair-hand-over", cast), days)
    assert page.status_code == 422
    assert "始まりから終わり" in page.content.decode()
