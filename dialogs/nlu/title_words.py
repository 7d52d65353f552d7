"""The clauses of a text as a title wants them: without what only leads to the matter, and made short at whole words."""

import re
from collections.abc import Iterator

from dialogs.nlu.matter import finds_fault

WANTED = 20
"""What fits a notice of the platforms; longer only where a shorter one would say less than the fault."""
LONGEST = 24
_SHORTEST = 2
_SHORTEST_CUT = 8
_RUN_ON = 24
_CLAUSE = re.compile(r"[，,。；;！!？?\n<>{}|~～…]+|(?<!\d)[：:]|[：:](?!\d)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_N = r"[\d.]+|[〇零一二两三四五六七八九十百千万亿几]+"
_NUMBER = re.compile(rf"(?:{_N})[多来余]?[^\W\d_的了]?")
_HELLO = (
    r"(?:(?:尊敬的|各位|[您你])?(?:领导|同志|师傅|大[姐哥妈爷叔]|老师|先生|女士|工作人员|客服|信访局)们?(?:[您你]们?好|辛苦了?)|(?:尊敬的|各位)?(?:领导|同志|师傅|大[姐哥])们?(?=[啊呀嘛，我你您]|$)[啊呀嘛]?|"
    r"[您你]们?好[哈啊呀]?|打扰了?|在吗|喂|唔该|(?:哎呀?|我的?|我滴)?(?:妈|天|娘)[呀哪啊](?=[\u4e00-\u9fff])|哎呀|[啊嗯呃哦唉哎嘿欸噢]+|那个|这个(?!月|星期|礼拜|周)|然后(?:呢)?|就是(?:说)?|是(?=[我俺咱]|这样)|是这样[的子]?|这么回事)"
)
_TELLS = (
    r"(?:[我俺]们?(?:是)?代表[^，]{2,20}?(?:业主|居民|村民|工友|家长|住户|商户)们?(?:来|向你们)?(?:反映|投诉|说)(?:一下)?|(?:[我俺]?(?:想|要))?(?:匿名|实名)(?:反映|举报|投诉)(?:一下|一个)?|[我俺]?(?:想|要)?说个事儿?(?:中不中|行不行|好不好|可以吗|行吗)|(?:[他你特]妈|[他你]娘|妈|奶奶)的(?=[^，]{4})|卧槽|我靠|(?:[我俺])?(?:[今昨前]天)?去(?:政务大厅|政务服务大厅|医院|银行|派出所)(?:办事|看病)?(?=[^，]{5})|[我俺]?(?:要|想)要?(?:状告|控告|检举|告)(?=[^，]{5})|"
    r"[我俺]?[替帮代](?!(?:我|俺|咱)们?(?:反映|反应|投诉|登记|问))[^，]{1,5}?(?:反映|反应|投诉|登记|问|说)(?:一?下|个事儿?)?|"
    r"(?:(?:(?:那?就?|[你您]们?)[帮替给跟和]?(?:我|俺|咱|你们?|您|大家)(?:想|要|来|得|就)*|想|要|来)(?:反映|反应|登记|投诉|举报|咨询|说|讲|问|记|看)|反映|反应|投诉|举报|咨询|[说讲](?=一?下|一声|[个件]事|事儿))"
    r"(?:一?下|一声|个|件|说)?(?:事儿?|问题|情况)?[哈嘛吧啊呢，]*(?=[我俺咱这那有就]|$)|"
    r"麻烦[您你]?(?:给|帮)?(?:我|俺)?(?:记|看|问|查|管|说)?(?:一?下|看)?吧?|(?:我|俺|咱)(?:就|只)?(?:是)?(?:想|要|来)?(?:反映|反应|投诉|举报|咨询|问问?|说)(?!过|了|多|没|无)(?:一下|一个|下|个)?|"
    r"(?:想|要)?(?:反映|(?:投诉|举报)(?!电话|热线|信|人|箱|无|没|后|了|过|多))(?:一下|一个|个)?|请问(?:一下)?|咨询(?:一下)?|(?:居民|业主|村民|群众|市民)(?:们)?反映|听说(?=.{4})|一下(?![雨雪班楼课车午子])|个(?=[\u4e00-\u9fff]{2}))"
)
_SELF = (
    r"(?:[我俺咱]们?家(?=屋顶|房顶|房子|楼顶|阳台|厨房|卫生间|窗|墙|暖气|水管|下水|自来水|[水电]表)|[我俺咱]们?家?[这那]?(?:嘎达|疙瘩|旮旯|块儿)|[我俺咱]们?家?[这那](?:块|一片|片|边|里)(?=[\u4e00-\u9fff]{4})|(?:我哋|阿拉|额们)(?!家里)|(?:我|俺|咱)(?:们)?(?:这[里边儿]|那[里边儿]|这块儿?|那块儿?)(?:的)?(?![栋个条楼片家座])|本人|(?:我|俺|咱)们?(?=[这那][栋个条楼片家座]|家门口|小区|村里|村子|楼[上下里]|单位|公司|学校|市场|厂)|"
    r"(?:[我俺咱]们|[我俺咱](?!们))(?!家|[爸妈爹娘父母爱老儿女孩丈妻弟哥姐妹爷奶公婆外舅姨姑叔侄亲]|们?[村庄镇乡社班])(?:(?:还)?(?:想|要|来|是|就))?|在?你们(?:市|区|县|这里|这儿|这边)(?=[\u3400-\u9fff]{2})|你们(?:能不能|可不可以|管不管[哦啊]?|这)?)"
)
_LEADING = (
    r"(?:关于|还有|另外|因为|由于|现在|目前|最近|一直以来|希望|能不能(?=.{5})|可不可以|能否(?=.{5})|请求|请(?![假病客人吃了过来愿了])|强烈|恳请|要求|到现在|至今|问题是|情况是|事情是|而且|并且|反正|其实|[他她它]们?(?:[那这]个|家的?)|[他她](?![说不没就也都又再还才去找让把是们有要会答叫])的?|在(?![建线职校])|"
    r"(?:[今去前]年)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|底|初|中旬|上旬|下旬)?(?:[到至](?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|底|初)?)?(?=[在给它他申我][\u4e00-\u9fff]{4})|你说这?(?:不是|是不是)|给[我俺]们?家?的?(?=[\u4e00-\u9fff]{2,6}[办申报])|"
    r"\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?[春夏秋冬]?天?(?:了(?=还|都|也|没))?|[（(]?\d[、.．)）](?!\d))"
)
_OPENING = re.compile(rf"^(?:{_HELLO}|{_TELLS}|{_SELF}|{_LEADING})+")
_CLOSING = re.compile(
    r"(?:的(?:问题|情况|事情?|事儿)|(?<=[天月年周])了|啊|呀|吧|呢|哦|嘛|哈|咯|撒|嘞|(?<!是.)(?<!是..)(?<!是...)的|(?:你们|您|恁)(?:给|帮忙?)?(?:管管|看看|修修|处理)(?:一?下)?呗?|，)+$"
)
_NOISE = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:啊|呢|哈|嘛|呃|哦)(?=[\u4e00-\u9fff])(?!呢[子绒])|(?<![\d一二两三四五六七八九十])(?:我们|咱们|俺们|他们|你们)?[这那𠮶]个(?!月|星期|礼拜|周|时候|小时|人|[男女])|就是(?=[我咱这那])"
)
"""What is breath in the middle of spoken words: 北口那个路灯."""
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_ANEW = re.compile(
    r"(?=(?:我们(?:这里|这边|小区|村|家|楼上)|(?<![到在把给是向往从被进去])[我俺]家|我[是住说找问老]|我打(?!发)|我一脚|摔得我|我去年|我想[去要]|我也不会|我这个|我一个月|[今去]年他们|他们又|好不容易|你说这|大夫|人家说|让我等|我今年|我跟[你您]|他[都们说]|你们?(?:能不能|给|管)|你[给帮]|您[给帮]|能不能|昨[天晚]|结果|后来|(?<!打)找(?:物业|城管|社区|村)|然后|现在|每次|黑咕隆咚|味道|苍蝇|"
    r"都[一两三四五六七八九十半几]+个?[天月周年]|麻烦|希望|因为|但是|可是|不知道|问了|老板也|影响|导致|恳请|请求|(?<!请)求|社区说|就是我们))|(?<=[那这]个地方)|(?<=的住户)|(?<=的时候)|(?<=[亮坏堵漏响断]了)(?=[\u4e00-\u9fff]{3})"
)
"""Where a new thought begins in a text without a stop."""
_TURN = re.compile(r"^(?:但是|可是|而且|然后)")
_BREAK = re.compile(
    r"(?=(?:、|，|到现在|吵得|并|而|但|导致|造成|影响|(?<!原)因|由于|至今|一直|多次|每天|已经|经常|希望|要求|还|又|却|也|都|没有|无人|没人|无法|擅自|长期|严重(?!的|了)|根本|随意|(?<![现正])在|(?<!方)向|对(?!面)|(?<![理自])由|[把被给让从跟](?!子)))|(?<=了)(?![一两三几个到])"
)
"""Where a sentence may be left: before what goes on with it, after what is done."""
_HALF_SAID = re.compile(
    rf"(?:(?:共计|一共|总共|合计|大约|约|共)?(?:{_N})|(?:擅自|长期|严重|随意|根本|一直|还|又|却|也|都|就|才|没有|到|[把被给让向从跟对往朝]|了一?个|盖了|还有|人家|然后|因为|所以|但是?|而且|半|每|[这那不没]|[堆摆放停装塞挂贴养种搭盖][满了]了?)|的时候)$"
)
"""What a title that was cut must not end with."""
_LOOSE_END = re.compile(r"(?:(?<!是.)(?<!是..)(?<!是...)的|[和与、在，, ])+$")
"""What joins on to nothing; 秤是坏的 is whole."""
_WEAK = (
    re.compile(
        r"从[^，]{2,8}(?:到现在|至今)|非常|特别(?!行政)|(?<![\d一二两三四五六七八九几])十分(?!钟)|实在|真的|总是|经常|已经|一直|(?<![首古成故])(?<!连.)(?<!连..)(?<!连...)都(?!市|匀|江)|(?<![成早])就(?![业医诊近读餐座地])"
    ),
    re.compile(r"(?<![写定诺说好到是])(?:在|于|从)?\d{4}年\d{1,2}月(?:\d{1,2}[日号])?(?:开始|起)?"),
    re.compile(
        r"(?:昨|前|今)[天晚](?:晚上|早上|夜里)?(?:[\d一二两三四五六七八九十]+点(?:多|半|钟)?)?|(?<![到拖欠等])现在|(?<![拖欠等闹])到(?:现在|今天)(?:\d{4}年了?)?|最近|(?:从|打)?上上?个?(?:月|周|星期|礼拜)(?:[一二三四五六日天末](?!班)(?:早上|上午|中午|下午|晚上|夜里|傍晚)?)?(?:起|开始)?|(?:半|[一两三四五六七八九十\d]+)个?多?[天月年周](?:以?前|以来)"
    ),
)
"""What may go where a title is too long, in this order: how much, then when."""
_KIN = {"爸妈": "父母", "爸": "父亲", "爹": "父亲", "妈": "母亲", "娘": "母亲"}
_OWN_KIN = re.compile(r"[我俺](爸妈|[爸爹妈娘])(?![妈爸])")
_OWN = re.compile(
    r"(?:^|(?<=，))[我俺](?:们)?家?(?:的|里的?|(?=[老爱丈妻儿女孩父母弟哥姐妹爷奶外]))|(?:^|(?<=，))(?:[我俺]们?家?(?:爸妈|[爸爹妈娘])|[我俺]们?家)的|(?:^|(?<=，))[我俺]们?家(?=门口|楼[上下]|隔壁|对面|旁边)|(?<=把)[我俺]们?的|(?<![不没卖借发交赔还送寄转租退留])给[我俺]们?(?=[乱少多停断扣开算])|(?<=，)[我俺他她]们?(?=[去说找没不也都又])"
)
"""Whose it is and to whom it is done: the one who files. What is left says the same of the thing."""


