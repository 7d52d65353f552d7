"""The kind of a matter, an accusation being one of its own: it leaves the common flow, and takes nothing else along."""

import re

from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.categories import Categories

_ACCUSATION = "检举控告"
_THINGS = re.compile(
    r"灯|路面|道路|公路|[里口的]路|坑|垃圾|下水|污水|积水|停[水电暖气]|[没断][水电气]|自来水|暖气|电梯|噪音|噪声|吵|公厕|井盖|公交|"
    r"油烟|臭|绿化|停车|占道|通道|楼道|漏[水雨]|狗|飞线|充电|管道|物业|水压|护栏|树|健身|器材|快递柜"
)
"""What breaks or disturbs without anybody's deed in office."""
_THE_ACCUSED = re.compile(
    r"[他她]|这人|此人|该(?:人|干部|书记|主任|局长|村长|镇长|所长)|这个?(?:书记|主任|局长|村长|干部)"
)


def kind_of(text: str, categories: Categories) -> str:
    """The category of a text; that of accusations where it accuses somebody who holds office."""
    return _ACCUSATION if accuses_an_official(text) else categories.of(text)


def things_in(text: str) -> set[str]:
    """What the text names of what breaks or disturbs."""
    return {found[-1] for found in _THINGS.findall(text)}


def is_beside_an_accusation(one: str, other: str, *, accuses: bool = False) -> bool:
    """Whether one of two texts alone accuses an official, and the other tells of things that nobody did in office.

    ``accuses``: the other one is known to.
    """
    accusing = [accuses_an_official(one), accuses or accuses_an_official(other)]
    if accusing[0] == accusing[1]:
        return False
    plain = other if accusing[0] else one
    return bool(_THINGS.search(plain)) and not _THE_ACCUSED.search(plain)


def goes_with_an_accusation(one: str, other: str, *, accuses: bool = False) -> bool:
    """Whether one of them alone accuses, and the other may be more of the same deeds: 还侵占了宅基地.

    ``accuses``: the other one is known to.
    """
    alone = accuses_an_official(one) != (accuses or accuses_an_official(other))
    return alone and not is_beside_an_accusation(one, other, accuses=accuses)
