"""What the danger model looks at: pieces of the words, evened out, and what the patterns make of them.

The patterns know words and whether they are past, feared or asked after; the model weighs that against all else that
is said. Serving and training read a text by the same ``features``.
"""

import re

from dialogs.nlu.danger import danger_in, dangers_named, is_now, is_of_these_hours, is_remembered
from dialogs.nlu.linear import grams
from dialogs.text.wording import plain

_SAME = {
    # dialects
    **dict.fromkeys(("佢哋", "他哋"), "他们"),
    **dict.fromkeys(("佢", "伊"), "他"),
    **dict.fromkeys(("细路女", "细路仔", "细路", "娃儿", "娃娃", "娃", "小囡", "囡囡"), "孩子"),
    **dict.fromkeys(("老豆", "老窦", "阿爸", "老汉儿", "爹"), "爸"),
    **dict.fromkeys(("阿妈", "娘"), "妈"),
    **dict.fromkeys(("屋企", "屋头", "屋里头"), "家里"),
    **dict.fromkeys(("咧", "咯", "喽", "啦", "喇", "咗", "嘞"), "了"),
    **dict.fromkeys(("俾", "畀", "遭"), "被"),
    **dict.fromkeys(("跌落", "落到", "跌进", "栽进"), "掉进"),
    **dict.fromkeys(("晕低", "昏低", "晕到", "昏到"), "晕倒"),
    **dict.fromkeys(("跌低", "绊倒", "摔到", "跶倒"), "摔倒"),
    **dict.fromkeys(("攞", "揸", "提起", "拎起", "提着", "拎着", "举着", "掂着", "握着", "攥着"), "拿"),
    "阿嫲": "奶奶",
    "隔篱": "隔壁",
    "脑壳": "头",
    "哋": "们",
    "喺": "在",
    "嘅": "的",
    "系度": "在",
    "冧": "塌",
    "嚟": "来",
    "啲": "些",
    "哩": "",
    "恁": "你",
    "额": "我",
    "捷运": "地铁",
    # one thing, many names
    **dict.fromkeys(("𨋢", "升降机", "轿厢", "电题", "电锑"), "电梯"),
    **dict.fromkeys(("煤企", "煤汽", "媒气", "瓦斯", "石油气", "液化气", "燃汽", "天燃气", "天然汽", "天然气"), "煤气"),
    **dict.fromkeys(("闺女",), "女儿"),
    **dict.fromkeys(("媳妇", "婆娘"), "老婆"),
    # slips of the thumb and of the ear
    **dict.fromkeys(("着伙", "着货", "着活", "着或"), "着火"),
    **dict.fromkeys(("起伙", "起货"), "起火"),
    **dict.fromkeys(("失伙", "失货"), "失火"),
    **dict.fromkeys(("救伙", "就火"), "救火"),
    **dict.fromkeys(("楼气", "露气", "漏汽"), "漏气"),
    **dict.fromkeys(("泄楼", "泄露", "泻漏", "泄陋", "泻露"), "泄漏"),
    "中读": "中毒",
    **dict.fromkeys(("困主", "困祝"), "困住"),
    **dict.fromkeys(("踏了", "蹋了"), "塌了"),
    **dict.fromkeys(("快旧", "快就人"), "快救"),
    **dict.fromkeys(("来旧", "来就人"), "来救"),
    **dict.fromkeys(("旧命", "就命"), "救命"),
    **dict.fromkeys(("砍四", "砍si"), "砍死"),
    **dict.fromkeys(("想si", "想4", "想亖", "想四"), "想死"),
    **dict.fromkeys(("自沙", "自鲨", "自刹", "自sha", "zisha"), "自杀"),
    **dict.fromkeys(("跳搂", "跳lou", "跳喽"), "跳楼"),
    "杀勒": "杀了",
    "同龟于尽": "同归于尽",
    **dict.fromkeys(("砸弹", "炸蛋"), "炸弹"),
    **dict.fromkeys(("家爆", "家报"), "家暴"),
    "流雪": "流血",
    "新脏": "心脏",
    "中疯": "中风",
    "杨水": "羊水",
    **dict.fromkeys(("持到", "持倒"), "持刀"),
    "那刀": "拿刀",
}
_ANY = re.compile("|".join(sorted(map(re.escape, _SAME), key=len, reverse=True)))
_SOMEBODY = re.compile(
    r"(?:我|他|她)?(?:爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|老伴|老公|老婆|丈夫|妻子|爱人|男人|儿子|女儿|"
    r"孩子|小孩|宝宝|弟弟?|妹妹?|哥哥?|姐姐?|叔叔?|嫂子?|同学|室友|朋友|同事|邻居|工友|工人|老人|老太太|老头|大爷|大妈|女的|男的|有人|一个人)"
)
_PERSON = "＠"
"""Stands for whoever it is that something happens to."""
_ASKS = re.compile(
    r"[吗么](?:$|[，,。？?])|怎么(?:办理|申请|走|收|办|交|领|报|查|联系|预约|补|算)|怎么$|哪里|哪个(?:部门|窗口|科|局)|多少|几点|什么时候|啥时|能不能|可不可以|"
    r"有没有|要带什么|想问|请问|咨询|问一?下|问问|建议|希望|申请|投诉|反映|补贴|报销|标准|政策|流程|收费|预约|宣传|讲座|培训|证"
)
_SETTLED = re.compile(
    r"已经?.{0,8}(?:好了|了结|处理|解决|出院|康复|修|换|补|赔|判|关|灭|恢复|找到|没事|退|离)|没事了|都没事|没伤|没受伤|没砸到|救[过回]来|结案|判了|调解|道歉|"
    r"赔了|报警[^，。]{0,3}[没不]|报了警|和解|出院|离婚.{0,3}年|早(?:就|已)|气话|开玩笑|感谢|谢谢|表扬|锦旗|送.{0,4}医院了|修好|换了新|后来|现在想|想问"
)
_CHRONIC = re.compile(r"[半几两三多]个?[月年]了?|好几[回次年]|[多数]次|天天|长年|常年|长期|老是|总是|一直|好久")

