"""Mix-up guard: what is held, who takes the second look, and who learns what (R29)."""

import re
import zlib
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents import selectors
from documents.mixups import rows, wording
from documents.models import MixupHit, MixupReview, Paper, PaperVersion, VersionText
from documents.services import mixups, transfers
from members.access import access_for
from members.facts import Regime, Role, State
from members.models import Case, HouseholdMember, Person, Recusal
from portal.core import clock, vault, worker
from portal.core.errors import (
    HiddenError,
    InvalidError,
    RefusedError,
    StepUpError,
    UnavailableError,
)
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.documents import files
from tests.documents.mixup_files import WRITERS, Form
from tests.papers import Filed, hand_out, reference

NAME, KANA = "髙橋 千鶴子", "タカハシ チヅコ"
ADDRESS, PHONE = "見本市北浜三丁目4番12号", "000-111-2222"
Hold, Part, Guard = PaperVersion.Hold, MixupHit.Part, PaperVersion.Guard


@pytest.fixture
def other(cast: Cast) -> Case:
    """A case of another unit, of which nobody of the cast knows."""
    elsewhere = factories.body(Regime.SHIEN, unit=factories.unit("南部圏域"))
    case = factories.case(elsewhere, number="R8-099", household=0)
    HouseholdMember.objects.create(
        case=case,
        label="本人",
        name=NAME,
        kana=KANA,
        address=ADDRESS,
        phone=PHONE,
        subject=True,
    )
    return case


@pytest.fixture
def guarded(filed: Filed) -> Callable[..., PaperVersion]:
    """File a paper and let the guard look."""

    def file(*words: str, **more: object) -> PaperVersion:
        data = "\r\n".join(words or ["特になし"]).encode()
        version = filed(**{"data": data, "name": "経過.txt", **more})
        mixups.look.func(str(version.id))
        version.refresh_from_db()
        return version

    return file


def hits(version: PaperVersion) -> set[tuple[str, str, int]]:
    return set(version.mixups.values_list("sort", "part", "number"))


# What is held -------------------------------------------------------------------------


def test_staff_of_that_name_with_the_phone_of_that_household_are_held(other, guarded):
    assert guarded(f"担当 {NAME}", f"連絡先 {PHONE}").state == State.HELD


def test_a_day_counts_beside_its_name_alone(cast, other, guarded):
    other.household.update(birth_date="1950-03-02")
    assert guarded("生年月日 昭和25年3月2日").state == State.DRAFT
    held = guarded(f"担当 {NAME}", "S25.3.2", "見本 一郎", f"相談員 {NAME}")
    assert held.state == State.DRAFT  # staff by name, and a day: still a namesake
    assert guarded(f"{NAME} S25.3.2").state == State.HELD


def test_names_of_the_people_at_the_table_do_not_count(cast, other, guarded):
    """The selected person bears it, or somebody at their agency does."""
    other.household.update(name=cast.clinic.name, kana="")
    assert guarded(f"対象者 {cast.clinic.name} 様").state == State.DRAFT
    other.household.update(name=cast.colleague.name)
    assert guarded(f"対象者 {cast.colleague.name} 様").state == State.DRAFT


def test_a_namesake_of_the_home_does_not_count_but_the_rest_does(cast, other, guarded):
    home = cast.case.household.first()
    home.name = NAME
    home.save()
    assert guarded(f"対象者 {NAME} 様").state == State.DRAFT
    assert guarded(f"対象者 {NAME} 様", f"電話 {PHONE}").state == State.HELD


def test_words_out_of_sight_lead_to_their_place(other, guarded):
    aside = {"hidden_sheet": f"{NAME}\t{PHONE}", "comment": f"{NAME}様の様式"}
    data = WRITERS[".xlsx"](Form("支援プラン", ["本人の希望"], aside))
    version = guarded(data=data, name="支援プラン.xlsx")
    assert hits(version) == {
        ("name", "comment", 0),
        ("name", "hidden_sheet", 2),
        ("phone", "hidden_sheet", 2),
    }


def test_file_name_and_title_are_words_too(other, guarded):
    version = guarded(name="支援プラン_高橋千鶴子.txt", title="髙橋千鶴子様の経過")
    assert hits(version) == {("name", "file_name", 0), ("name", "title", 0)}


def test_what_cannot_be_read_is_said_and_not_held(other, guarded):
    version = guarded(data=files.picture(), name="スキャン.png")
    assert (version.state, version.guard) == (State.DRAFT, Guard.UNREADABLE)


# When it looks ------------------------------------------------------------------------


