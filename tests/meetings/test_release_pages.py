"""The table of who gets what, the second look, the round and its undoing, by pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from documents.models import Paper, PaperVersion, Release, ReleaseRound
from documents.services import holds
from members.facts import State, Way
from members.models import Membership
from portal.core import clock
from portal.core.models import AuditEvent
from tests import factories
from tests.papers import hand_out


def table(cast):
    return reverse("meetings:paper-release", args=[cast.shien_item.id])


def page(made, name="round"):
    return reverse(f"meetings:release-{name}", args=[made.id])


def gift(version, *people, way="copy", **more):
    days = {
        f"until_{version.paper.document_class}": clock.today().isoformat(),
        "key": str(uuid4()),
    }
    cells = {f"way-{version.id}:{person.id}": way for person in people}
    return {**days, **cells, **more}


@pytest.fixture
def waiting(settings):
    settings.RELEASE_UNDO_MINUTES = 10


@pytest.fixture
def two_people(settings):
    settings.RELEASE_SECOND_PERSON = True


# The table


def test_the_table_says_who_why_and_what_each_will_be_able_to_do(
    cast, filed, signed_in
):
    version = filed()
    Membership.objects.filter(person=cast.newcomer).update(reason="主治医のため")
    text = signed_in(cast.secretariat).get(table(cast)).content.decode()
    for words in (
        cast.clinic.name,
        cast.clinic.organization.name,
        "主治医のため",
        "誓約がまだです",
        "名前入りPDF",
        version.paper.title,
    ):
        assert words in text
    assert f'name="way-{version.id}:{cast.clinic.id}"' in text
    assert '<option value="copy" selected>' in text
    assert '<option value="original" selected>' not in text


def test_who_could_not_open_it_is_shown_with_the_reason_and_cannot_be_chosen(
    cast, filed, signed_in
):
    version, client = filed(), signed_in(cast.secretariat)
    text = client.get(table(cast)).content.decode()
    assert "この事例への関与が制限されています" in text
    assert f"way-{version.id}:{cast.recused.id}" not in text
    sent = gift(version, cast.clinic, cast.recused, confirmed="1")
    answer = client.post(table(cast), sent)
    assert answer.status_code == 422
    assert "選べない組み合わせ" in answer.content.decode()
    assert not ReleaseRound.objects.exists()


def test_nothing_is_released_before_the_second_look(cast, filed, signed_in):
    version, client = filed(), signed_in(cast.secretariat)
    sent = gift(version, cast.clinic)
    look = client.post(table(cast), sent)
    assert look.status_code == 200
    text = look.content.decode()
    assert "相手と資料を確かめてください" in text
    assert "うち庁外の方は1人です" in text
    assert "原本は渡しません" in text
    assert cast.newcomer.name not in text
    assert not Release.objects.exists()
    done = client.post(table(cast), {**sent, "confirmed": "1"})
    made = ReleaseRound.objects.get()
    assert done.url == page(made)
    release = Release.objects.get()
    assert (release.person, release.way) == (cast.clinic, "copy")
    assert release.ends_at == clock.day_end(clock.today())


def test_going_back_keeps_the_choice_and_judges_nothing(cast, filed, signed_in):
    sent = gift(filed(), cast.clinic, way="view", back="1")
    answer = signed_in(cast.secretariat).post(table(cast), sent)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count('<option value="view" selected>') == 1
    assert '<option value="copy" selected>' not in text
    assert sent["key"] in text


@pytest.mark.parametrize("which", ["paper", "person"])
def test_a_column_or_a_line_is_set_at_once_without_script(
    cast, filed, signed_in, which
):
    version, other = filed(), filed(number="2")
    name = str(version.id if which == "paper" else cast.clinic.id)
    sent = {**gift(version), "set": name, f"all-{name}": "view"}
    answer = signed_in(cast.secretariat).post(table(cast), sent)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count('<option value="view" selected>') == 2
    assert '<option value="copy" selected>' not in text
    assert other.paper.title in text
    assert not ReleaseRound.objects.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"until_3B": "2030-01-01"}, "までの日付"),
        ({"until_3B": "2020-01-01"}, "までの日付"),
        ({"until_3B": "x"}, "機密性3B"),
        ({"key": "x"}, "key"),
    ],
)
def test_a_wrong_release_is_refused_with_the_reason(
    cast, filed, signed_in, change, says
):
    sent = {**gift(filed(), cast.clinic, confirmed="1"), **change}
    answer = signed_in(cast.secretariat).post(table(cast), sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Release.objects.exists()


@pytest.mark.parametrize("name", ["colleague", "stranger", "leaver"])
def test_nobody_off_the_roster_can_be_chosen(cast, filed, signed_in, name):
    sent = gift(filed(), getattr(cast, name), confirmed="1")
    answer = signed_in(cast.secretariat).post(table(cast), sent)
    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_a_way_that_there_is_not_is_refused(cast, filed, signed_in):
    sent = gift(filed(), cast.clinic, way="all", confirmed="1")
    assert signed_in(cast.secretariat).post(table(cast), sent).status_code == 422


def test_the_original_of_3a_goes_to_nobody_outside(cast, filed, signed_in):
    version = filed(document_class=Paper.Class.C3A)
    client = signed_in(cast.secretariat)
    assert 'value="original">' not in _cells(client.get(table(cast)))
    sent = gift(version, cast.clinic, way="original", confirmed="1")
    assert client.post(table(cast), sent).status_code == 422
    assert not Release.objects.exists()


def _cells(answer):
    """The page without the choosers of whole columns and lines."""
    return "".join(
        part.split("</select>")[0]
        for part in answer.content.decode().split('name="way-')[1:]
    )


def test_an_original_with_residue_needs_a_tick_of_its_own(cast, filed, signed_in):
    version, client = filed(), signed_in(cast.secretariat)
    PaperVersion.objects.update(findings={"comments": 2})
    assert 'name="residue"' in client.get(table(cast)).content.decode()
    sent = gift(version, cast.clinic, way="original", confirmed="1")
    refused = client.post(table(cast), sent)
    assert refused.status_code == 422
    assert "見えにくい情報が残っています" in refused.content.decode()
    assert not Release.objects.exists()
    copies = gift(version, cast.clinic, confirmed="1")
    assert client.post(table(cast), copies).status_code == 302
    ticked = {**sent, "residue": str(version.id)}
    assert client.post(table(cast), ticked).status_code == 302


def test_a_held_paper_says_why_and_cannot_be_chosen(cast, filed, signed_in):
    version, client = filed(), signed_in(cast.secretariat)
    holds.hold(version, PaperVersion.Hold.MIXUP)
    text = client.get(table(cast)).content.decode()
    assert "保留されています" in text
    assert 'name="way-' not in text
    sent = gift(version, cast.clinic, confirmed="1")
    assert client.post(table(cast), sent).status_code == 422


def test_a_stale_factor_is_renewed_before_the_choosing(cast, filed, signed_in):
    filed()
    stale = clock.now() - timedelta(minutes=6)
    client = signed_in(cast.secretariat, strong_at=stale)
    answer = client.get(table(cast))
    assert answer.url.startswith(reverse("members:step-up"))


def test_a_double_click_and_a_second_tab_make_one_round(
    cast, filed, signed_in, waiting
):
    version, client = filed(), signed_in(cast.secretariat)
    sent = gift(version, cast.clinic, confirmed="1")
    assert client.post(table(cast), sent).status_code == 302
    # The cell is under way: neither the same form nor another tab doubles it.
    again = client.post(table(cast), sent)
    other = client.post(table(cast), {**sent, "key": str(uuid4())})
    assert {again.status_code, other.status_code} <= {302, 422}
    assert ReleaseRound.objects.count() == Release.objects.count() == 1


# The round


def test_the_round_counts_down_and_is_undone_by_one_button(
    cast, filed, signed_in, waiting
):
    version, client = filed(), signed_in(cast.secretariat)
    client.post(table(cast), gift(version, cast.clinic, confirmed="1"))
    made = ReleaseRound.objects.get()
    text = client.get(page(made)).content.decode()
    assert "に公開が始まります" in text
    assert 'data-opens-in="59' in text or 'data-opens-in="600' in text
    assert "に公開" in client.get(table(cast)).content.decode()
    answer = client.post(page(made, "undo"), follow=True)
    assert "公開を取り消しました" in answer.content.decode()
    version.refresh_from_db()
    assert version.state == State.DRAFT
    again = client.get(f"{table(cast)}?again={made.id}").content.decode()
    assert again.count('<option value="copy" selected>') == 1


def test_after_it_has_begun_undoing_is_refused_and_recalling_offered(
    cast, filed, signed_in
):
    client = signed_in(cast.secretariat)
    made = hand_out(factories.sign_in(cast.secretariat), [filed()], [cast.clinic])
    text = client.get(page(made)).content.decode()
    assert "資料ごとに取り下げてください" in text
    assert page(made, "undo") not in text
    answer = client.post(page(made, "undo"), follow=True)
    assert "もう始まっているため" in answer.content.decode()
    assert Release.objects.get().span.holds(clock.now())


def test_the_page_of_a_round_is_a_read_on_record(cast, filed, signed_in):
    made = hand_out(factories.sign_in(cast.secretariat), [filed()], [cast.clinic])
    signed_in(cast.chair).get(page(made))
    assert AuditEvent.objects.filter(action="meetings.round.read").count() == 1


@pytest.mark.parametrize(
    "name", ["clinic", "leaver", "colleague", "stranger", "recused", "auditor"]
)
def test_a_round_is_for_those_who_convene_the_item(cast, filed, signed_in, name):
    made = hand_out(factories.sign_in(cast.secretariat), [filed()], [cast.clinic])
    client = signed_in(getattr(cast, name))
    assert client.get(page(made)).status_code == 404
    assert client.get(page(made, "look")).status_code == 404
    for act in ("undo", "remind", "look"):
        assert client.post(page(made, act)).status_code == 404


def test_a_restricted_paper_stays_hidden_on_the_page_of_its_round(
    cast, filed, signed_in
):
    version = filed(title="住所の資料")
    made = hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])
    Paper.objects.update(restricted=True)
    version.paper.readers.set([cast.secretariat, cast.clinic])
    text = signed_in(cast.chair).get(page(made)).content.decode()
    assert "住所の資料" not in text
    assert "いまは表示できない資料です" in text
    assert "住所の資料" in signed_in(cast.secretariat).get(page(made)).content.decode()


# The second person


def test_a_second_custodian_sees_the_same_people_and_files_and_approves(
    cast, filed, signed_in, two_people
):
    version, clerk = filed(), signed_in(cast.secretariat)
    clerk.post(table(cast), gift(version, cast.clinic, confirmed="1"))
    made = ReleaseRound.objects.get()
    assert not Release.objects.exists()
    assert "承認を待っています" in clerk.get(page(made)).content.decode()
    own = clerk.post(page(made, "look"), follow=True).content.decode()
    assert "決めた本人は承認できません" in own
    assert not Release.objects.exists()
    head = signed_in(cast.chair)
    assert page(made, "look") in head.get(reverse("meetings:home")).content.decode()
    own_home = clerk.get(reverse("meetings:home")).content.decode()
    assert page(made, "look") not in own_home
    text = head.get(page(made, "look")).content.decode()
    assert cast.clinic.name in text
    assert version.file_name in text
    head.post(page(made, "look"))
    assert Release.objects.get().released_by == cast.secretariat


def test_a_round_is_sent_back_with_a_word_and_chosen_again(
    cast, filed, signed_in, two_people
):
    version, clerk = filed(), signed_in(cast.secretariat)
    clerk.post(table(cast), gift(version, cast.clinic, way="view", confirmed="1"))
    made, head = ReleaseRound.objects.get(), signed_in(cast.chair)
    assert head.post(page(made, "look"), {"return": "1"}).status_code == 422
    head.post(page(made, "look"), {"return": "1", "note": "宛先が違います"})
    assert not Release.objects.exists()
    assert page(made) in clerk.get(reverse("meetings:home")).content.decode()
    text = clerk.get(page(made)).content.decode()
    assert "宛先が違います" in text
    again = clerk.get(f"{table(cast)}?again={made.id}").content.decode()
    assert again.count('<option value="view" selected>') == 1


def test_the_second_look_needs_a_fresh_factor(cast, filed, signed_in, two_people):
    made = hand_out(factories.sign_in(cast.secretariat), [filed()], [cast.clinic])
    stale = clock.now() - timedelta(minutes=6)
    head = signed_in(cast.chair, strong_at=stale)
    for answer in (head.get(page(made, "look")), head.post(page(made, "look"))):
        assert answer.url.startswith(reverse("members:step-up"))
    assert not Release.objects.exists()


def test_among_own_people_no_second_person_is_asked(cast, filed, two_people):
    inside = factories.person("森 明子", cast.secretariat.organization)
    for thing in cast.pledges.values():
        factories.acknowledge(inside, thing)
    factories.commission(inside, cast.shien)
    factories.membership(inside, cast.case, "internal")
    factories.seat(inside, cast.shien_item, "internal")
    made = hand_out(factories.sign_in(cast.secretariat), [filed()], [inside])
    assert made.opens_at is not None


def test_ten_minutes_later_it_is_open(cast, filed, signed_in, waiting):
    clerk = factories.sign_in(cast.secretariat)
    made = hand_out(clerk, [filed()], [cast.clinic], way=Way.VIEW)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        text = signed_in(cast.secretariat).get(page(made)).content.decode()
    assert "公開はもう始まっています" in text
