"""What is too little to be a matter, though a model hears that one is to be told: it is asked on about, in its words."""

from random import Random

import pytest

from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.evaluating.city import CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.files import DialogFiles
from dialogs.nlu.examples import read_examples
from dialogs.nlu.intents import TwoTierIntents
from dialogs.training.intents import train_intents
from dialogs.understanding import Understanding


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(intents=TwoTierIntents(train_intents(read_examples(DialogFiles().nlu), None)))


@pytest.mark.parametrize("text", ["没低保", "老师收礼", "没有公交", "小区有野猪", "谁管流浪狗"])
async def test_a_few_words_of_a_trouble_are_asked_on_about_and_kept(text: str, understanding: Understanding):
    cases = CasesInMemory()
    manager = build_manager(cases, FixedChance(), office=Office(), understanding=understanding, variation=Random(0))
    phone = Phone(manager=manager, cases=cases, first_contact=False)
    opened = await phone.says(text)
    assert f"“{text}”具体是什么情况" in opened.replies[0].text + opened.replies[-1].text
    told = await phone.says("奎文区阳光小区")
    told = await phone.says("王建国 13800138000")
    assert f"内容：{text}\n" in told.replies[-1].text


@pytest.mark.parametrize("text", ["老有人敲门", "nobody repairs our lift"])
async def test_what_shares_characters_with_a_courtesy_is_not_taken_for_one(text: str, understanding: Understanding):
    manager = build_manager(
        CasesInMemory(), FixedChance(), office=Office(), understanding=understanding, variation=Random(0)
    )
    told = await Phone(manager=manager, cases=CasesInMemory(), first_contact=False).says(text)
    assert "登记成诉求" in told.replies[-1].text
