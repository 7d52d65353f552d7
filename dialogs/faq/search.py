"""Which approved answer a question is for: by characters, with two thresholds.

At or above ``SURE`` the answer is given; between the two, up to three questions are offered; below ``UNSURE`` the
bot does not know. The nearest of all ways of asking counts for its answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.faq.answers import Answer, questions_of
from dialogs.nlu.ngrams import NgramIndex

SURE = 0.55
UNSURE = 0.33
OFFERED = 3
_PADDING = re.compile(
    r"^(?:[您你]们?好|请问(?:一下)?|想问(?:一下)?|问一下|咨询(?:一下)?|我想(?:问|知道|了解)(?:一下)?|"
    r"麻烦问(?:一下)?|那|那么|但是|不过|对了|等等|还有|先问(?:一下)?|顺便问(?:一下)?|[，,。！!：: ])+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    answer: Answer
    score: float


class Answers:
    """The approved answers, ready to be searched."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._by_id = {answer.id: answer for answer in answers}
        questions = questions_of(answers)
        self._ids = [answer_id for _, answer_id in questions]
        self._index = NgramIndex([text for text, _ in questions], sizes=(1, 2))

    def get(self, answer_id: str) -> Answer | None:
        return self._by_id.get(answer_id)

    def search(self, question: str, limit: int = OFFERED) -> list[Found]:
        """The best answers, best first, each once."""
        scores = self._index.scores(_PADDING.sub("", question))
        best: dict[str, float] = {}
        for answer_id, score in zip(self._ids, scores, strict=True):
            best[answer_id] = max(best.get(answer_id, 0.0), float(score))
        ranked = sorted(best.items(), key=lambda item: -item[1])[:limit]
        return [Found(answer=self._by_id[answer_id], score=round(score, 4)) for answer_id, score in ranked if score > 0]
