"""Finding approved answers: those that hold, for the asker's district, in context, and never a guess."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dialogs.faq.answers import Answer, load_answers
from dialogs.faq.aspects import Aspect, aspect_of, follows_up
from dialogs.faq.checking import doubts
from dialogs.faq.context import REMEMBERED, LastAnswer, in_context, read_last
from dialogs.faq.learned import EMBEDDER
from dialogs.faq.search import Answers
from dialogs.faq.sources import read_sources
from dialogs.files import DialogFiles
from dialogs.ports import EmbedderAway

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def _answer(name: str, question: str, **other: object) -> Answer:
    plain = {
        "id": name,
        "question": question,
        "variants": (),
        "text": f"{question}的答复。",
        "source": "《某法》第一条",
        "sources": read_sources("《某法》第一条（2020-01-01起施行）"),
        "valid_from": date(2020, 1, 1),
    }
    return Answer(**(plain | other))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shipped() -> Answers:
    return Answers(load_answers(DialogFiles().answers))


@pytest.mark.parametrize("question", ["能不能上", "就是想问问能不能上", "想问一下行不行", "那孩子能不能去", "可以吗"])
async def test_a_question_of_nothing_is_not_answered_with_what_sounds_like_it(shipped: Answers, question: str) -> None:
    found = await shipped.find(question, today=TODAY)
    assert (found.sure, found.near, found.found) == (False, False, ())


async def test_what_has_expired_or_is_not_yet_valid_is_never_found() -> None:
    answers = Answers(
        [
            _answer("old", "取暖补贴怎么申请", valid_to=date(2025, 1, 1)),
            _answer("coming", "电梯补贴怎么申请", valid_from=date(2027, 1, 1)),
        ]
    )
    for question in ("取暖补贴怎么申请", "电梯补贴怎么申请"):
        found = await answers.find(question, today=TODAY)
        assert (found.sure, found.near, found.found) == (False, False, ())
    assert answers.get("old", today=TODAY) is None
    assert (await answers.find("取暖补贴怎么申请", today=date(2024, 12, 31))).sure


async def test_the_last_day_still_counts() -> None:
    answers = Answers([_answer("a", "取暖补贴怎么申请", valid_to=TODAY)])
    assert (await answers.find("取暖补贴怎么申请", today=TODAY)).sure
    assert not (await answers.find("取暖补贴怎么申请", today=TODAY + timedelta(days=1))).sure


async def test_the_askers_own_district_goes_before_the_general_answer() -> None:
    answers = Answers(
        [_answer("all", "取暖补贴怎么申请"), _answer("kuiwen", "取暖补贴怎么申请", districts=("奎文区",))]
    )
    assert (await answers.find("取暖补贴怎么申请", today=TODAY)).found[0].answer.id == "all"
    assert (await answers.find("取暖补贴怎么申请", today=TODAY, district="奎文区")).found[0].answer.id == "kuiwen"
    assert (await answers.find("取暖补贴怎么申请", today=TODAY, district="潍城区")).found[0].answer.id == "all"


async def test_why_names_what_was_asked_and_the_thresholds(shipped: Answers) -> None:
    found = await shipped.find("凭什么不受理", today=TODAY)
    assert found.sure
    assert found.found[0].answer.id == "refused_why"
    assert found.found[0].asked == "凭什么不受理"
    assert found.why["characters_sure"] < found.why["characters"][0]["score"]
    unsure = await shipped.find("书面答复我不认，下一步找谁", today=TODAY)
    assert {"probability", "answers_at", "offers_at", "signs"} <= set(unsure.why)


@pytest.mark.parametrize("question", ["可以委托别人上访吗", "能不能委托别人上访", "可以委托别人帮我反映吗"])
async def test_asking_through_somebody_else_is_answered_so(shipped: Answers, question: str) -> None:
    found = await shipped.find(question, today=TODAY)
    assert (found.found[0].answer.id, found.sure) == ("delegate", True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [("复查多久出结果", "review"), ("申请复查后大概几天能出来", "review"), ("复核多长时间", "recheck")],
)
async def test_a_question_that_names_a_step_is_answered_of_that_step(
    shipped: Answers, question: str, answer: str
) -> None:
    found = await shipped.find(question, today=TODAY)
    assert found.found[0].answer.id == answer
    step = question[question.index("复") :][:2]
    assert all(step in " ".join((*one.answer.asked, one.answer.text)) for one in found.found)


@pytest.mark.parametrize("question", ["社保局几点上班", "医院周末有人吗", "税务局晚上有人接电话吗", "派出所几点下班"])
async def test_the_hotline_does_not_answer_for_another_agency(shipped: Answers, question: str) -> None:
    found = await shipped.find(question, today=TODAY)
    assert not found.sure
    assert "hotline" not in {one.answer.topic for one in found.found}


@pytest.mark.parametrize("text", ["那要带什么材料？", "那多久呢", "在哪办", "找谁", "要钱吗", "会保密吗", "那怎么申请"])
def test_a_question_without_a_subject_follows_up(text: str) -> None:
    assert follows_up(text)
    assert aspect_of(text) is not None


@pytest.mark.parametrize(
    "text", ["凭什么不受理", "复查要多久", "多久能修好路灯", "怎么反映问题", "你好", "", "12345几点上班"]
)
def test_a_question_with_a_subject_does_not(text: str) -> None:
    assert not follows_up(text)


def test_what_follows_up_is_taken_from_the_subject_of_the_last_answer(shipped: Answers) -> None:
    def after(name: str, question: str) -> tuple[list[str], bool]:
        found = in_context(shipped, question, LastAnswer(id=name, at=NOW), today=TODAY)
        return ([one.answer.id for one in found.found], found.sure) if found else ([], False)

    assert after("consumer", "那要带什么材料？") == (["consumer_materials"], True)
    assert after("review", "那多久呢") == (["review"], True)
    offered, sure = after("how_to_file", "那多久呢")
    assert (len(offered), sure) == (3, False)
    assert after("review", "再不服呢") == (["recheck"], True)
    assert after("recheck", "要是还不服怎么办") == (["after_recheck"], True)
    assert after("emergency", "要钱吗") == ([], False)
    assert after("review", "12345几点上班") == ([], False)


def test_the_last_answer_is_forgotten_in_time() -> None:
    kept = LastAnswer(id="review", at=NOW).kept()
    assert read_last(kept, now=NOW + REMEMBERED)
    assert read_last(kept, now=NOW + REMEMBERED + timedelta(seconds=1)) is None
    assert read_last(None, now=NOW) is None


class _Embedder:
    """Each text has a vector of its own; it may be away."""

    id = EMBEDDER
    away = False

    async def embed(self, texts, *, role):  # type: ignore[no-untyped-def]
        if self.away:
            raise EmbedderAway
        rows = [np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(384) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


async def test_without_its_embedder_it_goes_by_characters() -> None:
    answers = Answers([_answer("a", "取暖补贴怎么申请"), _answer("b", "电梯坏了找谁")])
    embedder = _Embedder()
    await answers.prepare(embedder)
    assert (await answers.find("暖气的补助", today=TODAY, embedder=embedder)).by == "meaning"
    embedder.away = True
    assert (await answers.find("暖气的补助", today=TODAY, embedder=embedder)).by == "characters"


async def test_vectors_of_another_model_are_not_compared() -> None:
    answers = Answers([_answer("a", "取暖补贴怎么申请")])
    other = _Embedder()
    other.id = "another-model"
    assert (await answers.find("暖气的补助", today=TODAY, embedder=other)).by == "characters"


@pytest.mark.parametrize("text", ["", " ", "。。。", "😀", "x" * 5000, "\x00", "怎" * 300])
async def test_any_text_is_taken(shipped: Answers, text: str) -> None:
    assert not (await shipped.find(text, today=TODAY)).sure


def test_an_empty_set_knows_nothing() -> None:
    assert Answers([]).search("怎么信访") == []


def test_the_shipped_answers_raise_no_error(shipped: Answers) -> None:
    assert [doubt for doubt in doubts(list(shipped), today=TODAY) if doubt.wrong] == []


def test_doubts_are_named() -> None:
    same = _answer("b", "取暖补贴怎么申请", valid_to=date(2024, 1, 1))
    found = doubts([_answer("a", "取暖补贴怎么申请"), same], today=TODAY)
    said = [(doubt.id, doubt.wrong) for doubt in found]
    assert ("b", True) in said
    assert any("重复" in doubt.sentence for doubt in found)
    assert any("已经失效" in doubt.sentence for doubt in found)


def test_every_aspect_is_told_by_an_answer(shipped: Answers) -> None:
    assert {aspect for answer in shipped for aspect in answer.aspects} == set(Aspect)
