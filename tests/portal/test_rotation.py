"""Keys are exchanged while people work, and nothing is unreadable at any moment."""

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
import tink
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from documents.services import links
from members.models import PaperCard, PaperCode
from members.models.factors import normalized
from portal.core import clock, keys, outbox, rotation, vault
from portal.core.errors import UnavailableError
from portal.core.models import AuditEvent, OutgoingMail, StoredObject
from portal.core.objectstore import store
from tests.documents import gate
from tests.portal.test_outbox import queued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path) -> Path:
    """A key file of the test's own."""
    settings.KEY_FILE = tmp_path / "keys.json"
    keys.create(settings.KEY_FILE)
    return Path(settings.KEY_FILE)


@pytest.fixture
def kept() -> Iterator[list[StoredObject]]:
    """Five papers under the first key."""
    rows = [vault.put(io.BytesIO(b"paper %d" % number)) for number in range(5)]
    for row in rows:
        vault.keep(row)
    yield rows
    for row in rows:
        store().remove(row.id.hex)


def read(rows: list[StoredObject]) -> list[bytes]:
    return [vault.read(StoredObject.objects.get(id=row.id)) for row in rows]


def wrappers(rows: list[StoredObject]) -> set[int]:
    found = StoredObject.objects.filter(id__in=[row.id for row in rows])
    return {vault.key_of(bytes(row.sealed_key)) for row in found}


def held(path: Path, name: str) -> int:
    return len(json.loads(path.read_text())[name]["key"])


def test_what_was_made_before_a_rotation_opens_after_it(kept):
    before, first = read(kept), keys.primary("wrap")
    sealed, mac = keys.seal("本文", b"one"), keys.code_key().compute_mac(b"12345678")
    rotation.rotate()
    assert keys.primary("wrap") != first
    assert read(kept) == before
    assert keys.unseal(sealed, b"one") == "本文"
    keys.code_key().verify_mac(mac, b"12345678")
    assert keys.key_of(keys.seal("本文", b"one")) == keys.primary("wrap")
    assert wrappers([vault.put(io.BytesIO(b"new"))]) == {keys.primary("wrap")}


def test_the_whole_exchange(kept, key_file):
    """add, rotate, rewrap, retire: then only the newest keys are left."""
    before, mail = read(kept), queued()
    call_command("keys", "add")
    first = keys.primary("wrap")
    assert held(key_file, "wrap") == held(key_file, "code") == 2
    call_command("keys", "rotate")
    assert held(key_file, "wrap") == held(key_file, "code") == 2, "the added ones"
    assert wrappers(kept) == {first} != {keys.primary("wrap")}
    call_command("keys", "rewrap")
    assert wrappers(kept) == {keys.primary("wrap")}
    assert rotation.rewrap().count == 0, "nothing is left to do"
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        call_command("keys", "retire")
    assert held(key_file, "wrap") == held(key_file, "code") == 1
    assert read(kept) == before
    mail.refresh_from_db()
    assert outbox.compose(mail).body
    acts = AuditEvent.objects.filter(action__startswith="core.keys.")
    assert sorted(acts.values_list("action", flat=True)) == [
        *["core.keys.retire"] * 3,
        *["core.keys.rotate"] * 3,
    ]


def test_a_key_that_something_needs_is_not_retired(kept, key_file, capsys):
    rotation.rotate()
    later = clock.now() + timedelta(hours=25)
    with time_machine.travel(later):
        assert rotation.retire()["wrap"].needed == {"stored objects": 5}
        call_command("keys", "retire")
    assert "needed by 5 stored objects" in capsys.readouterr().out
    assert held(key_file, "wrap") == 2
    rotation.rewrap()
    mail = queued()
    OutgoingMail.objects.filter(id=mail.id).update(
        sealed_body=b"\x01" + _old(key_file).to_bytes(4, "big") + b"rest"
    )
    with time_machine.travel(later):
        assert rotation.retire()["wrap"].needed == {"mails": 1}


def _old(path: Path) -> int:
    number: int = json.loads(path.read_text())["wrap"]["key"][0]["keyId"]
    return number


def test_a_key_is_not_retired_while_a_session_may_still_need_it(key_file):
    rotation.rotate()
    done = rotation.retire()["wrap"]
    assert done.count == 0
    assert done.not_before is not None
    assert held(key_file, "wrap") == 2


def test_rewrapping_goes_on_where_it_broke_off(kept, monkeypatch):
    before = read(kept)
    rotation.rotate()
    monkeypatch.setattr(rotation, "BATCH", 2)
    real, done = vault.rewrapped, []

    def dies(row: StoredObject) -> bytes:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(row)
        return bytes(real(row))

    with monkeypatch.context() as patch:
        patch.setattr(vault, "rewrapped", dies)
        with pytest.raises(KeyboardInterrupt):
            rotation.rewrap()
    assert len(wrappers(kept)) == 2
    assert read(kept) == before
    assert rotation.rewrap().count == 3, "the batch that broke off, and the last"
    assert wrappers(kept) == {keys.primary("wrap")}


def test_an_unreadable_one_is_named_and_holds_up_no_other(kept, capsys):
    spoiled = bytearray(kept[1].sealed_key)
    spoiled[-1] ^= 1
    StoredObject.objects.filter(id=kept[1].id).update(sealed_key=bytes(spoiled))
    rotation.rotate()
    with pytest.raises(CommandError, match="1 could not"):
        call_command("keys", "rewrap")
    assert str(kept[1].id) in capsys.readouterr().err
    others = [row for row in kept if row != kept[1]]
    assert wrappers(others) == {keys.primary("wrap")}


