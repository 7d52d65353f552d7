"""Telling that something does not come about: a complaint, not a question how one's own case stands."""

import re

from dialogs.nlu.kinds import things_in
from dialogs.nlu.places import find_place
from dialogs.text.clean import words_only

_WAITS = re.compile(
    r"(?:到现在|至今|现在|目前|还|一直|都|也|就|仍然?)[^，。！？]{0,8}(?:没|不|未)(?:人|有|来|到|发|批|下|给|解决|处理|修|办|落实|回|拨|退|报|管|理|动|排|通知|说法|消息|搞|弄)|"
    r"再等等|没个说法|没有?(?:下文|动静|回音|说法)|不了了之|石沉大海|推来推去|(?:打|反映|投诉|报修|找|跑|问|催)了?(?:好几|[几好\d两三四五六七八九十多]+)[次趟遍回]"
)
_OF_ONES_CASE = re.compile(
    r"进度|进展|编号|查询码|查一下|查查|查询|怎么样了|咋样了|到哪(?:一步|了)|办到哪|我(?:的|那)(?:个|件)?(?:件|事|投诉|诉求|反映|举报|登记|信访件)|你们(?!那|区|县|街道|小区)|在你这|补充"
)
_EARLIER = re.compile(
    r"(?:上次|上回|上一?次|之前|以前|前面|早就|那次|前阵子|前几天|上个?月|上周)[^，。]{0,5}(?:报修|报的?修|反映|投诉|登记|举报|打电话|报|说|提)"
)
_SHORTEST = 8
_SHORT = 30


def tells_of_waiting(text: str) -> bool:
    """我申请的补贴到现在没拨下来: of somebody who waits for another than us."""
    return len(words_only(text)) >= _SHORTEST and bool(_WAITS.search(text)) and not _OF_ONES_CASE.search(text)


def waits_for_a_report(text: str) -> bool:
    """上次报修都一个月了还没人来: of something reported earlier, which it does not name."""
    bare = words_only(text)
    return (
        len(bare) <= _SHORT
        and bool(_EARLIER.search(bare) and _WAITS.search(bare))
        and not (things_in(bare) or find_place(text))
    )
