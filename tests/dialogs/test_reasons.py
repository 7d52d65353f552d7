"""A grade is no reason; a reason is more than a grade."""

import pytest

from dialogs.reasons import has_reason, words_of


@pytest.mark.parametrize(
    "words",
    [
        "",
        "不满意",
        "很不满意！",
        "对办理结果非常不满意",
        "1分",
        "一分",
        "2",
        "差评",
        "我要评价：不满意",
        "WF261121000014 不满意",
    ],
)
def test_a_grade_alone_gives_no_reason(words):
    assert not has_reason(words)


@pytest.mark.parametrize(
    "words", ["不满意，灯还是不亮", "差评，没人来修", "1分 根本没解决", "不太满意 只修了一盏", "昨晚又灭了"]
)
def test_what_is_said_besides_is_a_reason(words):
    assert has_reason(words)


@pytest.mark.parametrize(("text", "words"), [("/rate", ""), ('/rate{"grade": "1"}', ""), (" 不行 ", "不行")])
def test_a_tapped_button_is_no_words(text, words):
    assert words_of(text) == words
