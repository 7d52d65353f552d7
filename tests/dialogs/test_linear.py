import math
import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.nlu.linear import GramScorer, VectorScorer, best, grams, named, softmax, under
from dialogs.training.fitting import Lessons, fit_grams, fit_vectors

TEXTS = ["我要投诉", "投诉物业", "我想举报", "查进度", "进度怎么样了", "查一下结果", "转人工", "找个真人", "人工客服"]
LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])


def lessons(texts=TEXTS, labels=LABELS, classes=3) -> Lessons:
    return Lessons(texts=texts, labels=labels, weights=np.ones(len(texts)), classes=classes)


@pytest.fixture(scope="module")
def scorer() -> GramScorer:
    return fit_grams(lessons())


def test_the_ends_of_a_text_are_pieces_too():
    assert grams("不") == ["^", "不", "$", "^不", "不$", "^不$"]


@pytest.mark.parametrize("text", [*TEXTS, "帮我查查进度", "我要找人工投诉", "投诉投诉投诉", "全是生字"])
def test_numpy_scores_as_scikit_learn_does(scorer: GramScorer, text: str):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer=grams, sublinear_tf=True)
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=3000)
    model.fit(vectorizer.fit_transform(TEXTS), LABELS)
    theirs = model.predict_proba(vectorizer.transform([text]))[0]
    assert scorer.probabilities(text) == pytest.approx(theirs, abs=1e-4)


def test_what_was_learned_is_known_again(scorer: GramScorer):
    for text, label in zip(TEXTS, LABELS, strict=True):
        assert scorer.probabilities(text).argmax() == label


def test_learning_twice_gives_the_same_model(scorer: GramScorer):
    again = fit_grams(lessons())
    assert again.rows == scorer.rows
    assert np.array_equal(again.weights, scorer.weights)


def test_a_text_of_unknown_characters_is_known_as_such(scorer: GramScorer):
    assert scorer.knows("全新的投法")
    assert not scorer.knows("qqq")
    assert not scorer.knows("")


def test_a_text_of_unknown_characters_is_no_error(scorer: GramScorer):
    assert scorer.probabilities("") == pytest.approx(scorer.probabilities(""))
    assert math.isclose(float(scorer.probabilities("qqq").sum()), 1, abs_tol=1e-5)


def test_what_is_saved_scores_the_same_when_restored(scorer: GramScorer):
    again = GramScorer.restored(scorer.saved())
    assert again.rows == scorer.rows
    for text in TEXTS:
        assert again.probabilities(text) == pytest.approx(scorer.probabilities(text), abs=2e-3)


def test_vectors_are_told_apart_though_they_crowd_in_one_corner():
    corner = np.zeros(8, dtype=np.float32)
    corner[0] = 10
    noise = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32) * 0.1
    labels = np.arange(60) % 3
    vectors = corner + noise + np.eye(8, dtype=np.float32)[labels + 1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    dense = fit_vectors(vectors, lessons([""] * 60, labels))
    restored = VectorScorer.restored(dense.saved())
    assert [int(restored.probabilities(row).argmax()) for row in vectors] == labels.tolist()


def test_two_classes_alone_are_told_apart():
    scorer = fit_grams(lessons(TEXTS[:6], LABELS[:6], 2))
    assert [int(scorer.probabilities(text).argmax()) for text in TEXTS[:6]] == LABELS[:6].tolist()


def test_a_class_without_lessons_is_never_chosen():
    scorer = fit_grams(lessons(TEXTS, LABELS, 4))
    assert max(float(scorer.probabilities(text)[3]) for text in TEXTS) < 1e-6


def test_scorers_share_a_file_under_their_names(scorer: GramScorer):
    arrays = {**named("a", scorer.saved()), **named("b", {"mean": np.ones(1)})}
    assert set(under("a", arrays)) == set(scorer.saved())
    assert set(under("b", arrays)) == {"mean"}


def test_names_come_best_first():
    assert [name for name, _ in best(np.array([0.2, 0.5, 0.3], dtype=np.float32), ["a", "b", "c"])] == ["b", "c", "a"]


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=20))
def test_probabilities_sum_to_one_whatever_the_scores(scores: list[float]):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = softmax(np.array(scores, dtype=np.float32))
    assert math.isclose(float(found.sum()), 1, abs_tol=1e-4)


def test_a_text_costs_well_under_a_millisecond(scorer: GramScorer):
    text = "麻烦帮我看看之前反映的那个问题处理得怎么样了"
    costs = []
    for _ in range(200):
        began = time.perf_counter()
        scorer.probabilities(text)
        costs.append(time.perf_counter() - began)
    assert min(costs) < 0.0005  # what it costs where nothing else runs


def test_strange_words_leave_less_to_the_few_that_are_known() -> None:
    kept = fit_grams(lessons(), rarest=2)
    known, strange = TEXTS[0], TEXTS[0] + "龘靐齉爩麤灪"
    assert kept.unknown > 0
    assert kept.probabilities(strange).max() < kept.probabilities(known).max()


def test_what_an_unknown_gram_weighs_is_kept() -> None:
    kept = fit_grams(lessons(), rarest=2)
    assert GramScorer.restored(kept.saved()).unknown == pytest.approx(kept.unknown)
