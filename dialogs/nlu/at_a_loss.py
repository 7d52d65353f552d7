"""Who cannot read what stands here, and who calls and asks in vain: nothing of a matter is told by that alone."""

import re

from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_LONGEST = 24
_OF_READING = made_of(
    r"我|俺|咱|人|一个|是|就|老太太|老头子?|老婆子|老人|老了|上(?:了)?年纪|岁数大|年纪大|眼睛?|眼神|老?花|不好|不行|了|也|又|真|实在|根本|"
    r"不(?:太|大|怎么|咋)?(?:识|认)(?:得)?几?个?字|认不得字|认不(?:得)?几个字|没(?:有)?文化|没(?:读|念|上)过(?:书|学)|字|太小|看不(?:见|清楚?|懂|明白|了)|"
    r"这些|这个|那个|上面|手机|写的|写|说的|发的|回的|啥|什么|是个?|你们?|您|给|帮|跟|能不能|可不可以|可以|能|会|念念?|读读?|讲|听听?|一下|出来|"
    r"吗|嘛|么|呗|啊|呀|吧|的|都|行不行|好不好|不"
)
_READS_NOT = re.compile(
    r"(?:识|认)得?字|认不得|认不.{0,2}字|字太小|没(?:读|念|上)过|看不[见清懂明了].{0,6}(?:字|写|发|回|说|手机|上面)|"
    r"(?:字|写|发|回)的?.{0,4}看不[见清懂明]|(?:给我|给俺|帮我|帮俺|能).{0,2}[念读]"
)
_OFTEN = (
    r"(?:无数|好多|好几|多少|几|几十|几百|上百|八百|百八十|一百|[一二两三四五六七八九十百千\d]{1,4})(?:来|多|几)?"
    r"(?:遍|次|回|个|通|趟)"
)
_IN_VAIN = re.compile(
    r"(?:我|俺|咱们?|我们|老百姓|前前后后|前后|都|已经|天天|一直|给|你们|热线|12345|信访局|政府|电话)*"
    rf"(?:打|跑|反映|找|说|投诉|问|求)(?:了|过)?(?:{_OFTEN})?(?:电话|热线|12345|腿)?(?:{_OFTEN})?(?:了)?"
    r"(?:都|也|就是|就|还是|还|一直|根本|从来)*(?:没有?人|没谁|无人|没一个人|谁都不|谁也不)"
    r"(?:真正|来)?(?:理|管|接|回|应|回应|解决|搭理|理睬|过问|处理|答复)(?:过|我们?|俺们?|事)*(?:了|啊|呀|呢|的|呐)*"
)


_NO_WAY_OUT = made_of(
    r"我|俺|咱|我们|俺们|真的?|实在|是|也|都|已经|现在|这|可|该|没(?:有)?(?:办法|法子?|辙|路|招)|走投无路|不知道|不晓得|怎么办才?好?|咋办|咋整|"
    r"办|才好|了|啊|呀|呢|的|哦|嘛|哎|唉|救救|帮帮|求求|你们|忙|吧"
)
_STUCK = re.compile(r"没(?:有)?(?:办法|法|辙|路|招)|走投无路|怎么办|咋办|咋整")


_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS_OF_LETTERS = re.compile(r"[^\W\d_]{2,}")
_A_SENTENCE = 3
"""Words: less may be a name, a brand or a greeting."""


def is_of_another_script(text: str) -> bool:
    """My street light is broken; lu deng huai le: nothing here reads it, nor may it be taken for something else."""
    return not _HAN.search(text) and len(_WORDS_OF_LETTERS.findall(text)) >= _A_SENTENCE


def cannot_read(text: str) -> bool:
    """俺不识字，你给俺念念; 字太小看不清: of what is shown here, not of a sign somewhere."""
    bare = words_only(text)
    return len(bare) <= _LONGEST and bool(_OF_READING.fullmatch(bare) and _READS_NOT.search(bare))


def asks_in_vain(text: str) -> bool:
    """打了八百遍电话了没人理, 我实在没办法了: and not what about."""
    bare = words_only(text)
    stuck = _NO_WAY_OUT.fullmatch(bare) and _STUCK.search(bare)
    return len(bare) <= _LONGEST and bool(stuck or _IN_VAIN.fullmatch(bare))
