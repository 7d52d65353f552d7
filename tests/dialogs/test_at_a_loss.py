"""Who cannot read, and who asks in vain, is told from whoever tells a matter."""

import pytest

from dialogs.nlu.at_a_loss import asks_in_vain, cannot_read


@pytest.mark.parametrize(
    "text",
    [
        "俺不识字，你给俺念念",
        "字太小看不清",
        "我眼花看不清你写的啥",
        "我不认得字，能不能念给我听",
        "没上过学 你发的看不懂",
    ],
)
def test_who_cannot_read_what_stands_here_is_understood(text: str) -> None:
    assert cannot_read(text)


@pytest.mark.parametrize("text", ["路牌字太小看不清", "我不识字，银行骗我签字", "看不清", "孩子没上过学", "", "。"])
def test_a_sign_somewhere_and_a_matter_are_no_word_of_reading(text: str) -> None:
    assert not cannot_read(text)


@pytest.mark.parametrize(
    "text", ["打了八百遍电话了，没人理！", "反映了好几次都没人管", "给你们打了三次电话没人接", "12345打了五六次没人回"]
)
def test_who_asks_in_vain_and_says_no_more_is_understood(text: str) -> None:
    assert asks_in_vain(text)


@pytest.mark.parametrize("text", ["路灯坏了打了三次电话没人管", "没人管", "找了社区没人管", "打了三次架没人管", ""])
def test_whoever_says_what_about_tells_a_matter(text: str) -> None:
    assert not asks_in_vain(text)