_CHEATED = re.compile(
    r"骗|保健品|卖药的|推销|养生馆|理财|传销|集资|卷(?:款|钱|跑)|跑路|人去楼空|拉黑|本[钱金]|积蓄|养老钱|退[款钱]|把钱(?:要|追|退)|要回(?:我的?)?钱|"
    r"(?:门|店|房东)[^，。；\n]{0,4}锁|锁换|换了?锁|找不到人|怕[^，。；\n]{0,6}(?:怪|骂|怨)我|不敢[^，。；\n]{0,6}(?:说|讲|告诉)|没敢[^，。；\n]{0,6}(?:说|讲|告诉)|催收|网贷|签字|手印"
)
"""Of money that is gone, and of being ashamed of it: those who were cheated are frightened, and in no danger."""
_UNSAFE = re.compile(
    r"(?:没有?|不|无|缺)[^，。；\n]{0,4}(?:防护|面[具罩]|口罩|手套|安全[帽绳带网]|护栏|培训|检测|通风|排风|监护|检修|年检|审批|支护|警戒|资质)|"
    r"(?:防护|面[具罩]|口罩|手套|安全[帽绳带网]|护栏)[^，。；\n]{0,6}(?:没有?|不[戴发给系用]|都不)|隐患|违规|超载|无证|高空作业|尘肺|粉尘|(?:差(?:一)?点儿?|险些)(?:就|把)?(?:有人|砸|掉|摔|撞|伤)"
)
"""How work is done that may go wrong one day."""


def is_cheated_or_unsafe(text: str) -> bool:
    """Whether it tells of money that is gone or of work that may go wrong: fear is in it, and mostly no danger."""
    return bool(_CHEATED.search(text) or _UNSAFE.search(text))


def is_chronic(text: str) -> bool:
    """Whether it tells what has gone on for months or happens again and again."""
    return bool(_CHRONIC.search(text))


def features(text: str) -> list[str]:
    """Character pieces of the evened wording, the same with people left open, and the patterns' cues."""
    bare = _ANY.sub(lambda found: _SAME[found.group()], plain(text))
    open_ = _SOMEBODY.sub(_PERSON, bare)
    people = [gram for gram in grams(open_) if _PERSON in gram] if open_ != bare else []
    return [*grams(bare), *people, *_cues(text)]


def _cues(text: str) -> list[str]:
    """What the patterns say, each and together with danger named: names that no text can hold."""
    named = dangers_named(text)
    heard = danger_in(text) if named else None
    words = [f"§named:{danger}" for danger in named] + (["§named"] if named else [])
    words += [f"§heard:{heard}", "§heard"] if heard else []
    subject = "§heard" if heard else "§named" if named else ""
    for cue in _said_of(text):
        words += [cue, f"{subject}&{cue}"] if subject else [cue]
    return words


def _said_of(text: str) -> list[str]:
    said = {
        "§remembered": is_remembered(text),
        "§now": is_now(text),
        "§hours": is_of_these_hours(text),
        "§chronic": is_chronic(text),
        "§asks": bool(_ASKS.search(text)),
        "§settled": bool(_SETTLED.search(text)),
        "§cheated": bool(_CHEATED.search(text)),
        "§unsafe": bool(_UNSAFE.search(text)),
    }
    return [cue for cue, holds in said.items() if holds]