def test_what_was_erased_meanwhile_stays_erased(kept, monkeypatch):
    rotation.rotate()
    real = vault.rewrapped

    def erased_meanwhile(row: StoredObject) -> bytes:
        vault.erase(row.id)
        return bytes(real(row))

    monkeypatch.setattr(vault, "rewrapped", erased_meanwhile)
    assert rotation.rewrap().count == 0
    assert {bytes(row.sealed_key) for row in StoredObject.objects.all()} == {b""}


@pytest.mark.django_db(transaction=True)
def test_readers_and_writers_notice_nothing(kept):
    """Somebody reads and files all the time, while keys are exchanged three times."""
    stop, failures, count = threading.Event(), list[Exception](), 0
    filed = list[StoredObject]()

    def work() -> None:
        nonlocal count
        try:
            while not stop.is_set():
                assert read(kept) == [b"paper %d" % number for number in range(5)]
                row = vault.put(io.BytesIO(b"new"))
                vault.keep(row)
                filed.append(row)
                assert {vault.read(each) for each in filed} == {b"new"}
                count += 1
        except Exception as error:  # noqa: BLE001 – shown below
            failures.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(3):
        seen = count
        while count < seen + 2 and not failures:
            stop.wait(0.001)
        rotation.add()
        rotation.rotate()
        rotation.rewrap()
    stop.set()
    worker.join()
    assert failures == []
    rotation.rewrap()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert rotation.retire()["wrap"].count == 3
    assert set(read(filed)) == {b"new"}
    for row in filed:
        store().remove(row.id.hex)


# Codes --------------------------------------------------------------------------------


def test_codes_and_links_of_an_older_key_go_on_until_they_end(
    cast, key_file, settings, mailoutbox
):
    settings.REPLY_DOMAIN = "reply.mihon.example"
    issued, mail = gate.issue(cast), queued()
    answer_to = outbox.reply_address(mail.id)
    visitor = gate.enter(issued)
    gate.ask(visitor)
    code = gate.mailed_code()
    rotation.rotate()
    assert links.find_by_card_code(issued.card_code) == issued.link
    assert outbox.mail_behind(answer_to) == mail
    assert outbox.mail_behind(outbox.reply_address(mail.id)) == mail
    assert gate.typed(visitor, code).status_code == 302
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        needed = rotation.retire()["code"].needed
        assert needed == {"codes printed with links": 1}
        assert links.find_by_card_code(issued.card_code) == issued.link
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert rotation.retire()["code"].count == 1
    assert links.find_by_card_code(issued.card_code) is None


def test_a_paper_card_goes_on_under_an_older_key(cast, key_file):
    codes = ["1234 5678", "2345 6789"]
    card = PaperCard.objects.create(
        user=cast.clinic,
        name="card",
        issued_at=clock.now(),
        issued_by=cast.secretariat,
    )
    for code in codes:
        PaperCode.objects.create(card=card, mac=card.mac(normalized(code)))
    rotation.rotate()
    assert card.verify_token(codes[0])
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert rotation.retire()["code"].needed == {"codes on paper cards": 1}
        assert card.verify_token(codes[1])
        assert rotation.retire()["code"].count == 1


# Damage -------------------------------------------------------------------------------


@given(data=st.data())
@how(max_examples=100)
def test_no_flipped_bit_of_key_or_name_opens_anything(data):
    """The wrapped data key, and the id that is bound to it."""
    row = StoredObject(id=UUID(int=data.draw(st.integers(0, 2**128 - 1))))
    row.sealed_key = vault._wrapped(tink.new_keyset_handle(vault._TEMPLATE), row)
    assert vault.has_key(row)
    other = StoredObject(id=row.id, sealed_key=_flipped(data, row.sealed_key))
    assert not vault.has_key(other)
    name = UUID(bytes=_flipped(data, row.id.bytes))
    assert not vault.has_key(StoredObject(id=name, sealed_key=row.sealed_key))


@given(data=st.data())
@how(max_examples=100)
def test_no_flipped_bit_of_sealed_words_or_their_purpose_opens_anything(data):
    text, purpose = data.draw(st.text(max_size=50)), data.draw(st.binary(min_size=1))
    sealed = keys.seal(text, purpose)
    assert keys.unseal(sealed, purpose) == text
    for other in (
        (_flipped(data, sealed), purpose),
        (sealed, _flipped(data, purpose)),
    ):
        with pytest.raises(tink.TinkError):
            keys.unseal(*other)


@given(data=st.data())
@how(max_examples=100)
def test_no_flipped_bit_of_an_object_gives_a_whole_answer(data):
    plain = data.draw(st.binary(max_size=9000))
    row = StoredObject(id=UUID(int=7), size=len(plain))
    row.sha256 = hashlib.sha256(plain).hexdigest()
    cipher = vault._cipher(tink.new_keyset_handle(vault._TEMPLATE))
    sealed = vault._Sealing(io.BytesIO(plain), cipher, row.id.bytes).read()
    for stored, name, sound in (
        (sealed, row.id.bytes, True),
        (_flipped(data, sealed), row.id.bytes, False),
        (sealed, _flipped(data, row.id.bytes), False),
    ):
        stream = cipher.new_decrypting_stream(io.BytesIO(stored), name)
        if sound:
            assert b"".join(vault._checked(stream, row)) == plain
        else:
            with pytest.raises(UnavailableError):
                list(vault._checked(stream, row))


def _flipped(data: st.DataObject, whole: bytes) -> bytes:
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
