"""Details too short for a sentence that belong to a matter all the same: how many, how long, where they are now."""

import re

from dialogs.text.clean import words_only

_DETAIL = re.compile(
    r"(?:一共|总共|大概|差不多|有|我们|这里|这边|涉及|都|快|将近|至少|已经|还|室温|温度|家里|才|只有)*"
    r"(?:\d+|[一二三四五六七八九十百千万两几半]+)(?:多|来|余|几)?"
    r"(?:户人家|户|家人|个人|口人|个(?:工人|老人|孩子|家长|业主|村民|居民|学生|同事|工友|农民工|商户|司机|员工|职工|租户)|人|个月|年|天|次|回|万块?|万元|块钱?|元|栋楼?|层楼?|度|平米?|平方米?|亩|分贝)(?:多|了|左右|上下|吧|啊|呢)*|"
    r"(?:还有|有|这里有|我们这里有|身边有)?(?:好几|好多|很多|不少|几|十几|几十|许多|别的|其他)(?:个|户|家|位)?(?:孩子|同学|学生|人家?|邻居|业主|居民|村民|家长|工人|老人|同事|住户)"
    r"(?:都|也|全)*(?:是?这样|一样|这么说|有这(?:种|个)(?:情况|问题|事)|是?这种情况|遇到过?)(?:的|了|啊|呢)*|"
    r"(?:现在|人|他|她|还|目前|已经|都|我|老人|孩子|正)*(?:在|住)(?:医院|院|ICU|病房|重症)(?:里|躺着|呢|了|抢救|治疗)*"
)
_COUNT = re.compile(r".*[户人次回天月年元块钱栋层].{0,2}")


def is_a_detail(text: str) -> bool:
    """一共三百多户; 现在在医院."""
    return bool(_DETAIL.fullmatch(words_only(text)))


def only_counts(text: str) -> bool:
    """一共四十多人: a number of people, days or yuan, and nothing else."""
    return is_a_detail(text) and bool(_COUNT.fullmatch(words_only(text)))