def clauses_of(text: str) -> Iterator[str]:
    """The clauses, stripped; what was spoken without a stop is cut before the words that begin anew."""
    for clause in _CLAUSE.split(text):
        spoken = _ANEW.split(clause) if len(clause) > _RUN_ON else ()
        for part in spoken or (clause,):
            bare = stripped(_HALF_SAID.sub("", _TURN.sub("", part)) if spoken else part)
            if len(bare) >= _SHORTEST:
                yield bare


def stripped(clause: str) -> str:
    """Without greeting, person and frame before it, without particles after it."""
    bare = _OPENING.sub("", _EDGES.sub("", clause))
    bare = _OPENING.sub("", _NOISE.sub("", bare).strip())
    bare = _OWN_KIN.sub(lambda found: _KIN[found[1]], _OWN.sub("", bare))
    return _CLOSING.sub("", bare).strip()


def shortened(title: str, *, longest: int = LONGEST) -> str:
    """At most ``WANTED`` characters where that keeps the fault, never more than ``longest``: whole words."""
    for weak in _WEAK:
        without = weak.sub("", title)
        if len(title) > WANTED and len(without) >= _SHORTEST_CUT and keeps_numbers(title, without):
            title = without
    if len(title) > WANTED:
        title = max((part for part in _breaks(title, WANTED) if finds_fault(part)), key=len, default=title)
    if len(title) > longest:
        breaks = _breaks(title, longest)
        whole = [part for part in breaks if title[len(part)] == "，"]
        best = max(whole or breaks, key=lambda part: (finds_fault(part), part.endswith("了"), len(part)), default="")
        title = best or _whole(title, longest)
    return _LOOSE_END.sub("", title)


def terse(text: str) -> str:
    """Without what says how much and when, where that leaves the numbers whole."""
    for weak in _WEAK:
        without = weak.sub("", text)
        text = without if keeps_numbers(text, without) else text
    return text


def keeps_numbers(before: str, after: str) -> bool:
    """Whether each number that is left stands in ``before`` just so: 五十分钟 never becomes 五钟."""
    return set(_NUMBER.findall(after)) <= set(_NUMBER.findall(before))


def _whole(title: str, longest: int) -> str:
    cut = title[:longest]
    if not keeps_numbers(title, cut):
        cut = re.sub(rf"(?:{_N})[多来余]?[^\W\d_]?$", "", cut)
    return _HALF_SAID.sub("", cut)


def _breaks(title: str, longest: int) -> list[str]:
    """The beginnings that may stand alone."""
    parts = [title[: found.start()] for found in _BREAK.finditer(title, _SHORTEST_CUT) if found.start() <= longest]
    return [part for part in parts if "，" not in part and not _HALF_SAID.search(part)]
