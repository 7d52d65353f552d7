"""Short questions about this bot and about registering itself: whom one talks to, what it costs, what is to be brought.

They are answered the same at every question of a form and outside; nothing of them is a matter. Weather and
laughter between two answers are heard here too.
"""

import re
from collections.abc import Callable

from dialogs.nlu.how_to_tell import asks_how_to_send, asks_what_the_code_is_for, asks_why_again, has_something_to_show
from dialogs.text.phrases import made_of
from dialogs.text.wording import plain

_LONGEST = 24
_FILLER = 14
_LEADS = (
    r"哈哈+|呵呵+|嘿嘿|嘻嘻|哎|诶|喂|嗯|哦|噢|那个?|对了|话说|等等|等一下|先|不好意思|好吧|你好|您好|请问|我|俺|咱|就|想|要|再|问|打听|知道|一?下|问一?下|问问|问个事儿?|你们?|您|恁|侬|额|"
    r"这里|这边|这儿|这个|这|在|跟|和|现在|对面|那头|到底|究竟|其实|不会|难道|该|说话|聊天|回复|回话|回我|应答|给|的"
)
_ENDS = r"吗|嘛|么|呢|吧|啊|呀|哦|噢|哈|诶|不|没|啵|咧|撒|哇|呐|嘞|了|来着|哈哈+|呵呵+"
_SOMEBODY = (
    r"机器人|机械人|机器|人工智能|智能助手|智能客服|电脑|程序|系统|软件|自动回复|自动的|"
    r"ai|chatgpt|真人|活人|人工|人|工作人员|干部|公务员|领导|客服"
)
_WHETHER = r"是不是|系咪|系唔系|系不系|是|系|还是|不是|或者|到底是|个|一个|真|真的|真正的|活的"
_TALKS_TO_WHOM = made_of(f"{_LEADS}|{_WHETHER}|{_SOMEBODY}|信访局|政府|单位|部门|{_ENDS}")
_NAMES_IT = re.compile(_SOMEBODY)
_IS_IT = re.compile(r"是不是|系咪|系不系|还是|难道|[吗嘛么呢吧不没啵]$|^(?:你|您|恁|侬).*[是系]")
_WHO_ARE_YOU = re.compile(
    r"(?:哈哈+|那|请问|我想问下?|想问一?下|你?先(?:说说?|讲)|得先说)?(?:你|您|恁|侬)(?:们)?(?:到底|究竟)?(?:是谁|是哪位|哪位|叫(?:什么|啥|咩)(?:名字?)?|是哪个|"
    r"是(?:什么|啥)(?:人|东西)?|是干(?:什么|啥|嘛)的|是哪个?单位的?)(?:啊|呀|呢|哦|嘞)?"
)
_REGISTERING = (
    r"反映|登记|投诉|举报|信访|上访|咨询|问|办|办理|申请|找你们|打0|打电话|0|热线|"
    r"你们|这里|这边|这儿|在这|这个|这|问题|诉求|一下|一次|一件|件|事|的话|网上|说|提交|查(?:进度|询)?|进度|转办|受理|补充|撤回"
)
_COSTS = (
    r"交|付|花|收|掏|给|收不收|交不交|花不花|给不给|要不要|需不需要|用不用|要|得|用|需要|会|该|还|"
    r"是不是|是|都|得要|须|可以|有没有|有|不|没|多少|几块|几多|什么|啥"
)
_MONEY = r"交钱|花钱|收钱|付钱|给钱|掏钱|出钱|交费|收费|付费|缴费|费用|手续费|工本费|话费|钱|免费|白办|费|块钱|元"
_WHAT_IT_COSTS = made_of(f"{_LEADS}|{_REGISTERING}|{_COSTS}|{_MONEY}|{_ENDS}")
_NAMES_MONEY = re.compile(_MONEY)
_ASKS = re.compile(
    r"[吗嘛么呢吧不没啵]$|([交收付花给])不\1|要不要|需不需要|用不用|是不是|有没有|多少|几块|几多|要(?:交|花|收|付|给|出)(?:钱|费)$"
)
_PAPERS = r"材料|资料|证件|证据|手续|身份证|户口本|复印件|原件|照片|图片|凭证|合同|东西|证明"
_BRINGS = r"带|准备|提供|交|拿|发|传|附|备|出示|上传|提交|写|填|有"
_WHAT_TO_BRING = made_of(
    f"{_LEADS}|{_REGISTERING}|{_COSTS}|{_BRINGS}|{_PAPERS}|哪些|什么样的|也|才|才行|行|才能|能|没有|{_ENDS}"
)
_NAMES_PAPERS = re.compile(_PAPERS)
_ASKS_PAPERS = re.compile(r"什么|啥|哪些|要不要|需不需要|用不用|有没有|[吗嘛么不没]$|行")


