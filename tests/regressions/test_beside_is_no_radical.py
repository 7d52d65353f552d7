"""旁边 is a place, not a way of writing 边: an opening lost its place and half its words to a name nobody told."""

import pytest

from dialogs.nlu.spelled import unspelled


@pytest.mark.parametrize(
    "text",
    [
        "槐安区人民医院旁边那个公厕脏得进不去人，灯也是坏的",
        "路边那个坑，车过不去，是物业的",
        "山头的树被砍了，是村里的",
        "桥头那棵树倒了，叫人来看看",
        "楼底下那个井盖，我姓王",
        "里头的灯，名字叫不上来",
    ],
)
def test_what_lies_beside_or_below_something_spells_no_name(text):
    assert unspelled(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫李梅，木子李，木字旁的梅", "李梅"),
        ("弓长张，张伟，单人旁的伟", "张伟"),
        ("我姓王，三横王，名字叫建国", "王建国"),
    ],
)
def test_a_radical_still_spells_one(text, name):
    assert name in unspelled(text)
    assert "旁" not in unspelled(text)