def test_nothing_is_released_before_the_guard_looked(cast, other, filed):
    version = filed(cast.secretariat)
    PaperVersion.objects.filter(id=version.id).update(guard=Guard.WAITING)
    clerk = factories.sign_in(cast.secretariat)
    with pytest.raises(RefusedError, match="数秒"):
        hand_out(clerk, [version], [cast.clinic])
    mixups.look.func(str(version.id))
    hand_out(clerk, [version], [cast.clinic])


def test_a_guard_that_does_not_come_is_told_of(cast, filed, time_machine):
    version = filed(cast.secretariat)
    PaperVersion.objects.filter(id=version.id).update(guard=Guard.WAITING)
    time_machine.move_to(clock.now() + wording.LONG * 2)
    with pytest.raises(RefusedError, match="止まって"):
        hand_out(factories.sign_in(cast.secretariat), [version], [cast.clinic])


@pytest.mark.django_db(transaction=True)
def test_filing_asks_and_the_worker_looks(cast, other, filed):
    version = filed(data=f"対象者 {NAME} 様".encode(), name="a.txt")
    PaperVersion.objects.filter(id=version.id).update(guard=Guard.WAITING)
    worker.run_waiting()
    version.refresh_from_db()
    assert version.holds == ["mixup"]


def test_a_lost_look_is_asked_for_again(cast, filed, time_machine):
    version = filed()
    PaperVersion.objects.filter(id=version.id).update(guard=Guard.WAITING)
    assert mixups.ask_again() == 0
    time_machine.move_to(clock.now() + mixups.LOST_AFTER * 2)
    assert mixups.ask_again() == 1
    assert mixups.ask_again in worker.SWEEPS


def test_a_second_run_adds_nothing_and_follows_the_tables(cast, other, guarded):
    version = guarded(f"対象者 {NAME} 様")
    before = set(version.mixups.values_list("id", flat=True))
    events = AuditEvent.objects.count()
    mixups.look.func(str(version.id))
    assert set(version.mixups.values_list("id", flat=True)) == before
    assert AuditEvent.objects.count() == events
    other.household.update(name="別 人子", kana="")
    mixups.look.func(str(version.id))
    version.refresh_from_db()
    assert (version.state, version.holds) == (State.DRAFT, [])


def test_a_recalled_version_is_looked_at_no_more(cast, other, filed):
    version = filed(data=f"{NAME} 様".encode(), name="a.txt")
    PaperVersion.objects.filter(id=version.id).update(state=State.RECALLED)
    mixups.look.func(str(version.id))
    version.refresh_from_db()
    assert (version.state, version.holds) == (State.RECALLED, [])


def test_a_hit_keeps_no_word_and_the_trail_none(cast, other, guarded):
    version = guarded(f"対象者 {NAME} 様", PHONE)
    fields = {field.name for field in MixupHit._meta.fields}
    assert fields == {
        *("id", "version", "case", "member", "sort", "part", "number", "review")
    }
    for event in AuditEvent.objects.filter(subject=f"version:{version.id}"):
        assert "千鶴子" not in str(event.detail)
        assert str(other.id) not in f"{event.detail}{event.case}"


# The second look ----------------------------------------------------------------------


@pytest.fixture
def held(cast: Cast, other: Case, guarded: Callable[..., PaperVersion]) -> PaperVersion:
    return guarded(f"対象者 {NAME} 様", f"電話 {PHONE}", person=cast.clinic)


UNNAMED = re.compile(r">\s*別の世帯\s*</td>")


def page_of(version: PaperVersion) -> str:
    return reverse("documents:second-look", args=[version.id])


def keeper_of(cast: Cast, case: Case, person: Person) -> None:
    """Make the person a custodian of the other case, too."""
    factories.office(person, Role.SECRETARIAT, case.body)
    factories.commission(person, case.body)
    factories.membership(person, case, Role.SECRETARIAT)


def test_the_look_names_no_case_that_is_not_the_readers(cast, other, held, signed_in):
    page = signed_in(cast.secretariat).get(page_of(held)).content.decode()
    assert UNNAMED.search(page)
    assert "本文(1ページ付近)" in page
    for word in (other.number, "千鶴子", PHONE, str(other.id)):
        assert word not in page


def test_the_look_names_the_case_to_who_keeps_it(cast, other, held, signed_in):
    keeper_of(cast, other, cast.secretariat)
    page = signed_in(cast.secretariat).get(page_of(held)).content.decode()
    for word in (other.number, NAME, PHONE):
        assert word in page
    assert not UNNAMED.search(page)


def test_who_reads_the_other_case_without_keeping_it_learns_its_number_alone(
    cast, other, held, signed_in
):
    factories.commission(cast.secretariat, other.body)
    factories.membership(cast.secretariat, other, Role.INTERNAL)
    page = signed_in(cast.secretariat).get(page_of(held)).content.decode()
    assert other.number in page
    assert "千鶴子" not in page


