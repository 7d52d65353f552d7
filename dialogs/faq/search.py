"""Which approved answer a question is for, in the running bot.

``search`` goes by characters alone and takes well under a millisecond: the understanding asks it of every message.
``find`` decides what is answered: where the characters are sure they suffice; else, where there is an embedder, what
was learned of meanings is asked as well. The nearest of all ways of asking counts for its answer.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from dialogs.faq.answers import ELSEWHERE, Answer
from dialogs.faq.confidence import SIGNS, Judged, judge, signs_of
from dialogs.faq.learned import EMBEDDER, learned_for_questions
from dialogs.faq.matching import LONGEST_TEXT, Matched, QuestionMatcher
from dialogs.faq.subject import Subject
from dialogs.faq.weights import Matrix
from dialogs.ports import Embedder, EmbedderAway, EmbeddingRole
from dialogs.text.clean import words_only
from dialogs.text.ngrams import NgramIndex
from dialogs.text.wording import asked_plainly

SURE = 0.55
UNSURE = 0.33
"""Of ``search``: cosines of characters at which a question is surely one of the known ones, or surely none."""
OFFERED = 3
_BATCH = 16
_AGAIN_AFTER_S = 30.0
_LONGEST_QUESTION = 200
_FEWEST_CHARACTERS = 2
_PADDING = re.compile(
    r"^(?:[您你]们?好|请问(?:一下)?|想问(?:一下)?|问一下|咨询(?:一下)?|我想(?:问|知道|了解)(?:一下)?|"
    r"麻烦问(?:一下)?|那|那么|但是|不过|对了|等等|还有|先问(?:一下)?|顺便问(?:一下)?|[，,。！!：: ])+"
)

_OF_NOTHING = re.compile(
    r"(?>就是|只是|我们?|俺|孩子|想|问问?|一下|请|那|这样?|到底|还|能不能|能否|可不可以|可以|行不行|会不会|成不成|中不中|好不好|[行成中吗呢吧不啊嘛能])+"
    r"[上去办弄来做搞要用]?[了吗呢吧不啊嘛]*"
)
"""能不能上, 行不行: only what was said before tells what is asked, and no entry is nearer than another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``asked``: the way of asking that was nearest; ``score`` 0 to 1."""

    answer: Answer
    score: float
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``sure``: the first of ``found`` may be given; ``near``: they may be offered; neither: nothing is known.

    ``by``: characters, meaning, or context. ``why``: the figures behind it, for editors.
    """

    found: tuple[Found, ...]
    sure: bool
    near: bool
    by: str
    why: Mapping[str, Any] = field(default_factory=dict)

    def only_offered(self) -> "Finding":
        """The same, but nothing is given outright."""
        return replace(self, sure=False, near=bool(self.found))


