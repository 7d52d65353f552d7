"""How well categories were recognised: pure figures over what was said and what is true."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.understanding import CategoryJudgment, CategoryModel

_ANSWERED = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One text: what it is, what was said, how sure (0 to 1), and whether it would be left to a person."""

    truth: str
    said: str
    confidence: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """``rows``: how many there are; shares of 0 where nothing could be counted."""

    label: str
    rows: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """``count`` texts of ``truth`` were taken for ``said``."""

    truth: str
    said: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFigures:
    """``coverage``: the share answered; ``accuracy_at_90``: on the surest nine tenths, whatever the threshold."""

    rows: int
    accuracy: float
    macro_f1: float
    coverage: float
    accuracy_on_answered: float | None
    accuracy_at_90: float
    labels: Sequence[LabelFigures]
    confusions: Sequence[Confusion]

    @property
    def left_to_person(self) -> float:
        return 1 - self.coverage


def figures(answers: Sequence[Answer]) -> CategoryFigures:
    """The figures of at least one answer."""
    labels = [_of_label(label, answers) for label in _labels(answers)]
    answered = [each for each in answers if each.sure]
    surest = sorted(answers, key=lambda each: -each.confidence)[: max(1, round(_ANSWERED * len(answers)))]
    return CategoryFigures(
        rows=len(answers),
        accuracy=_accuracy(answers),
        macro_f1=sum(each.f1 for each in labels) / len(labels),
        coverage=len(answered) / len(answers),
        accuracy_on_answered=_accuracy(answered) if answered else None,
        accuracy_at_90=_accuracy(surest),
        labels=labels,
        confusions=_confusions(answers),
    )


def _accuracy(answers: Sequence[Answer]) -> float:
    return sum(each.truth == each.said for each in answers) / len(answers)


def _labels(answers: Sequence[Answer]) -> list[str]:
    rows = Counter(each.truth for each in answers)
    said = sorted({each.said for each in answers} - set(rows))
    return sorted(rows, key=lambda label: (-rows[label], label)) + said


def _of_label(label: str, answers: Sequence[Answer]) -> LabelFigures:
    rows = sum(each.truth == label for each in answers)
    said = sum(each.said == label for each in answers)
    right = sum(each.truth == label == each.said for each in answers)
    return LabelFigures(
        label=label,
        rows=rows,
        precision=right / said if said else 0.0,
        recall=right / rows if rows else 0.0,
        f1=2 * right / (rows + said),
    )


def _confusions(answers: Sequence[Answer]) -> list[Confusion]:
    wrong = Counter((each.truth, each.said) for each in answers if each.truth != each.said)
    return [
        Confusion(truth=truth, said=said, count=count)
        for (truth, said), count in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    ]


class FirstLevels:
    """A model of two levels, asked for the first alone; fulfils ``CategoryModel``."""

    def __init__(self, model: CategoryModel) -> None:
        self._model = model

    def judge(self, title: str, detail: str) -> CategoryJudgment:
        judged = self._model.judge(title, detail)
        shares: dict[str, float] = {}
        for label, probability in judged.ranking:
            shares[first_level(label)] = shares.get(first_level(label), 0.0) + probability
        ranking = sorted(shares.items(), key=lambda item: -item[1])
        return CategoryJudgment(label=ranking[0][0], sure=judged.sure, ranking=tuple(ranking))


def first_level(label: str) -> str:
    """``城乡建设`` of ``城乡建设/路灯照明``."""
    return label.partition("/")[0]
