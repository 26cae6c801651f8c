"""The key file: made once, for its owner only, never by a server of its own accord."""

import json
import stat
from pathlib import Path

import pytest
import tink
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django.fixtures import Settings

from portal.core import keys


@pytest.fixture
def key_path(settings: Settings, tmp_path: Path) -> Path:
    """Settings with an own key file that does not exist yet, and no papers."""
    settings.KEY_FILE = tmp_path / "keys" / "kasane-keys.json"
    if settings.PROFILE == "embedded":
        settings.VAULT_STORE = {"kind": "disk", "path": tmp_path / "vault"}
    return Path(settings.KEY_FILE)


def test_the_key_file_is_its_owners_only(key_path: Path) -> None:
    keys.create(key_path)
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_path.parent.stat().st_mode) == 0o700
    assert [path.name for path in key_path.parent.iterdir()] == [key_path.name]
    assert json.loads(key_path.read_text()).keys() == {"wrap", "code", "sign"}


def test_an_existing_key_file_is_never_touched(key_path: Path) -> None:
    keys.create(key_path)
    before = key_path.read_bytes()
    keys.create(key_path)
    call_command("keys", "create", verbosity=0)
    assert key_path.read_bytes() == before


def test_two_key_files_never_hold_the_same_keys(key_path: Path) -> None:
    keys.create(key_path)
    other = key_path.with_name("other.json")
    keys.create(other)
    assert key_path.read_bytes() != other.read_bytes()


@pytest.fixture
def trial(key_path: Path, settings: Settings) -> Path:
    """The embedded profile before its first start; its key file to be."""
    settings.PROFILE = "embedded"
    settings.VAULT_STORE = {"kind": "disk", "path": key_path.parents[1] / "vault"}
    return key_path


def test_the_trial_makes_its_own_key_file(trial: Path) -> None:
    sealed = keys.seal("本文", b"mail")
    assert trial.exists()
    assert keys.unseal(sealed, b"mail") == "本文"


def test_a_trial_with_papers_does_not_make_a_key_file_that_opens_none(
    trial: Path,
) -> None:
    paper = trial.parents[1] / "vault" / "0a" / "0a11"
    paper.parent.mkdir(parents=True)
    paper.touch()
    with pytest.raises(ImproperlyConfigured, match="put it back"):
        keys.seal("本文", b"mail")
    assert not trial.exists()


def test_a_key_file_that_is_taken_out_takes_no_key_away(key_path: Path) -> None:
    """Its medium may be needed for the start only."""
    keys.create(key_path)
    sealed = keys.seal("本文", b"mail")
    key_path.unlink()
    assert keys.unseal(sealed, b"mail") == "本文"
    assert not key_path.exists()


@pytest.mark.parametrize("ask", [keys.wrapping_key, keys.code_key])
def test_a_server_without_its_key_file_refuses(
    ask, key_path: Path, settings: Settings
) -> None:
    settings.PROFILE = "server"
    with pytest.raises(ImproperlyConfigured, match="keys create"):
        ask()
    assert not key_path.exists()


def test_what_is_sealed_opens_for_its_purpose_only() -> None:
    sealed = keys.seal("本文", b"one")
    assert keys.unseal(sealed, b"one") == "本文"
    assert sealed != keys.seal("本文", b"one"), "never the same twice"
    with pytest.raises(tink.TinkError):
        keys.unseal(sealed, b"two")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(tink.TinkError):
        keys.unseal(changed, b"one")


def test_what_one_key_file_sealed_another_does_not_open(
    trial: Path, settings: Settings
) -> None:
    sealed = keys.seal("本文", b"one")
    settings.KEY_FILE = trial.with_name("other.json")
    with pytest.raises(tink.TinkError):
        keys.unseal(sealed, b"one")


def test_the_mac_of_a_code_depends_on_code_and_key() -> None:
    mac = keys.code_key().compute_mac(b"link:1:12345678")
    keys.code_key().verify_mac(mac, b"link:1:12345678")
    with pytest.raises(tink.TinkError):
        keys.code_key().verify_mac(mac, b"link:2:12345678")
