"""What a message is where no pattern knows: by the trained model, or while there is none by the nearest example."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from dialogs.engine.contract import IntentScore, Parse
from dialogs.faq.search import UNSURE, Answers
from dialogs.nlu.at_a_loss import is_of_another_script
from dialogs.nlu.matter import Categories, asks, finds_fault
from dialogs.nlu.shapes import stranger, sure
from dialogs.nlu.waiting import tells_of_waiting
from dialogs.text.clean import words_only
from dialogs.text.ngrams import NgramIndex
from dialogs.understanding import IntentJudgment, Understanding

IN_SCOPE = 0.42
_PERHAPS = 0.2
_LEAST_SURE = 0.3
"""Of the likeliest intent: on our dev set 1 of 103 right ones is below .33, and half of those out of scope."""
_OF_A_CASE = {"show_progress", "add_to_case", "rate"}
A_CALL = 12
"""Characters; who wants a person says so in less, or in so many words."""
_CUES = {
    "greet": re.compile(
        r"好|在|哈|嗨|喂|嘿|安|早|hello|hi|扰|(?:有|没)人(?:$|[吗没在值接回吱呢么])|人员|客服", re.IGNORECASE
    ),
    "thanks": re.compile(r"谢|感|辛苦|费心|受累|麻烦|恩|平安|thank|3q", re.IGNORECASE),
    "goodbye": re.compile(r"见|拜|bye|没|安|走|聊|说|挂|辞|这样|问完", re.IGNORECASE),
    "affirm": re.compile(r"[\u3400-\u9fff]|^[A-Za-z]{1,5}\W*$"),
    "deny": re.compile(r"[\u3400-\u9fff]|^[A-Za-z]{1,5}\W*$"),
}
"""What cannot be missing from a courtesy: without one, characters it shares with some (老有人敲门) prove nothing."""


class Guesser:
    """``examples``: intent to its example texts."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        answers: Answers,
        categories: Categories,
        understanding: Understanding,
    ) -> None:
        pairs = [(text, intent) for intent, texts in examples.items() for text in texts]
        self._intents = [intent for _, intent in pairs]
        self._index = NgramIndex([text for text, _ in pairs])
        self._answers = answers
        self._categories = categories
        self._understanding = understanding

    async def guess(self, text: str) -> Parse:
        """What a message outside forms most likely is; out of scope where nothing is likely enough."""
        if is_of_another_script(text):
            return stranger(1.0, (), by="patterns")
        model = self._understanding.intents
        if model is None:
            return self._by_example(text)
        return self._weighed(await model.judge(text, self._understanding.embedder), text)

    def _weighed(self, judged: IntentJudgment, text: str) -> Parse:
        """What the model says, by what it cannot have seen."""
        if judged.intent is None and tells_of_waiting(text):
            return sure("file_petition")
        unsure = judged.intent is not None and (judged.confidence < _LEAST_SURE or _lacks_its_cue(judged.intent, text))
        calls = judged.intent == "call_person" and len(words_only(text)) > A_CALL
        told = self._categories.of(text) or (calls and finds_fault(text))
        if (unsure or calls or judged.intent in _CUES) and told and not asks(text):
            return sure("file_petition")
        if judged.intent is None or unsure:
            question = self._near_an_answer(text, unless=UNSURE, ranking=judged.ranking)
            return question or stranger(judged.confidence, judged.ranking, by=judged.by)
        if judged.intent in _OF_A_CASE and tells_of_waiting(text):
            return sure("file_petition")
        name = self._in_full(judged.intent, text)
        return Parse(intent=name, confidence=judged.confidence, ranking=judged.ranking, by=judged.by)

    def _by_example(self, text: str) -> Parse:
        if tells_of_waiting(text) and not asks(text):
            return sure("file_petition")
        ranking = self.nearest(text)
        best = ranking[0] if ranking else IntentScore(name="out_of_scope", confidence=0.0)
        other = 0.0 if best.name == "ask_policy" else best.confidence
        question = self._near_an_answer(text, unless=other, ranking=ranking)
        if question is None and asks(text) and self._categories.of(text):
            question = Parse(intent="ask_policy", confidence=0.5, ranking=ranking, by="answers")
        if question or best.confidence < IN_SCOPE:
            return question or stranger(1 - best.confidence, ranking, by="examples")
        return Parse(intent=best.name, confidence=best.confidence, ranking=ranking, by="examples")

    def _near_an_answer(self, text: str, *, unless: float, ranking: tuple[IntentScore, ...]) -> Parse | None:
        """Asked as a question, and near an approved answer: nearer than ``unless``."""
        if not asks(text):
            return None
        policy = self._answers.search(text, 1)
        if policy and policy[0].score > max(unless, _PERHAPS):
            return Parse(intent="ask_policy", confidence=policy[0].score, ranking=ranking, by="answers")
        return None

    def _in_full(self, intent: str, text: str) -> str:
        """A retrieval intent's full name, by its nearest example: models learn base names."""
        full = {name for name in self._intents if name.startswith(f"{intent}/")}
        return next((score.name for score in self.nearest(text) if score.name in full), intent) if full else intent

    def nearest(self, text: str) -> tuple[IntentScore, ...]:
        """The intents by their nearest example, best first."""
        scores = self._index.scores(text)
        best: dict[str, float] = {}
        for intent, score in zip(self._intents, scores, strict=True):
            best[intent] = max(best.get(intent, 0.0), float(score))
        ranked = sorted(best.items(), key=lambda item: -item[1])
        return tuple(IntentScore(name=name, confidence=round(float(np.clip(score, 0, 1)), 4)) for name, score in ranked)


def _lacks_its_cue(intent: str, text: str) -> bool:
    return intent in _CUES and not _CUES[intent].search(text)