class Answers:
    """The approved answers, ready to be searched."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._by_id = {answer.id: answer for answer in answers}
        self._elsewhere = tuple(answer for answer in answers if answer.topic == ELSEWHERE)
        answers = [answer for answer in answers if answer.topic != ELSEWHERE]
        self._answers = tuple(answers)
        asked = [(text, at) for at, answer in enumerate(answers) for text in answer.asked]
        self._asked = [text for text, _ in asked]
        self._owners = np.array([at for _, at in asked], dtype=np.int64)
        self._index = NgramIndex([asked_plainly(text) for text in self._asked], sizes=(1, 2))
        texts = [answer.text[:LONGEST_TEXT] for answer in answers]
        self._matcher = QuestionMatcher(self._asked, texts, learned_for_questions(), owners=self._owners)
        self._preparing: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def __iter__(self) -> Any:
        return iter(self._by_id.values())

    def elsewhere(self, question: str, *, today: date | None = None, district: str = "") -> Answer | None:
        """Which other agency's affair the question names; the longest of the keywords counts."""
        named = [
            (len(word), answer)
            for answer in self._elsewhere
            if (today is None or answer.holds(today))
            and (not answer.districts or any(district.endswith(own) for own in answer.districts))
            for word in answer.keywords
            if word in question
        ]
        return max(named, key=lambda one: one[0])[1] if named else None

    def get(self, answer_id: str, *, today: date | None = None) -> Answer | None:
        """The answer of that id; None where there is none, or (``today`` given) it does not hold today."""
        answer = self._by_id.get(answer_id)
        return answer if answer and (today is None or answer.holds(today)) else None

    def of_topic(self, topic: str, *, today: date) -> list[Answer]:
        """The answers on one subject that hold today."""
        return [answer for answer in self._answers if topic and answer.topic == topic and answer.holds(today)]

    def search(
        self, question: str, limit: int = OFFERED, *, today: date | None = None, district: str = ""
    ) -> list[Found]:
        """The best answers by characters, best first, each once; without ``today`` those that do not hold, too."""
        scores = self._index.scores(asked_plainly(_PADDING.sub("", question)))
        allowed = self._allowed(today, district, question)[self._owners] if len(self._asked) else scores > 1
        order = np.argsort(-np.where(allowed, scores, 0.0), kind="stable")
        best: dict[int, Found] = {}
        for at in order:
            owner = int(self._owners[at])
            if len(best) == limit or scores[at] <= 0 or not allowed[at]:
                break
            best.setdefault(
                owner,
                Found(answer=self._answers[owner], score=round(float(scores[at]), 4), asked=self._asked[at]),
            )
        return list(best.values())

    async def find(
        self, question: str, *, today: date, district: str = "", embedder: Embedder | None = None
    ) -> Finding:
        """What to say to ``question``. An answer for another district only, or not for today, is never found."""
        bare = asked_plainly(_PADDING.sub("", question)[:_LONGEST_QUESTION])
        if len(set(words_only(bare))) < _FEWEST_CHARACTERS or _OF_NOTHING.fullmatch(words_only(bare)):
            return Finding(found=(), sure=False, near=False, by="characters")
        light = self.search(question, today=today, district=district)
        if light and light[0].score >= SURE:
            return Finding(found=tuple(light), sure=True, near=False, by="characters", why=_why_light(light))
        if not self._asked:
            return Finding(found=(), sure=False, near=False, by="characters", why=_why_light(light))
        vector = await self._vector(bare, embedder)
        matched = self._matcher.match(bare, vector)
        judged = judge(matched, owners=self._owners, allowed=self._allowed(today, district, bare))
        return self._finding(judged, matched, light, by="characters" if vector is None else "meaning")

    def _finding(self, judged: Judged, matched: Matched, light: Sequence[Found], *, by: str) -> Finding:
        nearest = [
            Found(
                answer=self._answers[int(owner)],
                score=round(judged.probability, 4) if place == 0 else 0.0,
                asked=self._asked[int(text)],
            )
            for place, (owner, text) in enumerate(zip(judged.order[:OFFERED], judged.texts[:OFFERED], strict=True))
        ]
        likely = [one for one in light if one.score >= UNSURE]
        # By characters alone, what is given or offered must share its words with the question: 是什么 is not enough.
        near = bool(likely) or (judged.offers and by == "meaning")
        agreed = judged.answers and bool(nearest) and (by == "meaning" or _shares_words(nearest[0], likely))
        if not (agreed or judged.offers) and len(likely) == 1 and nearest and likely[0].answer is nearest[0].answer:
            nearest = likely  # both ways of looking lead to this one alone
        elif not agreed and not (judged.offers and by == "meaning"):
            nearest = likely
        why = _why_light(light) | _why_judged(judged, matched)
        return Finding(found=tuple(nearest), sure=agreed, near=near and not agreed, by=by, why=why)

    def _allowed(self, today: date | None, district: str, question: str) -> npt.NDArray[np.bool_]:
        """Answers for the asker's own district go before the general ones on the same question."""
        subject = Subject(question)
        fits = [
            (today is None or answer.holds(today))
            and (not answer.districts or any(district.endswith(own) for own in answer.districts))
            and subject.fits(answer)
            for answer in self._answers
        ]
        own = {a.question for a, fit in zip(self._answers, fits, strict=True) if fit and a.districts}
        pairs = zip(self._answers, fits, strict=True)
        return np.array([fit and (bool(a.districts) or a.question not in own) for a, fit in pairs], dtype=bool)

    async def _vector(self, question: str, embedder: Embedder | None) -> Matrix | None:
        """The question's embedding; None until all ways of asking have theirs, which is done beside the turns."""
        if embedder is None or embedder.id != EMBEDDER:
            return None
        if not self._matcher.attached:
            self.prepare_beside(embedder)
            return None
        try:
            return np.asarray((await embedder.embed([question], role=EmbeddingRole.QUERY))[0], dtype=np.float32)
        except EmbedderAway:
            return None

    def prepare_beside(self, embedder: Embedder) -> None:
        """Begin to prepare beside the turns, unless it is done or under way; after a failure not at once again."""
        loop = asyncio.get_running_loop()
        ready = self._matcher.attached or embedder.id != EMBEDDER or not self._asked
        busy = self._preparing is not None and not self._preparing.done()
        if ready or busy or loop.time() < self._not_before:
            return
        self._not_before = loop.time() + _AGAIN_AFTER_S
        self._preparing = loop.create_task(self._prepare_quietly(embedder))

    async def prepare(self, embedder: Embedder) -> None:
        """Embed every way of asking and every answer; from then on ``find`` goes by meaning too.

        Raises:
            EmbedderAway: the model is not there now.
        """
        if not self._asked or embedder.id != EMBEDDER:
            return
        asked = await _embedded(embedder, self._asked, EmbeddingRole.QUERY)
        texts = await _embedded(embedder, [a.text[:LONGEST_TEXT] for a in self._answers], EmbeddingRole.PASSAGE)
        self._matcher.attach_both(asked, texts)

    async def _prepare_quietly(self, embedder: Embedder) -> None:
        try:
            await self.prepare(embedder)
        except EmbedderAway:
            structlog.get_logger().warning("faq.not_embedded")


async def _embedded(embedder: Embedder, texts: Sequence[str], role: EmbeddingRole) -> Matrix:
    parts = [await embedder.embed(texts[at : at + _BATCH], role=role) for at in range(0, len(texts), _BATCH)]
    return np.vstack(parts).astype(np.float32)


def _shares_words(first: Found, likely: Sequence[Found]) -> bool:
    return any(one.answer is first.answer for one in likely)


def _why_light(light: Sequence[Found]) -> dict[str, Any]:
    return {
        "characters": [{"id": one.answer.id, "asked": one.asked, "score": one.score} for one in light],
        "characters_sure": SURE,
        "characters_unsure": UNSURE,
    }


def _why_judged(judged: Judged, matched: Matched) -> dict[str, Any]:
    signs = signs_of(matched, judged.texts) if len(judged.texts) else ()
    return {
        "probability": round(judged.probability, 4),
        "answers_at": round(judged.answers_at, 4),
        "offers_at": round(judged.offers_at, 4),
        "signs": {name: round(sign, 4) for name, sign in zip(SIGNS, signs, strict=False)},
    }
