"""The same words again and again: answered twice, told once to be there already, then left in peace for a while.

Nothing is lost by it: every message is kept before it is heard, and what is said again says nothing new. Short
answers are said again for good reason, and danger is never slowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from dialogs.text.clean import words_only

_WITHIN = timedelta(minutes=10)
_SHORTEST = 6
_ANSWERED = 2
_SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """What is kept of the last words, and what is to be done with these."""

    kept: Mapping[str, Any]
    payload: str = ""
    silent: bool = False

    @classmethod
    def after(
        cls, before: Mapping[str, Any], text: str, now: datetime, *, urgent: bool = False, spam: bool = False
    ) -> "Repeats":
        """``before`` is what was kept; ``text`` "" for what is no text alone.

        ``urgent``: it speaks of danger. ``spam``: one answer, then none.
        """
        if spam:
            return cls._after_spam(before, now)
        words = words_only(text)
        if len(words) < _SHORTEST:
            return cls(kept={})
        digest = blake2b(words.encode(), digest_size=8).hexdigest()
        fresh = before.get("words") == digest and now - datetime.fromisoformat(before["at"]) <= _WITHIN
        times = before["times"] + 1 if fresh else 1
        if times > _ANSWERED and urgent:
            return cls(kept={})
        kept = {"words": digest, "times": times, "at": before["at"] if times > _ANSWERED else now.isoformat()}
        return cls(kept=kept, payload="/slow" if times == _ANSWERED + 1 else "", silent=times > _ANSWERED + 1)

    @classmethod
    def _after_spam(cls, before: Mapping[str, Any], now: datetime) -> "Repeats":
        """However it is worded, it is the same again."""
        again = before.get("words") == _SPAM and now - datetime.fromisoformat(before["at"]) <= _WITHIN
        return cls(kept=before if again else {"words": _SPAM, "times": 1, "at": now.isoformat()}, silent=again)
