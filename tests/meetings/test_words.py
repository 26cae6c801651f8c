"""Words beside the minutes: 定型文 of a body, and everybody's own note."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import AgendaItem, Entry, Minutes, Phrase, Presence, PrivateNote
from meetings.phrases import STANDARD, offered, phrases_of
from meetings.services.notes import TEXT_LIMIT, save_note
from meetings.services.phrases import Words, set_phrases
from members.models import Person
from portal.core import clock
from portal.core.errors import HiddenError, InvalidError, RefusedError
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

OWN = [
    Words("", "", "どの会議でも"),
    Words(AgendaItem.Occasion.PLAN, Entry.Kind.DECISION, "プランの会議で"),
]


def words(phrases: list[Phrase]) -> list[str]:
    return [phrase.words for phrase in phrases]


def test_a_body_has_the_standard_phrases_until_it_sets_its_own(cast: Cast) -> None:
    assert words(phrases_of(cast.shien)) == [each[2] for each in STANDARD]
    set_phrases(actor=factories.sign_in(cast.chair), body=cast.shien, phrases=OWN)
    assert words(phrases_of(cast.shien)) == ["どの会議でも", "プランの会議で"]
    set_phrases(actor=factories.sign_in(cast.chair), body=cast.shien, phrases=[])
    assert len(phrases_of(cast.shien)) == len(STANDARD)


def test_an_item_is_offered_the_phrases_of_its_body_and_occasion(cast: Cast) -> None:
    set_phrases(actor=factories.sign_in(cast.secretariat), body=cast.shien, phrases=OWN)
    item = cast.shien_item
    for occasion, expected in (("sharing", 1), ("plan", 2)):
        item.occasion = occasion
        found = offered([item, cast.juso_item])
        assert len(found[item.pk]) == expected
        assert "どの会議でも" not in words(found[cast.juso_item.pk])


@pytest.mark.parametrize("who", ["clinic", "stranger", "administrator", "auditor"])
def test_nobody_else_sets_phrases(cast: Cast, who: str) -> None:
    actor = factories.sign_in(getattr(cast, who))
    with pytest.raises(HiddenError):
        set_phrases(actor=actor, body=cast.shien, phrases=OWN)
    assert not Phrase.objects.exists()


def test_phrases_are_set_on_a_page_and_come_with_the_room_to_scribes_only(
    cast: Cast, signed_in: SignIn
) -> None:
    clerk, page = (
        signed_in(cast.secretariat),
        reverse("meetings:phrase-list", args=[cast.shien.id]),
    )
    rows = range(1, len(STANDARD) + 4)
    form = {f"order_{n}": n for n in rows} | {
        "order_1": 2,
        "words_1": "二つ目",
        "words_2": "一つ目",
        "order_2": 1,
        "kind_2": "task",
    }
    assert clerk.post(page, form).status_code == 302
    assert words(phrases_of(cast.shien)) == ["一つ目", "二つ目"]
    assert clerk.post(page, form | {"words_1": "あ" * 401}).status_code == 422
    room = reverse("meetings:room", args=[cast.sitting.id])
    assert "一つ目" in clerk.get(room).content.decode()
    factories.presence(cast.clinic, cast.shien_item)
    assert "一つ目" not in signed_in(cast.clinic).get(room).content.decode()


def keep(client: Client, item: AgendaItem, text: str, base: int) -> tuple[int, Any]:
    url = reverse("meetings:item-note", args=[item.id])
    answer = client.post(url, {"text": text, "base": base})
    return answer.status_code, json.loads(answer.content)


def read(client: Client, item: AgendaItem) -> str:
    url = reverse("meetings:item-note", args=[item.id])
    return str(client.get(url).json()["text"])


def test_a_note_is_for_its_writer_alone(cast: Cast, signed_in: SignIn) -> None:
    factories.presence(cast.clinic, cast.shien_item)
    clinic, chair = signed_in(cast.clinic), signed_in(cast.chair)
    status, answer = keep(clinic, cast.shien_item, "あとで電話する\n", 0)
    assert (status, answer) == (200, {"text": "あとで電話する\n", "revision": 1})
    assert read(clinic, cast.shien_item) == "あとで電話する\n"
    assert read(chair, cast.shien_item) == ""
    assert keep(chair, cast.shien_item, "議長のメモ", 0)[0] == 200
    assert read(clinic, cast.shien_item) == "あとで電話する\n"
    event = AuditEvent.objects.filter(action="note.save").earliest("seq")
    assert "電話" not in json.dumps(event.detail, ensure_ascii=False)


def test_a_second_window_never_writes_over_what_it_has_not_seen(
    cast: Cast, signed_in: SignIn
) -> None:
    chair = signed_in(cast.chair)
    assert keep(chair, cast.shien_item, "一", 0)[1]["revision"] == 1
    assert keep(chair, cast.shien_item, "一", 0)[0] == 200  # the same, sent again
    status, answer = keep(chair, cast.shien_item, "二", 0)
    assert (status, answer) == (409, {"text": "一", "revision": 1})
    assert keep(chair, cast.shien_item, "一\n二", 1)[0] == 200


def test_a_note_opens_and_shuts_with_the_item(cast: Cast, signed_in: SignIn) -> None:
    clinic, item = signed_in(cast.clinic), cast.shien_item
    url = reverse("meetings:item-note", args=[item.id])
    assert clinic.get(url).status_code == 404
    presence = factories.presence(cast.clinic, item)
    assert keep(clinic, item, "メモ", 0)[0] == 200
    other = reverse("meetings:item-note", args=[cast.juso_item.id])
    assert clinic.get(other).status_code == 404
    Presence.objects.filter(id=presence.id).update(ends_at=clock.now())
    assert clinic.get(url).status_code == 404
    assert clinic.post(url, {"text": "後から", "base": 1}).status_code == 404
    assert PrivateNote.objects.get().text == "メモ"


def test_too_much_or_too_late_is_refused_in_words(
    cast: Cast, signed_in: SignIn
) -> None:
    chair: Person = cast.chair
    actor, item = factories.sign_in(chair), cast.shien_item
    with pytest.raises(InvalidError):
        save_note(actor=actor, item=item, text="あ" * (TEXT_LIMIT + 1), base=0)
    client = signed_in(chair)
    assert keep(client, item, "あ" * (TEXT_LIMIT + 1), 0)[0] == 422
    assert keep(client, item, "\x00", 0)[0] == 422
    Minutes.objects.create(item=item, state=Minutes.State.FINAL)
    with pytest.raises(RefusedError):
        save_note(actor=actor, item=item, text="遅い", base=0)
    assert not PrivateNote.objects.exists()
