"""Many people about to gather, block a road or travel to petition: staff know of it at once."""

import re

_MANY = (
    r"(?:几|两|三|四|五|六|七|八|九|十|百|千|\d)+(?:来|多|几)?(?:个|名|户|位|号|口)?(?:人|业主|工人|工友|老兵|战友|家长|"
    r"村民|居民|教师|储户|司机|农民|住户)|全体|大家伙?|大伙|我们(?:这)?(?:帮|群|些)|集体|业主们|工友们|村民们|家长们|战友们|组织"
)
_SOON = (
    r"明天|明早|后天|今天|今晚|下周|周[一二三四五六日天]|星期|礼拜|月底|马上|"
    r"准备|打算|商量|说好|约好|要去|就去|就要|要到|再不|不然|否则"
)
_DEEDS = (
    r"(?:拉|打|举|挂)(?:起)?(?:横幅|条幅|白布)|静坐|游行|示威|集会|堵(?:住|了|在)?[^，。；\n]{0,8}(?:路|门|桥|铁路|高速|国道|大门|政府|口)|"
    r"(?:集体|组团|一起|全体)[^，。；\n]{0,10}(?:上访|进京|去省里|去北京|去市里)|"
    r"(?:进京|赴京|赴省)|围(?:堵|住|了)?(?:政府|信访局|单位|工地|公司)|罢(?:工|运|课|市)|(?:爬|上)(?:塔吊|广告牌|楼顶)"
)
_GATHERING = re.compile(
    rf"(?:{_MANY})[^。！？\n]{{0,30}}(?:{_SOON})[^。！？\n]{{0,24}}(?:{_DEEDS})|"
    rf"(?:{_SOON})[^。！？\n]{{0,16}}(?:{_MANY})[^。！？\n]{{0,24}}(?:{_DEEDS})|"
    rf"^[^。！？\n]{{0,12}}(?:把|去|要|准备)[^，。；\n]{{0,4}}(?:高速|国道|铁路|大桥)[^，。；\n]{{0,4}}堵"
)
_OVER = re.compile(
    r"去年|前年|上次|以前|曾经|当时|后来|之前|听说|新闻|允许|合法吗|违法吗|可以吗|能不能|怎么规定|几个代表|罚"
)
_FIRST = 400


def plans_a_gathering(text: str) -> bool:
    """Whether somebody tells of many who are about to gather somewhere or to block a way."""
    sample = text[:_FIRST]
    return bool(_GATHERING.search(sample)) and not _OVER.search(sample)
