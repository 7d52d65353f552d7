"""Lanes and closes named 东风里 without street or house number: known by what stands or fails there."""

import re

_NO_LANE = (
    r"家村院水夜心元道店手屋楼区城镇厂社这那哪公英千百十一二三四五六七八九几嘴眼河井沟桶车库箱坑洞馆带校地行所园场圈房间室门局厅田林站网群子点期月年天"
    r"上下路街巷苑湾内铺摊底草丛土海江湖池盆碗肚脑话梯号厕舍部板管柜吧包袋袄邻同市堂廊坛棚交寓厦台位会队关节县乡组矿庙穴窝层角片处圾花木墙渠机视闻闸灯暗"
)
"""What stands before 里 where it means "in": 胡同里, 车棚里."""
_BARE = re.compile(
    rf"(?:^|(?<=[，,。；;：:\s在住]))(?![我你他她咱俺全整每各本在住于是])(?P<lane>[\u3400-\u9fff]{{1,2}}[^\W\d_a-zA-Z{_NO_LANE}]里)"
    r"(?=公厕|厕所|路灯|楼道|单元|垃圾|下水|污水|井盖|电梯|门口|巷口|胡同|停水|停电|停气|没水|没电|暖气|自来水|小区|社区|居民|整栋|[\d])"
)
_LIES_IN = re.compile(
    r"(?:^|(?<=[，,。；;\s]))(?:(?:就|我们?家?)?在|我?家?住)"
    rf"(?P<lane>(?![我你他她它咱俺全整每各本这那哪])[\u3400-\u9fff][^\W\d_a-zA-Z{_NO_LANE}屉炉信序案统务册片文单证本簿帐账表议梦眼窗兜锅瓶罐]里)(?=$|[，,。！!]$)"
)
"""A last clause of its own: …，在柳荫里."""
_ALONE = re.compile(
    rf"(?:^|(?<=[，,。；;\s]))(?P<lane>(?![我你他她它咱俺全整每各本这那哪])[\u3400-\u9fff][^\W\d_a-zA-Z{_NO_LANE}万屉炉信序案统务册片文单证本簿帐账表议梦眼窗兜锅瓶罐]里)[。！!]?$"
)
"""The same without a word that leads to it: …，柳荫里."""
_NUMBERED_SCHOOL = re.compile(
    r"(?:^|(?<=[，,。；;：:\s在到是去从离]))(?P<lane>第?[一二三四五六七八九十]{1,2}中)(?=$|[，,。！!]|校?门口|[东南西北]门|旁边?|附近|对面|后面|学生|校园|食堂|操场|老师|那边|那里|校区)"
)
"""六中门口: a school by its number."""


def bare_lane(text: str) -> re.Match[str] | None:
    """The first such lane, as the group ``lane``."""
    return _BARE.search(text) or _LIES_IN.search(text) or _NUMBERED_SCHOOL.search(text) or _ALONE.search(text)
