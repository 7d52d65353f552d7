"""What the writer of a long letter asks for: often the plainest words of the whole story (要求退还重复检查的费用)."""

import re
from collections.abc import Callable, Iterator

from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.title_words import shortened, stripped

LETTER = 100
"""Characters; what is shorter is told in its first clauses."""
_SHORTEST = 5
_ASKED = 2.0
_SAYS_IT = 6.0
"""What a clause weighs that names the thing well enough, measured against the titles people gave their letters."""
_WHO_ASKS = (
    r"(?:^|[，。；！？\n 、：:）)]|[我俺咱]们?|本人|业主们?|村民们?|现在?|特此?|故|在此|因此|所以|真的|强烈|衷心|诚)"
    r"(?:就|只|想|真心|也|还是){0,3}"
)
_WISHES = (
    r"(?:希望|恳请|请求|要求|建议|盼着?|盼望|求求?(?:你们?|您)?|请(?![假问客人吃教])|就?[只就]想要?(?!说)|"
    r"想(?:问|咨询)(?:问|一?下|清楚)?(?!了|过)|能不能|能否|可不可以)"
)
_WHO_SHALL = (
    r"(?>相关|有关|[市区县]|上级|[咱我]们?|我市|你们?|您|各?级?领导|政府|部门|[\u4e00-\u9fff]{2,10}?(?:[局部]|监管|部门|纪委|物业)(?=能|尽快|对|把|帮|管|给|来|派|好|查|整|要)|"
    r"帮忙?|帮助|给|尽快|早日|赶紧|赶快|好好|能够?|可以|督促|派人|来|的|问|像|这种|情况|们|到底|加快|协调|责令|公司|开发商|学校(?=能|尽快|将|把)|"
    r"将(?=[\u4e00-\u9fff]{4}))*+"
)
_ASKS = re.compile(rf"{_WHO_ASKS}{_WISHES}{_WHO_SHALL}(?P<what>[^，,。；;！!？? \n]{{4,30}})")
_EMPTY = re.compile(
    r"(?:[再也请来把给对让这那此个件的事情问题情况我们你们大家老百姓一查管看听下核实处理解决重视关注调查落实答复回复结果说法公道帮助办到好早尽快督促出面为民做主明确准确准信满意真正彻底有关相关部门领导政府予以进行加以及时依法严肃认真高度])+"
)
"""Asks for no more than that it be dealt with."""
_VAGUE = re.compile(
    r"领导|部门|执法|派出所|工作组|主持|公道|重视|感受|老百姓|群众|责任|社会|《|[（(“]|一是|^不[要能]|撤回|现象|诉求|事件|书记|"
    r"[委省市]政府|公司[对将公]|这样的|这种|上述|该[\u4e00-\u9fff]|有何|具体行动|严肃处理|依法|予以|联合|出台|帖子|平台|答疑|解惑|呼声|关注|尊敬|追究|行为|百忙|以下|如下|"
    r"有生之年|保密|匿名|^[\u4e00-\u9fff]{2,6}局?(?:来|去)[查管看处]|(?:这|那)(?:笔钱|件事|个事|个人|种人|个问题)"
)
_TRAILS = re.compile(r"(?:的(?:问题|情况|事情?)|一下|行不行|可以吗|好不好|吧|吗|呢|啊)+$")
_LEADS = re.compile(
    r"^(?:管一?管|查一?查|看一?看|问一?问|管管|查查|看看|整治一?下|问|我市|我们?|咱们?|俺|能|来|像我们?这种情况)+(?=[\u4e00-\u9fff]{4})"
)


_DOES = re.compile(
    r"把|退还?|取消|恢复|增加|增设|加?安?装|搬|拆|修|补[发办缴]|赔|开通|清理|整治|延长|公布|公开|发放|追回"
)
"""Begins with what is to be done."""
_SAID_BY_OTHERS = re.compile(r"^[^，]{0,8}说")


def wishes_in(text: str) -> Iterator[str]:
    """What is asked for, as a title would say it, the last first."""
    for found in reversed([*_ASKS.finditer(text)]):
        what = _TRAILS.sub("", _LEADS.sub("", found["what"].strip()))
        if not (_EMPTY.fullmatch(what) or _VAGUE.search(what)):
            said = shortened(stripped(what) if not what.startswith(("把", "给")) else what)
            if len(said) >= _SHORTEST:
                yield said


def asked_rather(told: str, weight: float, text: str, weigh: Callable[[str], float], categories: Categories) -> str:
    """The wish of a long letter, where it says more than ``told``: the best clause of the story, and no fault in it."""
    enough = weight >= _SAYS_IT or (finds_fault(told) and not _SAID_BY_OTHERS.search(told))
    if len(text) < LETTER or enough:
        return told
    best, most = told, weight
    for wish in wishes_in(text):
        does = bool(_DOES.match(wish))
        worth = weigh(wish.lstrip("把让给")) + _ASKED * (1 + does)
        if worth > most and (does or categories.of(wish)):
            best, most = wish, worth
    return best
