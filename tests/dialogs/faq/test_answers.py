"""The approved answers: complete, with their source, found by how people ask, and never made up."""

from datetime import date
from pathlib import Path

import pytest

from dialogs.faq.answers import ELSEWHERE, Answer, AnswersRefused, load_answers
from dialogs.faq.search import SURE, UNSURE, Answers
from dialogs.files import DialogFiles


@pytest.fixture(scope="module")
def answers() -> tuple[Answer, ...]:
    return load_answers(DialogFiles().answers)


@pytest.fixture(scope="module")
def index(answers: tuple[Answer, ...]) -> Answers:
    return Answers(answers)


def test_every_answer_names_its_source_article_and_date(answers: tuple[Answer, ...]) -> None:
    assert len(answers) >= 12
    for answer in answers:
        assert date(2018, 1, 1) < answer.valid_from < date(2026, 1, 1)
        if answer.topic == ELSEWHERE:
            assert (answer.said, bool(answer.keywords)) == (answer.text, True), answer.id
        else:
            assert answer.source.startswith("《"), answer.id
            assert "第" in answer.source, answer.id
            assert answer.source in answer.said
        assert len(answer.text) < 120, answer.id
        assert len(answer.variants) >= 3, answer.id


@pytest.mark.parametrize(
    ("question", "answer_id"),
    [
        ("信访多久给答复", "accept_deadline"),
        ("提交之后多长时间有回复？", "accept_deadline"),
        ("多久能办完", "finish_deadline"),
        ("你好，请问不服怎么办", "review"),
        ("举报会保密吗", "accusation_secret"),
        ("上访要带身份证吗", "what_to_say"),
        ("为什么要我的手机号", "privacy_use"),
        ("你们会不会泄露我的信息", "privacy_use"),
        ("法院判决不服", "litigation"),
        ("能不能匿名反映", "anonymous"),
    ],
)
def test_a_question_finds_its_answer(question: str, answer_id: str, index: Answers) -> None:
    best = index.search(question)[0]
    assert (best.answer.id, best.score >= SURE) == (answer_id, True)


@pytest.mark.parametrize(
    "question", ["今天天气怎么样", "怎么做红烧肉", "量子力学是什么", "讲个笑话", "低保怎么申请", "我爱你"]
)
def test_what_is_not_known_is_not_answered(question: str, index: Answers) -> None:
    assert all(found.score < UNSURE for found in index.search(question))


def test_an_incomplete_answer_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("- {id: broken, question: 问, variants: [], answer: 答}\n", encoding="utf-8")
    with pytest.raises(AnswersRefused, match="broken"):
        load_answers(file)
