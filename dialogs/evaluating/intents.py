"""Scores of intent recognition on labelled texts. Pure: what was heard comes in, figures go out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dialogs.engine.contract import IntentScore, Parse
from dialogs.nlu.examples import base_name
from dialogs.nlu.intents import EMBEDDINGS, OUT_OF_SCOPE, Weighed

KEPT = 0.9
"""The share of in-scope texts that the threshold for refusing keeps."""
_MOST_CONFUSIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One labelled text. ``got``: the best intent before any refusal; ``scope``: how surely it is any intent at all.

    ``refused``: whether it would have been refused in service. ``seconds``: what it took, embedding included.
    """

    expected: str
    got: str
    scope: float
    refused: bool
    by: str
    seconds: float


def heard_by_model(expected: str, weighed: Weighed, *, refused: bool, seconds: float) -> Heard:
    """What the trained model alone made of a text."""
    return _heard(expected, weighed.ranking, weighed.scope, refused=refused, by=weighed.by, seconds=seconds)


def heard_by_bot(expected: str, parse: Parse, *, seconds: float) -> Heard:
    """What the bot's whole understanding made of a text. What patterns or answers decided is surely in scope."""
    refused = parse.intent == OUT_OF_SCOPE
    scope = math.fsum(score.confidence for score in parse.ranking) if parse.ranking else 0.0
    if refused or parse.intent is None:
        return _heard(expected, parse.ranking, scope, refused=True, by=parse.by, seconds=seconds)
    best = (IntentScore(name=parse.intent, confidence=parse.confidence),)
    surely = 1.0 if parse.by in {"patterns", "answers"} else scope
    return _heard(expected, best, surely, refused=False, by=parse.by, seconds=seconds)


def _heard(
    expected: str, ranking: Sequence[IntentScore], scope: float, *, refused: bool, by: str, seconds: float
) -> Heard:
    got = base_name(ranking[0].name) if ranking else OUT_OF_SCOPE
    return Heard(expected=base_name(expected), got=got, scope=scope, refused=refused, by=by, seconds=seconds)


def score_intents(heard: Sequence[Heard]) -> dict[str, Any]:
    """Accuracy and macro-F1 over what is in scope, before any refusal; the rest as ``evaluate nlu --json`` names it.

    The mean of macro-F1 is over the intents that occur in the file: of one that has no row nothing was asked.

    ``out_of_scope_refused``: of the others, at the threshold that keeps ``KEPT`` of what is in scope; None where
    there are no others.
    """
    inside = [one for one in heard if one.expected != OUT_OF_SCOPE]
    outside = [one for one in heard if one.expected == OUT_OF_SCOPE]
    per_intent = _per_intent(inside)
    milliseconds = [one.seconds * 1000 for one in heard]
    return {
        "accuracy": _share([one.got == one.expected for one in inside]),
        "macro_f1": _mean([scores["f1"] for scores in per_intent.values() if scores["rows"]]),
        "out_of_scope_refused": _refused_at(inside, outside),
        "second_tier_share": _share([one.by == EMBEDDINGS for one in heard]),
        "median_ms": float(np.quantile(milliseconds, 0.5)) if heard else None,
        "p99_ms": float(np.quantile(milliseconds, 0.99)) if heard else None,
        "rows": len(heard),
        "in_scope": len(inside),
        "out_of_scope": len(outside),
        "decided_by": {by: n / len(heard) for by, n in sorted(Counter(one.by for one in heard).items())},
        "in_service": {
            "in_scope_refused": _share([one.refused for one in inside]),
            "out_of_scope_refused": _share([one.refused for one in outside]),
        },
        "per_intent": per_intent,
        "confusions": _confusions(inside),
    }


def _refused_at(inside: Sequence[Heard], outside: Sequence[Heard]) -> float | None:
    if not inside or not outside:
        return None
    threshold = float(np.quantile([one.scope for one in inside], 1 - KEPT))
    return _share([one.scope < threshold for one in outside])


def _per_intent(inside: Sequence[Heard]) -> dict[str, Mapping[str, float]]:
    """Every intent that was expected or given."""
    names = sorted({one.expected for one in inside} | {one.got for one in inside})
    return {name: _of_one(name, inside) for name in names}


def _of_one(name: str, inside: Sequence[Heard]) -> Mapping[str, float]:
    right = sum(one.expected == name == one.got for one in inside)
    given = sum(one.got == name for one in inside)
    expected = sum(one.expected == name for one in inside)
    return {
        "precision": right / given if given else 0.0,
        "recall": right / expected if expected else 0.0,
        "f1": 2 * right / (given + expected),
        "rows": expected,
    }


def _confusions(inside: Sequence[Heard]) -> list[Mapping[str, Any]]:
    pairs = Counter((one.expected, one.got) for one in inside if one.expected != one.got)
    return [{"expected": a, "got": b, "count": n} for (a, b), n in pairs.most_common(_MOST_CONFUSIONS)]


def _share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