_CHATS = made_of(
    r"今天|今儿个?|昨天|明天|现在|外面|最近|这|那|天气|天儿|天|真的?|真是|好|太|挺|有点儿?|可|冷|热|凉快?|暖和|下雨|下雪|刮风|了|啊|呀|哦|嘞|呢|吃(?:饭|过|好)?了?[吗没么]|吃了|吃饭|"
    r"哈+|呵+|嘿+|嘻+|忙|辛苦|累|困|你|您|们|恁|无聊|周末|愉快|早点|休息|注意|身体|多|保重|穿|衣服|[吗没呢吧]|不错|晴天?|是|的|得|很|又|要|死|晚上|早上|中午|下午|快|过年"
)
_FACES = re.compile(r"\[[^\[\]]{1,6}\]")
"""[呲牙]: so the channels write their faces."""
_CHATS_OF = re.compile(
    r"天气|天[儿真好]|吃(?:饭|过|好)?了?[吗没么]|哈哈|呵呵|嘿嘿|嘻嘻|无聊|愉快|保重|(?:今[天儿]|外面|晚上|早上).*[冷热雨雪风凉]"
)


_FILLS = made_of(
    r"哈{3,}|呵{3,}|嘿{3,}|嘻{3,}|嗯+|呃|额|啊|哎|唉|那个|这个|就是|是个?|(?:老头子?|老太太|老婆子|老人家?|老年人|农民|大老粗|粗人)|不(?:大|太|咋|怎么)会(?:打字|用手机|说|写|弄)|我|你|说|吧|呢|嘛|呀|哦|的|了|啥|什么|怎么|咋|该|讲|不(?:太)?会(?:打字|用手机|弄|拼音)|打字(?:太)?慢|(?:眼睛?|眼神)(?:花|不好|不行)|看不清(?:字)?|没(?:有)?文化|帮|写|好|点|不会[说写]|不识字|认字少|年纪大|老了|岁数大|慢慢(?:来|说|写|打)|等一?下|慢|老人|从哪|从何|说起|"
    r"想想|我想想|想一想|让我想想|等我想想|你猜|猜猜|猜|切|呸|哼|略略略|嘘|嘿|喔|哇|好气|气死|烦死|烦|气|人|我了|真是|服了|无语|晕|汗|呵"
)


def says_nothing(text: str) -> bool:
    """就是那个, 怎么说呢, 你猜, 切: nothing is told yet, nor answered."""
    bare = plain(_FACES.sub("", text))
    return 0 < len(bare) <= _FILLER and bool(_FILLS.fullmatch(bare))


_GIBBERISH = re.compile(
    r"(?P<one>[^好行对是嗯可要不没无有快谢])(?P=one){2,}|(?P<two>[\u3400-\u9fffa-z]{2,3})(?P=two)+|"
    r"(?=[a-z]*(?:[bcdfghjklmnpqrstvwxz]{5}|asdf|sdfg|qwer|zxcv|hjkl))[a-z]{4,}"
)
_LAUGHS = re.compile(r"[哈呵嘿嘻]+")


def is_gibberish(text: str) -> bool:
    """阿巴阿巴, 啊啊啊, asdkfj: sounds and keys, and no word of any language."""
    bare = plain(text)
    return len(bare) <= _FILLER and bool(_GIBBERISH.fullmatch(bare)) and not _LAUGHS.fullmatch(bare)


_LONELY = re.compile(
    r"(?:我|俺|一个人|在家|天天|整天|好|很|真|太|觉得|感觉|心里|有点|怪|屋里|就)*(?:孤单|孤独|寂寞|冷清|闷得慌|没(?:有)?人(?:陪|跟|和|同)(?:我|俺)?(?:说说?话|聊聊?天?|讲话|作伴)?)(?:得很|得慌|啊|呀|了|的|很|没(?:有)?人(?:陪|跟)我?(?:说话|聊天)?)*|"
    r"(?:我|俺|就|只|想|要|能|可以|能不能)*(?:和|跟|找|陪)(?:你|您|我|人|个人)?(?:们)?(?:说说话|说会儿?话|聊聊?天?|聊天|聊一?会儿?)(?:吗|吧|行吗|好吗|啊|呀)*"
)