def test_a_recusal_takes_the_number_away(cast, other, held, signed_in):
    keeper_of(cast, other, cast.secretariat)
    Recusal.objects.create(
        person=cast.secretariat,
        case=other,
        entered_by=cast.chair,
        starts_at=clock.now(),
    )
    page = signed_in(cast.secretariat).get(page_of(held)).content.decode()
    assert other.number not in page
    assert UNNAMED.search(page)


def test_two_hidden_cases_look_like_one(cast, other, held, signed_in):
    """P4: which household it is, and how many they are, is not the reader's."""
    third = factories.case(other.body, number="R8-098", household=0)
    client = signed_in(cast.secretariat)
    one = rows.second_look(client_actor(cast), held.id).places
    member = HouseholdMember.objects.create(case=third, label="本人", name=NAME)
    held.mixups.create(case=third, member=member, sort="name", part="body", number=1)
    assert rows.second_look(client_actor(cast), held.id).places == one
    assert client.get(page_of(held)).status_code == 200


def client_actor(cast: Cast):
    return factories.sign_in(cast.secretariat)


def test_looking_is_on_record(cast, held, signed_in):
    signed_in(cast.secretariat).get(page_of(held))
    event = AuditEvent.objects.get(action="documents.mixup.read")
    assert event.subject == f"version:{held.id}"


@pytest.mark.parametrize("name", ["clinic", "colleague", "stranger", "administrator"])
def test_nobody_else_takes_the_look(cast, held, signed_in, name):
    person = getattr(cast, name)
    assert signed_in(person).get(page_of(held)).status_code == 404
    for act in (mixups.clear, mixups.ask_correction):
        with pytest.raises(HiddenError):
            act(actor=factories.sign_in(person), version=held, reason="同姓同名")
    held.refresh_from_db()
    assert "mixup" in held.holds


def test_there_is_no_look_at_what_is_not_held(cast, other, guarded, signed_in):
    version = guarded("特になし")
    assert signed_in(cast.secretariat).get(page_of(version)).status_code == 404
    with pytest.raises(HiddenError):
        mixups.clear(actor=client_actor(cast), version=version, reason="なし")


def test_clearing_needs_a_fresh_factor_and_a_reason(cast, held):
    stale = factories.sign_in(cast.secretariat, strong_at=None)
    with pytest.raises(StepUpError):
        mixups.clear(actor=stale, version=held, reason="同姓同名")
    with pytest.raises(InvalidError):
        mixups.clear(actor=client_actor(cast), version=held, reason=" ")


def test_an_old_proof_leads_to_a_new_one(cast, held, signed_in):
    client = signed_in(cast.secretariat, strong_at=None)
    assert client.get(page_of(held)).status_code == 200
    answer = client.post(page_of(held), {"verdict": "clear", "reason": "同姓同名"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("members:step-up"))
    held.refresh_from_db()
    assert held.holds == ["member", "mixup"]


def test_cleared_is_cleared_until_something_new_is_found(cast, other, held):
    clerk = client_actor(cast)
    review = mixups.clear(actor=clerk, version=held, reason="同姓同名の保健師")
    held.refresh_from_db()
    assert (held.state, held.holds) == (State.HELD, ["member"])
    assert (review.reviewed_by, review.reason) == (cast.secretariat, "同姓同名の保健師")
    acts = AuditEvent.objects.filter(subject=f"version:{held.id}", actor=str(clerk.id))
    assert acts.filter(action="documents.mixup.clear").count() == 1
    mixups.look.func(str(held.id))
    held.refresh_from_db()
    assert held.holds == ["member"]
    third = factories.case(other.body, number="R8-098", household=0)
    HouseholdMember.objects.create(case=third, label="本人", name=NAME)
    mixups.look.func(str(held.id))
    held.refresh_from_db()
    assert held.holds == ["member", "mixup"]


def test_nothing_held_is_released_and_what_was_cleared_is(cast, held):
    clerk = client_actor(cast)
    with pytest.raises(RefusedError, match="保留"):
        hand_out(clerk, [held], [cast.clinic])
    mixups.clear(actor=clerk, version=held, reason="同姓同名")
    hand_out(clerk, [held], [cast.clinic])
    held.refresh_from_db()
    assert (held.state, held.holds) == (State.RELEASED, [])


def test_a_custodian_from_outside_does_not_clear_their_own(cast, other, guarded):
    """A contractor may keep the secretariat (R17); the second look is another's."""
    contractor = factories.person(
        "委託 一郎", factories.organization("見本相談室"), post="相談員"
    )
    factories.office(contractor, Role.SECRETARIAT, cast.shien)
    factories.commission(contractor, cast.shien)
    factories.membership(contractor, cast.case, Role.SECRETARIAT)
    for pledge in cast.pledges.values():
        factories.acknowledge(contractor, pledge)
    version = guarded(f"対象者 {NAME} 様", person=contractor)
    with pytest.raises(RefusedError, match="ほかの"):
        mixups.clear(
            actor=factories.sign_in(contractor), version=version, reason="同姓同名"
        )
    mixups.clear(actor=client_actor(cast), version=version, reason="同姓同名")


# What the uploader learns -------------------------------------------------------------


def row_of(cast: Cast, person: Person):
    access = access_for(
        factories.sign_in(person), cases=[cast.case.id], items=[cast.shien_item.id]
    )
    (row,) = selectors.paper_rows(access, [cast.shien_item.id])
    return row


def sitting_page(cast: Cast, client) -> str:
    url = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    return str(client.get(url).content.decode())


def test_the_uploader_sees_the_same_with_and_without_a_hit(
    cast, other, guarded, signed_in
):
    """P4: whom the city deals with cannot be tried out by filing lists of names."""
    version = guarded(f"対象者 {NAME} 様", person=cast.clinic)
    client = signed_in(cast.clinic)
    with_hit = sitting_page(cast, client)
    assert "内容の確認のため保留" in with_hit
    version.mixups.all().delete()
    PaperVersion.objects.filter(id=version.id).update(holds=["member"])
    without = sitting_page(cast, client)
    assert plain(with_hit) == plain(without)


def plain(page: str) -> str:
    """Without the tokens that change with every load."""
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=)"[^"]*"', "", page)


