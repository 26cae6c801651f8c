"""The agenda on its clock: order and minutes, frame, templates, own numbers."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import docx
import pytest
from django.urls import reverse
from docx.oxml.ns import qn

from meetings import agenda as rules
from meetings.agenda import Slot, call_time, call_times, moved, plan_of, stamp
from meetings.models import AgendaItem, FrameLine, ItemTemplate, Sitting
from meetings.selectors.agenda import visible_items
from meetings.services import agenda
from meetings.services.agenda import TimeBox
from meetings.services.frame import Line, set_frame
from members.facts import Regime
from members.models import Recusal
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import WORDS, add, clerk, draft, key, select
from tests.meetings.test_printing import words_of

Part = FrameLine.Part
START = datetime(2026, 12, 17, 4, 30, tzinfo=UTC)
OUTSIDERS = ["clinic", "newcomer", "stranger", "recused", "administrator", "auditor"]


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def three(cast: Cast) -> tuple[Sitting, list[AgendaItem]]:
    """A draft with three items of thirty minutes."""
    sitting = draft(cast)
    bodies = (cast.shien, cast.juso, cast.shien)
    return sitting, [add(cast, sitting, b, 101 + n) for n, b in enumerate(bodies)]


def boxes(*items: AgendaItem, minutes: int = 30) -> list[TimeBox]:
    return [TimeBox(item.id, minutes) for item in items]


def arrange(cast: Cast, sitting: Sitting, seen: str, wanted: list[TimeBox]) -> None:
    agenda.order_items(actor=clerk(cast), sitting=sitting, seen=seen, boxes=wanted)


# The clock ----------------------------------------------------------------------------


def slot_after(minutes: int) -> Slot:
    start = START + timedelta(minutes=minutes)
    return Slot(start, start + timedelta(minutes=20))


@pytest.mark.parametrize(
    ("starts", "called"), [(0, 0), (5, 0), (14, 0), (15, 15), (29, 15), (50, 45)]
)
def test_people_are_called_at_a_quarter_of_an_hour(starts: int, called: int) -> None:
    assert call_time(slot_after(starts), START) == START + timedelta(minutes=called)


def test_nobody_is_called_before_the_sitting_opens() -> None:
    opening = START + timedelta(minutes=20)
    assert call_time(slot_after(22), opening) == opening


def test_frame_and_items_follow_each_other_on_the_clock(cast: Cast) -> None:
    items = [AgendaItem(minutes_allotted=30), AgendaItem(minutes_allotted=20)]
    hours = (START, START + timedelta(minutes=60))
    plan = plan_of(rules.frame_of(cast.shien), items, hours)
    assert plan.items[0][1].starts_at == START + timedelta(minutes=5)
    assert plan.items[1][1].ends_at == START + timedelta(minutes=55)
    assert plan.after[-1][1].ends_at == START + timedelta(minutes=60)
    assert (plan.planned, plan.left) == (60, 0)
    assert plan.left_words == "会議の時間にちょうど収まります"


def test_an_agenda_too_long_says_by_how_much(cast: Cast) -> None:
    hours = (START, START + timedelta(minutes=30))
    frame = rules.frame_of(cast.shien)
    plan = plan_of(frame, [AgendaItem(minutes_allotted=40)], hours)
    assert plan.left_words == "会議の時間を20分超えています"
    assert plan_of(frame, [], hours).left_words == "あと20分使えます"


def test_moving_stops_at_the_ends() -> None:
    ids = [key(n) for n in range(3)]
    assert moved(ids, ids[0], -1) == ids
    assert moved(ids, ids[2], 1) == ids
    assert moved(ids, ids[0], 1) == [ids[1], ids[0], ids[2]]
    assert moved(ids, key(9), 1) == ids


# Order and minutes --------------------------------------------------------------------


def test_order_and_minutes_are_saved_together(cast: Cast) -> None:
    sitting, (first, second, third) = three(cast)
    wanted = [TimeBox(third.id, 15), *boxes(first, second)]
    arrange(cast, sitting, stamp([first, second, third]), wanted)
    rows = list(sitting.items.values_list("id", "minutes_allotted"))
    assert rows == [(third.id, 15), (first.id, 30), (second.id, 30)]
    event = AuditEvent.objects.get(action="meetings.agenda.order")
    assert event.actor == str(cast.secretariat.id)


def test_two_tabs_do_not_undo_each_other(cast: Cast) -> None:
    sitting, (first, second, third) = three(cast)
    seen = stamp([first, second, third])
    arrange(cast, sitting, seen, boxes(second, first, third))
    with pytest.raises(RefusedError, match="ほかの画面"):
        arrange(cast, sitting, seen, boxes(third, second, first))
    assert list(sitting.items.all()) == [second, first, third]


def test_sent_twice_the_same_order_is_answered(cast: Cast) -> None:
    sitting, items = three(cast)
    for _again in range(2):
        arrange(cast, sitting, stamp(items), boxes(*reversed(items)))
    assert AuditEvent.objects.filter(action="meetings.agenda.order").count() == 1


def test_an_order_names_every_item_once(cast: Cast) -> None:
    sitting, (first, second, third) = three(cast)
    seen = stamp([first, second, third])
    foreign = cast.shien_item
    for wrong in (
        boxes(first, second),
        boxes(first, second, second),
        boxes(first, second, third, foreign),
    ):
        with pytest.raises(RefusedError):
            arrange(cast, sitting, seen, wrong)


def test_items_out_of_sight_keep_their_places(cast: Cast) -> None:
    sitting, (first, second, third) = three(cast)
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=second.id,
        starts_at=factories.LONG_AGO,
        entered_by=cast.chair,
    )
    assert visible_items(clerk(cast), sitting) == [first, third]
    arrange(cast, sitting, stamp([first, third]), boxes(third, first))
    assert list(sitting.items.all()) == [third, second, first]


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_orders(cast: Cast, name: str) -> None:
    sitting, items = three(cast)
    with pytest.raises(HiddenError):
        agenda.order_items(
            actor=factories.sign_in(getattr(cast, name)),
            sitting=sitting,
            seen=stamp(items),
            boxes=boxes(*reversed(items)),
        )


def test_an_agenda_with_the_chair_stands_still(cast: Cast) -> None:
    sitting, items = three(cast)
    Sitting.objects.filter(pk=sitting.pk).update(state=Sitting.State.SUBMITTED)
    with pytest.raises(RefusedError, match="承認待ち"):
        arrange(cast, sitting, stamp(items), boxes(*reversed(items)))


def sent(items: list[AgendaItem], **more: object) -> dict[str, object]:
    """What the page sends as it was shown."""
    minutes = {f"minutes_{item.id}": item.minutes_allotted for item in items}
    return {
        "seen": stamp(items),
        "order": [item.id for item in items],
        **minutes,
        **more,
    }


def test_the_buttons_work_without_script(cast: Cast, signed_in: SignIn) -> None:
    sitting, items = three(cast)
    first, second, third = items
    client, act = signed_in(cast.secretariat), url("agenda-arrange", sitting.id)
    answer = client.post(act, sent(items, down=first.id))
    assert answer["Location"] == url("sitting-detail", sitting.id) + "#agenda"
    assert list(sitting.items.all()) == [second, first, third]
    items = list(sitting.items.all())
    client.post(act, sent(items, **{f"minutes_{first.id}": 45}, up=third.id))
    assert list(sitting.items.values_list("id", "minutes_allotted")) == [
        (second.id, 30),
        (third.id, 30),
        (first.id, 45),
    ]


@pytest.mark.parametrize("minutes", ["", "0", "241", "二十"])
def test_minutes_out_of_range_are_refused_in_words(
    cast: Cast, signed_in: SignIn, minutes: str
) -> None:
    sitting, items = three(cast)
    wrong = sent(items, **{f"minutes_{items[1].id}": minutes})
    client = signed_in(cast.secretariat)
    page = client.post(url("agenda-arrange", sitting.id), wrong, follow=True)
    assert "議題2の時間" in page.content.decode()
    assert [i.minutes_allotted for i in sitting.items.all()] == [30, 30, 30]


def test_the_clerk_sees_from_when_until_when(cast: Cast, signed_in: SignIn) -> None:
    sitting, _items = three(cast)
    page = signed_in(cast.secretariat).get(url("sitting-detail", sitting.id))
    text = page.content.decode()
    for times in ("13:35–14:05", "14:05–14:35", "14:35–15:05"):
        assert times in text
    assert "120分のうち100分" in text
    assert "あと20分使えます" in text


# Frame and templates ------------------------------------------------------------------

SHORT = (
    Line(Part.SECRECY, "秘密の保持の確認", 3),
    Line(Part.ITEMS, "議題", 0),
    Line(Part.PLAIN, "閉会", 0),
)


def frame(cast: Cast, *lines: Line) -> None:
    set_frame(actor=clerk(cast), body=cast.shien, lines=lines, points={})


def test_a_body_sets_its_own_frame(cast: Cast) -> None:
    frame(cast, Line(Part.PLAIN, "会長挨拶", 5), *SHORT)
    words = [line.words for line in rules.frame_of(cast.shien)]
    assert words == ["会長挨拶", "秘密の保持の確認", "議題", "閉会"]
    assert rules.frame_of(cast.juso)[0].words == "開会"
    assert AuditEvent.objects.filter(action="meetings.frame.set").count() == 1


@pytest.mark.parametrize(
    "lines",
    [
        SHORT[1:],
        SHORT[:1],
        (*SHORT, SHORT[0]),
        (*SHORT, SHORT[1]),
        (SHORT[1], SHORT[0]),
        (),
    ],
)
def test_the_duty_is_always_read_before_the_items(
    cast: Cast, lines: tuple[Line, ...]
) -> None:
    with pytest.raises(InvalidError):
        frame(cast, *lines)
    assert not FrameLine.objects.exists()


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_sets_a_frame(cast: Cast, name: str) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        set_frame(actor=actor, body=cast.shien, lines=SHORT, points={})


def frame_form(client, address: str) -> dict[str, str]:
    """What the page holds, field by field."""
    page = client.get(address).content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(name|value)="([^"]*)"', tag))
        if "name" in said:
            found[said["name"]] = said.get("value", "")
    return found


def test_the_clerk_changes_the_frame_on_its_page(cast: Cast, signed_in: SignIn) -> None:
    client, address = signed_in(cast.secretariat), url("agenda-frame", cast.shien.id)
    form = frame_form(client, address)
    form |= {"words_8": "初参加者の紹介", "order_8": "2", "minutes_8": "3"}
    form |= {"words_2": "", "points_plan": "本人の願い\n\n 役割分担 "}
    assert client.post(address, form).status_code == 302
    words = [line.words for line in rules.frame_of(cast.shien)]
    assert words[:3] == ["開会", "初参加者の紹介", "守秘義務の確認"]
    assert rules.points_of(cast.shien)["plan"] == "本人の願い\n役割分担"


def test_the_page_refuses_a_frame_without_the_duty(
    cast: Cast, signed_in: SignIn
) -> None:
    client, address = signed_in(cast.secretariat), url("agenda-frame", cast.shien.id)
    without = frame_form(client, address) | {"words_3": ""}
    assert client.post(address, without).status_code == 422
    late = frame_form(client, address) | {"order_3": "99"}
    page = client.post(address, late)
    assert page.status_code == 422
    assert "議題より前に置いてください" in page.content.decode()
    assert not FrameLine.objects.exists()


def test_a_new_item_takes_the_points_of_its_occasion(cast: Cast) -> None:
    words = replace(WORDS, occasion="closure")
    item = agenda.add_item(
        actor=clerk(cast),
        key=key(7),
        sitting=draft(cast),
        body=cast.juso,
        case=cast.case,
        words=words,
    )
    assert "終結後のフォローアップの要否と方法" in item.points
    agenda.change_item(
        actor=clerk(cast), item=item, words=replace(words, points="本人の希望")
    )
    item.refresh_from_db()
    assert item.points == "本人の希望"


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        ("study", "質疑"),
        ("resource", "不足している社会資源"),
        ("arrangement", "連携の進め方"),
        ("report", "前回の決定と役割の進み具合"),
    ],
)
def test_items_without_a_case_have_templates_too(
    cast: Cast, kind: str, point: str
) -> None:
    item = agenda.add_item(
        actor=clerk(cast),
        key=key(7),
        sitting=draft(cast),
        body=cast.shien,
        case=None,
        words=replace(WORDS, kind=kind),
    )
    assert point in item.points.splitlines()
    assert item.regime is Regime.NONE


def test_a_bodys_own_template_comes_first(cast: Cast) -> None:
    ItemTemplate.objects.create(body=cast.shien, subject="sharing", points="近況")
    assert add(cast, draft(cast)).points == "近況"


# Everyone's agenda is their own -------------------------------------------------------


def called(cast: Cast) -> tuple[Sitting, list[AgendaItem]]:
    """A convened sitting of three items, of which the clinic sits on the last two."""
    sitting, items = three(cast)
    for item in items[1:]:
        select(cast, item, cast.clinic)
    Sitting.objects.filter(pk=sitting.pk).update(state=Sitting.State.CONVENED)
    AgendaItem.objects.filter(pk=items[0].pk).update(title="ほかの世帯の件")
    return sitting, items


def word_text(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


def readings(client, sitting: Sitting) -> dict[str, str]:
    """The agenda on the page, as PDF and as Word file, without blanks."""
    page = client.get(url("sitting-detail", sitting.id)).content.decode()
    pdf = words_of(client.get(url("agenda-print", sitting.id)).content)
    word = word_text(client.get(url("agenda-word", sitting.id)).content)
    return {
        "page": "".join(re.sub(r"<[^>]+>", "", page).split()),
        "pdf": "".join(pdf.split()),
        "docx": word,
    }


def test_numbers_and_times_tell_a_member_nothing_of_the_others(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting, _items = called(cast)
    for name, text in readings(signed_in(cast.clinic), sitting).items():
        assert "ほかの世帯の件" not in text, name
        assert "午後2時にお越しください" in text, name
        assert text.count("お越しください") == 1, name
        for hidden in ("議題3", "(3)", "14:05", "2時5分", "2時35分", "30分議題"):
            assert hidden not in text, (name, hidden)


def test_who_is_in_from_the_opening_on_is_never_asked_to_come(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting, items = called(cast)
    select(cast, items[0], cast.clinic)
    for name, text in readings(signed_in(cast.clinic), sitting).items():
        assert "(3)" in text or "議題3" in text, name
        assert "お越しください" not in text, name


def test_after_the_sitting_nobody_is_asked_to_come(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting, _items = called(cast)
    client = signed_in(cast.clinic)
    Sitting.objects.filter(pk=sitting.pk).update(state=Sitting.State.CLOSED)
    for name, text in readings(client, sitting).items():
        assert "見守り" in text, name
        assert "お越しください" not in text, name
    hour = timedelta(hours=1)
    ended = clock.now() - timedelta(minutes=1)
    hours = {"starts_at": ended - hour, "ends_at": ended}
    convened = {"state": Sitting.State.CONVENED}
    Sitting.objects.filter(pk=sitting.pk).update(**convened, **hours)
    for name, text in readings(client, sitting).items():
        assert "お越しください" not in text, name


@pytest.mark.parametrize(
    ("own", "called"),
    [
        ([(5, 25)], [None]),  # right after the opening lines
        ([(5, 25), (25, 45)], [None, None]),  # one after the other
        ([(5, 20), (22, 40)], [None, None]),  # the quarter before is still its time
        ([(5, 20), (50, 65)], [None, 45]),
        ([(35, 50), (50, 60), (95, 100)], [30, None, 90]),
    ],
)
def test_people_are_called_where_they_are_not_there_yet(
    own: list[tuple[int, int]], called: list[int | None]
) -> None:
    def at(minutes: int) -> datetime:
        return START + timedelta(minutes=minutes)

    frame = [FrameLine(part=Part.PLAIN, minutes=5), FrameLine(part=Part.ITEMS)]
    plan = plan_of(frame, [], (START, at(120)))
    slots = [Slot(at(starts), at(ends)) for starts, ends in own]
    assert call_times(slots, plan) == [
        None if minutes is None else at(minutes) for minutes in called
    ]


def test_numbers_on_page_count_own_items(cast: Cast, signed_in: SignIn) -> None:
    sitting, _items = called(cast)
    page = readings(signed_in(cast.clinic), sitting)["page"]
    assert page.index("議題1") < page.index("議題2")


def test_what_others_have_changes_nothing_in_a_members_agenda(
    cast: Cast, signed_in: SignIn
) -> None:
    """More items after the own ones, and other words before them: not a letter."""
    sitting, (first, *_own) = called(cast)
    client = signed_in(cast.clinic)

    def shown() -> str:
        page = client.get(url("sitting-detail", sitting.id)).content.decode()
        return re.sub(r'value="[^"]+"|nonce="[^"]+"', "", page)

    before = shown()
    factories.item(sitting, None, cast.juso, order=9, title="あとの件")
    AgendaItem.objects.filter(pk=first.pk).update(title="別の件", minutes_allotted=35)
    assert shown() == before


def test_the_duty_is_read_in_the_words_of_the_own_laws(
    cast: Cast, signed_in: SignIn
) -> None:
    for regime, words in ((Regime.SHIEN, "一号の文"), (Regime.JUSO, "五号の文")):
        pledge = cast.pledges[regime]
        pledge.text = words
        pledge.save()
    sitting = draft(cast)
    select(cast, add(cast, sitting, cast.juso), cast.clinic)
    add(cast, sitting, cast.shien, 102)
    Sitting.objects.filter(pk=sitting.pk).update(state=Sitting.State.CONVENED)
    for name, text in readings(signed_in(cast.clinic), sitting).items():
        assert "守秘義務の確認" in text, name
        assert "五号の文" in text, name
        assert "一号の文" not in text, name
    for text in readings(signed_in(cast.secretariat), sitting).values():
        assert "一号の文" in text
        assert "五号の文" in text


@pytest.mark.parametrize("route", ["agenda-print", "agenda-word"])
def test_who_could_read_is_asked_for_the_step_before(
    cast: Cast, signed_in: SignIn, route: str
) -> None:
    page = url(route, cast.sitting.id)
    weak = signed_in(cast.clinic, strength=1).get(page)
    assert weak["Location"].startswith(reverse("members:step-up"))
    unpledged = signed_in(cast.newcomer).get(page)
    assert unpledged["Location"].startswith(reverse("members:pledge"))
    assert not AuditEvent.objects.filter(action="meetings.agenda.print").exists()


def test_the_next_date_is_for_those_who_may_know_it(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting, _items = called(cast)
    draft(cast, 2)
    assert "次回令和" in readings(signed_in(cast.secretariat), sitting)["pdf"]
    for text in readings(signed_in(cast.clinic), sitting).values():
        assert "次回令和" not in text


def test_the_files_have_neutral_names(cast: Cast, signed_in: SignIn) -> None:
    sitting, _items = called(cast)
    for route, ending in (("agenda-print", "pdf"), ("agenda-word", "docx")):
        answer = signed_in(cast.clinic).get(url(route, sitting.id))
        name = f"kasane-{sitting.starts_at:%Y%m%d}.{ending}"
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
