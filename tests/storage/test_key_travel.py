"""The master key travels under a passphrase, and only so."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.backups.key_travel import SHORTEST, fingerprint_of, lock, unlock
from storage.errors import BackupRefused, KeysMissing
from storage.master_key import KeyFile

PASSPHRASE = "梧桐 green 47 horses"


@pytest.fixture
def key(tmp_path):
    key = KeyFile(tmp_path / "master.key")
    key.load_or_make()
    return key


def test_the_key_comes_back_by_its_passphrase_and_opens_what_it_sealed(key, tmp_path):
    text = lock(key.content(), key.fingerprint(), PASSPHRASE)
    other = KeyFile(tmp_path / "elsewhere" / "master.key")
    other.put(unlock(text, PASSPHRASE))
    assert other.fingerprint() == key.fingerprint() == fingerprint_of(text)
    assert other.load().decrypt(key.load().encrypt(b"x", b""), b"") == b"x"
    assert other.path.stat().st_mode & 0o777 == 0o600


def test_nothing_of_the_key_is_readable(key):
    text = lock(key.content(), key.fingerprint(), PASSPHRASE)
    secret = json.loads(key.content())["key"][0]["keyData"]["value"]
    assert secret not in text
    assert secret[:12] not in text
    assert key.fingerprint() not in key.content()
    assert lock(key.content(), key.fingerprint(), PASSPHRASE) != text


@pytest.mark.parametrize("wrong", ["", "梧桐 green 47 horse", PASSPHRASE + " "], ids=["none", "shorter", "longer"])
def test_another_passphrase_opens_nothing(key, wrong):
    text = lock(key.content(), key.fingerprint(), PASSPHRASE)
    with pytest.raises(BackupRefused, match="口令不对"):
        unlock(text, wrong)


def test_a_short_passphrase_is_refused(key):
    with pytest.raises(BackupRefused, match=str(SHORTEST)):
        lock(key.content(), key.fingerprint(), "short")


def test_a_file_that_was_altered_is_refused(key):
    told = json.loads(lock(key.content(), key.fingerprint(), PASSPHRASE))
    for altered in (told | {"fingerprint": "0" * 16}, told | {"sealed": told["sealed"][:-8] + "AAAAAAA="}):
        with pytest.raises(BackupRefused):
            unlock(json.dumps(altered), PASSPHRASE)


def test_a_file_that_asks_for_the_whole_machine_is_refused(key):
    told = json.loads(lock(key.content(), key.fingerprint(), PASSPHRASE))
    told["kdf"]["memory_kib"] = 2**40
    with pytest.raises(BackupRefused, match="不是"):
        unlock(json.dumps(told), PASSPHRASE)


def test_a_file_of_a_newer_program_says_so(key):
    told = json.loads(lock(key.content(), key.fingerprint(), PASSPHRASE))
    with pytest.raises(BackupRefused, match="升级"):
        unlock(json.dumps(told | {"format": 2}), PASSPHRASE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["what", "kdf", "format", "nonce", "sealed"]), inner)
    ),
)


@settings(max_examples=50)
@given(st.text() | JSON.map(json.dumps))
def test_what_is_no_such_file_is_refused(text):
    with pytest.raises(BackupRefused):
        unlock(text, PASSPHRASE)


def test_a_key_that_is_there_is_never_replaced(key):
    content = key.content()
    with pytest.raises(KeysMissing, match="exists"):
        key.put(content)
    with pytest.raises(KeysMissing):
        KeyFile(key.path.with_name("new.key")).put("no key")
    assert not key.path.with_name("new.key").exists()
