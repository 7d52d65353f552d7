"""The vectors of the texts seen last."""

import hashlib
from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from dialogs.ports import EmbeddingRole

_ENTRIES = 1_024


class Recent:
    """Bounded by entries (384 numbers each: 1.6 MB in all); keeps no text, only its digest."""

    def __init__(self, entries: int = _ENTRIES) -> None:
        self._entries = entries
        self._rows: OrderedDict[bytes, npt.NDArray[np.float32]] = OrderedDict()

    def get(self, text: str, role: EmbeddingRole) -> npt.NDArray[np.float32] | None:
        key = _key(text, role)
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def put(self, text: str, role: EmbeddingRole, row: npt.NDArray[np.float32]) -> None:
        self._rows[_key(text, role)] = row
        if len(self._rows) > self._entries:
            self._rows.popitem(last=False)


def _key(text: str, role: EmbeddingRole) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=role.value.encode()).digest()
