"""Learning which words of questions and answers go together; keeping it; weighing with it."""

from pathlib import Path

import numpy as np
import pytest

from dialogs.evaluating.faq import stand_together
from dialogs.faq.confidence import SIGNS, judge
from dialogs.faq.learned import learned_for_answers, learned_for_questions
from dialogs.faq.lexical import LexicalIndex
from dialogs.faq.matching import Learned, Matcher, crowded, strangeness
from dialogs.faq.text import OneScript, grams
from dialogs.faq.weights import load_weights, save_weights, unlearned
from dialogs.text.clean import Script
from dialogs.training.answers import LIGHT, Pairs, Plan, Trainer
from dialogs.training.answers_fit import Lessons, fit_answers

_SUBJECTS = [f"{one}{other}" for one in "甲乙丙丁戊己庚辛" for other in "木火土金水"]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """Of each subject two texts: one tells a price, one a place. No word of the question tells which."""
    texts = [text for subject in _SUBJECTS for text in (f"{subject}收取九元", f"{subject}位于大楼")]
    questions = [text for subject in _SUBJECTS for text in (f"{subject}多少钱", f"{subject}在哪里")]
    blank = Learned(light=unlearned(()), full=unlearned(()))
    matcher = Matcher(texts, blank, neighbours=False)
    return Pairs(matcher=matcher, texts=texts, questions=questions, right=np.arange(len(texts)))


def test_it_learns_which_words_go_together(pairs: Pairs) -> None:
    trainer = Trainer(pairs, Plan(seeds=(0,), batch=20), names=LIGHT)
    everyone = np.arange(len(pairs.questions))
    heldout = everyone[-20:]
    weights = trainer.fit(everyone[:-20])
    right = trainer.scores(weights, heldout).argmax(axis=1) == heldout
    assert right.mean() >= 0.9


def test_what_is_kept_scores_as_what_was_learned(pairs: Pairs, tmp_path: Path) -> None:
    trainer = Trainer(pairs, Plan(seeds=(0,), epochs=2), names=LIGHT)
    weights = trainer.fit(np.arange(len(pairs.questions)))
    save_weights(weights, tmp_path / "w.npz")
    kept = load_weights(tmp_path / "w.npz")
    one, other = (
        Matcher(pairs.texts, Learned(light=w, full=w), neighbours=False).match("甲木多少钱", None).scores
        for w in (weights, kept)
    )
    np.testing.assert_allclose(one, other, atol=0.05)


def test_what_ships_holds_no_sentence() -> None:
    for learned in (learned_for_answers(), learned_for_questions()):
        for weights in (learned.light, learned.full):
            assert all(len(gram) <= 2 or gram.isascii() for gram in (*weights.asked_grams, *weights.said_grams))
            assert weights.sure[0] > weights.sure[1]


def test_a_text_that_is_not_allowed_is_never_first() -> None:
    matcher = Matcher(["取暖补贴", "电梯"], learned_for_answers(), neighbours=False)
    matched = matcher.match("取暖补贴", None)
    assert judge(matched).order.tolist() == [0, 1]
    assert judge(matched, allowed=np.array([False, True])).order.tolist() == [1]
    assert judge(matched, allowed=np.array([False, False])).probability == 0


def test_shares_are_of_the_question() -> None:
    scores = LexicalIndex(["信访多久办完", "无关"]).scores("信访多久")
    assert scores.characters[0] == pytest.approx(1, abs=1e-3)
    assert scores.pairs[1] == 0
    assert LexicalIndex([]).scores("信访").bm25.tolist() == []


def test_one_script_makes_traditional_simplified() -> None:
    one = OneScript(Script().simplified)
    assert (one("請問補貼怎麼申請"), one("")) == ("请问补贴怎么申请", "")
    assert grams("A1信访B") == ["a1", "信", "访", "信访", "b"]


def test_neighbours_help_only_where_they_speak_of_the_same() -> None:
    together = [f"{subject}的补贴由{subject}办理" for subject in ("取暖", "电梯", "公交", "停车") for _ in range(5)]
    apart = [f"{chr(0x4E00 + 7 * n)}{chr(0x4F00 + 5 * n)}{chr(0x5100 + 3 * n)}" for n in range(20)]
    assert stand_together(together)
    assert not stand_together(apart)


def test_the_longest_words_in_common_count_by_their_rarity() -> None:
    index = LexicalIndex(["北投温泉季何时", "温泉", "申请何时"])
    common, rare = index.rarity(["何时", "北投"])
    assert 0 < common < rare
    assert index.rarity(["无此"]) == [0]
    texts = ["办北投温泉季活动", "北投有温泉的季节", "温泉季"]
    matcher = Matcher(texts, learned_for_answers(), neighbours=False)
    run = matcher.features("北投温泉季何时", None)["run_here"]
    assert run.argmax() == 0
    assert run.sum() == pytest.approx(0, abs=1e-5)


def test_what_is_near_to_everything_is_told() -> None:
    rows = np.eye(4, dtype=np.float32)
    crowd = crowded(np.vstack([rows, np.full((1, 4), 0.5, dtype=np.float32)]))
    assert crowd.argmax() == 4
    assert crowded(rows[:1]).tolist() == [0]


def test_what_is_sure_is_learned_from_questions_that_were_left_out(pairs: Pairs) -> None:
    lessons = Lessons(
        texts=pairs.texts,
        questions=pairs.questions,
        right=pairs.right,
        outside=["明天下雨吗", "你叫什么", "今天星期几", "唱首歌"],
        neighbours=False,
    )
    weights = fit_answers(lessons, Plan(seeds=(0,), batch=20))
    answers_at, offers_at, *coefficients = weights.sure
    assert 0 < offers_at <= answers_at
    assert len(coefficients) == len(SIGNS) + 1
    matcher = lessons.matcher(weights)
    known, unknown = (judge(matcher.match(question, None)) for question in ("甲木多少钱", "唱首歌"))
    assert known.order[0] == 0
    assert known.probability > unknown.probability


def test_a_few_questions_about_the_learned_middle_are_no_strangers_and_others_are() -> None:
    chance = np.random.default_rng(0)
    middle = np.array([1.0, 0, 0, 0], dtype=np.float32)
    spread = chance.normal(0, 0.15, (30, 4)).astype(np.float32)
    assert strangeness(middle + spread, middle) == 0
    assert strangeness(np.array([0, 1.0, 0, 0], dtype=np.float32) + spread, middle) == 1
    assert strangeness(spread[:0], middle) == 0
    assert strangeness(spread, None) == 0
