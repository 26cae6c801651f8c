"""What a body's charter changes in its meetings: law, offices, words, confirmation."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from meetings import records
from meetings.models import AgendaItem, Minutes, Sitting
from meetings.records import closed_words, law_words
from meetings.selectors.agenda import agenda_view
from meetings.selectors.people import roster_of
from meetings.selectors.sittings import open_sitting
from meetings.services import agenda, openings, sittings
from meetings.services import records as record_services
from members.access import access_for
from members.facts import Action, Regime, Role
from members.models import Charter, LegalBasis, LegalGround, Recusal, Seat
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings.convening import (
    WORDS,
    add,
    clerk,
    convened,
    draft,
    head,
    key,
    mails,
)

pytestmark = pytest.mark.django_db


def charter(cast: Cast, **settings: object) -> Charter:
    """The rules of the 支援会議 from long ago, with the given settings."""
    row = Charter.usual(cast.shien)
    for name, value in settings.items():
        setattr(row, name, value)
    row.starts_at = factories.LONG_AGO
    row.decided_by, row.decided_on = "市長決裁", clock.today()
    row.save()
    cast.shien.__dict__.pop("rules", None)
    return row


def split(cast: Cast) -> None:
    """The chair convenes; the clinic is the elected head."""
    cast.shien.offices.filter(person=cast.chair).update(presides=False)
    office = factories.office(cast.clinic, Role.CHAIR, cast.shien)
    office.convenes = False
    office.save()


def put(cast: Cast, sitting: Sitting, regime: Regime | None) -> AgendaItem:
    return agenda.add_item(
        actor=clerk(cast),
        key=key(300),
        sitting=sitting,
        body=cast.shien,
        case=cast.case,
        words=WORDS,
        regime=regime,
    )


# Law


def test_a_body_of_both_modes_asks_for_the_law_of_each_item(cast: Cast) -> None:
    charter(cast, consent=Charter.Consent.BOTH)
    LegalBasis.objects.create(
        body=cast.shien, ground="act_106_4", starts_at=factories.LONG_AGO
    )
    sitting = draft(cast)
    with pytest.raises(InvalidError, match="同意のもとで扱うかどうか"):
        put(cast, sitting, None)
    item = put(cast, sitting, Regime.JUSO)
    assert (item.regime, item.ground) == (Regime.JUSO, LegalGround.Code.ACT_106_4)
    assert law_words(item) == "本人同意あり(社会福祉法第106条の4第2項第5号)"


def test_when_the_law_is_needed_is_said_at_its_field(
    cast: Cast, signed_in: SignIn
) -> None:
    sitting = draft(cast)
    client = signed_in(cast.secretariat)
    page = reverse("meetings:item-create", args=[sitting.id])
    assert "事例を扱うときは必須" not in client.get(page).content.decode()
    charter(cast, consent=Charter.Consent.BOTH)
    shown = client.get(page).content.decode()
    (label,) = re.findall(r'(?s)<label[^>]*for="id_regime">.*?</label>', shown)
    assert "※事例を扱うときは必須" in label
    assert "任意" not in label


def test_a_body_of_one_mode_takes_no_other(cast: Cast) -> None:
    charter(cast)
    with pytest.raises(InvalidError, match="置けません"):
        put(cast, draft(cast), Regime.JUSO)


def test_the_law_of_the_day_is_read_aloud_with_its_penalty(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    shown = agenda_view(open_sitting(clerk(cast), sitting.id))
    assert [words for words in shown.penalties if "拘禁刑" in words]
    assert not any("懲役" in words for words in shown.penalties)


def test_an_item_under_consent_threatens_no_penalty(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting, cast.juso)
    assert agenda_view(open_sitting(clerk(cast), sitting.id)).penalties == []


def test_the_ground_says_whether_the_person_concerned_comes(cast: Cast) -> None:
    assert not roster_of(cast.shien_item).subject_invited
    assert roster_of(cast.juso_item).subject_invited


# Convener and head


def test_the_convener_calls_and_the_head_presides(cast: Cast) -> None:
    charter(cast, head_rule=Charter.HeadRule.ELECTED)
    split(cast)
    sitting = convened(cast, cast.colleague)
    assert (sitting.approved_by, sitting.presiding) == (cast.chair, cast.clinic)
    assert len(mails(cast.colleague)) == 1


def test_the_head_alone_calls_nobody(cast: Cast) -> None:
    charter(cast, head_rule=Charter.HeadRule.ELECTED)
    split(cast)
    sitting = draft(cast)
    add(cast, sitting)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    with pytest.raises(HiddenError):
        sittings.approve_agenda(actor=factories.sign_in(cast.clinic), sitting=sitting)


def test_nobody_is_called_after_the_body_has_ended(cast: Cast) -> None:
    sitting = draft(cast)
    add(cast, sitting)
    sittings.submit_agenda(actor=clerk(cast), sitting=sitting)
    cast.shien.ends_on = clock.today()
    cast.shien.save()
    with pytest.raises(RefusedError):
        sittings.approve_agenda(actor=head(cast), sitting=sitting)


# Open and closed


def general(cast: Cast) -> AgendaItem:
    sitting = draft(cast)
    return agenda.add_item(
        actor=clerk(cast),
        key=key(301),
        sitting=sitting,
        body=cast.shien,
        case=None,
        words=WORDS,
    )


def open_up(cast: Cast, item: AgendaItem, name: str = "secretariat") -> AgendaItem:
    return openings.open_to_public(
        actor=factories.sign_in(getattr(cast, name)),
        item=item,
        opening=openings.Opening("会長", clock.today(), "制度の説明のため"),
    )


def test_an_item_is_opened_by_a_recorded_decision(cast: Cast) -> None:
    rules = charter(cast, closed=Charter.Closed.AS_RULE)
    item = open_up(cast, general(cast))
    assert "会長決定。理由:制度の説明のため" in closed_words(rules, item)
    assert closed_words(rules) == "原則非公開"


def test_where_all_is_closed_nothing_is_opened(cast: Cast) -> None:
    charter(cast, closed=Charter.Closed.SITTING)
    with pytest.raises(RefusedError, match="公開できません"):
        open_up(cast, general(cast))


def test_an_item_with_a_case_is_never_opened(cast: Cast) -> None:
    charter(cast, closed=Charter.Closed.AS_RULE)
    with pytest.raises(RefusedError, match="事例"):
        open_up(cast, add(cast, draft(cast)))


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator", "recused"])
def test_outsiders_open_nothing(cast: Cast, name: str) -> None:
    charter(cast, closed=Charter.Closed.AS_RULE)
    item = general(cast)
    with pytest.raises(HiddenError):
        open_up(cast, item, name)


def test_an_opening_decided_tomorrow_is_refused(cast: Cast) -> None:
    charter(cast, closed=Charter.Closed.AS_RULE)
    item = general(cast)
    for opening in (
        openings.Opening("会長", clock.today() + timedelta(days=1), "説明のため"),
        openings.Opening("", clock.today(), "説明のため"),
        openings.Opening("会長", clock.today(), ""),
    ):
        with pytest.raises(InvalidError):
            openings.open_to_public(actor=clerk(cast), item=item, opening=opening)


def test_the_clerk_records_the_opening_on_a_page(cast: Cast, signed_in: SignIn) -> None:
    charter(cast, closed=Charter.Closed.AS_RULE)
    item = general(cast)
    client, address = signed_in(cast.secretariat), f"/items/{item.id}/public/"
    offered = client.get(address).content.decode()
    assert 'list="decided_by-offered"' in offered
    assert f'{cast.chair.name}"></option>' in offered
    assert client.post(address, {"decided_by": "会長"}).status_code == 422
    words = {"decided_by": "会長", "decided_on": clock.today(), "reason": "説明"}
    assert client.post(address, words).status_code == 302
    page = client.get(f"/sittings/{item.sitting_id}/").content.decode()
    assert "公開する議題です" in page


# Record


@pytest.fixture
def held(cast: Cast) -> AgendaItem:
    """The closed item of today: the chair presided, clinic and clerk came."""
    item = cast.juso_item
    cast.sitting.presiding = cast.chair
    cast.sitting.save()
    for person in (cast.chair, cast.secretariat, cast.clinic, cast.newcomer):
        factories.presence(person, item)
    item.state, item.closed_at = "closed", clock.now()
    item.save()
    return item


def circulate(cast: Cast, item: AgendaItem) -> Minutes:
    due = clock.today() + timedelta(days=7)
    return record_services.start_round(actor=clerk(cast), item=item, due_on=due)


def in_circulation(cast: Cast) -> None:
    row = Charter.usual(cast.juso)
    row.confirmation = Charter.Confirmation.CIRCULATION
    row.starts_at, row.decided_by = factories.LONG_AGO, "市長決裁"
    row.decided_on = clock.today()
    row.save()


def names(record: records.Record) -> set[str]:
    return {person.name for person in record.missing}


def test_circulation_asks_all_members_who_came(cast: Cast, held: AgendaItem) -> None:
    Seat.objects.filter(item_id=held.id).update(signatory=False)
    in_circulation(cast)
    circulate(cast, held)
    assert names(records.load(held.id)) == {
        cast.chair.name,
        cast.clinic.name,
        cast.newcomer.name,
    }
    access = access_for(factories.sign_in(cast.clinic))
    thing = records.load(held.id).thing(cast.clinic.id)
    assert access.allows(Action.CONFIRM_MINUTES, thing)


def test_named_confirmation_asks_the_named_only(cast: Cast, held: AgendaItem) -> None:
    circulate(cast, held)
    assert names(records.load(held.id)) == {cast.chair.name, cast.clinic.name}


def test_silence_confirms_nothing(
    cast: Cast, held: AgendaItem, signed_in: SignIn
) -> None:
    in_circulation(cast)
    circulate(cast, held)
    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert len(names(records.load(held.id))) == 3
        page = signed_in(cast.secretariat).get(f"/items/{held.id}/record/")
        assert "確認期限を過ぎました" in page.content.decode()
        assert Minutes.objects.get(item=held).state == Minutes.State.ROUND


def test_the_record_speaks_the_bodys_own_words(cast: Cast, held: AgendaItem) -> None:
    charter(
        cast,
        head_title="座長",
        convener_title="招集責任者",
        closed=Charter.Closed.SITTING,
    )
    circulate(cast, held)
    document = records.document(records.load(held.id), confirmed=False)
    assert (document.head_title, document.closed) == ("座長", "会議は非公開")
    assert document.signatories[0].role == "座長"
    roles = {row.name: row.role for row in document.attendance}
    assert roles[cast.chair.name] == "座長"


def of_the_sitting(cast: Cast) -> str:
    charter(cast, record_unit=Charter.RecordUnit.SITTING)
    return f"/sittings/{cast.sitting.id}/record/"


def test_the_records_of_a_sitting_are_one_paper_for_its_custodians(
    cast: Cast, held: AgendaItem, signed_in: SignIn
) -> None:
    circulate(cast, held)
    address, client = of_the_sitting(cast), signed_in(cast.secretariat)
    assert address in client.get(f"/sittings/{cast.sitting.id}/").content.decode()
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="meetings.minutes.compile").count() == 1


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator", "auditor"])
def test_nobody_else_gets_the_records_of_all_items(
    cast: Cast, held: AgendaItem, signed_in: SignIn, name: str
) -> None:
    circulate(cast, held)
    address = of_the_sitting(cast)
    assert signed_in(getattr(cast, name)).get(address).status_code == 404


def test_a_custodian_kept_away_gets_the_other_records_only(
    cast: Cast, held: AgendaItem
) -> None:
    circulate(cast, held)
    items = list(cast.sitting.items.all())
    assert len(records.compiled(clerk(cast), items)) == 1
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        entered_by=cast.chair,
    )
    assert records.compiled(clerk(cast), items) == []
