"""A town before the place in it: 海棠街道，幸福小区3号楼; 海棠街道这边垃圾没人收，幸福小区3号楼."""

import re

_ONLY_TOWN = re.compile(
    r"(?>[\u3400-\u9fff]{1,6}?(?:自治[州县]|开发区|高新区|新区|[省市区县旗]))*+[\u3400-\u9fff]{1,6}?(?:街道|[镇乡])"
)
_NOTHING = re.compile(r"[，,、\x20]*(?:(?:这|那)[边里儿]|的|就是|就在|在|里|内|辖区)*[，,、\x20]*")
_NEAR = 20
"""Characters between a town and the place in it."""


def leads_on(place: str, between: str) -> bool:
    """Whether ``place`` is a town alone, and what follows behind ``between`` is told of it."""
    return len(between) <= _NEAR and bool(_ONLY_TOWN.fullmatch(place))


def nothing_between(between: str) -> bool:
    """Whether both are one address, and not parts of a story."""
    return bool(_NOTHING.fullmatch(between))
