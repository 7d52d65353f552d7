"""What the bot has learned, in one place: parts are swapped in whole when they are ready, and each may be missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dialogs.engine.contract import IntentScore
from dialogs.ports import Embedder, Rewriter


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentJudgment:
    """``intent`` None: out of scope. ``by`` names the tier that decided: "light" or "embeddings"."""

    intent: str | None
    confidence: float
    ranking: tuple[IntentScore, ...]
    by: str


class IntentModel(Protocol):
    """Trained from ``data/nlu.yml``."""

    async def judge(self, text: str, embedder: Embedder | None) -> IntentJudgment:
        """What ``text`` wants. Where the light tier is unsure and ``embedder`` is there, it is asked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryJudgment:
    """``sure`` False: better left to a person. ``ranking``: (label, probability), best first."""

    label: str
    sure: bool
    ranking: Sequence[tuple[str, float]]


class CategoryModel(Protocol):
    """Trained from past cases (``train category``), or the one that ships."""

    def judge(self, title: str, detail: str) -> CategoryJudgment: ...


@dataclass(slots=True, kw_only=True)
class Understanding:
    """The parts that are loaded now; a part that is None is not, and patterns and characters do its work."""

    embedder: Embedder | None = None
    intents: IntentModel | None = None
    category: CategoryModel | None = None
    rewriter: Rewriter | None = None
