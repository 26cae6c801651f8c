"""The pages of date polls, as clerk, member and outsider meet them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Poll, PollAnswer
from meetings.services import polls
from portal.core import clock, outbox
from tests import factories
from tests.cast import Cast
from tests.documents import gate
from tests.meetings.convening import clerk, key, mails
from tests.meetings.polling import answer, ask, at, marks, to_poll, voter


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def fields(poll: Poll, signs: str, note: str = "") -> dict[str, str]:
    """What the answer's form sends."""
    chosen = {f"mark_{date.hex}": mark for date, mark in marks(poll, signs).items()}
    return {**chosen, "note": note}


def new_poll(cast: Cast, *people, **more: object) -> dict[str, object]:
    """What the new poll's form sends."""
    rows = {
        f"{name}_{number}": value
        for number, day in enumerate((14, 15), start=1)
        for name, value in {
            "day": f"{at(day):%Y-%m-%d}",
            "starts": "13:30",
            "ends": "15:30",
        }.items()
    }
    asked = {f"asked_{person.id.hex}": "on" for person in people}
    return {
        "key": key(),
        "place": "市役所 301会議室",
        "deadline_day": f"{at(7):%Y-%m-%d}",
        "deadline_time": "17:00",
        **rows,
        **asked,
        **more,
    }


# The clerk


def test_the_clerk_asks_and_looks_at_the_board(cast: Cast, signed_in) -> None:
    client = signed_in(cast.secretariat)
    page = text(client, url("poll-create", cast.shien.id))
    assert page.count(cast.clinic.name) > 1  # the tick and its words
    assert cast.clinic.organization.name in page
    sent = client.post(
        url("poll-create", cast.shien.id),
        new_poll(
            cast,
            cast.clinic,
            cast.newcomer,
            **{f"required_{cast.clinic.id.hex}": "on"},
        ),
    )
    poll = Poll.objects.get()
    assert sent["Location"] == url("poll-detail", poll.id)
    assert voter(poll, cast.clinic).required
    assert [d.starts_at - clock.day_start(at(14).date()) for d in poll.dates.all()] == [
        timedelta(hours=13.5),
        timedelta(days=1, hours=13.5),
    ]
    board = text(client, sent["Location"])
    assert "2人中 0人が回答しました" in board
    assert "お返事がまだの方(2人)" in board
    # The same form sent once more leads to the same poll.
    again = client.post(url("poll-create", cast.shien.id), new_poll(cast, cast.clinic))
    assert again.url == sent.url


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_1": "13:00"},
        {"day_2": ""},
        {"day_3": "2026-12-24"},
        {"place": "301\n会議室"},
        {"deadline_day": "2020-01-01"},
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_lost(
    cast: Cast, signed_in, wrong
) -> None:
    client = signed_in(cast.secretariat)
    sent = client.post(
        url("poll-create", cast.shien.id), new_poll(cast, cast.clinic, **wrong)
    )
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "入力した内容は残っています" in page
    assert re.search(rf'name="asked_{cast.clinic.id.hex}"[^>]*checked', page)
    assert not Poll.objects.exists()


def test_the_board_shows_ties_refusals_and_who_is_silent(cast: Cast, signed_in) -> None:
    poll = ask(cast, cast.clinic, cast.newcomer, cast.leaver)
    answer(clerk(cast), poll, cast.clinic, "○○×", "昼は外来です")
    answer(clerk(cast), poll, cast.newcomer, "○○○")
    client = signed_in(cast.secretariat)
    page = text(client, url("poll-detail", poll.id))
    assert "2つ、同じ条件で並んでいます" in page
    assert page.count("×の人がいません") == 2
    assert page.count("未回答") == 3
    assert "昼は外来です" in page
    assert "お返事がまだの方(1人)" in page
    answer(clerk(cast), poll, cast.leaver, "×○○")
    page = text(client, url("poll-detail", poll.id))
    assert "いちばん都合のよい日時" in page
    assert "同じ条件" not in page
    assert "お返事がまだの方" not in page


