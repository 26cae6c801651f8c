"""検索: what one may see is found, and of everything else nothing is said."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.models import PaperVersion, VersionText
from documents.services import releases
from meetings.forms.search import sealed, unsealed
from meetings.models import Entry, Minutes, Outcome, Sitting
from meetings.selectors.search import Wish, search
from members.facts import State
from members.models import (
    Commission,
    Consent,
    HouseholdMember,
    Membership,
    Recusal,
)
from members.services import archive
from portal.core import clock, keys, rotation
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent, SearchDue, SearchRow
from portal.core.search import index
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import keeping
from tests.meetings.recording import COURSE, DECISION, circulate
from tests.meetings.searching import fill, kinds, page
from tests.papers import Filed, replace_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast: Cast) -> Cast:
    fill(cast)
    return cast


def version_of(cast: Cast) -> PaperVersion:
    return PaperVersion.objects.get(paper__item_id=cast.shien_item.id)


# Found --------------------------------------------------------------------------------


def test_each_kind_is_found_by_who_may_see_it(town: Cast, signed_in: SignIn) -> None:
    clerk, clinic = town.secretariat, town.clinic
    assert kinds(clinic, "ひきこもり") == {"case": 1}
    assert kinds(clerk, "見本一郎") == {"case": 1}
    assert kinds(clinic, "支援の方向性") == {"item": 2}
    assert kinds(clinic, "高橋") == {"paper": 1}
    assert kinds(clinic, "R8.4.1") == {"paper": 1}
    assert kinds(clinic, "訪問 通院") == {"paper": 1}
    assert kinds(clinic, "受診") == {}  # the draft of the record is not theirs
    circulate(town, town.shien_item)
    assert kinds(clinic, "受診") == {"entry": 1}
    assert kinds(clerk, "受診") == {"entry": 1}
    assert kinds(clerk, "こころのクリニック") == {"person": 5, "organization": 1}
    assert kinds(clinic, "こころのクリニック") == {}
    assert kinds(clinic, "通") == {}
    shown = page(signed_in(clinic), "通院")
    assert "<mark>通院</mark>の経過" in shown
    assert "<mark>通院</mark>は月二回" in shown
    assert reverse("documents:version-view", args=[version_of(town).id]) in shown


def test_it_is_narrowed_and_turned_over(town: Cast, signed_in: SignIn) -> None:
    clerk = town.secretariat
    assert kinds(clerk, "通院", kind="item") == {}
    assert kinds(clerk, "支援の方向性", case="R8-012") == {"item": 2}
    assert kinds(clerk, "支援の方向性", case="R8-999") == {}
    tomorrow = clock.today() + timedelta(days=1)
    assert kinds(clerk, "支援の方向性", since=tomorrow) == {}
    assert kinds(clerk, "支援の方向性", until=tomorrow) == {"item": 2}
    for order in range(25):
        _entry(town, f"訪問の記録 {order}")
    circulate(town, town.shien_item)
    index.catch_up()
    client = signed_in(clerk)
    assert page(client, "訪問の記録").count("<mark>") == 5
    whole = page(client, "訪問の記録", kind="entry")
    assert whole.count("<mark>") == 20
    rest = page(client, "訪問の記録", kind="entry", page="2")
    assert rest.count("<mark>") == 5


def _entry(cast: Cast, text: str) -> Entry:
    now = clock.now()
    return Entry.objects.create(
        item=cast.shien_item,
        order=3,
        kind="discussion",
        text=text,
        revision=3,
        created_by=cast.secretariat,
        created_at=now,
        changed_at=now,
    )


def test_what_changes_is_found_as_it_is_now(town: Cast) -> None:
    """However it was written: the database itself notes it."""
    clerk = town.secretariat
    Minutes.objects.create(item=town.shien_item)
    rows = Entry.objects.filter(item=town.shien_item, text=COURSE)
    rows.update(text="就労の見学について")
    assert kinds(clerk, "受診", kind="entry") == {}
    assert kinds(clerk, "就労の見学") == {"entry": 1}
    HouseholdMember.objects.filter(name="見本 一郎").update(name="見本 二郎")
    assert kinds(clerk, "見本一郎") == {}
    assert kinds(clerk, "見本二郎") == {"case": 1}
    Entry.objects.filter(text="就労の見学について").delete()
    assert not SearchDue.objects.exists()
    assert kinds(clerk, "就労の見学") == {}


def test_what_was_lost_is_found_again_by_itself(town: Cast) -> None:
    """And what a broken act left in the index goes."""
    SearchRow.objects.all().delete()
    assert kinds(town.clinic, "通院") == {}
    left = SearchRow.objects.create(
        kind="entry",
        subject=uuid4(),
        realm=town.shien.id,
        scope=town.case.id,
        at=clock.now(),
        key=keys.primary("code"),
    )
    assert index.look_after() > 0
    assert kinds(town.clinic, "通院") == {"paper": 1}
    assert index.look_after() == 0
    assert not SearchRow.objects.filter(id=left.id).exists()


def test_a_new_key_takes_over_and_the_old_one_can_go(
    town: Cast, tmp_path, settings
) -> None:
    settings.KEY_FILE = tmp_path / "keys.json"
    keys.create(settings.KEY_FILE)
    index.rebuild(lambda kind, done, count: None)
    old = set(index.living())
    rotation.rotate()
    assert kinds(town.clinic, "ひきこもり") == {"case": 1}
    while index.look_after():
        pass
    assert old.isdisjoint(index.living())
    assert kinds(town.clinic, "ひきこもり") == {"case": 1}


def test_as_many_queries_for_many_hits_as_for_one(town: Cast) -> None:
    circulate(town, town.shien_item)
    index.catch_up()
    actor, wish = factories.sign_in(town.secretariat), Wish("訪問", kind="entry")
    with CaptureQueriesContext(connection) as before:
        assert len(search(actor, wish).groups[0].hits) == 1
    for order in range(15):
        _entry(town, f"訪問 {order}")
    index.catch_up()
    with CaptureQueriesContext(connection) as after:
        assert len(search(actor, wish).groups[0].hits) == 16
    assert len(after) == len(before)


# Not found ----------------------------------------------------------------------------


Act = Callable[[Cast], object]


def _over(model: type[Membership | Commission]) -> Act:
    def act(cast: Cast) -> object:
        rows = model._default_manager.filter(person=cast.clinic)
        return rows.update(ends_at=clock.now())

    return act


def _recuse(cast: Cast) -> object:
    return Recusal.objects.create(
        organization=cast.clinic.organization,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.secretariat,
    )


@pytest.mark.parametrize(
    "act", [_over(Membership), _over(Commission), _recuse], ids=["left", "term", "kept"]
)
def test_who_may_see_nothing_any_more_finds_nothing(town: Cast, act: Act) -> None:
    circulate(town, town.shien_item)
    assert kinds(town.clinic, "訪問") == {"entry": 1, "paper": 1}
    act(town)
    for words in ("訪問", "ひきこもり", "支援の方向性"):
        assert kinds(town.clinic, words) == {}


def test_people_beside_the_case_find_nothing(town: Cast) -> None:
    circulate(town, town.shien_item)
    index.catch_up()
    people = (town.newcomer, town.leaver, town.colleague, town.stranger, town.recused)
    for person in people:
        for words in ("訪問", "ひきこもり", "支援の方向性"):
            assert kinds(person, words) == {}, person


def test_administration_audit_and_links_have_no_search(
    town: Cast, signed_in: SignIn
) -> None:
    for person in (town.administrator, town.auditor):
        with pytest.raises(HiddenError):
            search(factories.sign_in(person), Wish("訪問"))
    scope = factories.to_sitting(town.sitting)
    with pytest.raises(HiddenError):
        search(factories.sign_in(town.clinic, scope=scope), Wish("訪問"))
    home = signed_in(town.administrator).get("/").content.decode()
    assert reverse("meetings:search") not in home


def test_what_was_recalled_is_forgotten(town: Cast) -> None:
    version = version_of(town)
    releases.recall_version(actor=factories.sign_in(town.secretariat), version=version)
    for person in (town.clinic, town.secretariat):
        assert kinds(person, "通院") == {}
    assert not SearchRow.objects.filter(kind="paper", subject=version.id).exists()


def test_what_was_replaced_is_found_by_its_custodian_alone(town: Cast) -> None:
    new = replace_by(town.secretariat, version_of(town))
    assert new.state == State.DRAFT
    assert kinds(town.clinic, "通院") == {}
    index.catch_up()
    found = search(factories.sign_in(town.secretariat), Wish("月二回"))
    (group,) = found.groups
    assert [hit.meta[0] for hit in group.hits] == ["前の版"]


def test_without_consent_nothing_that_rests_on_it_is_found(
    town: Cast, released: Filed
) -> None:
    """The custodian knows of the item, and opens what is frozen with a reason alone."""
    released(item=town.juso_item, title="家計の記録")
    circulate(town, town.juso_item)
    _outcome(town, "月2回の見守り")
    assert kinds(town.clinic, "家計の記録") == {"paper": 1}
    assert kinds(town.clinic, "受診") == {"entry": 1}
    assert kinds(town.secretariat, "月2回の見守り") == {"outcome": 1}
    Consent.objects.update(withdrawn_at=clock.now())
    for person in (town.clinic, town.secretariat):
        for words in ("家計の記録", "受診", "月2回の見守り"):
            assert kinds(person, words) == {}
    assert kinds(town.secretariat, "プラン確定") == {"outcome": 1}
    assert kinds(town.clinic, "プラン確定") == {}
    assert kinds(town.clinic, "支援の方向性") == {"item": 1}  # of the other law
    assert kinds(town.secretariat, "支援の方向性") == {"item": 2}


def test_an_outcome_says_its_result_once(town: Cast) -> None:
    _outcome(town, "月2回の見守り")
    index.catch_up()
    (group,) = search(factories.sign_in(town.secretariat), Wish("見守り 月2回")).groups
    (excerpt,) = group.hits[0].excerpts
    assert excerpt.where == "結果"
    words = "".join(piece.text for piece in excerpt.pieces)
    assert words == "プラン確定 / 月2回の見守り"


def _outcome(cast: Cast, note: str) -> Outcome:
    return Outcome.objects.create(
        item=cast.juso_item,
        case=cast.case,
        held_on=clock.today(),
        result=Outcome.Result.CONFIRMED,
        note=note,
        recorded_by=cast.secretariat,
        recorded_at=clock.now(),
    )


def test_by_the_summary_no_more_is_found_than_it_says(town: Cast) -> None:
    """Neither who said what was decided, nor what it rests on."""
    rows = Entry.objects.filter(item=town.shien_item, kind="decision")
    rows.update(speaker="見本商店", source="家計簿の写し")
    task = Entry.objects.get(pk=rows.get().pk)
    task.pk, task.kind, task.order, task.text = uuid4(), "task", 9, "窓口に同行する。"
    task.save()
    town.sitting.state, town.sitting.closed_at = Sitting.State.CLOSED, clock.now()
    town.sitting.save()
    assert kinds(town.clinic, "訪問を始める") == {"entry": 2}
    assert kinds(town.clinic, "見本商店") == {"entry": 1}  # whose task it is
    assert kinds(town.clinic, "見本商店 訪問を始める") == {}
    assert kinds(town.clinic, "家計簿の写し") == {}
    circulate(town, town.shien_item)
    assert kinds(town.clinic, "家計簿の写し") == {"entry": 2}  # now by the record


def test_a_restricted_paper_is_found_by_its_list(cast: Cast, released: Filed) -> None:
    version = released(title="住民票の写し")
    version.paper.restricted = True
    version.paper.save()
    assert kinds(cast.clinic, "住民票") == {}
    version.paper.readers.add(cast.clinic)
    assert kinds(cast.clinic, "住民票") == {"paper": 1}


def test_a_protected_address_is_found_by_custodians_alone(cast: Cast) -> None:
    rows = HouseholdMember.objects.filter(name="見本 一郎")
    rows.update(address="見本市北浜三丁目", address_protected=True)
    assert kinds(cast.secretariat, "北浜三丁目") == {"case": 1}
    assert kinds(cast.clinic, "北浜三丁目") == {}
    rows.update(address_protected=False)
    assert kinds(cast.clinic, "北浜三丁目") == {"case": 1}


def test_names_and_birth_dates_are_found_by_custodians_alone(
    cast: Cast, signed_in: SignIn
) -> None:
    """Not even whether there is such a name: what stands beside it finds the case."""
    rows = HouseholdMember.objects.filter(name="見本 一郎")
    rows.update(kana="ミホン イチロウ", birth_date=date(1980, 4, 2))
    for words in ("見本一郎", "ミホンイチロウ", "昭和55年4月2日", "長男 一郎"):
        assert kinds(cast.secretariat, words) == {"case": 1}
        assert kinds(cast.clinic, words) == {}
    shown = page(signed_in(cast.clinic), "長男")
    assert "<mark>長男</mark>" in shown
    for secret in ("見本 一郎", "ミホン", "昭和55年"):
        assert secret not in shown


def test_before_the_sitting_is_convened_its_items_are_not_found(cast: Cast) -> None:
    cast.sitting.state = "draft"
    cast.sitting.save()
    assert kinds(cast.clinic, "支援の方向性") == {}
    assert kinds(cast.secretariat, "支援の方向性") == {"item": 2}


def test_a_confirmed_record_is_found_by_a_grant_as_long_as_it_holds(
    town: Cast,
) -> None:
    keeping.record(town, town.shien_item)
    keeping.close(town.case)
    assert kinds(town.colleague, "受診") == {}
    given = archive.grant(
        actor=factories.sign_in(town.secretariat),
        case=town.case,
        person=town.colleague,
        purpose="再相談のため",
        last_day=clock.today() + timedelta(days=3),
    )
    assert kinds(town.colleague, "受診") == {"entry": 1}
    stale = factories.sign_in(town.colleague, strong_at=None)
    assert search(stale, Wish("受診")).groups == []
    given.ends_at = clock.now()
    given.save()
    assert kinds(town.colleague, "受診") == {}


@pytest.mark.django_db(transaction=True)
def test_of_what_was_disposed_of_nothing_is_left(cast: Cast) -> None:
    fill(cast)
    keeping.record(cast, cast.shien_item)
    keeping.record(cast, cast.juso_item)
    keeping.dispose(cast, keeping.close(cast.case))
    assert not VersionText.objects.exists()
    for words in ("訪問", "ひきこもり", "通院", "R8-012"):
        assert kinds(cast.secretariat, words) == {}
    assert set(SearchRow.objects.values_list("kind", flat=True)) <= {
        "person",
        "organization",
    }


def test_what_a_restore_brings_back_is_decided_as_ever(town: Cast) -> None:
    """An index older than the tables shows nothing, whatever it still names."""
    circulate(town, town.shien_item)
    index.catch_up()
    PaperVersion.objects.update(state=State.RECALLED)
    Entry.objects.filter(text=DECISION).update(text="別の言葉")
    found = search(factories.sign_in(town.clinic), Wish("訪問"))
    assert found.groups == []


# Words --------------------------------------------------------------------------------


def test_no_word_rests_readable_beside_the_papers_key(town: Cast) -> None:
    """Neither in the index nor in what is kept of a paper, nor in the trail."""
    kinds(town.clinic, "髙橋医師")
    kept = VersionText.objects.get()
    assert "髙橋".encode() not in bytes(kept.sealed)
    tables = [t for t in connection.introspection.table_names() if "search" in t]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            assert "高橋" not in str(cursor.fetchall())
    assert "橋" not in str(list(AuditEvent.objects.values()))


def test_each_hit_is_on_record_as_read(town: Cast) -> None:
    AuditEvent.objects.all().delete()
    kinds(town.clinic, "訪問")
    version = version_of(town)
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.subject) == (
        "documents.version.found",
        f"version:{version.id}",
    )
    assert event.actor == str(town.clinic.id)
    assert event.detail == {"number": 1}


def test_an_address_is_for_one_person_and_says_nothing(
    town: Cast, signed_in: SignIn
) -> None:
    wish = Wish("通院", kind="paper")
    made = sealed(wish, town.clinic.id)
    assert unsealed(made, town.clinic.id)["words"] == "通院"
    assert unsealed(made, town.secretariat.id) == {}
    assert unsealed(made[:-4], town.clinic.id) == {}
    assert len(made) == len(sealed(Wish("通院の経過と見通し"), town.clinic.id))
    other = signed_in(town.secretariat).get(f"/search/?about={made}")
    assert other.status_code == 200
    assert "通院" not in other.content.decode()


@pytest.mark.parametrize(
    "days", [{"since": "0001-01-01"}, {"until": "9999-12-31"}], ids=["since", "until"]
)
def test_days_that_no_calendar_knows_are_refused(
    cast: Cast, signed_in: SignIn, days: dict[str, str]
) -> None:
    client = signed_in(cast.clinic)
    answer = client.post(reverse("meetings:search"), {"words": "訪問", **days})
    assert answer.status_code == 422
    assert "1873年から2199年まで" in answer.content.decode()


def test_the_first_and_the_last_day_are_searched(town: Cast, signed_in: SignIn) -> None:
    whole = {"since": "1873-01-01", "until": "2199-12-31"}
    assert "通院の経過" in page(signed_in(town.clinic), "通院の経過", **whole)


def test_marks_are_escaped(town: Cast, signed_in: SignIn) -> None:
    circulate(town, town.shien_item)
    _entry(town, "<b>訪問記録</b>")
    index.catch_up()
    shown = page(signed_in(town.secretariat), "訪問記録")
    assert "&lt;b&gt;<mark>訪問記録</mark>&lt;/b&gt;" in shown
