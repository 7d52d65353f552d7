"""Everything that goes wrong in the store.

    StorageError
    ├── StorageAway        retryable  unreachable, too slow or too busy; a write may have been applied
    ├── Conflict                      a guard did not match: stale version, lost lease
    │   └── IllegalMove               the case's state does not allow it; ``lawful`` says what it allows
    ├── AlreadyThere                  an insert's key exists
    ├── TooLarge                      a value is beyond its bound
    ├── BadCursor                     a list's cursor is none that it gave
    ├── SlowDown           retryable  query codes were tried too often; ``seconds`` until the next
    ├── FileMissing                   the content of an attachment is not there, or not all of it
    ├── WrongAddress                  the database's URI cannot be read
    ├── KeysMissing                   the master key or a keyset is not there, or they do not belong together
    ├── Unreadable                    a sealed value is damaged, from another place, or its key is gone
    │   └── NewerKey       retryable  sealed under a key that this process has yet to read
    ├── SpoolShut          retryable  the spool on this disk takes nothing: not writable, or none is there
    │   └── SpoolFull                 its limits, or the disk, are used up
    ├── BatchUnreadable               a batch of the spool is damaged, or sealed for another place
    ├── SnapshotGone                  the instant that a backup reads is no longer to be had; ``too_old`` says why
    ├── BackupRefused                 a backup cannot be made, is damaged or does not fit; ``sentence`` says which
    ├── Restoring          retryable  a backup is being put back, or that was broken off; nobody may begin meanwhile
    └── EmbeddedFailed                an embedded server failed; ``sentence`` names the cure

Driver errors are turned into these at one door (``storage.driver``); nothing of the driver gets past it.
"""

from collections.abc import Sequence
from typing import ClassVar


class StorageError(Exception):
    """Base of all storage errors.

    ``code`` is stable and fit for metrics; ``sentence`` is for staff, in Chinese, without personal data;
    ``detail`` is for the log and names ids and collections only.
    """

    code: ClassVar[str] = "storage_error"
    retryable: ClassVar[bool] = False
    sentence: str = "存储出错"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.code)
        self.detail = detail


class StorageAway(StorageError):
    """Not reached in time. A write so reported was often applied: repeat it only where it is guarded."""

    code = "storage_away"
    retryable = True
    sentence = "数据库暂时连不上或太忙，稍后自动重试"


class Conflict(StorageError):
    """Somebody else changed the thing first; load it again and decide anew."""

    code = "conflict"
    sentence = "内容刚被别人改动，请刷新后再试"


class IllegalMove(Conflict):
    """``from_state`` does not lead to ``to_state``; ``lawful`` lists where it leads (empty: it is an end)."""

    code = "illegal_move"
    sentence = "当前状态不能这样变更"

    def __init__(self, from_state: str, to_state: str, lawful: Sequence[str]) -> None:
        super().__init__(f"{from_state} -> {to_state}")
        self.from_state = from_state
        self.to_state = to_state
        self.lawful = tuple(lawful)


class AlreadyThere(StorageError):
    """The key exists: for a deterministic id this means "done before"."""

    code = "already_there"
    sentence = "记录已经存在"


class TooLarge(StorageError):
    """A value is beyond its bound; ``detail`` says which and by how much."""

    code = "too_large"
    sentence = "内容太大，无法保存"


class BadCursor(StorageError):
    """A list's cursor is none that it gave."""

    code = "bad_cursor"
    sentence = "翻页参数有误，请从第一页重新查看"


class SlowDown(StorageError):
    """Query codes were tried too often; nobody is locked out: the next is heard after ``seconds``."""

    code = "slow_down"
    retryable = True
    sentence = "查询码输错次数较多，请稍后再试"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class FileMissing(StorageError):
    """The record is there, the content is not."""

    code = "file_missing"
    sentence = "附件的内容不在数据库里，可能已损坏或被删除"


class WrongAddress(StorageError):
    """The database's URI cannot be read."""

    code = "wrong_address"
    sentence = "数据库地址（mongodb_uri）填写有误"


class KeysMissing(StorageError):
    """No way to the keys. A new key is never made then: it would lock the old data away for good."""

    code = "keys_missing"
    sentence = "找不到加密密钥，或密钥与数据库不匹配"

    def __init__(self, detail: str = "", *, sentence: str = "") -> None:
        super().__init__(detail)
        self.sentence = sentence or type(self).sentence


class Unreadable(StorageError):
    """The sealed value cannot be opened, and trying again will not help."""

    code = "unreadable"
    sentence = "加密内容无法解读：数据可能损坏，或不在原来的位置"


class NewerKey(Unreadable):
    """The keys were rotated and this process has not read the new one yet; it is about to."""

    code = "newer_key"
    retryable = True
    sentence = "密钥刚刚更换，正在读取，请稍后再试"


class SpoolShut(StorageError):
    """What arrived is kept nowhere, and so must not be acknowledged."""

    code = "spool_shut"
    retryable = True
    sentence = "数据库连不上，本机暂存目录也写不进去"


class SpoolFull(SpoolShut):
    """Nothing more fits."""

    code = "spool_full"
    sentence = "数据库连不上，本机暂存也满了"


class BatchUnreadable(StorageError):
    """Set it aside; it is never removed by us."""

    code = "batch_unreadable"
    sentence = "本机暂存的一个文件读不出来，已移到一边"


class SnapshotGone(StorageError):
    """``too_old``: the server keeps an instant only so long; else a collection was made over under our eyes."""

    code = "snapshot_gone"
    sentence = "备份期间数据库的结构在变（例如正在升级），请稍后再备份一次"
    _TOO_OLD = (
        "数据库不再保留备份开始那一刻的数据（它默认保留 5 分钟，或另一次备份刚好结束）。"
        "请再备份一次；仍不行时请管理员执行 "
        "db.adminCommand({setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600})"
    )

    def __init__(self, detail: str = "", *, too_old: bool = False) -> None:
        super().__init__(detail)
        self.too_old = too_old
        self.sentence = self._TOO_OLD if too_old else type(self).sentence


class BackupRefused(StorageError):
    """``sentence`` names the file and what is wrong, for whoever sits at the terminal."""

    code = "backup_refused"
    sentence = "备份不能用"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Restoring(StorageError):
    """The store is not whole until the restore has ended; it may be repeated."""

    code = "restoring"
    retryable = True
    sentence = "正在恢复备份，或恢复中断了：请等它完成，或再运行一次 petition-bot restore"


class EmbeddedFailed(StorageError):
    """An embedded server failed. ``sentence`` says, in Chinese, what is wrong and what mends it."""

    code = "embedded_failed"
    sentence = "内置的数据库启动失败"

    def __init__(self, detail: str = "", *, sentence: str = "") -> None:
        super().__init__(detail)
        self.sentence = sentence or type(self).sentence
