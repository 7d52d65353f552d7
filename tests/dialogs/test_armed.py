"""Somebody with a weapon in hand is danger, whatever else is or is not said; a knife that cuts bread is none."""

from pathlib import Path
from time import process_time
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs.nlu.danger import Danger
from dialogs.nlu.danger_model import shipped_ear
from dialogs.text.clean import Script, clean

_SCRIPT = Script()
SET: Any = YAML(typ="safe").load(Path(__file__).with_name("extraction_sets") / "armed.yml")
ASIDE = (
    "新闻里说有人拿刀，我们小区要加强巡逻",
    "孩子做噩梦梦见有人拿刀",
    "如果有人拿刀怎么办",
    "十年前他拿刀砍过我，判了三年",
)


def even(text: str) -> str:
    return _SCRIPT.simplified(clean(text))


@pytest.mark.parametrize("text", SET["heard"])
def test_who_holds_a_weapon_is_heard_for_certain(text: str) -> None:
    told = shipped_ear().hear(even(text))
    assert told is not None
    assert told.certain


@pytest.mark.parametrize("text", [*SET["not"], *ASIDE])
def test_tools_trees_bargains_and_what_is_only_told_of_are_never_certain(text: str) -> None:
    assert shipped_ear().certain(even(text)) is None


def test_hardly_any_of_them_get_the_gentle_line() -> None:
    gently = [text for text in SET["not"] if shipped_ear().hear(even(text))]
    assert len(gently) <= 0.03 * len(SET["not"])


@pytest.mark.parametrize("text", ["我手里有刀", "老子提刀来", "我拿着刀呢，叫你们领导出来", "我要拿刀", "我有枪"])
def test_who_says_so_of_themselves_is_asked_to_hold_still(text: str) -> None:
    assert shipped_ear().certain(even(text)) is Danger.THREAT


@pytest.mark.parametrize("text", ["我老公拿着刀", "我爸提着菜刀", "我家门口有人拿刀 我害怕"])
def test_of_others_it_is_violence(text: str) -> None:
    assert shipped_ear().certain(even(text)) is Danger.VIOLENCE


@pytest.mark.parametrize("text", ["着 火 了", "煤 气 泄 漏 了", "有人 拿 刀 了"])
def test_spaces_between_the_characters_hide_nothing(text: str) -> None:
    assert shipped_ear().certain(even(text)) is not None


@pytest.mark.parametrize("hostile", ["刀", "拿一把", "有人拿", "砍了他", "被砍", "我手里有"])
def test_no_run_of_such_words_takes_long(hostile: str) -> None:
    started = process_time()
    shipped_ear().hear(hostile * 2000)
    assert process_time() - started < 1
