"""The account's menu: what the platform takes, said before it is asked, and the calls that show, set and remove it.

A menu is the platform's own object (``{"button": […]}``), so that what is shown can be changed and published again.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from channels.errors import Busy, SendFailed
from channels.wechat.client import WeChatApi

EXAMPLE = Path(__file__).with_name("menu.yml")
"""A menu to begin with: its keys are those that the dialog knows."""
MENU_CREATE = "/cgi-bin/menu/create"
MENU_GET = "/cgi-bin/menu/get"
MENU_DELETE = "/cgi-bin/menu/delete"
MOST_BUTTONS, MOST_BELOW = 3, 5
LONGEST_NAME, LONGEST_NAME_BELOW = 16, 60
"""Bytes of UTF-8; a Chinese sign has three."""
LONGEST_KEY, LONGEST_URL = 128, 1024
_NO_MENU = "46003"

_KEY, _URL, _MEDIA, _ARTICLE = ("key",), ("url",), ("media_id",), ("article_id",)
_NEEDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "click": _KEY,
        "view": _URL,
        "miniprogram": ("url", "appid", "pagepath"),
        "scancode_push": _KEY,
        "scancode_waitmsg": _KEY,
        "pic_sysphoto": _KEY,
        "pic_photo_or_album": _KEY,
        "pic_weixin": _KEY,
        "location_select": _KEY,
        "media_id": _MEDIA,
        "article_id": _ARTICLE,
        "article_view_limited": _ARTICLE,
    }
)
"""What a button of each type must name."""
_LIMITS: Mapping[str, int] = MappingProxyType({"key": LONGEST_KEY, "url": LONGEST_URL, "pagepath": LONGEST_URL})


def menu_problems(menu: object) -> Sequence[str]:
    """Why the platform would not take ``menu``: a Chinese sentence each, naming the place; empty where it would."""
    if not isinstance(menu, Mapping) or "button" not in menu:
        return ["菜单：最外层应为 button，下面列出 1～3 个按钮"]
    unknown = [f"菜单：没有“{name}”这一项，只能有 button" for name in menu if name != "button"]
    return [*unknown, *_buttons(menu["button"], "菜单", MOST_BUTTONS, below=False)]


def _buttons(given: object, place: str, most: int, *, below: bool) -> Iterator[str]:
    if not isinstance(given, list) or not 1 <= len(given) <= most:
        count = f"，现在是 {len(given)} 个" if isinstance(given, list) else ""
        yield f"{place}：应列出 1～{most} 个按钮{count}"
        return
    for number, button in enumerate(given, 1):
        yield from _button(button, f"{place} › 第 {number} 个按钮", below=below)


def _button(button: object, place: str, *, below: bool) -> Iterator[str]:
    if not isinstance(button, Mapping):
        yield f"{place}：应写明 name 和 type"
        return
    name = button.get("name")
    place = f"{place}（{name}）" if isinstance(name, str) and name else place
    yield from _text(name, "name", place, LONGEST_NAME_BELOW if below else LONGEST_NAME)
    if "sub_button" in button and button["sub_button"] != []:  # the platform shows an empty list at each button
        yield from _parent(button, place, below=below)
    else:
        yield from _leaf(button, place)


def _parent(button: Mapping[str, Any], place: str, *, below: bool) -> Iterator[str]:
    if below:
        yield f"{place}：二级菜单下面不能再有 sub_button"
        return
    if "type" in button:
        yield f"{place}：有 sub_button 的按钮不能再写 type"
    yield from _buttons(button["sub_button"], place, MOST_BELOW, below=True)


def _leaf(button: Mapping[str, Any], place: str) -> Iterator[str]:
    type_ = button.get("type")
    if not isinstance(type_, str) or type_ not in _NEEDS:
        yield f"{place}：type 应为 {'、'.join(_NEEDS)} 之一"
        return
    for part in _NEEDS[type_]:
        yield from _text(button.get(part), part, place, _LIMITS.get(part))
    if isinstance(url := button.get("url"), str) and url and _unopenable(url):
        yield f"{place}：url 应以 http:// 或 https:// 开头"
    known = {"name", "type", "sub_button", *_NEEDS[type_]}
    yield from (f"{place}：type 为 {type_} 时没有“{part}”这一项" for part in button if part not in known)


def _text(value: object, part: str, place: str, most: int | None) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"{place}：缺少 {part}（应为文字）"
    elif most is not None and (length := len(value.encode("utf-8", "replace"))) > most:
        signs = f"（一个汉字 3 字节，即最多 {most // 3} 个汉字）" if part == "name" else ""
        yield f"{place}：{part} 最多 {most} 字节{signs}，现在是 {length} 字节"


def _unopenable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return parts.scheme not in {"http", "https"} or not parts.netloc


class WeChatMenu:
    """The menu of one account. All calls raise SendFailed: one of its branches."""

    def __init__(self, api: WeChatApi) -> None:
        self._api = api

    async def show(self) -> Mapping[str, Any] | None:
        """The default menu; None where the account has none."""
        try:
            data = await self._api.get(MENU_GET)
        except SendFailed as error:
            if error.provider_code == _NO_MENU:
                return None
            raise
        menu = data.get("menu")
        if not isinstance(menu, Mapping) or not isinstance(menu.get("button"), list):
            raise Busy("the answer holds no menu")
        return {"button": [_tidied(each) for each in menu["button"] if isinstance(each, Mapping)]}

    async def publish(self, menu: Mapping[str, Any]) -> None:
        """Put ``menu`` in the place of what is there; twice does no harm. It has been checked (``menu_problems``)."""
        await self._api.call(MENU_CREATE, menu, person="")

    async def delete(self) -> None:
        """Remove the menu, and those for some people only with it."""
        await self._api.get(MENU_DELETE)


def _tidied(button: Mapping[str, Any]) -> dict[str, Any]:
    """Without the empty list that the platform shows below each button."""
    below = [_tidied(each) for each in button.get("sub_button") or () if isinstance(each, Mapping)]
    plain = {name: value for name, value in button.items() if name != "sub_button"}
    return plain | ({"sub_button": below} if below else {})