def test_the_uploader_learns_the_places_once_a_custodian_asks(cast, other, held):
    assert row_of(cast, cast.clinic).to_correct == []
    assert not row_of(cast, cast.clinic).mixed_up
    mixups.ask_correction(actor=client_actor(cast), version=held, reason="確認中")
    row = row_of(cast, cast.clinic)
    assert row.to_correct == ["本文(1ページ付近)"]
    assert not row.mixed_up
    held.refresh_from_db()
    assert held.holds == ["member", "mixup"]
    assert row_of(cast, cast.secretariat).mixed_up


def test_the_page_clears_and_asks(cast, held, signed_in):
    client = signed_in(cast.secretariat)
    answer = client.post(page_of(held), {"verdict": "clear"})
    assert answer.status_code == 422
    asked = {"verdict": "correction", "reason": "名簿に余分な行"}
    assert client.post(page_of(held), asked).status_code == 302
    assert "お願いしています" in client.get(page_of(held)).content.decode()
    client.post(page_of(held), {"verdict": "clear", "reason": "同姓同名"})
    assert MixupReview.objects.filter(version=held).count() == 2
    assert client.get(page_of(held)).status_code == 404


def test_more_hits_cost_no_more_queries(cast, other, held, signed_in):
    client = signed_in(cast.secretariat)
    url = page_of(held)
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    few = queries()
    for number in range(5):
        case = factories.case(other.body, number=f"R8-2{number}0", household=1)
        member = case.household.first()
        held.mixups.create(
            case=case, member=member, sort="name", part="page", number=number
        )
    assert queries() == few


# Papers that move ---------------------------------------------------------------------


def test_a_transferred_version_is_looked_at_anew(cast, other, guarded):
    version = guarded("特になし")
    clerk = client_actor(cast)
    (copied,) = transfers.copy_versions(actor=clerk, versions=[version])
    new = transfers.transfer_version(
        actor=clerk, copied=copied, item=reference(cast.juso_item), reason="引き継ぎ"
    )
    assert new.guard == Guard.WAITING


def test_a_paper_that_gets_its_case_is_compared_with_the_others(cast, other, guarded):
    """A proposed household is everybody's stranger until it has a case of its own."""
    version = guarded(f"対象者 {NAME} 様")
    Paper.objects.filter(id=version.paper_id).update(case=None)
    mixups.look.func(str(version.id))
    assert hits(version)
    Paper.objects.filter(id=version.paper_id).update(case=other)
    mixups.look.func(str(version.id))
    version.refresh_from_db()
    assert (version.holds, hits(version)) == ([], set())


# What is kept of the words ------------------------------------------------------------


def test_the_words_that_were_read_are_kept_under_the_papers_key(cast, guarded):
    version = guarded("通院の経過")
    kept = VersionText.objects.get(version=version)
    plain = zlib.decompress(vault.unseal_beside(version.stored, bytes(kept.sealed)))
    assert "通院の経過" in plain.decode()
    vault.erase(version.stored.id)
    version.stored.refresh_from_db()
    with pytest.raises(UnavailableError):
        vault.unseal_beside(version.stored, bytes(kept.sealed))
