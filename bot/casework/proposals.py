"""Approved policy answers that may be the answer to a case: for staff to copy into a draft, never sent by itself.

They are given as the office may write them: what the bot says of itself is left out.

Searched for is a redacted copy of the case, as residents' questions are; what no longer holds, or not yet, is never
found, nor what holds in another district only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from bot import masking
from bot.casework.in_a_letter import in_a_letter
from bot.clocks.calendar import local_day
from channels.base import Clock
from dialogs.faq.answers import Answer, AnswersRefused
from dialogs.faq.search import UNSURE, Answers, Finding, Found
from dialogs.ports import Embedder
from storage.cases import Case

SHOWN = 3
_LONGEST = 200
_SECONDS = 1.0
"""For the search by meaning; after that the one by characters, which is done at once, has to do."""


class Proposals:
    """``answers``: those that are approved now. ``embedder``: what compares meanings, None where nothing does."""

    def __init__(
        self,
        *,
        answers: Callable[[], Awaitable[Sequence[Answer]]],
        embedder: Callable[[], Embedder | None],
        clock: Clock,
    ) -> None:
        self._answers = answers
        self._embedder = embedder
        self._clock = clock
        self._searched: tuple[tuple[Answer, ...], Answers] | None = None

    async def for_case(self, case: Case) -> Sequence[Answer]:
        """Give the answers that may fit, the likeliest first; none to an accusation."""
        if case.accusation:
            return ()
        try:
            searched = await self._made()
        except AnswersRefused:
            structlog.get_logger().warning("proposals.no_answers")
            return ()
        findings = [await self._find(searched, words, case.district) for words in _words(case)]
        likely = {found.answer.id: found.answer for finding in findings for found in _likely(finding)}
        letters = (replace(answer, text=in_a_letter(answer.text)) for answer in likely.values())
        return tuple(answer for answer in letters if answer.text)[:SHOWN]

    async def _made(self) -> Answers:
        """The answers to be searched; made once for the same answers, in a thread."""
        answers = tuple(await self._answers())
        if self._searched is None or self._searched[0] != answers:
            self._searched = (answers, await asyncio.to_thread(Answers, answers))
        return self._searched[1]

    async def _find(self, searched: Answers, words: str, district: str) -> Finding:
        today = local_day(self._clock())
        try:
            async with asyncio.timeout(_SECONDS):
                return await searched.find(words, today=today, district=district, embedder=self._embedder())
        except TimeoutError:
            return await searched.find(words, today=today, district=district)


def _words(case: Case) -> Sequence[str]:
    """What to search for: a title says what it is about, the words how it is asked."""
    redacted = (masking.text(text[:_LONGEST], person=case.filer.name) for text in (case.title, case.content))
    return list(dict.fromkeys(text for text in redacted if text.strip()))


def _likely(finding: Finding) -> Sequence[Found]:
    """What would be given or offered to a resident who asks so; the rest has little in common with it."""
    if not (finding.sure or finding.near):
        return ()
    return [found for place, found in enumerate(finding.found) if place == 0 or found.score >= UNSURE]
