"""What the dialog asks of the world. Reads only, but for the case number, which is drawn outside the turn's change.

``bot`` fulfils these; the tests of the dialogs do it in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One public step of a case, as its filer may read it. ``label`` is the state's Chinese name."""

    at: datetime
    label: str
    note: str = field(default="", repr=False)
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as far as the asking person may see it.

    ``full`` is False where number and query code came from another phone: then only number, state and label
    are filled. ``asked_at``: the filer was asked to grade the end, and has not yet; ``grades_until``: when grades cease
    to count, None where they do not. ``accusation``: somebody is accused; its title may not say so.
    """

    number: str
    state: str
    label: str
    open: bool
    full: bool
    filed_at: datetime
    title: str = field(default="", repr=False)
    steps: Sequence[CaseStep] = ()
    unit: str = ""
    asked_at: datetime | None = None
    grades_until: datetime | None = None
    accusation: bool = False

    @property
    def answered(self) -> bool:
        """There is an answer: the filer may say how good it is."""
        return self.state in {"answered", "closed"}


class TooManyTries(Exception):
    """Query codes were tried too often; ``seconds`` until the next try is heard."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"next try in {seconds:.0f} s")
        self.seconds = seconds


class Cases(Protocol):
    """The office's cases, seen from one person's conversation."""

    async def mine(self, conversation_id: str) -> Sequence[CaseView]:
        """The cases this conversation filed or follows, newest first, at most 20; withdrawn and closed included.

        Each with its public steps; its state is that of the last of them.
        """
        ...

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:
        """One case: in full for its filer's own conversation, the state alone with the right query code.

        None where there is no such case, or the code is wrong or missing: the asker never learns which.

        Raises:
            TooManyTries: wrong codes are slowed, never locked.
        """
        ...

    async def proves(self, *, number: str, code: str, conversation_id: str) -> bool:
        """Whether ``code`` is the query code of that case: asked of its filer's own phone too, where a text asks.

        Raises:
            TooManyTries: wrong codes are slowed, never locked.
        """
        ...

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        """A fresh case number for the petition that ``message_id`` completes; the same again for the same message."""
        ...


class Randomness(Protocol):
    """Chance, handed in."""

    def query_code(self) -> str:
        """Six decimal digits from a secure source."""
        ...


class EmbeddingRole(StrEnum):
    """What a text is to a search: models embed the two differently."""

    QUERY = "query"
    PASSAGE = "passage"


class EmbedderAway(Exception):
    """No embedding was to be had in time; whoever asked goes on without."""

    retryable = True
    sentence = "语义模型暂时不可用，已改用基本识别"


class Embedder(Protocol):
    """The second tier: a sentence-embedding model, in this process or behind an address."""

    @property
    def id(self) -> str:
        """Names the model and its version: vectors of two ids are never compared."""
        ...

    async def embed(self, texts: Sequence[str], *, role: EmbeddingRole) -> npt.NDArray[np.float32]:
        """One unit row for each text, ``(len(texts), dimensions)``. Never blocks the event loop.

        Raises:
            EmbedderAway: the model could not answer in time.
        """
        ...


class Rewriter(Protocol):
    """Generative help, off by default: puts a question in other words, for the search alone."""

    async def rewrite(self, question: str) -> str | None:
        """Another wording of at most 60 characters; None where there is none, for whatever reason: go on without.

        It is a search query and nothing else: never shown to anybody, never acted on. May take seconds: asked only
        where the search was unsure.
        """
        ...
