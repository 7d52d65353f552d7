"""The menu: refused before it is sent where the platform would refuse it, and the same menu back."""

from copy import deepcopy

import pytest
from ruamel.yaml import YAML

from channels.errors import Busy, PayloadRejected
from channels.messages import Event, EventName, Inbound, Kind
from channels.wechat.menu import EXAMPLE, MENU_CREATE, MENU_DELETE, MENU_GET, menu_problems
from dialogs.hearing import thoughts
from dialogs.outcome import Heard

CLICK = {"type": "click", "name": "反映问题", "key": "file"}


def _example():
    return YAML(typ="safe").load(EXAMPLE.read_text("utf-8"))


def _below(*buttons):
    return {"name": "更多", "sub_button": list(buttons)}


TAKEN = [
    {"button": [CLICK]},
    {"button": [CLICK | {"name": "1234567890123456"}, CLICK, CLICK]},
    {"button": [CLICK | {"key": "k" * 128}]},
    {"button": [_below(*[CLICK | {"name": "字" * 20}] * 5)]},
    {"button": [{"type": "view", "name": "网站", "url": "https://example.gov.cn/a?b=1"}]},
    {"button": [{"type": "miniprogram", "name": "程序", "url": "http://a.cn", "appid": "wx1", "pagepath": "p"}]},
    {"button": [{"type": "media_id", "name": "图", "media_id": "M"}]},
    {"button": [CLICK | {"sub_button": []}]},
]


@pytest.mark.parametrize("menu", TAKEN)
def test_what_the_platform_takes_is_not_refused(menu):
    assert list(menu_problems(menu)) == []


REFUSED = [
    (None, "最外层应为 button"),
    ([CLICK], "最外层应为 button"),
    ({"button": []}, "菜单：应列出 1～3 个按钮，现在是 0 个"),
    ({"button": [CLICK] * 4}, "菜单：应列出 1～3 个按钮，现在是 4 个"),
    ({"button": CLICK}, "菜单：应列出 1～3 个按钮"),
    ({"button": [CLICK], "matchrule": {}}, "没有“matchrule”这一项"),
    ({"button": [CLICK, CLICK | {"name": "反映城市问题"}]}, "第 2 个按钮（反映城市问题）：name 最多 16 字节"),
    ({"button": [CLICK | {"name": ""}]}, "第 1 个按钮：缺少 name"),
    ({"button": [CLICK | {"key": "k" * 129}]}, "key 最多 128 字节，现在是 129 字节"),
    ({"button": [{"type": "click", "name": "一"}]}, "缺少 key"),
    ({"button": [CLICK | {"type": "tap"}]}, "type 应为 click、view"),
    ({"button": [CLICK | {"type": ["click"]}]}, "type 应为 click、view"),
    ({"button": [CLICK | {"url": "https://a.cn"}]}, "没有“url”这一项"),
    ({"button": [{"type": "view", "name": "网", "url": "ftp://a.cn"}]}, "url 应以 http:// 或 https:// 开头"),
    ({"button": [{"type": "view", "name": "网", "url": "https://[a"}]}, "url 应以 http:// 或 https:// 开头"),
    ({"button": ["反映问题"]}, "应写明 name 和 type"),
    ({"button": [_below(*[CLICK] * 6)]}, "第 1 个按钮（更多）：应列出 1～5 个按钮，现在是 6 个"),
    ({"button": [_below(CLICK, CLICK | {"name": "字" * 21})]}, "（更多） › 第 2 个按钮"),
    ({"button": [_below(_below(CLICK))]}, "二级菜单下面不能再有"),
    ({"button": [_below(CLICK) | {"type": "click"}]}, "不能再写 type"),
    ({"button": [CLICK | {"name": 12345}]}, "缺少 name（应为文字）"),
]


@pytest.mark.parametrize(("menu", "words"), REFUSED)
def test_what_the_platform_would_refuse_is_named_with_its_place(menu, words):
    assert any(words in told for told in menu_problems(menu)), list(menu_problems(menu))


def test_all_that_is_wrong_is_told_at_once():
    menu = {"button": [CLICK | {"name": "反映城市问题"}, CLICK | {"key": ""}]}
    assert len(list(menu_problems(menu))) == 2


def test_the_example_is_taken_and_each_of_its_keys_is_understood(kit, clock):
    menu = _example()
    assert list(menu_problems(menu)) == []
    keys = [leaf["key"] for button in menu["button"] for leaf in button.get("sub_button", [button])]
    address = kit.outbound().address
    for key in keys:
        event = Event(name=EventName.MENU_CLICKED, key=key)
        message = Inbound(
            address=address, message_id=key, kind=Kind.EVENT, sent_at=clock(), received_at=clock(), event=event
        )
        (thought,) = thoughts([Heard(id=key, message=message)])
        assert thought.payload != "/help", key


@pytest.fixture
def menu(make_channel, platform):
    return make_channel(api_base=platform.base).menu


async def test_a_menu_goes_out_as_it_is_written_with_a_token(menu, platform):
    await menu.publish(_example())
    call = platform.calls[-1]
    assert (call.path, call.token, call.json) == (MENU_CREATE, "TOKEN-1", _example())
    assert "反映问题".encode() in call.body


async def test_what_is_shown_can_be_published_again(menu, platform):
    shown = deepcopy(_example())
    for button in shown["button"]:
        for leaf in [button, *button.get("sub_button", [])]:
            leaf.setdefault("sub_button", [])
    platform.script[MENU_GET].append({"menu": {"button": shown["button"]}, "conditionalmenu": []})
    assert await menu.show() == _example()


async def test_no_menu_is_no_error_and_other_answers_are(menu, platform):
    platform.fail(MENU_GET, 46003)
    assert await menu.show() is None
    platform.fail(MENU_GET, -1)
    with pytest.raises(Busy):
        await menu.show()
    platform.script[MENU_GET].append({"menu": "x"})
    with pytest.raises(Busy):
        await menu.show()


async def test_a_dead_token_is_renewed_and_a_refusal_keeps_its_code(menu, platform):
    platform.fail(MENU_DELETE, 42001)
    await menu.delete()
    assert platform.count(MENU_DELETE) == 2
    platform.fail(MENU_CREATE, 40018)
    with pytest.raises(PayloadRejected) as refused:
        await menu.publish(_example())
    assert refused.value.provider_code == "40018"
