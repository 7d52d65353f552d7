"""What our QR codes say: the place they hang at, written into the code itself, so that nothing else need be kept.

``at:<district>@<place>``, at most 64 characters in all. Only the account itself can make codes that lead to it.
"""

from collections.abc import Mapping
from unicodedata import category

LONGEST_SCENE = 64
_HEAD, _BETWEEN = "at:", "@"


def scene_problems(place: str, district: str) -> list[str]:
    """Why there can be no code for it: a Chinese sentence each; empty where there can."""
    told = [] if place.strip() else ["地点不能为空"]
    if any(_BETWEEN in word or any(category(sign)[0] == "C" for sign in word) for word in (place, district)):
        told.append("地点和区县里不能有 @ 或控制字符")
    over = len(scene_of(place, district)) - LONGEST_SCENE
    return told if over <= 0 else [*told, f"地点和区县合起来太长，请缩短 {over} 个字"]


def scene_of(place: str, district: str) -> str:
    """The scene of the code that hangs at ``place``; it has been checked (``scene_problems``)."""
    return f"{_HEAD}{district.strip()}{_BETWEEN}{place.strip()}"


def place_of(scene: str) -> Mapping[str, str]:
    """The place and the district of a code of ours, by those names; empty for any other code."""
    if not scene.startswith(_HEAD) or len(scene) > LONGEST_SCENE:
        return {}
    district, between, place = scene.removeprefix(_HEAD).partition(_BETWEEN)
    if not between or scene_problems(place, district):
        return {}
    return {"place": place.strip(), **({"district": district.strip()} if district.strip() else {})}
