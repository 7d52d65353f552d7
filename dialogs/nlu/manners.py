"""What is written only to scold or to sell. Anger beside a matter is no abuse: look for the matter first."""

import re

from dialogs.nlu.matter import finds_fault
from dialogs.nlu.places import find_place

_SCOLDS = re.compile(
    r"傻\s?[逼b叉屌吊缺]|[傻沙煞杀莎][比逼笔雕币]|操[你尼泥他她]|[草艹日干肏][你尼泥][妈马吗嘛玛先大爷祖]?|日你|草拟|艹|cao|(?:他|你|尼|泥|恁)(?:妈|马|玛|吗)的|(?<![我你他她妈爸姑姨大舅婶奶])妈的|妈卖批|妈了个|tmd|nmsl|mlgb|cnm|nmd|wcnm|你妈(?=$|[死了逼个，。！])|你[个这]?(?:傻|蠢|笨)|"
    r"滚(?:蛋|开|犊子|你|远点|粗)|^滚+[吧啊！!。]*$|去死|(?:王|忘)八|龟儿|龟孙|瓜娃子|瓜皮|哈麻批|锤子哦|先人板板|仙人板板|脑壳(?:有包|进水)|混蛋|混账|混球|废物|饭桶|吃干饭|狗屁|狗东西|狗日|狗官|狗腿|脑残|智障|弱智|脑瘫|脑子(?:有病|进水|坏)|神经病|有病吧|你有病|"
    r"(?:破|垃圾|蠢|辣鸡|烂|傻)(?:机器人|系统|客服|玩意|平台|东西|热线)|什么玩意|贱人|贱货|不要脸|放屁|畜生|牲口|白痴|蠢货|蠢猪|[你们]?(?:就)?(?:是|像)(?:一?[头群帮窝])?(?:猪|狗|饭桶|畜生)(?:吗|啊|一样$|$|[，,。！!])|猪脑|垃圾(?=$|[！!。]$)|\bsb\b|^sb|婊|扑街|仆街|冚家|丢你|屌你|[叼屌]你|娘了个|恁娘|你娘的|你大爷|祖宗|全家死|不得好死|断子绝孙|缺德|没一?个好(?:东西|人|官|鸟)|官官相护|^(?:[😡🤬😠💢👿🖕💩]\s*)+$|丧尽天良的",
    re.IGNORECASE,
)
_SELLS = re.compile(
    r"(?:加|＋|\+|联系)(?:我|本人)?(?:的)?(?:微信|vx|v信|薇|威信|qq|q群|企鹅|wx)|进群|扫码|点击(?:链接|领取|申请|下方|查看|进入)|请点击|领取(?:鸡蛋|礼品|红包|奖品|福利)|日[赚结]|秒到账|无抵押|免抵押|代办(?:信用卡|贷款|各类)|低价出售|一手货源|招(?:代理|商加盟|加盟)|零门槛|"
    r"稳赚|高仿|一比一|办证刻章|刻章办证|代开发票|出售发票|线上赌|博彩|注册送|首充|裸聊|约炮|彩票计划|内部消息|带你(?:翻倍|赚|致富|回本)|额度已?(?:提升|获批)|恭喜(?:您|你)(?:获得|中|成为)|全场[一二三四五六七八九\d]折|限时(?:特价|优惠|秒杀)|欢迎(?:光临|选购|来电咨询订购)|"
    r"转发(?:此|这条|到)[^，。]{0,10}(?:群|好友)|好运连连|减肥(?:产品|药)|无效退款|兼职[^，。]{0,12}(?:日结|日赚|在家|打字)|退订回[TtNn]",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"被骗|骗了|骗(?:学生|老人|人|我|居民|取)|举报|投诉|诈骗|上当|假的|骚扰|有人(?:在|发|卖|用)|发小广告|查封|查处|请管|提醒|不退|的(?:公司|店|人|单位|商家)在"
)
"""Somebody tells of the advertisers rather than being one."""
_ONE_SOUND = re.compile(r"(?P<one>.)(?P=one){5,}|(?P<two>..)(?P=two){4,}")
_KEYS = re.compile(r"[a-z]{6,}", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiou]", re.IGNORECASE)
_MOST_VOWELS = 0.25


def scolds(text: str) -> bool:
    """Whether words of abuse stand in the text, whoever they are for."""
    return bool(_SCOLDS.search(text))


def without_scolding(text: str) -> str:
    """What is left of a text beside the words of abuse."""
    return _SCOLDS.sub("", text).strip(" ，,。！!") if scolds(text) else text


def is_spam(text: str) -> bool:
    """Whether the text advertises, passes on a chain letter, or is keys struck at random."""
    if _SELLS.search(text):
        return not _TELLS.search(text)
    bare = re.sub(r"[\W_]+", "", text)
    return bool(bare) and (bool(_ONE_SOUND.fullmatch(bare)) or _random_keys(bare))


def only_advertises(text: str) -> bool:
    """Whether nothing but spam is there: whoever names a trouble and its place has a matter."""
    return is_spam(text) and not (finds_fault(text) and find_place(text))


def _random_keys(bare: str) -> bool:
    return bool(_KEYS.fullmatch(bare)) and len(_VOWELS.findall(bare)) / len(bare) <= _MOST_VOWELS
