"""What is filed is kept as it was written: everything is understood in Simplified, and put back for the file.

Names above all are not the office's to convert, and the original script is the better evidence.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dialogs.outcome import AddToCase, BookReception, Effect, FileCase

_CLAUSE = re.compile(r"[^，,。；;！!？?：:、\n ]+")
_MOST = 40
_LONGEST = 12_000


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of a conversation that were not written in Simplified, newest last; ``simplified`` converts."""

    texts: Sequence[str]
    simplified: Callable[[str], str]

    def and_(self, text: str) -> "Written":
        """With one text more; bounded, the oldest go first. One that reads the same in both scripts is not kept."""
        even = self.simplified(text)
        if even == text or len(even) != len(text):
            return self
        kept = [*self.texts, text][-_MOST:]
        while len(kept) > 1 and sum(map(len, kept)) > _LONGEST:
            kept.pop(0)
        return Written(kept, self.simplified)

    def filed(self, effect: Effect) -> Effect:
        """The effect with the person's own words as they wrote them."""
        if not self.texts:
            return effect
        pairs = [(self.simplified(text), text) for text in reversed(self.texts)]
        match effect:
            case FileCase():
                name, place, content = (_restored(x, pairs) for x in (effect.name, effect.place, effect.content))
                return replace(effect, name=name, place=place, content=content)
            case AddToCase():
                return replace(effect, text=_restored(effect.text, pairs))
            case BookReception():
                name, matter = (_restored(x, pairs) for x in (effect.name, effect.matter))
                return replace(effect, name=name, matter=matter)
            case _:
                return effect


def _restored(value: str, pairs: Sequence[tuple[str, str]]) -> str:
    """``value`` clause by clause as it was written; what stands in no text stays as it is."""
    return _CLAUSE.sub(lambda found: _original(found.group(), pairs), value)


def _original(clause: str, pairs: Sequence[tuple[str, str]]) -> str:
    for even, written in pairs:
        at = even.find(clause)
        if at >= 0:
            return written[at : at + len(clause)]
    return clause
