"""The pages of convening, walked as the cast: what each sees, and sees not."""

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import AgendaItem, Invitation, Sitting
from meetings.notices import serial_of
from members.facts import Role
from members.models import (
    Acknowledgement,
    Consent,
    Membership,
    Organization,
    Seat,
)
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.factories import to_sitting
from tests.meetings import convening
from tests.meetings.convening import add, convened, draft, key, mails, select

PAGES = (
    "sitting-detail",
    "sitting-edit",
    "sitting-approve",
    "sitting-return",
    "sitting-cancel",
    "item-create",
    "invitation-board",
)
OUTSIDERS = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def day() -> str:
    return convening.when().starts_at.date().isoformat()


def form_of(when: dict[str, str] | None = None, **more: object) -> dict[str, object]:
    fields = {
        "key": key(1),
        "day": day(),
        "starts": "13:30",
        "ends": "15:30",
        "place": convening.PLACE,
    }
    return {**fields, **(when or {}), **more}


def test_the_clerk_walks_from_an_empty_form_to_the_chair(cast: Cast, signed_in) -> None:
    clerk, chair = signed_in(cast.secretariat), signed_in(cast.chair)
    made = clerk.post(url("sitting-create"), form_of(body=cast.shien.id))
    detail = url("sitting-detail", key(1))
    assert (made.status_code, made["Location"]) == (302, detail)
    assert "議題はまだありません" in text(clerk, detail)
    item = {
        "key": key(2),
        "body": cast.shien.id,
        "case": cast.case.id,
        "kind": "deliberation",
        "occasion": "sharing",
        "title": "見守りの役割分担について",
        "minutes": 30,
    }
    added = clerk.post(url("item-create", key(1)), item)
    assert added["Location"] == url("item-people", key(2))
    code = cast.clinic.id.hex
    people = {f"chosen_{code}": "on", f"signatory_{code}": "on"}
    assert clerk.post(url("item-people", key(2)), people)["Location"] == detail
    assert cast.clinic.name in text(clerk, detail)
    clerk.post(url("sitting-submit", key(1)))
    assert "次第を見て承認する" not in text(clerk, detail)
    assert "次第を見て承認する" in text(chair, url("home"))
    assert "承認して案内を送る" in text(chair, url("sitting-approve", key(1)))
    assert chair.post(url("sitting-approve", key(1)))["Location"] == detail
    assert Sitting.objects.get(pk=key(1)).state == Sitting.State.CONVENED
    assert len(mails(cast.clinic)) == 1


def test_an_error_keeps_everything_typed(cast: Cast, signed_in) -> None:
    clerk = signed_in(cast.secretariat)
    typed = form_of({"ends": "13:00"}, body=cast.shien.id)
    response = clerk.post(url("sitting-create"), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "開始より後の時刻にしてください" in page
    for value in (day(), "13:30", "13:00", convening.PLACE, str(key(1))):
        assert value in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "部屋\r\nBcc: x@y.example"},
        {"place": "部屋\x0bの奥"},
        {"place": "あ" * 121},
        {"day": "2026-02-30"},
        {"day": "2020-01-01"},
        {"starts": "25:00"},
        {"place": ""},
        {"key": "no-key"},
    ],
    ids=str,
)
def test_hostile_input_is_answered_and_makes_nothing(
    cast: Cast, signed_in, wrong: dict[str, str]
) -> None:
    clerk = signed_in(cast.secretariat)
    before = Sitting.objects.count()
    response = clerk.post(url("sitting-create"), form_of(wrong, body=cast.shien.id))
    assert response.status_code == 422
    assert Sitting.objects.count() == before


def test_sending_the_form_twice_leads_to_the_same_sitting(
    cast: Cast, signed_in
) -> None:
    clerk = signed_in(cast.secretariat)
    sent = [
        clerk.post(url("sitting-create"), form_of(body=cast.shien.id))["Location"]
        for _ in range(2)
    ]
    assert sent[0] == sent[1]