def test_the_clerk_decides(cast: Cast, signed_in) -> None:
    poll = ask(cast)
    answer(clerk(cast), poll, cast.clinic, "○×△")
    first, second, _third = poll.dates.all()
    client = signed_in(cast.secretariat)
    page = text(client, url("poll-decide", second.id))
    assert "次の日時のほうが都合が合うようです" in page
    assert Poll.objects.get().state == "open"  # asking changed nothing
    done = client.post(url("poll-decide", first.id))
    assert done.url == url("sitting-detail", first.id)
    assert client.get(done.url).status_code == 200
    page = text(client, url("poll-detail", poll.id))
    assert "日程が決まりました" in page
    assert "この日に決める" not in page


def test_the_clerk_acts_on_the_board(cast: Cast, signed_in) -> None:
    poll = ask(cast)
    client = signed_in(cast.secretariat)
    row = voter(poll, cast.clinic)
    client.post(url("poll-send", row.id))
    assert len(mails(cast.clinic)) == 2
    asked = text(client, url("poll-letter", row.id))
    assert "案内状をつくる" in asked
    letter = client.post(url("poll-letter", row.id)).content.decode()
    assert cast.clinic.name in letter
    assert "<svg" in letter
    assert cast.shien.name not in letter.partition("<article")[2]
    entered = client.post(url("poll-enter", row.id), fields(poll, "○○○"))
    assert entered.url == url("poll-detail", poll.id)
    assert PollAnswer.objects.filter(voter=row).count() == 3
    refused = client.post(url("poll-remind", poll.id), follow=True).content.decode()
    assert "いまお送りする方はいません" in refused
    client.post(url("poll-close", poll.id))
    assert "取りやめ" in text(client, url("poll-detail", poll.id))


# Those who are asked


def at_the_gate(cast: Cast, poll: Poll) -> Client:
    """The clinic opens the link of its mail and types the code."""
    body = outbox.compose(mails(cast.clinic)[-1]).body
    found = re.search(r"/g/#(\S+)", str(body))
    assert found
    client = Client()
    client.post(reverse("documents:gate"), {"secret": found[1]})
    gate.ask(client)
    assert gate.typed(client, gate.mailed_code())["Location"] == url(
        "poll-detail", poll.id
    )
    return client


def test_an_outsider_answers_through_the_link(cast: Cast) -> None:
    poll = ask(cast)
    answer(clerk(cast), poll, cast.newcomer, "×××", "ひみつの連絡")
    client = at_the_gate(cast, poll)
    page = text(client, url("poll-detail", poll.id))
    assert page.count('type="radio"') == 9
    assert "checked" not in page
    assert poll.place in page
    sent = client.post(url("poll-answer", poll.id), fields(poll, "○△×", "遅れます"))
    assert sent["Location"] == url("poll-detail", poll.id)
    page = text(client, sent["Location"])
    assert "お返事をいただきました。ありがとうございます" in page
    assert "△ 調整すれば出席できます" in page
    assert "遅れます" in page
    changed = text(client, url("poll-answer", poll.id))
    assert changed.count("checked") == 3
    client.post(url("poll-answer", poll.id), fields(poll, "○○○"))
    assert "△" not in text(client, url("poll-detail", poll.id))


def test_who_is_asked_sees_nothing_of_the_others(cast: Cast, signed_in) -> None:
    poll = ask(cast, cast.clinic, cast.newcomer, cast.chair)
    answer(clerk(cast), poll, cast.newcomer, "×××", "ひみつの連絡")
    bound = signed_in(cast.clinic, strength=1, scope=to_poll(poll))
    for address in ("poll-detail", "poll-answer", "poll-list"):
        args = () if address == "poll-list" else (poll.id,)
        page = text(bound, url(address, *args))
        for hidden in (
            cast.newcomer.name,
            cast.newcomer.organization.name,
            cast.chair.name,
            cast.shien.name,
            cast.case.number,
            "ひみつの連絡",
            "人中",
        ):
            assert hidden not in page.partition("<main")[2]
        assert "<title>" in page
        assert poll.place not in page.partition("</title>")[0]