def is_lonely(text: str) -> bool:
    """我孤单得很，没人陪我说话; 陪我聊聊天."""
    bare = plain(_FACES.sub("", text))
    return 1 < len(bare) <= _LONGEST and bool(_LONELY.fullmatch(bare))


_PRAISES = re.compile(
    r"(?:你|您)(?:们)?(?:这|那)?个?(?:机器人|机器|ai|系统|助手|姑娘|小姑娘|同志)?(?:还|真|挺|蛮|好|太|很|可|倒|是|的|够|真是|还真|有点)*"
    r"(?:聪明|厉害|能干|智能|可爱|懂事|有意思|贴心|耐心|有礼貌|客气|会说话)(?:的|啊|呀|嘛|了|呢|哈)*"
)
"""你这个机器人还挺聪明."""


def praises_us(text: str) -> bool:
    """Whether somebody only says how clever or kind it is."""
    return bool(_PRAISES.fullmatch(plain(text)))


def only_chats(text: str) -> bool:
    """今天天气真冷啊; 吃了没; 哈哈."""
    bare = plain(_FACES.sub("", text))
    return len(bare) <= _LONGEST and bool(_CHATS.fullmatch(bare) and _CHATS_OF.search(bare))


def asks_whom_one_talks_to(text: str) -> bool:
    """你是机器人吗; 对面是真人还是机器; 你是谁."""
    bare = plain(text)
    if len(bare) > _LONGEST:
        return False
    named = _NAMES_IT.search(bare) and _IS_IT.search(bare) and _TALKS_TO_WHOM.fullmatch(bare)
    return bool(named or _WHO_ARE_YOU.fullmatch(bare))


_YOU_LAST = re.compile(r"(?<=[吗嘛么呢不没])(?:你们?|您|这里|这边|这儿)$")
"""收费吗你们: said as it comes."""


def asks_what_it_costs(text: str) -> bool:
    """要交钱吗; 打12345收费不: of registering, never of what a trouble costs."""
    bare = _YOU_LAST.sub("", plain(text))
    whole = len(bare) <= _LONGEST and _WHAT_IT_COSTS.fullmatch(bare)
    return bool(whole and _NAMES_MONEY.search(bare) and _ASKS.search(bare))


def asks_what_to_bring(text: str) -> bool:
    """要带什么材料; 需要身份证吗."""
    bare = plain(text)
    whole = len(bare) <= _LONGEST and _WHAT_TO_BRING.fullmatch(bare)
    return bool(whole and _NAMES_PAPERS.search(bare) and _ASKS_PAPERS.search(bare))


_IF_SOLVED = re.compile(
    r"(?:那|请问|到底|究竟|这样|登记了?|反映了?|说了|投诉了?|跟?你们?说?|这个?|那个?|件|事情?|事儿|问题|我的?|真的?|就|能不能|可不可以|会不会|可以|能|会|有没有|有|给|帮)*"
    r"(?:解决|处理(?:得?好|得?了)?|办得?[好成了]|管得?[了好]|有用|管用|有结果|有人管|有戏)(?:掉|好|了|到)?(?:吗|么|不|没有?|吧|呢|啊|嘛|哇)+|"
    r"(?:跟?你们?|这里|我|都|就算|反正|再)*(?:反映|说|投诉|登记|打电话|找你们?)(?:了|过|再多)*(?:也|都|还是|等于|等于是)*(?:没用|没有用|白搭|白说|白登记|白投诉|白反映|不管用|不顶用)(?:的|啊|吧|了|呀)*"
)


def asks_if_solved(text: str) -> bool:
    """这个能解决吗; 反映了有用吗; 说了也没用: what nobody here can promise."""
    bare = plain(text)
    return len(bare) <= _LONGEST and bool(_IF_SOLVED.fullmatch(bare))


_KINDS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (asks_whom_one_talks_to, "robot"),
    (asks_if_solved, "solved"),
    (asks_how_to_send, "sending"),
    (has_something_to_show, "proof"),
    (asks_what_the_code_is_for, "code_for"),
    (asks_why_again, "again"),
    (asks_what_it_costs, "fee"),
    (asks_what_to_bring, "materials"),
)


def about_us(text: str) -> str:
    """Which of these is said, by the name that the answers know it by; empty where it is none of them."""
    return next((kind for said, kind in _KINDS if said(text)), "")