def test_a_missing_reason_says_for_whom_and_keeps_the_ticks(
    cast: Cast, signed_in
) -> None:
    item = add(cast, draft(cast))
    clerk = signed_in(cast.secretariat)
    ticks = {f"chosen_{p.id.hex}": "on" for p in (cast.clinic, cast.colleague)}
    response = clerk.post(url("item-people", item.id), ticks)
    page = response.content.decode()
    assert response.status_code == 422
    assert "※初めて選ぶ人がいれば必須" in page
    assert 'href="#id_common_reason"' in page
    assert f"{cast.colleague.name}さんを選ぶ理由を書いてください" in page
    assert page.count("checked") == 2
    together = {**ticks, "common_reason": "担当の機関のため"}
    assert clerk.post(url("item-people", item.id), together).status_code == 302
    membership = Membership.objects.get(person=cast.colleague)
    assert membership.reason == "担当の機関のため"


@pytest.mark.parametrize("role", ["signatory", "scribe"])
def test_a_role_without_taking_part_is_refused_at_the_row(
    cast: Cast, signed_in, role: str
) -> None:
    Organization.objects.filter(id=cast.colleague.organization_id).update(internal=True)
    item = add(cast, draft(cast))
    clerk, page = signed_in(cast.secretariat), url("item-people", item.id)
    code = cast.colleague.id.hex
    typed = {f"{role}_{code}": "on", f"reason_{code}": "担当の機関のため"}
    before = set(Seat.objects.filter(item_id=item.id))
    answer = clerk.post(page, typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_chosen_{code}"' in shown
    assert f'id="id_chosen_{code}_error"' in shown
    assert f"{cast.colleague.name}さんに役割を付けるには" in shown
    assert "担当の機関のため" in shown
    assert set(Seat.objects.filter(item_id=item.id)) == before
    assert clerk.post(page, {**typed, f"chosen_{code}": "on"}).status_code == 302
    seat = Seat.objects.get(item_id=item.id, person=cast.colleague)
    assert getattr(seat, role)


def test_who_had_a_role_goes_with_it(cast: Cast, signed_in) -> None:
    item = add(cast, draft(cast))
    clerk, page = signed_in(cast.secretariat), url("item-people", item.id)
    code = cast.clinic.id.hex
    role = {f"signatory_{code}": "on"}
    clerk.post(page, {f"chosen_{code}": "on", **role})
    assert clerk.post(page, role).status_code == 302
    seats = Seat.objects.filter(item_id=item.id, person=cast.clinic)
    assert not any(seat.span.holds(clock.now()) for seat in seats)


def test_nobody_chosen_is_said_on_the_next_page(cast: Cast, signed_in) -> None:
    item = add(cast, draft(cast))
    clerk = signed_in(cast.secretariat)
    sent = clerk.post(url("item-people", item.id), {"common_reason": ""})
    assert "1人も選ばれていません" in text(clerk, sent["Location"])
    code = cast.clinic.id.hex
    sent = clerk.post(url("item-people", item.id), {f"chosen_{code}": "on"})
    assert "1人も選ばれていません" not in text(clerk, sent["Location"])


def test_reasons_by_person_are_enough(cast: Cast, signed_in) -> None:
    item = add(cast, draft(cast))
    clerk, page = signed_in(cast.secretariat), url("item-people", item.id)
    reasons = {cast.colleague: "担当の機関のため", cast.leaver: "見守りのため"}
    sent = {f"chosen_{person.id.hex}": "on" for person in reasons}
    told = clerk.post(page, sent).content.decode()
    assert all(person.name in told for person in reasons)
    sent |= {f"reason_{person.id.hex}": why for person, why in reasons.items()}
    assert clerk.post(page, sent).status_code == 302
    for person, why in reasons.items():
        assert Membership.objects.filter(person=person, reason=why).count() == 1


def test_the_selection_offers_the_commissioned_and_nobody_kept_away(
    cast: Cast, signed_in
) -> None:
    item = add(cast, draft(cast))
    page = text(signed_in(cast.secretariat), url("item-people", item.id))
    for person in (cast.clinic, cast.newcomer, cast.leaver, cast.colleague):
        assert person.name in page
    for person in (cast.recused, cast.stranger, cast.administrator, cast.auditor):
        assert person.name not in page


@pytest.mark.parametrize("name", OUTSIDERS)
def test_unknown_and_forbidden_are_the_same_page(
    cast: Cast, signed_in, name: str
) -> None:
    sitting = convened(cast, cast.clinic)
    item = sitting.items.get()
    invitation = convening.invitation(cast.clinic, sitting)
    client = signed_in(getattr(cast, name))
    unknown = client.get(url("sitting-detail", uuid4()))
    assert unknown.status_code == 404
    pages = [url(page, sitting.id) for page in PAGES]
    pages += [url(p, item.id) for p in ("item-edit", "item-remove", "item-people")]
    pages += [url("invitation-letter", invitation.id)]
    for page in pages:
        response = client.get(page)
        assert (response.status_code, response.content) == (404, unknown.content), page


@pytest.mark.parametrize("name", ["clinic", *OUTSIDERS])
def test_the_acts_of_the_offices_are_closed_to_others(
    cast: Cast, signed_in, name: str
) -> None:
    sitting = convened(cast, cast.clinic)
    item = sitting.items.get()
    invitation = convening.invitation(cast.clinic, sitting)
    client = signed_in(getattr(cast, name))
    acts = [
        url(act, sitting.id)
        for act in (
            "sitting-submit",
            "sitting-approve",
            "sitting-return",
            "sitting-take-back",
            "sitting-cancel",
        )
    ]
    acts += [url(a, item.id) for a in ("item-carry", "item-remove", "item-people")]
    acts += [
        url(act, invitation.id)
        for act in ("invitation-send", "invitation-stop", "invitation-unlock")
    ]
    for act in acts:
        assert client.post(act).status_code == 404, act
    sitting.refresh_from_db()
    assert sitting.state == Sitting.State.CONVENED
    elsewhere = {True: 200, False: 404}[name == "stranger"]
    assert client.get(url("sitting-create")).status_code == elsewhere


def test_nobody_signed_in_is_sent_to_the_door(cast: Cast, client: Client) -> None:
    for address in (url("home"), url("sitting-detail", cast.sitting.id)):
        assert client.get(address)["Location"].startswith(reverse("members:sign-in"))


def test_a_member_sees_own_items_only(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    hidden = factories.item(
        sitting, factories.case(cast.shien, number="R8-777"), cast.shien
    )
    page = text(signed_in(cast.clinic), url("sitting-detail", sitting.id))
    assert cast.case.number in page
    assert convening.WORDS.title in page
    for trace in ("R8-777", str(hidden.id), "議題2", cast.chair.name, "江口"):
        assert trace not in page


def test_a_hidden_item_leaves_no_trace_in_the_bytes(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    client = signed_in(cast.clinic)
    addresses = [url("sitting-detail", sitting.id), url("sitting-list"), url("home")]
    before = [client.get(address).content for address in addresses]
    case = factories.case(cast.shien, number="R8-888")
    for body in cast.bodies:
        other = factories.item(sitting, case, body, title="別の世帯の話")
        factories.seat(cast.newcomer, other, Role.EXTERNAL)
    after = [client.get(address).content for address in addresses]
    tokens = [_without_token(page) for page in (*before, *after)]
    assert tokens[:3] == tokens[3:]


def _without_token(page: bytes) -> list[bytes]:
    """A page apart from the CSRF token, which is masked anew on each."""
    return [line for line in page.split(b"\n") if b"csrfmiddlewaretoken" not in line]


def test_before_the_pledge_only_the_neutral_face_shows(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.newcomer)
    page = text(signed_in(cast.newcomer), url("sitting-detail", sitting.id))
    assert "誓約書を読む" in page
    assert convening.PLACE in page
    assert "この内容で答える" in page
    for trace in (cast.case.number, convening.WORDS.title, cast.shien.name):
        assert trace not in page


def test_a_mail_code_opens_the_answer_but_no_item(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    weak = signed_in(cast.clinic, strength=1, scope=to_sitting(sitting))
    page = text(weak, url("sitting-detail", sitting.id))
    assert "本人確認に進む" in page
    assert cast.case.number not in page
    answered = weak.post(
        url("sitting-answer", sitting.id), {"rsvp": "present", "note": ""}
    )
    assert answered.status_code == 302
    assert convening.invitation(cast.clinic, sitting).rsvp == "present"


def test_a_link_session_has_no_other_sitting(cast: Cast, signed_in) -> None:
    first, second = convened(cast, cast.clinic), convened(cast, cast.clinic, number=2)
    bound = signed_in(cast.clinic, scope=to_sitting(first))
    assert bound.get(url("home"))["Location"] == url("sitting-detail", first.id)
    assert bound.get(url("sitting-detail", second.id)).status_code == 404
    assert str(second.id) not in text(bound, url("sitting-list"))


def test_a_closed_sitting_of_today_is_over(cast: Cast, signed_in) -> None:
    clerk, coming = signed_in(cast.secretariat), "これからの会議"
    Sitting.objects.exclude(pk=cast.sitting.pk).delete()
    now = clock.now()
    hours = {"starts_at": now - timedelta(hours=1), "ends_at": now}
    Sitting.objects.update(state=Sitting.State.CONVENED, **hours)
    assert coming in text(clerk, url("sitting-list"))
    Sitting.objects.update(state=Sitting.State.CLOSED)
    page = text(clerk, url("sitting-list"))
    assert "これまでの会議" in page
    assert coming not in page


def test_a_draft_is_not_shown_to_those_chosen(cast: Cast, signed_in) -> None:
    sitting = draft(cast)
    select(cast, add(cast, sitting), cast.clinic)
    client = signed_in(cast.clinic)
    assert client.get(url("sitting-detail", sitting.id)).status_code == 404
    assert str(sitting.id) not in text(client, url("sitting-list"))


def test_looking_at_the_answer_page_answers_nothing(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    client = signed_in(cast.clinic)
    assert client.get(url("sitting-answer", sitting.id)).status_code == 200
    assert convening.invitation(cast.clinic, sitting).rsvp == "waiting"


@pytest.mark.parametrize("wrong", [{}, {"rsvp": "waiting"}, {"rsvp": "yes"}], ids=str)
def test_an_answer_that_is_none_is_refused(cast: Cast, signed_in, wrong) -> None:
    sitting = convened(cast, cast.clinic)
    response = signed_in(cast.clinic).post(
        url("sitting-answer", sitting.id), {**wrong, "note": "遅れて参加します。"}
    )
    assert response.status_code == 422
    assert "遅れて参加します。" in response.content.decode()


def test_a_cancelled_sitting_says_so(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    signed_in(cast.secretariat).post(url("sitting-cancel", sitting.id))
    page = text(signed_in(cast.clinic), url("sitting-detail", sitting.id))
    assert "この会議は中止になりました" in page
    assert "この内容で答える" not in page


def test_the_board_shows_and_acts(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    link = convening.links(cast.clinic, sitting)[0]
    link.wrong_count = 5
    link.save()
    clerk, board = signed_in(cast.secretariat), url("invitation-board", sitting.id)
    assert "ロックを解除する" in text(clerk, board)
    assert "リンクのロック" in text(clerk, url("home"))
    invitation = convening.invitation(cast.clinic, sitting)
    clerk.post(url("invitation-unlock", invitation.id))
    assert "ロックを解除する" not in text(clerk, board)
    clerk.post(url("invitation-send", invitation.id))
    assert len(mails(cast.clinic)) == 2
    assert convening.links(cast.clinic, sitting) != [link]
    clerk.post(url("invitation-stop", invitation.id))
    assert convening.links(cast.clinic, sitting) == []
    clerk.post(url("invitation-answer", invitation.id), {"rsvp": "absent", "note": ""})
    assert convening.invitation(cast.clinic, sitting).rsvp == "absent"


def test_the_letter_shows_its_secret_once(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    clerk = signed_in(cast.secretariat)
    address = url("invitation-letter", convening.invitation(cast.clinic, sitting).id)
    Organization.objects.filter(pk=cast.secretariat.organization_id).update(
        phone="0599-55-1101"
    )
    old = convening.links(cast.clinic, sitting)
    assert "<svg" not in text(clerk, address)
    assert convening.links(cast.clinic, sitting) == old
    letter = clerk.post(address).content.decode()
    assert "<svg" in letter
    assert serial_of(sitting.starts_at, sitting.number) in letter
    assert "0599-55-1101" in letter.partition("<article")[2].partition("</article")[0]
    assert cast.case.number not in letter
    assert convening.links(cast.clinic, sitting) != old


def test_reading_the_agenda_is_in_the_trail(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    text(signed_in(cast.clinic), url("sitting-detail", sitting.id))
    event = AuditEvent.objects.get(action="meetings.agenda.read")
    assert (event.actor, event.detail["items"]) == (
        str(cast.clinic.id),
        str(sitting.items.get().id),
    )


def test_titles_say_nothing(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.clinic)
    item = sitting.items.get()
    clerk, member = signed_in(cast.secretariat), signed_in(cast.clinic)
    pages = [
        text(clerk, url(page, sitting.id))
        for page in ("sitting-detail", "invitation-board")
    ]
    pages += [text(clerk, url("item-people", item.id))]
    pages += [
        text(member, url("sitting-detail", sitting.id)),
        text(member, url("home")),
    ]
    for page in pages:
        title = page.split("<title>")[1].split("</title>")[0]
        assert " ".join(title.split()) in {
            "会議 | かさね",
            "会議のご案内 | かさね",
            "ホーム | かさね",
        }


def _grow(cast: Cast, sitting: Sitting, numbers: range) -> None:
    """More items, each with its own case and three more people."""
    for n in numbers:
        case = factories.case(cast.shien, number=f"R9-{sitting.number}{n:02}")
        for person, role in (
            (cast.chair, Role.CHAIR),
            (cast.secretariat, Role.SECRETARIAT),
            (cast.clinic, Role.EXTERNAL),
        ):
            factories.membership(person, case, role)
        item = factories.item(sitting, case, cast.shien)
        for person, role in (
            (cast.chair, Role.CHAIR),
            (cast.secretariat, Role.SECRETARIAT),
            (cast.clinic, Role.EXTERNAL),
        ):
            factories.seat(person, item, role)
        for m in range(3):
            someone = factories.person(f"委員 {n}-{m}", cast.clinic.organization)
            factories.commission(someone, cast.shien)
            factories.membership(someone, case, Role.EXTERNAL)
            factories.seat(someone, item, Role.EXTERNAL)


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("clinic", "sitting-detail"),
        ("clinic", "home"),
        ("secretariat", "sitting-detail"),
        ("secretariat", "invitation-board"),
        ("secretariat", "item-create"),
        ("secretariat", "sitting-list"),
        ("secretariat", "home"),
        ("chair", "home"),
    ],
)
def test_queries_do_not_grow_with_items_and_people(
    cast: Cast, signed_in, django_assert_max_num_queries, name: str, page: str
) -> None:
    sitting = convened(cast, cast.clinic)
    if page == "item-create":
        sitting = draft(cast, 2)
    client = signed_in(getattr(cast, name))
    args = () if page in {"home", "sitting-list"} else (sitting.id,)
    address = url(page, *args)
    _grow(cast, sitting, range(3))
    with django_assert_max_num_queries(150) as small:
        assert client.get(address).status_code == 200
    _grow(cast, sitting, range(3, 30))
    with django_assert_max_num_queries(len(small.captured_queries)):
        assert client.get(address).status_code == 200


def test_the_preparation_check_does_not_grow(
    cast: Cast, signed_in, django_assert_max_num_queries
) -> None:
    sitting = draft(cast)
    client = signed_in(cast.secretariat)
    address = url("sitting-detail", sitting.id)
    _grow(cast, sitting, range(3))
    with django_assert_max_num_queries(150) as small:
        client.get(address)
    _grow(cast, sitting, range(3, 30))
    with django_assert_max_num_queries(len(small.captured_queries)):
        client.get(address)


def test_a_fresh_pledge_opens_the_items(cast: Cast, signed_in) -> None:
    sitting = convened(cast, cast.newcomer)
    client = signed_in(cast.newcomer)
    assert cast.case.number not in text(client, url("sitting-detail", sitting.id))
    for pledge in cast.pledges.values():
        factories.acknowledge(cast.newcomer, pledge)
    assert cast.case.number in text(client, url("sitting-detail", sitting.id))
    assert Acknowledgement.objects.filter(person=cast.newcomer).count() == 2


def test_own_call_times_are_shown_to_the_quarter_of_an_hour(
    cast: Cast, signed_in
) -> None:
    sitting = draft(cast)
    add(cast, sitting, number=101)
    second = add(cast, sitting, cast.juso, 102)
    select(cast, second, cast.clinic)
    for item in AgendaItem.objects.filter(sitting=sitting):
        assert item.minutes_allotted == 30
    sitting.state = Sitting.State.CONVENED
    sitting.save()
    Invitation.objects.filter(sitting=sitting).update(notified_at=clock.now())
    page = text(signed_in(cast.clinic), url("sitting-detail", sitting.id))
    assert "午後2時にお越しください" in page
    assert "午後2時5分" not in page
    assert Seat.objects.filter(item_id=second.id).count() == 3


def test_every_lack_leads_to_its_next_step(cast: Cast, signed_in) -> None:
    sitting = draft(cast)
    client, detail = signed_in(cast.secretariat), url("sitting-detail", sitting.id)
    assert url("item-create", sitting.id) in text(client, detail)
    item = add(cast, sitting, cast.juso)
    Consent.objects.filter(member__label="長男").update(withdrawn_at=clock.now())
    page = text(client, detail)
    for step in (
        url("item-people", item.id),
        url("item-edit", item.id),
        url("paper-upload", item.id),
        reverse("members:case-detail", args=[cast.case.id]),
    ):
        assert step in page
    refused = client.post(url("sitting-submit", sitting.id), follow=True)
    assert "長男の同意がありません" in refused.content.decode()
    sitting.refresh_from_db()
    assert sitting.state == Sitting.State.DRAFT


def test_while_the_chair_looks_no_step_leads_to_a_change(cast: Cast, signed_in) -> None:
    sitting = draft(cast)
    item = add(cast, sitting)
    clerk = signed_in(cast.secretariat)
    clerk.post(url("sitting-submit", sitting.id))
    page = text(clerk, url("sitting-detail", sitting.id))
    for step in ("item-people", "item-edit", "item-remove"):
        assert url(step, item.id) not in page
    assert "承認待ちをやめて直す" in page
    clerk.post(url("sitting-take-back", sitting.id))
    assert url("item-people", item.id) in text(clerk, url("sitting-detail", sitting.id))


def test_the_chairs_word_reaches_the_clerk(cast: Cast, signed_in) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    clerk, chair = signed_in(cast.secretariat), signed_in(cast.chair)
    clerk.post(url("sitting-submit", sitting.id))
    empty = chair.post(url("sitting-return", sitting.id), {"note": " "})
    assert empty.status_code == 422
    chair.post(
        url("sitting-return", sitting.id), {"note": "<b>順番</b>を直してください"}
    )
    page = text(clerk, url("sitting-detail", sitting.id))
    assert "招集者から差し戻されました" in page
    assert "&lt;b&gt;順番&lt;/b&gt;を直してください" in page


def test_approval_asks_a_stale_chair_for_the_factor_and_comes_back(
    cast: Cast, signed_in
) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    signed_in(cast.secretariat).post(url("sitting-submit", sitting.id))
    stale = signed_in(cast.chair, strong_at=clock.now() - timedelta(minutes=6))
    address = url("sitting-approve", sitting.id)
    for method in (stale.get, stale.post):
        gone = method(address)["Location"]
        assert gone.startswith(reverse("members:step-up"))
        assert quote(address, safe="") in gone
    sitting.refresh_from_db()
    assert sitting.state == Sitting.State.SUBMITTED