def test_a_link_to_a_poll_opens_that_poll_alone(cast: Cast, signed_in) -> None:
    poll, other = ask(cast), ask(cast, number=2)
    bound = signed_in(cast.clinic, strength=1, scope=to_poll(poll))
    assert bound.get(url("home")).url == url("poll-detail", poll.id)
    assert bound.get(url("poll-detail", poll.id)).status_code == 200
    for address in (
        url("poll-detail", other.id),
        url("poll-answer", other.id),
        url("sitting-detail", cast.sitting.id),
    ):
        assert bound.get(address).status_code == 404
    assert bound.post(
        url("poll-answer", other.id), fields(other, "○○○")
    ).status_code == (404)
    assert str(other.id) not in text(bound, url("poll-list"))


def test_a_missing_mark_is_named_and_the_rest_stays(cast: Cast, signed_in) -> None:
    poll = ask(cast)
    client = signed_in(cast.clinic, strength=1, scope=to_poll(poll))
    given = fields(poll, "○△×", "遅れます")
    missing = next(iter(given))
    del given[missing]
    sent = client.post(url("poll-answer", poll.id), given)
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "○・△・×のどれかを選んでください" in page
    assert page.count("checked") == 2
    assert 'value="遅れます"' in page
    assert not PollAnswer.objects.exists()


def test_who_comes_too_late_is_told_whom_to_call_and_loses_nothing(
    cast: Cast, signed_in
) -> None:
    office = cast.secretariat.organization
    office.phone = "000-000-1234"
    office.save()
    poll = ask(cast)
    with time_machine.travel(poll.deadline):
        client = signed_in(cast.clinic, strength=1, scope=to_poll(poll))
        page = text(client, url("poll-detail", poll.id))
        assert "回答期限を過ぎました" in page
        assert "000-000-1234" in page
        assert 'type="radio"' not in page
        sent = client.post(url("poll-answer", poll.id), fields(poll, "○△×", "夕方なら"))
        assert sent.status_code == 422
        page = sent.content.decode()
        assert "000-000-1234" in page
        assert page.count("checked") == 3
        assert "夕方なら" in page
    assert not PollAnswer.objects.exists()


def test_after_the_decision_the_day_is_told_and_no_button_is_left(
    cast: Cast, signed_in
) -> None:
    poll = ask(cast)
    client = signed_in(cast.clinic, strength=1, scope=to_poll(poll))
    polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    page = text(client, url("poll-detail", poll.id))
    assert "日程が決まりました" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    made = poll.dates.all()[0].id
    assert client.get(url("sitting-detail", made)).status_code == 404


# Home


def test_home_leads_to_what_waits(cast: Cast, signed_in) -> None:
    poll = ask(cast, cast.clinic, cast.colleague)
    asked, clerks = signed_in(cast.colleague), signed_in(cast.secretariat)
    assert url("poll-answer", poll.id) in text(asked, url("home"))
    assert "人中" not in text(asked, url("home"))
    page = text(clerks, url("home"))
    assert "2人中 0人が回答しました" in page
    assert url("poll-detail", poll.id) in page
    for person in (cast.clinic, cast.colleague):
        answer(clerk(cast), poll, person, "○○○")
    assert url("poll-answer", poll.id) not in text(asked, url("home"))
    assert "お返事がそろいました" in text(clerks, url("home"))
    polls.decide_date(actor=clerk(cast), date=poll.dates.all()[0])
    assert url("poll-detail", poll.id) not in text(clerks, url("home"))
    for client in (signed_in(cast.stranger), signed_in(cast.auditor)):
        assert str(poll.id) not in text(client, url("home"))


def test_pages_take_as_many_queries_for_many_people_as_for_few(
    cast: Cast, signed_in
) -> None:
    few = ask(cast, cast.clinic)
    crowd = [
        factories.person(f"構成員{number}", cast.clinic.organization)
        for number in range(8)
    ]
    for person in crowd:
        factories.commission(person, cast.shien)
    client = signed_in(cast.secretariat)
    many = ask(cast, cast.clinic, *crowd, number=2)
    answer(clerk(cast), many, cast.clinic, "○○○")
    counts = []
    for poll in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(client, url("poll-detail", poll.id))
        counts.append(len(queries))
    assert counts[0] == counts[1]
