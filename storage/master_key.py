"""The master key, which opens the keysets and never lies in the database: a file of ours, or a key in a KMS.

Everything here blocks (disk, network): call it in a thread.
"""

import hashlib
import importlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import tink
from tink import aead, json_proto_keyset_format, proto_keyset_format, secret_key_access
from tink.proto import tink_pb2

from channels.system_errors import why
from storage.errors import KeysMissing

_SIZE_LIMIT = 16_384
_FINGERPRINT = 16
"""Hexadecimal digits."""
_INTEGRATIONS = {
    "gcp-kms": ("tink.integration.gcpkms", "GcpKmsClient", "tink[gcpkms]"),
    "aws-kms": ("tink.integration.awskms", "AwsKmsClient", "tink[awskms]"),
}


class MasterKey(Protocol):
    """Where the key lies that opens the keysets."""

    @property
    def where(self) -> str:
        """The place, for people: a path or a URI."""
        ...

    def fingerprint(self) -> str:
        """Tells keys apart, and tells nothing of them: which of them opens a backup.

        Raises:
            KeysMissing: as ``load``.
        """
        ...

    def load(self) -> Any:
        """Give the AEAD of the existing key.

        Raises:
            KeysMissing: it cannot be had; the sentence says why and what to do.
        """
        ...

    def load_or_make(self) -> tuple[Any, bool]:
        """Give the AEAD, and whether the key was made just now.

        Raises:
            KeysMissing: as ``load``.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that only its owner may read: a Tink keyset in JSON."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    def load(self) -> Any:
        return self._parsed(self.content())[0]

    def fingerprint(self) -> str:
        return self._parsed(self.content())[1]

    def content(self) -> str:
        """The key itself, as it lies in the file.

        Raises:
            KeysMissing: as ``load``.
        """
        text = self._read()
        self._parsed(text)
        return text

    def put(self, content: str) -> None:
        """Write a key that was kept elsewhere; one that is there already is never replaced.

        Raises:
            KeysMissing: there is one, what is given is none, or the file cannot be written.
        """
        self._parsed(content)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            written = _write_once(self.path, content.encode())
        except OSError as error:
            sentence = f"无法创建主密钥文件 {self.path}（{why(error)}）"
            raise KeysMissing("master key file not made", sentence=sentence) from error
        if not written:
            sentence = f"{self.path} 已经有一把主密钥，不会覆盖"
            raise KeysMissing("master key file exists", sentence=sentence)

    def _parsed(self, text: str) -> tuple[Any, str]:
        aead.register()
        try:
            handle = json_proto_keyset_format.parse(text, secret_key_access.TOKEN)
            return handle.primitive(aead.Aead), _fingerprint(handle)
        except tink.TinkError:
            sentence = f"主密钥文件 {self.path} 内容已损坏，请用备份恢复"
            raise KeysMissing("master key unreadable", sentence=sentence) from None

    def load_or_make(self) -> tuple[Any, bool]:
        made = not self.path.exists() and self._make()
        return self.load(), made

    def _read(self) -> str:
        try:
            with self.path.open("rb") as file:
                self._refuse_others(os.fstat(file.fileno()))
                return file.read(_SIZE_LIMIT).decode(errors="replace")
        except FileNotFoundError:
            sentence = f"找不到主密钥文件 {self.path}。没有它就读不出数据，请把备份放回原处（petition-bot keys import）"
            raise KeysMissing("no master key file", sentence=sentence) from None
        except OSError as error:
            sentence = f"读不了主密钥文件 {self.path}（{why(error)}）"
            raise KeysMissing("master key file not readable", sentence=sentence) from error

    def _refuse_others(self, status: os.stat_result) -> None:
        if stat.S_IMODE(status.st_mode) & 0o077:
            sentence = f"主密钥文件 {self.path} 别人也能读，请先执行：chmod 600 {self.path}"
            raise KeysMissing("master key file is open to others", sentence=sentence)

    def _make(self) -> bool:
        """Make the file; False where another process was first. It appears whole or not at all."""
        aead.register()
        handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
        text = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _write_once(self.path, text.encode())
        except OSError as error:
            sentence = f"无法创建主密钥文件 {self.path}（{why(error)}）"
            raise KeysMissing("master key file not made", sentence=sentence) from error


def _fingerprint(handle: Any) -> str:
    """Of 256 random bits, so that nobody gets from it to them."""
    keyset = tink_pb2.Keyset.FromString(proto_keyset_format.serialize(handle, secret_key_access.TOKEN))
    digest = hashlib.sha256(b"petition-bot master key")
    for key in keyset.key:
        digest.update(key.key_data.value)
    return digest.hexdigest()[:_FINGERPRINT]


def _write_once(path: Path, content: bytes) -> bool:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)  # unlike a rename, it never replaces a key that is there
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class KmsKey:
    """A key in a key management service, reached through Tink's registry.

    A client registered with ``tink.register_kms_client`` beforehand is taken; for Google's and Amazon's the
    integration is looked up (their credentials come from the environment, as theirs do).
    """

    uri: str

    @property
    def where(self) -> str:
        return self.uri

    def fingerprint(self) -> str:
        return self.uri

    def load(self) -> Any:
        aead.register()
        try:
            return self._client().get_aead(self.uri)
        except tink.TinkError as error:
            sentence = f"连不上密钥服务 {self.uri}，请检查 kms_uri 与凭证"
            raise KeysMissing("kms refused", sentence=sentence) from error

    def load_or_make(self) -> tuple[Any, bool]:
        return self.load(), False

    def _client(self) -> Any:
        try:
            return tink.kms_client_from_uri(self.uri)
        except tink.TinkError:
            return self._integration()(self.uri, None)

    def _integration(self) -> Any:
        scheme = self.uri.partition("://")[0]
        if scheme not in _INTEGRATIONS:
            sentence = f"kms_uri 的类型 {scheme}:// 不认识；可用：{'、'.join(_INTEGRATIONS)}"
            raise KeysMissing("unknown kms", sentence=sentence)
        module, name, package = _INTEGRATIONS[scheme]
        try:
            return getattr(importlib.import_module(module), name)
        except ImportError as error:
            sentence = f"使用 {scheme} 需要先安装：pip install '{package}'"
            raise KeysMissing("kms integration not installed", sentence=sentence) from error
