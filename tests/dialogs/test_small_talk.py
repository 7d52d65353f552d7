"""What has nothing to do with a petition, said while it is taken down; and what is got ready before it is asked for."""

import asyncio
from random import Random
from typing import Any

import numpy as np
import pytest
from waiting import awaited

from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.faq.learned import EMBEDDER
from dialogs.nlu.manners import only_advertises
from dialogs.outcome import FileCase
from dialogs.ports import EmbedderAway
from dialogs.understanding import IntentJudgment, Understanding


class _Sure:
    """A model that takes everything for something else, as surely as it is told."""

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence

    async def judge(self, text: str, embedder: Any) -> IntentJudgment:
        return IntentJudgment(intent=None, confidence=self.confidence, ranking=(), by="light")


def _phone(understanding: Understanding) -> Phone:
    cases = CasesInMemory()
    manager = build_manager(cases, FixedChance(), office=OFFICE, understanding=understanding, variation=Random(0))
    return Phone(manager=manager, cases=cases, first_contact=False)


async def _filed(phone: Phone, remark: str, helpers: dict[str, Any]) -> tuple[str, str]:
    """What is said to a remark at the phone question, and the content filed in the end."""
    for text in ("奎文区新华路阳光花园路灯坏了没人修", "王建国"):
        await phone.says(text)
    said = str(helpers["spoken"](await phone.says(remark)))
    await phone.says("13800138000")
    effects = (await phone.says("确认")).effects
    return said, next(e.content for e in effects if isinstance(e, FileCase))


async def test_a_question_about_something_else_is_answered_in_a_line_and_kept_out(helpers: dict[str, Any]) -> None:
    said, content = await _filed(_phone(Understanding(intents=_Sure(0.95))), "双色球开奖号码是多少呢", helpers)
    assert "反映问题可以找我" in said
    assert "手机" in said
    assert content == "奎文区新华路阳光花园路灯坏了没人修"


@pytest.mark.parametrize(
    ("remark", "confidence"),
    [
        ("双色球开奖号码究竟是多少呢", 0.7),
        ("路灯到底什么时候能亮", 0.99),
        ("我们那边晚上怎么走路", 0.99),
        ("晚上出门看不见路摔过人", 0.99),
    ],
)
async def test_what_may_be_of_the_matter_never_gets_lost(
    remark: str, confidence: float, helpers: dict[str, Any]
) -> None:
    said, _ = await _filed(_phone(Understanding(intents=_Sure(confidence))), remark, helpers)
    assert "反映问题可以找我" not in said


@pytest.mark.parametrize(
    ("text", "advertises"),
    [
        ("加我微信领取红包，日结三百", True),
        ("奎文区新华路阳光花园路灯坏了没人修，加我微信看照片", False),
        ("有人发小广告办证刻章", False),
    ],
)
def test_whoever_has_a_matter_does_not_advertise(text: str, advertises: bool) -> None:
    assert only_advertises(text) is advertises


class _Embedder:
    id = EMBEDDER

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.times = 0

    async def embed(self, texts: Any, *, role: Any) -> np.ndarray:
        self.times += 1
        self.asked.set()
        raise EmbedderAway


async def test_the_answers_are_made_ready_before_anybody_asks() -> None:
    embedder = _Embedder()
    manager = build_manager(
        CasesInMemory(), FixedChance(), office=OFFICE, understanding=Understanding(embedder=embedder)
    )
    manager.warm()
    await awaited(embedder.asked.wait(), "the model is asked")
    await asyncio.sleep(0)
    manager.warm()
    await asyncio.sleep(0)
    assert embedder.times == 1, "after a failure it waits before it tries again"


def test_without_a_second_tier_there_is_nothing_to_make_ready() -> None:
    build_manager(CasesInMemory(), FixedChance(), office=OFFICE).warm()
