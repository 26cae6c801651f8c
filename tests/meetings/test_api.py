"""The API for other systems: what a key opens, and everything that it does not."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from documents.delivery import gateway
from documents.evidence.disclosure import Entry, Period, who_had
from documents.models import Paper, PaperVersion
from documents.selectors import version_for
from meetings.models import FileKind, Minutes
from meetings.selectors import api as selectors
from members.facts import Regime, Role
from members.models import ApiToken, Commission, Office, Recusal
from members.services import api_tokens
from portal.core import clock, objectstore
from portal.core.errors import HiddenError, InvalidError, RefusedError, StepUpError
from portal.core.models import AuditEvent, Taking
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.meetings import keeping
from tests.meetings.reaching import RECORDS, asked, get, made, read, record, wish

REFUSED = {"type": "about:blank", "title": "Unauthorized", "status": 401}
HIDDEN = {"type": "about:blank", "title": "Not Found", "status": 404}


def file_of(minutes: Minutes, kind: str = "pdf") -> str:
    version = getattr(minutes, kind).versions.get()
    return f"{RECORDS}/{minutes.id}/files/{version.id}"


# The key ----------------------------------------------------------------------------


def test_two_people_make_a_key_and_one_sees_it_once(cast: Cast) -> None:
    token = asked(cast)
    secretariat = factories.sign_in(cast.secretariat)
    with pytest.raises(RefusedError):
        api_tokens.issue(actor=secretariat, token_id=token.id)
    with pytest.raises(HiddenError):
        api_tokens.allow(actor=secretariat, token_id=token.id)
    administrator = factories.sign_in(cast.administrator)
    api_tokens.allow(actor=administrator, token_id=token.id)
    for other in (administrator, factories.sign_in(cast.chair)):
        with pytest.raises(HiddenError):
            api_tokens.issue(actor=other, token_id=token.id)
    secret = api_tokens.issue(actor=secretariat, token_id=token.id)
    with pytest.raises(RefusedError):
        api_tokens.issue(actor=secretariat, token_id=token.id)
    assert secret.startswith("kasane_")
    assert get(secret).status_code == 200
    row = ApiToken.objects.values_list().get()
    assert secret not in str(row)
    assert secret.encode() not in bytes(ApiToken.objects.get().mac or b"")


def test_only_custodians_ask_with_a_fresh_factor_and_for_a_year_at_most(
    cast: Cast,
) -> None:
    for person in (cast.clinic, cast.administrator, cast.auditor, cast.stranger):
        with pytest.raises(HiddenError):
            api_tokens.ask(
                actor=factories.sign_in(person), key=uuid4(), wish=wish(cast.shien)
            )
    earlier = clock.now() - timedelta(minutes=6)
    stale = factories.sign_in(cast.secretariat, strong_at=earlier)
    with pytest.raises(StepUpError):
        api_tokens.ask(actor=stale, key=uuid4(), wish=wish(cast.shien))
    for days in (-1, 366):
        day = clock.today() + timedelta(days=days)
        with pytest.raises(InvalidError):
            asked(cast, last_day=day)
    assert not ApiToken.objects.exists()
    token = asked(cast, last_day=clock.today() + timedelta(days=365))
    late = factories.sign_in(cast.administrator, strong_at=earlier)
    with pytest.raises(StepUpError):
        api_tokens.allow(actor=late, token_id=token.id)


def test_the_same_form_twice_asks_for_one_key(cast: Cast) -> None:
    key, actor = uuid4(), factories.sign_in(cast.secretariat)
    for _ in range(2):
        api_tokens.ask(actor=actor, key=key, wish=wish(cast.shien))
    assert ApiToken.objects.get().id == key
    with pytest.raises(HiddenError):
        api_tokens.ask(
            actor=factories.sign_in(cast.chair), key=key, wish=wish(cast.shien)
        )


def test_the_database_takes_no_key_of_one_person(cast: Cast) -> None:
    asked(cast)
    for change in ({"allowed_by": cast.secretariat}, {"mac": b"1"}, {"ends_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.update(**change)


# Who is let in ----------------------------------------------------------------------


def expire(cast: Cast, machine: TimeMachineFixture) -> None:
    machine.move_to(clock.day_end(clock.today() + timedelta(days=180)), tick=False)


def revoke(cast: Cast, machine: TimeMachineFixture) -> None:
    actor = factories.sign_in(cast.chair)  # also a custodian of the body
    api_tokens.end(actor=actor, token_id=ApiToken.objects.get().id)


@pytest.mark.parametrize("close", [expire, revoke])
def test_a_key_that_is_over_is_answered_like_none(
    cast: Cast, close: Callable[..., None], time_machine: TimeMachineFixture
) -> None:
    minutes, secret = record(cast), made(cast)
    assert get(secret).status_code == 200
    close(cast, time_machine)
    for path in (RECORDS, f"{RECORDS}/{minutes.id}", file_of(minutes), "/api/v1/else"):
        answer = get(secret, path)
        assert answer.status_code == 401
        assert answer.json() == REFUSED


def test_without_the_right_key_from_the_right_place_nobody_is_let_in(
    cast: Cast, signed_in: SignIn
) -> None:
    secret = made(cast, addresses=("192.0.2.0/24",))
    unmade = asked(cast)
    unknown = f"kasane_{'A' * 43}"
    answers = [
        signed_in(cast.secretariat).get(RECORDS),  # a browser's cookie is no key
        Client().get(f"{RECORDS}?key={secret}"),
        Client().get(RECORDS, headers={"Authorization": f"Basic {secret}"}),
        *(get(each) for each in ("", unknown, "kasane_é", str(unmade.id), secret)),
        get(secret, REMOTE_ADDR="192.0.3.1"),
        get(secret, REMOTE_ADDR=""),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="kasane"'
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json() == REFUSED
    assert ApiToken.objects.get(mac__isnull=False).used_at is None
    assert get(secret, REMOTE_ADDR="192.0.2.77").status_code == 200
    used = ApiToken.objects.get(mac__isnull=False)
    assert used.used_from == "192.0.2.77"


def test_nothing_is_written_by_the_api(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast)
    client = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {secret}"}
    records = (RECORDS, f"{RECORDS}/{minutes.id}", file_of(minutes))
    for path in (*records, "/api/v1/openapi.json", "/api/v1/else"):
        for method in ("post", "put", "patch", "delete", "options"):
            answer = getattr(client, method)(path, headers=headers)
            assert answer.status_code == 405
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Allow"] == "GET, HEAD"


def test_while_the_store_is_away_a_program_is_told_when_to_come_again(
    cast: Cast,
) -> None:
    minutes, secret = record(cast), made(cast)
    path = file_of(minutes)
    version = PaperVersion.objects.get(paper=minutes.pdf)
    objectstore.store().remove(version.stored_id.hex)
    answer = get(secret, path)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "10"


def test_requests_of_a_minute_are_bounded(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    monkeypatch.setattr(api_tokens, "PER_MINUTE", 2)
    secret = made(cast)
    time_machine.move_to(clock.now(), tick=False)
    assert [get(secret).status_code for _ in range(3)] == [200, 200, 429]
    assert get(secret).headers["Retry-After"] == "60"
    time_machine.shift(timedelta(minutes=1))
    assert get(secret).status_code == 200


# What it reads ----------------------------------------------------------------------


def test_a_record_is_told_in_neutral_words(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast)
    answer = get(secret)
    (told,) = answer.json()["records"]
    assert answer.json()["next"] is None
    assert get(secret, f"{RECORDS}/{minutes.id}").json() == told
    assert told["id"] == str(minutes.id)
    assert told["body"] == {"id": str(cast.shien.id), "name": str(cast.shien)}
    assert told["file"] == {"kind": "case", "id": str(cast.case.id)}
    assert told["retention"] == {
        "records_class": "5年",
        "completed_on": None,
        "counted_from": None,
        "expires_on": None,
        "held": False,
    }
    assert told["files"][0]["media_type"] == "application/pdf"
    assert len(told["files"]) == 2
    people = [each.name for each in (cast.chair, cast.secretariat, cast.clinic)]
    for word in (cast.case.number, cast.case.title, cast.shien_item.title, *people):
        assert not word or word not in answer.content.decode("unicode-escape")


def test_the_bytes_are_those_that_were_told_and_on_record_before(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast)
    version = PaperVersion.objects.get(paper=minutes.pdf)
    (told,) = get(secret).json()["records"]
    answer = get(secret, file_of(minutes))
    assert read(answer) == b"pdf of the record"
    assert int(answer.headers["Content-Length"]) == told["files"][0]["size"]
    token = ApiToken.objects.get()
    trail = AuditEvent.objects.filter(sign_in=str(token.id))
    assert [(event.action, event.subject) for event in trail] == [
        ("meetings.api.answer", f"api_token:{token.id}"),
        ("meetings.minutes.told", f"minutes:{minutes.id}"),
        ("documents.original.download", f"version:{version.id}"),
    ]
    assert {event.actor for event in trail} == {str(cast.secretariat.id)}
    (had,) = who_had(list(Paper.objects.filter(versions=version)), Period()).had
    assert (had.person, had.entry) == (cast.secretariat, Entry.KEY)


def test_a_key_without_files_gives_none(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast, files=False)
    (told,) = get(secret).json()["records"]
    assert told["files"] == []
    assert get(secret, file_of(minutes)).json() == HIDDEN


def recuse(cast: Cast) -> None:
    Recusal.objects.create(
        person=cast.secretariat,
        case=cast.case,
        starts_at=clock.now(),
        reason="親族のため",
        entered_by=cast.chair,
    )


def leave_the_case(cast: Cast) -> None:
    cast.case.memberships.filter(person=cast.secretariat).update(ends_at=clock.now())


def leave_office(cast: Cast) -> None:
    Office.objects.filter(person=cast.secretariat).update(ends_at=clock.now())


def lose_commission(cast: Cast) -> None:
    Commission.objects.filter(person=cast.secretariat).update(ends_at=clock.now())


def owe_a_pledge(cast: Cast) -> None:
    cast.secretariat.acknowledgements.all().delete()


def leave_the_town(cast: Cast) -> None:
    cast.secretariat.ends_at = clock.now()
    cast.secretariat.save()


@pytest.mark.parametrize(
    "lose",
    [
        recuse,
        leave_the_case,
        leave_office,
        lose_commission,
        owe_a_pledge,
        leave_the_town,
    ],
)
def test_what_its_person_loses_the_key_loses(
    cast: Cast, lose: Callable[[Cast], None]
) -> None:
    minutes, secret = record(cast), made(cast)
    assert len(get(secret).json()["records"]) == 1
    lose(cast)
    assert get(secret).json() == {"records": [], "next": None}
    for path in (f"{RECORDS}/{minutes.id}", file_of(minutes)):
        assert get(secret, path).content == get(secret, f"{RECORDS}/{uuid4()}").content


def test_a_running_download_ends_with_the_key(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast)
    actor = api_tokens.opened_by(secret=secret, address="")
    version = PaperVersion.objects.get(paper=minutes.pdf)
    still = gateway._still_allowed(
        version_for(actor, version.id), copy=False, stamped=False
    )
    assert still()
    revoke(cast, None)  # type: ignore[arg-type] # needs no clock
    with pytest.raises(HiddenError):
        still()


def test_other_bodies_and_whatever_is_not_confirmed_stay_closed(cast: Cast) -> None:
    minutes, elsewhere = record(cast), made(cast, bodies=(cast.juso,))
    assert get(elsewhere).json()["records"] == []
    assert get(elsewhere, f"{RECORDS}/{minutes.id}").json() == HIDDEN
    secret = made(cast)
    other = factories.item(cast.sitting, cast.case, cast.shien, order=3)
    draft = Minutes.objects.create(item=other)
    Minutes.objects.filter(id=draft.id).update(state="round")
    assert len(get(secret).json()["records"]) == 1
    assert get(secret, f"{RECORDS}/{draft.id}").json() == HIDDEN
    strange = f"{RECORDS}/{minutes.id}/files/{UUID(int=7)}"
    assert get(secret, strange).json() == HIDDEN


def test_pages_follow_each_other_and_what_is_hidden_takes_no_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "PER_PAGE", 1)
    made_records = [record(cast)]
    for order in (3, 4, 5):
        item = factories.item(cast.sitting, cast.case, cast.shien, order=order)
        made_records.append(keeping.record(cast, item))
    Recusal.objects.create(
        person=cast.secretariat,
        item_id=made_records[1].item_id,
        starts_at=clock.now(),
        reason="親族のため",
        entered_by=cast.chair,
    )
    secret, seen, path = made(cast), [], RECORDS
    for _ in range(3):
        answer = get(secret, path).json()
        seen += [each["id"] for each in answer["records"]]
        path = f"{RECORDS}?cursor={answer['next']}"
    assert seen == [str(made_records[n].id) for n in (0, 2, 3)]
    assert answer["next"] is None
    tomorrow = clock.today() + timedelta(days=1)
    for since, count in ((clock.today(), 1), (tomorrow, 0)):
        found = get(secret, f"{RECORDS}?since={since}").json()["records"]
        assert len(found) == count
    for words in ("since=yesterday", "since=2026-02-30", "cursor=1", "cursor="):
        assert get(secret, f"{RECORDS}?{words}").status_code == 422


def test_disposals_are_told_by_the_file_of_their_records(cast: Cast) -> None:
    record(cast)
    secret = made(cast)
    (told,) = get(secret).json()["records"]
    assert get(secret, "/api/v1/disposals").json() == {"disposals": [], "next": None}
    keeping.dispose(cast, keeping.close(cast.case))
    (gone,) = get(secret, "/api/v1/disposals").json()["disposals"]
    assert gone["file"] == told["file"]
    assert gone["records"] == 1
    assert get(secret).json()["records"] == []
    assert get(secret, f"{RECORDS}/{told['id']}").json() == HIDDEN
    leave_office(cast)
    assert get(secret, "/api/v1/disposals").json()["disposals"] == []


def test_each_body_whose_record_was_in_a_file_is_told_of_its_end(cast: Cast) -> None:
    """Joint days: the case is at home in one body, and another dealt with it too."""
    keeping.rule(cast.shien, FileKind.CASE)
    keeping.record(cast, cast.juso_item)
    uninvolved = factories.body(Regime.NONE)
    factories.office(cast.secretariat, Role.SECRETARIAT, uninvolved)
    factories.commission(cast.secretariat, uninvolved)
    home, second, third, both = (
        made(cast, bodies=bodies)
        for bodies in (
            (cast.shien,),
            (cast.juso,),
            (uninvolved,),
            (cast.shien, cast.juso),
        )
    )
    (told,) = get(second).json()["records"]
    keeping.dispose(cast, keeping.close(cast.case))
    for secret, body in ((home, cast.shien), (second, cast.juso), (both, cast.shien)):
        (gone,) = get(secret, "/api/v1/disposals").json()["disposals"]
        assert gone["file"] == told["file"]
        assert gone["body"] == {"id": str(body.id), "name": str(body)}
    assert get(third, "/api/v1/disposals").json()["disposals"] == []


def test_to_head_nothing_is_told_and_nothing_noted(cast: Cast) -> None:
    minutes, secret = record(cast), made(cast)
    for path in (RECORDS, f"{RECORDS}/{minutes.id}", file_of(minutes)):
        answer = Client().head(path, headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.content) == (200, b"")
    assert not AuditEvent.objects.filter(action__startswith="meetings.api").exists()


# What stays ---------------------------------------------------------------------------


def test_a_key_is_in_no_log_and_an_ended_one_in_the_journal(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    secret = made(cast)
    with caplog.at_level(logging.DEBUG):
        get(secret)
        get(secret, f"{RECORDS}/{uuid4()}")
        get(secret + "x")
    assert secret not in caplog.text
    events: list[Any] = list(AuditEvent.objects.values())
    assert secret not in str(events)
    revoke(cast, None)  # type: ignore[arg-type] # needs no clock
    assert Taking.objects.filter(table=ApiToken._meta.db_table).exists()


# The pages ----------------------------------------------------------------------------


def test_at_the_pages_a_key_is_asked_for_allowed_shown_and_ended(
    cast: Cast, signed_in: SignIn
) -> None:
    secretariat, administrator = (
        signed_in(cast.secretariat),
        signed_in(cast.administrator),
    )
    page = secretariat.get(reverse("members:token-ask"))
    form = {
        "key": str(page.context["form"]["key"].value()),
        "name": "文書管理システム",
        "bodies": [str(cast.shien.id)],
        "kinds": "yes",
        "addresses": "192.0.2.1 2001:db8::/32",
        "last_day": str(clock.today()),
    }
    wrong = secretariat.post(
        reverse("members:token-ask"), {**form, "addresses": "here"}
    )
    assert "「here」はアドレスとして読めません" in wrong.content.decode()
    secretariat.post(reverse("members:token-ask"), form)
    token = ApiToken.objects.get()
    assert token.addresses == ["192.0.2.1/32", "2001:db8::/32"]
    seen = administrator.get(reverse("members:token-list")).content.decode()
    assert reverse("members:token-allow", args=[token.id]) in seen
    assert reverse("members:token-issue", args=[token.id]) not in seen
    administrator.post(reverse("members:token-allow", args=[token.id]))
    shown = secretariat.post(reverse("members:token-issue", args=[token.id]))
    assert "kasane_" in shown.content.decode()
    listed = secretariat.get(reverse("members:token-list")).content.decode()
    assert "kasane_" not in listed
    assert "もうすぐ期限です" in listed
    assert "文書管理システム" in secretariat.get("/").content.decode()
    secretariat.post(reverse("members:token-end", args=[token.id]))
    token.refresh_from_db()
    assert token.ended_by == cast.secretariat
