"""What is doubtful about a set of approved answers: said to editors before a resident meets it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dialogs.faq.answers import ELSEWHERE, Answer
from dialogs.faq.search import Answers
from dialogs.text.clean import words_only

_SOON = timedelta(days=30)
_FEW = 3
_SAME = 0.93


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """``wrong``: residents would get an arbitrary answer, or none; else worth a look."""

    id: str
    wrong: bool
    sentence: str


def doubts(answers: Sequence[Answer], *, today: date) -> list[Doubt]:
    """All of them, the wrong ones first."""
    found = [*_shared_questions(answers), *_near_questions(answers)]
    found += [doubt for answer in answers for doubt in _of_one(answer, today)]
    return sorted(found, key=lambda doubt: not doubt.wrong)


def _shared_questions(answers: Sequence[Answer]) -> Iterator[Doubt]:
    """The same words lead to two answers; not where they are for different districts."""
    asked: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        for text in {words_only(text.lower()) for text in answer.asked}:
            asked[text].append(answer)
    for text, those in asked.items():
        for other in those[1:]:
            if set(other.districts) == set(those[0].districts):
                yield Doubt(id=other.id, wrong=True, sentence=f"问法“{text}”和 {those[0].id} 重复，答复却是两条")


def _near_questions(answers: Sequence[Answer]) -> Iterator[Doubt]:
    index = Answers(answers)
    for answer in answers:
        for text in answer.asked:
            for found in index.search(text, 2):
                other = found.answer
                if other.id > answer.id and found.score >= _SAME and words_only(found.asked) != words_only(text):
                    yield Doubt(id=answer.id, wrong=False, sentence=f"问法“{text}”和 {other.id} 的“{found.asked}”很像")


def _of_one(answer: Answer, today: date) -> Iterator[Doubt]:
    if answer.valid_to and answer.valid_to < today:
        yield Doubt(id=answer.id, wrong=True, sentence=f"{answer.valid_to.isoformat()} 已经失效，不会再回答")
    elif answer.valid_to and answer.valid_to - today <= _SOON:
        yield Doubt(id=answer.id, wrong=False, sentence=f"{answer.valid_to.isoformat()} 就要失效")
    if answer.valid_from > today:
        yield Doubt(id=answer.id, wrong=False, sentence=f"{answer.valid_from.isoformat()} 才施行，在那以前不会回答")
    if answer.topic == ELSEWHERE:
        if not answer.keywords:
            yield Doubt(id=answer.id, wrong=True, sentence="没有写关键词（keywords），认不出问的是哪个单位的事")
        return
    if not all(source.law and source.article for source in answer.sources):
        yield Doubt(id=answer.id, wrong=False, sentence="依据没有写明是哪部法规的第几条")
    if len(answer.variants) < _FEW:
        yield Doubt(id=answer.id, wrong=False, sentence=f"只有{len(answer.variants)}种其他问法，建议至少{_FEW}种")
