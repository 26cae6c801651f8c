"""Packets printed for others: numbered, on record for whom, collected again."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from documents.models import PrintedCopy, Release
from documents.output.binding import Gathering
from meetings.services import copies
from members.facts import Role
from members.models import Membership, Person, Recusal, Seat
from portal.core import clock
from portal.core.errors import HiddenError
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files
from tests.meetings.test_packets import body, outline_of, words_of
from tests.papers import Filed


def page(cast: Cast, name: str = "copies-print") -> str:
    return reverse(f"meetings:{name}", args=[cast.sitting.id])


def printing(client: Client, cast: Cast, *chosen: Person, key: UUID | None = None):
    """The answer; its PDF, where there is one, is read to the end."""
    fields = {"key": key or uuid4(), "people": [person.id for person in chosen]}
    answer: Any = client.post(page(cast), fields)
    answer.pdf = body(answer) if answer.streaming else b""
    return answer


def handed_out() -> list[tuple[str, str, str]]:
    return [
        (event.subject, event.detail["to"], event.detail["copy"])
        for event in AuditEvent.objects.filter(action="documents.copy.print")
    ]


@pytest.fixture
def doctor(cast: Cast) -> Person:
    """Another outside member with a pledge, on the first item."""
    office = factories.organization("見本病院")
    person = factories.person("清水 陽子", office)
    factories.commission(person, cast.shien)
    for pledge in cast.pledges.values():
        factories.acknowledge(person, pledge)
    factories.membership(person, cast.case, Role.EXTERNAL)
    factories.seat(person, cast.shien_item, Role.EXTERNAL)
    return person


# What is printed


def test_several_people_are_one_file_with_their_own_sheets(
    cast: Cast, released: Filed, signed_in: SignIn, doctor: Person
) -> None:
    released(cast.clinic, doctor, number="資料1", data=files.pdf_file(1, "Common"))
    released(doctor, number="資料2", data=files.pdf_file(2, "Doctor"))
    client = signed_in(cast.secretariat)
    data = printing(client, cast, cast.clinic, doctor).pdf
    pages = words_of(data)
    tops = [(title, at) for depth, title, at in outline_of(data) if depth == 1]
    # In the order of the page: by agency, then by name.
    (first, one), (second, two) = tops
    assert {first[:6], second[:6]} == {"配布番号 1", "配布番号 2"}
    assert one == 1
    assert two % 2 == 1
    assert len(pages) % 2 == 0
    for number, (title, start, end) in enumerate(
        [(first, one, two), (second, two, len(pages) + 1)], 1
    ):
        name = cast.clinic.name if cast.clinic.name in title else doctor.name
        other = doctor.name if name == cast.clinic.name else cast.clinic.name
        for words in pages[start - 1 : end - 1]:
            flat = "".join(words.split())
            assert f"配布番号{number}通し" in flat
            assert "".join(name.split()) in flat
            assert "".join(other.split()) not in flat
    assert sum("Doctor" in words for words in pages) == 2
    assert sum("Common" in words for words in pages) == 2


def test_one_person_has_the_chapters_as_bookmarks(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released(number="資料1", title="事例概要")
    data = printing(signed_in(cast.secretariat), cast, cast.clinic).pdf
    assert [title for _depth, title, _at in outline_of(data)][:2] == ["表紙", "次第"]
    cover = "".join(words_of(data)[0].split())
    assert "配布番号1" in cover
    assert "事務局へお返しください" in cover


def test_what_was_handed_out_to_whom_is_on_record(
    cast: Cast, released: Filed, signed_in: SignIn, doctor: Person
) -> None:
    first = released(cast.clinic, doctor, number="資料1")
    second = released(doctor, number="資料2")
    printing(signed_in(cast.secretariat), cast, cast.clinic, doctor)
    numbers = {c.person_id: str(c.number) for c in PrintedCopy.objects.all()}
    clinic, third = cast.clinic.id, doctor.id
    assert sorted(handed_out()) == sorted(
        [
            (f"version:{first.id}", str(clinic), numbers[clinic]),
            (f"version:{first.id}", str(third), numbers[third]),
            (f"version:{second.id}", str(third), numbers[third]),
        ]
    )
    actors = AuditEvent.objects.filter(action="documents.copy.print")
    assert set(actors.values_list("actor", flat=True)) == {str(cast.secretariat.id)}
    agendas = AuditEvent.objects.filter(action="meetings.agenda.print")
    assert {event.detail["to"] for event in agendas} == {str(clinic), str(third)}
    copy = PrintedCopy.objects.get(person=doctor)
    assert set(copy.versions.all()) == {first, second}
    assert copy.missing


def test_the_same_form_gives_the_same_numbers(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    client, key = signed_in(cast.secretariat), uuid4()
    for _ in range(2):
        assert printing(client, cast, cast.clinic, key=key).status_code == 200
    assert [copy.number for copy in PrintedCopy.objects.all()] == [1]
    assert len(handed_out()) == 2
    printing(client, cast, cast.clinic)
    assert [copy.number for copy in PrintedCopy.objects.all()] == [1, 2]


def test_the_form_of_somebody_else_gives_nothing(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    key = uuid4()
    printing(signed_in(cast.secretariat), cast, cast.clinic, key=key)
    answer = printing(signed_in(cast.chair), cast, cast.clinic, key=key)
    assert answer.status_code == 404
    assert len(handed_out()) == 1


# Refused


def test_only_what_the_person_could_have_now_is_printed(
    cast: Cast, released: Filed, signed_in: SignIn, doctor: Person
) -> None:
    released(doctor, number="資料1", data=files.pdf_file(1, "Doctor"))
    data = printing(signed_in(cast.secretariat), cast, cast.clinic).pdf
    assert "Doctor" not in "".join(words_of(data))
    assert handed_out() == []


def end_membership(cast: Cast) -> None:
    Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())


def recuse(cast: Cast) -> None:
    Recusal.objects.create(
        person=cast.clinic,
        case=cast.case,
        starts_at=clock.now(),
        reason="親族のため",
        entered_by=cast.secretariat,
    )


@pytest.mark.parametrize("close", [end_membership, recuse])
def test_nobody_is_offered_for_whom_nothing_opens(
    cast: Cast, released: Filed, signed_in: SignIn, close
) -> None:
    released()
    close(cast)
    client = signed_in(cast.secretariat)
    assert printing(client, cast, cast.clinic).status_code == 422
    assert printing(client, cast, cast.newcomer).status_code == 422
    assert printing(client, cast, cast.colleague).status_code == 422
    assert not PrintedCopy.objects.exists()


def test_a_proof_is_due_before_printing(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    client = signed_in(cast.secretariat, strong_at=factories.LONG_AGO)
    answer = printing(client, cast, cast.clinic)
    assert answer["Location"].startswith(reverse("members:step-up"))
    assert handed_out() == []


def test_a_custodian_prints_nothing_of_an_item_they_are_kept_from(
    cast: Cast, released: Filed, signed_in: SignIn, doctor: Person
) -> None:
    other = factories.case(cast.shien, number="R8-077")
    item = factories.item(cast.sitting, other, cast.shien, title="別の世帯")
    for person in (cast.clinic, cast.secretariat, doctor):
        role = Role.SECRETARIAT if person == cast.secretariat else Role.EXTERNAL
        factories.membership(person, other, role)
        factories.seat(person, item, role)
    released(item=item, number="資料9", data=files.pdf_file(1, "Other"))
    released(number="資料1", data=files.pdf_file(1, "Mine"))
    Seat.objects.filter(person=doctor, item_id=cast.shien_item.id).delete()
    Recusal.objects.create(
        person=cast.secretariat,
        case=other,
        starts_at=factories.LONG_AGO,
        reason="親族のため",
        entered_by=cast.chair,
    )
    client = signed_in(cast.secretariat)
    data = printing(client, cast, cast.clinic).pdf
    words = "".join(words_of(data))
    assert "Mine" in words
    for hidden in ("Other", "R8-077", "資料9"):
        assert hidden not in words
    assert doctor.name not in client.get(page(cast)).content.decode()
    assert printing(client, cast, doctor).status_code == 422


def test_what_is_revoked_while_it_is_bound_is_not_handed_out(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch
) -> None:
    released()
    bind = Gathering.bind

    def slowly(self, volumes, out):
        bind(self, volumes, out)
        Release.objects.update(ends_at=clock.now())

    monkeypatch.setattr(Gathering, "bind", slowly)
    answer = printing(signed_in(cast.secretariat), cast, cast.clinic)
    assert answer.status_code == 404
    assert handed_out() == []
    assert not PrintedCopy.objects.filter(printed_at__isnull=False).exists()


# Collected


@pytest.fixture
def out(cast: Cast, released: Filed, signed_in: SignIn) -> PrintedCopy:
    """A copy that the clinic has."""
    released(number="資料1")
    printing(signed_in(cast.secretariat), cast, cast.clinic)
    return PrintedCopy.objects.get()


def account(client: Client, cast: Cast, copy: PrintedCopy, note: str):
    fields = {"copies": [copy.id], "note": note}
    return client.post(page(cast, "copies-account"), fields, follow=True)


@pytest.mark.parametrize("note", PrintedCopy.Note.values)
def test_a_copy_is_missing_until_accounted_for(
    cast: Cast, out: PrintedCopy, signed_in: SignIn, note: str
) -> None:
    client = signed_in(cast.secretariat)
    account(client, cast, out, note)
    out.refresh_from_db()
    assert (out.missing, out.note, out.returned_to) == (False, note, cast.secretariat)
    assert out.returned_at is not None
    account(client, cast, out, "")
    out.refresh_from_db()
    assert (out.missing, out.note, out.returned_to) == (True, "", None)
    notes = AuditEvent.objects.filter(action="documents.copy.account").order_by("seq")
    assert [event.detail["note"] for event in notes] == [note, ""]


def test_the_sitting_says_what_is_missing_once_it_is_over(
    cast: Cast, out: PrintedCopy, signed_in: SignIn
) -> None:
    client = signed_in(cast.secretariat)
    sitting = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    words = "戻っていません"
    assert words not in client.get(sitting).content.decode()
    cast.sitting.ends_at = clock.now()
    cast.sitting.save()
    assert words in client.get(sitting).content.decode()
    assert "まだ戻っていません" in client.get(page(cast)).content.decode()
    # Also when the person has left since.
    Seat.objects.filter(person=cast.clinic).update(ends_at=clock.now())
    assert words in client.get(sitting).content.decode()
    account(client, cast, out, "returned")
    assert words not in client.get(sitting).content.decode()


def test_the_list_is_printed_and_read_on_record(
    cast: Cast, out: PrintedCopy, signed_in: SignIn
) -> None:
    response = signed_in(cast.secretariat).get(page(cast, "copies-sheet"))
    (words,) = words_of(response.content)
    flat = "".join(words.split())
    for part in (cast.clinic.name, cast.clinic.organization.name, "資料1", "未回収1部"):
        assert "".join(part.split()) in flat
    day = cast.sitting.starts_at.astimezone(clock.JST)
    assert f"kasane-{day:%Y%m%d}-kaishu.pdf" in response["Content-Disposition"]
    assert AuditEvent.objects.filter(action="meetings.copies.read").count() == 1


def test_a_copy_of_another_sitting_is_unknown(
    cast: Cast, out: PrintedCopy, db: None
) -> None:
    other = factories.sitting(cast.shien, cast.secretariat)
    with pytest.raises(HiddenError):
        copies.account_for(
            actor=factories.sign_in(cast.secretariat),
            sitting=other,
            copy_ids=[out.id],
            note="returned",
        )
    out.refresh_from_db()
    assert out.missing


@pytest.mark.parametrize("name", ["clinic", "stranger", "administrator"])
def test_only_who_convenes_numbers_and_collects(
    cast: Cast, out: PrintedCopy, name: str
) -> None:
    actor = factories.sign_in(getattr(cast, name))
    with pytest.raises(HiddenError):
        copies.number_copies(
            actor=actor, sitting=cast.sitting, people=[cast.clinic], key=uuid4()
        )
    with pytest.raises(HiddenError):
        copies.account_for(
            actor=actor, sitting=cast.sitting, copy_ids=[out.id], note="returned"
        )


def test_nothing_chosen_is_said_in_words(
    cast: Cast, out: PrintedCopy, signed_in: SignIn
) -> None:
    client = signed_in(cast.secretariat)
    answer = client.post(
        page(cast, "copies-account"), {"note": "returned"}, follow=True
    )
    assert "配布番号を選んで" in answer.content.decode()


def test_the_page_asks_as_often_for_many_as_for_few(
    cast: Cast,
    out: PrintedCopy,
    released: Filed,
    signed_in: SignIn,
    doctor: Person,
    django_assert_max_num_queries,
) -> None:
    client = signed_in(cast.secretariat)
    client.get(page(cast))
    with django_assert_max_num_queries(200) as few:
        client.get(page(cast))
    for number in range(4):
        person = factories.person(f"参加者{number}", doctor.organization)
        factories.commission(person, cast.shien)
        for pledge in cast.pledges.values():
            factories.acknowledge(person, pledge)
        factories.membership(person, cast.case, Role.EXTERNAL)
        factories.seat(person, cast.shien_item, Role.EXTERNAL)
        released(person, number=f"資料{number + 2}")
    with django_assert_max_num_queries(len(few)):
        client.get(page(cast))


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_never_share_a_number() -> None:
    AuditHead.objects.get_or_create(id=1)
    cast = people.assemble()
    clerks = [factories.sign_in(cast.secretariat), factories.sign_in(cast.chair)]
    start, failed = threading.Barrier(2), []

    def number(actor) -> None:
        try:
            start.wait(10)
            for _ in range(5):
                copies.number_copies(
                    actor=actor,
                    sitting=cast.sitting,
                    people=[cast.clinic, cast.newcomer],
                    key=uuid4(),
                )
        except Exception as error:  # noqa: BLE001 – told to the test
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=number, args=[clerk]) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    numbers = PrintedCopy.objects.values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 21))
