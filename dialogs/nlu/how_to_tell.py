"""Short questions about telling it here: pictures that will not go, and what was told to others already."""

import re

from dialogs.text.wording import plain

_LONGEST = 30
_FILE = r"(?:图片|照片|相片|截图|图|视频|录像|录音|语音|附件|文件|材料|定位|位置)"
_BEFORE = r"(?:那|请问|我想|我|俺|这里|这边|这个|你们|为什么|为啥|咋|怎么|老是|总是|一直|现在|的|想|有|手机)*"
_FAILS = (
    r"(?:发不(?:出去|过去|上去|上来|了|来|成功?|出来)|传不(?:上去|上来|了|过去)|上传(?:不了|失败)|发送(?:不了|失败)|"
    r"(?:怎么|咋|如何)(?:发|传|上传|发送|弄|加)(?:不了)?(?:给你们?|过去|上来|过来|上去|到这里|在这里)?|(?:在)?(?:哪里|哪儿|哪)(?:发|传|上传))"
)
_AFTER = r"(?:怎么办|咋办|咋弄|怎么弄|怎么回事|咋回事|是|的|呢|啊|呀|吗|了|么)*"
_HOW_TO_SEND = re.compile(
    rf"{_BEFORE}{_FILE}{_BEFORE}{_FAILS}{_AFTER}|{_BEFORE}(?:怎么|咋|如何|能不能|可不可以|可以|能)(?:才能|能)?(?:发|传|上传|发送){_FILE}{_AFTER}|"
    rf"(?:发|传)不(?:了|出去|上去){_FILE}{_AFTER}"
)
_TOLD = (
    r"(?:打过?0|打了0|打过?(?:电话|热线|市长热线|市民热线)|打了(?:电话|热线)|(?:在)?0|"
    r"(?:在)?热线(?:上|那边)?|网上|跟(?:社区|村里|街道|物业|你们))"
)
_TOLD_BEFORE = re.compile(
    rf"(?:我|俺|我们)?(?:之前|以前|前几天|昨天|上次|上个?月|上周|已经|早就|都|不是)*{_TOLD}(?:不是|已经|都|就)*(?:说过?|登记过?|反映过?|投诉过?|报过?|打过?|留过?)*(?:了|的)*"
    r"[，,]?(?:为什么|为啥|怎么|咋|干嘛|凭什么|还|又)+(?:要|得|让我|叫我|非要)*(?:再|又|重新|重复|还)*(?:登记|说|反映|填|报|讲|来)(?:一?遍|一?次)?(?:的|啊|呢|呀|吗|了)*|"
    r"(?:为什么|为啥|怎么|咋|干嘛|凭什么)(?:还|又)*(?:要|得|让我|叫我)*(?:再|重新|重复)+(?:登记|说|反映|填|报|讲)(?:一?遍|一?次)?(?:的|啊|呢|呀|吗|了)*"
)


_CODE_FOR = re.compile(
    r"(?:那|请问|你们?|的|这个?|那个?)*查询码(?:到底|究竟|又)?(?:是|有|能|用来)?(?:干嘛|干啥|干什么|做什么|做啥|什么|啥|有?什么用|有?啥用|什么意思|啥意思|什么东西|怎么用)"
    r"(?:用|的|用的)*(?:啊|呀|呢|吗)*"
)


_PROOF = r"(?:小票|发票|收据|票据?|证据|合同|证明|单子|照片|图片|视频|录像|录音|材料)"
_HAS_PROOF = re.compile(
    rf"(?:我|俺|我们|这里|这边|手里|手上|手机里|也|都|还)*(?:有|拍了|录了|留了|留着|保留了)(?:一些|几张|当时的|现场的|相关的?)*{_PROOF}(?:的|了|啊|呢|我|也|还|都|有|和|跟|{_PROOF}|为证|可以|能|发|给|你们?|您|提供|作证)*|"
    rf"(?:我|俺|的|我们)*{_PROOF}(?:我|也|都|还|一直)*(?:在|有|留着|保留着)(?:的|了|呢|啊)*(?:(?:还)?(?:要|要不要|用不用|需要|需不需要|能|可以|能不能)(?:发|给|传|交|提供)?(?:给|过去|上来)?(?:你们?|您)?(?:看)?(?:吗|么|不|啊|呢)*)?|"
    rf"(?:还)?(?:要|要不要|用不用|需要|需不需要)(?:把)?(?:发|给|传|交|提供)(?:你们?|您)?{_PROOF}(?:给|过去|上来)?(?:你们?|您)?(?:吗|么|不|啊|呢)*"
)


def has_something_to_show(text: str) -> bool:
    """有证据，我有照片; 小票还在，要发给你吗."""
    bare = plain(text)
    return len(bare) <= _LONGEST and bool(_HAS_PROOF.fullmatch(bare))


def asks_what_the_code_is_for(text: str) -> bool:
    """查询码是干嘛的."""
    return bool(_CODE_FOR.fullmatch(plain(text)))


def asks_how_to_send(text: str) -> bool:
    """图片发不出去怎么办; 怎么发视频: the whole text asks how a file gets here."""
    bare = plain(text)
    return len(bare) <= _LONGEST and bool(_HOW_TO_SEND.fullmatch(bare))


def asks_why_again(text: str) -> bool:
    """我之前打12345登记过，为什么又要登记: the whole text asks why it is to be told once more."""
    bare = plain(text)
    return len(bare) <= _LONGEST and bool(_TOLD_BEFORE.fullmatch(bare))
