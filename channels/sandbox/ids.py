"""Identifiers that look like WeChat's and follow from a seed."""

from base64 import urlsafe_b64encode
from collections import Counter
from datetime import datetime
from hashlib import sha512


class Ids:
    """Openids follow from the seed alone, so that a resident is the same person after a restart.

    All else also follows from the moment of the start: a message id used twice would be taken for a repeat by a
    bot that kept its data.
    """

    def __init__(self, seed: int, started: datetime) -> None:
        self._seed = seed
        self._run = f"{seed}:{started.timestamp():.6f}"
        self._counts: Counter[str] = Counter()
        self._last_number = 0

    def openid(self, name: str) -> str:
        return "o" + _digest(f"{self._seed}:openid:{name}", 27)

    def original_id(self) -> str:
        return "gh_" + sha512(f"{self._seed}:account".encode()).hexdigest()[:12]

    def text(self, kind: str, length: int) -> str:
        """The next identifier of ``kind`` (a token, a media id)."""
        self._counts[kind] += 1
        return _digest(f"{self._run}:{kind}:{self._counts[kind]}", length)

    def request_id(self) -> str:
        digest = sha512(self.text("rid", 20).encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:16]}-{digest[16:24]}"

    def number(self, now: datetime) -> int:
        """A message id: a 64-bit integer, rising."""
        self._last_number = max(self._last_number + 1, int(now.timestamp() * 1000) * 1000)
        return self._last_number


def _digest(text: str, length: int) -> str:
    digest = sha512(text.encode()).digest()
    while len(digest) < length:
        digest += sha512(digest).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")[:length]
