"""The master key: made once, kept from others, and never replaced."""

import base64
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tink
from tink import _kms_clients, aead, proto_keyset_format, secret_key_access
from tink.testing import fake_kms

from storage.errors import KeysMissing
from storage.master_key import KeyFile, KmsKey


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "master.key"


def test_the_file_is_made_once_for_its_owner_alone(path):
    first, made = KeyFile(path).load_or_make()
    assert made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again, made = KeyFile(path).load_or_make()
    assert not made
    assert again.decrypt(first.encrypt(b"text", b""), b"") == b"text"
    assert list(path.parent.iterdir()) == [path]


def test_of_many_that_make_it_at_once_one_does(path):
    barrier = threading.Barrier(8)

    def make(_: int) -> tuple[object, bool]:
        barrier.wait()
        return KeyFile(path).load_or_make()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(make, range(8)))
    assert sum(made for _, made in results) == 1
    sealed = results[0][0].encrypt(b"text", b"")
    assert {key.decrypt(sealed, b"") for key, _ in results} == {b"text"}


def test_a_missing_file_is_not_replaced_when_it_should_be_there(path):
    with pytest.raises(KeysMissing) as caught:
        KeyFile(path).load()
    assert str(path) in caught.value.sentence
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_cure(path, mode):
    KeyFile(path).load_or_make()
    path.chmod(mode)
    with pytest.raises(KeysMissing) as caught:
        KeyFile(path).load()
    assert f"chmod 600 {path}" in caught.value.sentence


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"primaryKeyId": 1, "key": []}'])
def test_a_damaged_file_is_told_as_such(path, content):
    KeyFile(path).load_or_make()
    path.write_bytes(content)
    with pytest.raises(KeysMissing) as caught:
        KeyFile(path).load()
    assert "损坏" in caught.value.sentence


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(KeysMissing) as caught:
        KeyFile(tmp_path / "file" / "master.key").load_or_make()
    assert str(tmp_path / "file") in caught.value.sentence


def test_a_kms_registered_with_tink_gives_the_key(monkeypatch):
    monkeypatch.setattr(_kms_clients, "_kms_clients", [])
    aead.register()
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    secret = proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    uri = "fake-kms://" + base64.urlsafe_b64encode(secret).decode().rstrip("=")
    fake_kms.register_client()
    key, made = KmsKey(uri).load_or_make()
    assert not made
    assert handle.primitive(aead.Aead).decrypt(key.encrypt(b"text", b"a"), b"a") == b"text"


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("some-kms://key", "some-kms://"),
        ("gcp-kms://projects/p/locations/l/keyRings/r/cryptoKeys/k", "pip install 'tink[gcpkms]'"),
        ("aws-kms://arn:aws:kms:cn-north-1:1:key/k", "pip install 'tink[awskms]'"),
    ],
)
def test_a_kms_that_cannot_be_used_is_told_with_the_cure(uri, words):
    with pytest.raises(KeysMissing) as caught:
        KmsKey(uri).load()
    assert words in caught.value.sentence
