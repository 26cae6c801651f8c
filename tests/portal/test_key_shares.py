"""A lost key file comes back from two of three papers, and from nothing else."""

import io
import itertools
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.core import key_shares
from portal.core.key_shares import ShareError
from portal.core.models import AuditEvent

CONTENT = b'{"wrap": "the key file"}'


@pytest.fixture(scope="module")
def shared() -> key_shares.Shared:
    return key_shares.share(CONTENT)


def test_any_two_of_three_open_and_one_does_not(shared) -> None:
    for pair in itertools.permutations(shared.shares, 2):
        assert key_shares.recover(shared.sealed, pair) == CONTENT
    assert key_shares.recover(shared.sealed, shared.shares) == CONTENT
    for alone in shared.shares:
        with pytest.raises(ShareError, match="takes 2"):
            key_shares.recover(shared.sealed, [alone])
        with pytest.raises(ShareError, match="same share"):
            key_shares.recover(shared.sealed, [alone, alone])


def test_capitals_and_full_width_letters_are_forgiven(shared) -> None:
    first, second, _third = shared.shares
    wide = "　".join(
        "".join(chr(ord(c) + 0xFEE0) for c in word) for word in first.upper().split()
    )
    assert key_shares.recover(shared.sealed, [wide, f"  {second}\n"]) == CONTENT


def test_a_damaged_share_is_refused_with_what_is_wrong(shared) -> None:
    first, second, _third = shared.shares
    words = first.split()
    other = next(w for w in ("academic", "zero") if w != words[20])
    damaged = {
        "Word 3, 'kasane'": [*words[:2], "kasane", *words[3:]],
        "33 words; these are 32": words[:-1],
        "33 words; these are 0": [],
        "one is wrong": [*words[:20], other, *words[21:]],
        "changed places": [*words[:8], words[9], words[8], *words[10:]],
    }
    for reason, broken in damaged.items():
        with pytest.raises(ShareError, match=re.escape(reason)):
            key_shares.recover(shared.sealed, [" ".join(broken), second])


def test_shares_of_two_sharings_and_other_copies_open_nothing(shared) -> None:
    other = key_shares.share(b"another key file")
    with pytest.raises(ShareError, match="different sharings"):
        key_shares.recover(shared.sealed, [shared.shares[0], other.shares[1]])
    with pytest.raises(ShareError, match="do not open this file"):
        key_shares.recover(other.sealed, shared.shares[:2])
    for place in range(0, len(shared.sealed), 7):
        sealed = bytearray(shared.sealed)
        sealed[place] ^= 1
        with pytest.raises(ShareError):
            key_shares.recover(bytes(sealed), shared.shares[1:])
    for broken in (shared.sealed[:-1], shared.sealed[:30], b""):
        with pytest.raises(ShareError):
            key_shares.recover(broken, shared.shares[1:])


@pytest.fixture
def papers(db: None, settings, tmp_path: Path) -> Path:
    """The folder of a sharing by command; the key file is lost afterwards."""
    settings.KEY_FILE = tmp_path / "keys.json"
    call_command("keys", "create")
    call_command("keys", "share", str(tmp_path / "papers"))
    (tmp_path / "keys.json").rename(tmp_path / "lost.json")
    return tmp_path / "papers"


def words_on(paper: Path) -> str:
    """What a holder reads off the paper."""
    numbered = re.findall(r"(\d+) ([a-z]+)", paper.read_text(encoding="utf-8"))
    assert [int(number) for number, _word in numbered] == list(range(1, 34))
    return " ".join(word for _number, word in numbered)


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{x}\n" for x in lines)))


def test_two_holders_recover_a_lost_key_file(
    papers: Path, settings, monkeypatch, capsys
) -> None:
    first, third = words_on(papers / "share-1.txt"), words_on(papers / "share-3.txt")
    type_in(monkeypatch, third, "not a share", third, first)
    call_command("keys", "recover", str(papers / "kasane-keys.sealed"))
    assert settings.KEY_FILE.read_bytes() == (papers.parent / "lost.json").read_bytes()
    assert set(json.loads(settings.KEY_FILE.read_bytes())) == {"wrap", "code", "sign"}
    said = capsys.readouterr()
    assert "Word 1, 'not'" in said.err
    assert "same share again" in said.err
    assert first.split()[5] not in said.out + said.err
    for file in papers.iterdir():
        assert file.stat().st_mode & 0o77 == 0, file
    (event,) = AuditEvent.objects.filter(action="core.keys.share")
    assert event.detail == {"holders": 3}


def test_nothing_is_overwritten_and_one_holder_alone_does_nothing(
    papers: Path, settings, monkeypatch
) -> None:
    type_in(monkeypatch, words_on(papers / "share-2.txt"))
    with pytest.raises(CommandError, match="No more words"):
        call_command("keys", "recover", str(papers / "kasane-keys.sealed"))
    assert not settings.KEY_FILE.exists()
    with pytest.raises(CommandError, match="No key file"):
        call_command("keys", "share", str(papers / "again"))
    call_command("keys", "create")
    with pytest.raises(CommandError, match="There is a key file"):
        call_command("keys", "recover", str(papers / "kasane-keys.sealed"))
    with pytest.raises(CommandError, match="is there"):
        call_command("keys", "share", str(papers))
    with pytest.raises(CommandError, match="needs a place"):
        call_command("keys", "share")
