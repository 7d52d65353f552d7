"""What a petition is about: whether a text tells a matter at all, its category, its type, how urgent it is."""

import re

from dialogs.nlu.categories import Categories as Categories  # noqa: PLC0414 - those who ask for matters ask for these
from dialogs.text.dialect_questions import in_common_words

_WHEN_DONE = re.compile(
    r"(?:路|灯|桥|沟|管道?|网|电梯|井盖|厕所|房子|学校|医院|小区|公园|公交|地铁|站|广场|垃圾|违建)[^，。；！？\n]{0,4}"
    r"(?:什么时候|啥时候|何时|几时|哪天|多久)(?:才|能|可以|会|给|够)*(?:修|通|装|建|拆|弄|开工|完工|交房|安|清|换)"
)
_FAULT = re.compile(
    r"(?:楼[上下]|邻居|隔壁|对门)[^，。；\n]{0,8}(?:跺脚|蹦迪|蹦跶|敲墙|敲地|砸墙|拖桌|拖椅|挪家具|弹琴|唱歌|打麻将|泼水|扔垃圾|倒水|滴水|养鸡|养鸽)|"
    r"(?:屋|家|房|房间|教室|宿舍|病房|楼|室)(?:里|头|里头|里面|内)?(?:太|好|很|真|可|贼|都)?冷(?:得|死|冰|的|飕飕|$|[，。！!])|冻得(?:慌|不行|要命|受不了|睡不着|发抖)|"
    r"(?:办事员|工作人员|窗口|保安|物业|城管|老师|医生|护士|司机|干部|领导|老板|他们?|她)[^，。]{0,4}(?:骂|凶|吼|推搡|吓唬)(?:我|俺|老人|老百姓|群众|业主|孩子)|怪味|一股[^，。]{0,4}味|(?:水|井)[^，。]{0,4}(?:有味|发浑|浑得|浑浊)|"
    r"乱收|收(?:得|的)?(?:费)?(?:太|好|很|这么|那么|恁)?(?:贵|高|多)了?|(?:费|价)[^，。]{0,4}(?:太|好|这么|那么|恁|贼)(?:贵|高)|"
    r"[坏烂断塌](?:咗|哒|嘞|得|完|起|透|脱|掉)|"
    r"没有?供[暖热水电气]|爆(?:了|管|裂|掉|咗|开)|被(?:取消|停发|停了|除名|辞退|开除)|刷不(?:了|出|上|起|成)|坏了|坏掉|跳闸|不亮|不走|不好使|破损|破裂|断了|断裂|裂[缝了]|漏[水电雨]|渗水|积水|[就又老总了]进水|倒灌|返水|堵[了塞着车]|堵得|被堵|塌|掉落|脱落|丢失|丢了|被盗|缺失|损坏|老化|倾斜|坑洼|坑坑洼洼|坑很|失修|"
    r"(?:[红绿黄]灯|信号灯|红绿灯|等灯|放行|等待|排队|候车|发车|间隔)[^，。；！？\n]{0,8}太[长短久慢]|"
    r"太少|太贵|太窄|太慢|[太好很真贼]的?[黑吵臭脏乱]|味道?(?:太|很|好|特别)[大重]|吵得|被占|一点(?:儿)?用(?:都|也)?没有|(?:才|只有|不到)\d{1,2}度|嘈到|嘈得|瞓唔[着著]|睡不着|贴条|贴了?罚单|误拍|臭味|异味|恶臭|臭气|噪[音声]|扰民|油烟|扬尘|污染|污水|脏乱|垃圾(?!客服|系统|平台|机器|东西|玩意)|冒烟|"
    r"没(?:有)?人(?:说|讲|告诉|解释)[^，。？?]{0,4}(?:为什么|为啥|原因|怎么回事)|(?:停|断|取消)(?:发|放|保)?了(?:快|都|有|已经)?(?:[一二两三四五六七八九十半几\d]+个?)(?:年|月|多月)|"
    r"[冇莫]得?[水电气]|不等人|[俾畀被]人[霸占][咗了]|甩[站客]|拒[载客]|停水|停电|停暖|停气|没水|没电|没暖气|不热|不供|断水|断电|没有水|没有电|水压|浑浊|"
    r"拖欠|欠薪|欠我|欠了|欠着|不给|不发|没发|克扣|不退|不还|没退|退不了|跑路|被骗|骗了|诈骗|欺诈|假货|过期|变质|乱收费|多收|强制|捆绑|不结|不供应|拉黑|关门|倒闭|发黄|发黑|发臭|没信号|不新鲜|断了半截|溢[出到]|冰凉|压烂|压坏|灭了|熄灭|打桩|被拆|等不到|没清理|不清理|堆满|没人运|没交房|逾期|延期|少发|少算|漏发|爆[了裂管]|爆掉|拖了(?=[一二两三四五六七八九十半几好\d])|被(?:别人|人家|人|他们?|邻居|亲戚|[村队社]里)[占抢拿领]|还?没(?:有)?轮到|退回来|不予|查不到|不接电话|打不通|玩手机|怼|吵到|呛得|刺鼻|不拴绳|咬[了伤到人]|跑了[\u3400-\u9fff]趟|就漏|一直拖|烂尾|退钱|这合理吗|这合法吗|拖着|只给了|没给钱|没结|没付|少了|没有?结算|填了|泥坑|涨价|"
    r"砸(?:地板|墙|玻璃|东西)|不按时|不准时|[老总]是?不(?!说)|(?:老|总|老是|总是)[停断坏漏堵跳](?!师|板)|从来?不|一直不|不开发票|不公示|没年检|没有公示|倒了没|烂了|井盖没|不见了|质量差|体罚|打骂学生|没人管|无人管|没人修|没人收|没人来|没修|不管|不修|不解决|不处理|不理|不作为|推诿|踢皮球|敷衍|刁难|态度(?:太|很|特别|非常|极其?|真|这么|十分)?(?:恶劣|差|不好|坏|凶|蛮横|生硬)|骂人|打人|打架|"
    r"违建|违章|违法|违规|私搭|占道|占用|圈地|偷排|侵占|强拆|贪污|受贿|腐败|挪用|没有补偿|补偿(?:款|不)|没落实|不落实|没办下来|办不了|办不下来|[上报领拿]不(?:了[学名班户]|上名|到[钱补工低养])|迟迟|一直没|"
    r"乱停|违停|拥堵|危险|隐患|安全问题|摔[了倒伤]|受伤|生病|投诉|举报|反映(?!.{0,2}问题$)|检举|控告|求助|困难|不安全|维权|讨薪|赔偿|没到账|没收到|没有路灯|没路灯|不合理|不公|希望.{2,}|"
    r"水滴[到在下]|滴水|被雷|劈[了断倒]|怕(?:它|要|会)?(?:[倒掉塌砸]|断了)|(?:楼|邻居|隔壁|小区|院|有人|人家|那家|阳台|家里)[^，。]{0,6}养(?:了|着)?[^，。]{0,3}[鸡鸭鹅鸽狗猪羊蜂]|打鸣|(?:凌晨|半夜|[三四五]点|天不亮|大清早|整夜|一晚上?)[^，。]{0,4}(?:就|一直|老|在|都)(?:开始)?[叫吵响唱嚎吠]|"
    r"(?<![没还])有(?:一|几|好多|很多|许多|不少|两|三|个|只|条|窝|摊|堆|滩|棵|根|块|些|的|大|深|小|臭|碎)*"
    r"(?:坑(?![爹人村口])|洞(?!察|穴)|窟窿|老鼠|耗子|蛇|马蜂|蜂窝|蟑螂|钉子|玻璃碴|死[鱼狗猫鸡猪树]|狗[屎粪]|粪便|大便|枯树|野狗|流浪[狗猫]|苍蝇|虫子)|"
    r"(?:[都全满]是|一地|满地)的?(?:坑|狗屎|屎|尿|泥|灰|水|油|石子|沙|小广告|烟头|苍蝇|蚊子|虫)|"
    r"有人(?:在|总|老|天天|经常)*[^，。？?]{0,6}(?:[抽吸]烟|烧(?:纸|烤|秸秆)|种菜|养[鸡鸭狗鸽猪蜂]|赌|打麻将|摆摊|吐痰|撒尿|拉屎|跳舞|遛狗|[钓电]鱼|放(?:鞭)?炮|飙车|砍树)|"
    r"(?<!有)(?:没|缺)有?(?:厕所|公厕|卫生间|纸|凳子|座椅|椅子|坡道|扶手|护栏|栏杆|盖子|车位|监控|天桥|斑马线|红绿灯|站牌|学上|装上|开通|通[水电气路车])|"
    r"[占抢](?:了|着|住)?我们?家?的?(?:宅基地|地|田|房|院|车位|林)|[沟河渠塘][，, ]*(?:都|也|太|很|好|又|里|水)*臭|"
    r"歪了|绕路|断缴|牌[^，。]{0,3}写错了|挡[住了着]?(?:我们?家?)?的?(?:路|道|光|门|窗|车)|被(?:拖|锁|扣|划|刮)了?|[转走]得?快|[水电气暖]费?(?:多|高|贵|涨)了|涨[钱费]|喷漆|[鸡狗]叫|漏油|"
    r"建议.{3,}|请求.{3,}|要求.{3,}|表扬.{2,}|感谢.{4,}|盼望|能否|能不能.{3,}"
)
_AMISS = re.compile(
    r"[没未]|不(?!错|过|久|少|是吗|用|要|想)|无(?!线|锡)|坏|断|响|掉|倒(?!是|车)|少(?!年)|丢|漏|停|堵|塌|裂|臭|脏|破|烂|爆|闪|扔|打[人老骂]|骂|叫个|飙|砸|震|淌|冒|灌|挡|占|拆|蟑螂|霉|窟窿|坑|退|开除|只[有给剩]|才|乱|偷|骗|罚|"
    r"关着?门|毁|错了|虫|吃出|黑屏|死机|失灵|挪|加[个装]|建议|增|收(?:了|走|回)|又\S又|全是|合并|事故|自己填|飞[快线]|太|十[多几]块|死|一溜|外沿|耷拉|横在|过了|还是|从早|翻肚|烧|熏|住户把|搭了|堆"
)
"""A word that something is amiss, wanting or done amiss; alone it says little."""
_OF_THE_BOT = re.compile(
    r"机器人|人工|客服|登记|提交|撤|确认|姓名|名字|匿名|电话|手机|你们?(?!能不能|管)|上次|案子|工单|已经?解决|处理好"
)
_QUESTION = re.compile(
    r"[?？]|吗[。！]?$|呢[。！]?$|怎么|如何|什么|哪[里儿个些]|多久|多长时间|多少|(?<![好这前过十])几天|(?<!那个)啥(?!都|也|的)|多会儿?(?!计)|多咱|多早晚|几时|何时|边度|点样|咩(?!咩)|谁(?:来)?(?:管|负责)|是否|是不是|能不能|可不可以|会不会|有没有|要不要|行不行|可以.{0,8}吗|为啥|咋|干嘛|干啥|做咩|干什么"
)
_PRAISE = re.compile(
    r"(?:谢谢|感谢)[^，。]{2,12}(?:，[^，。]{0,4})?(?:帮|送|救|找回|热心|耐心)|表扬|点赞|锦旗|好人好事|拾金不昧|非常感谢|特别感谢|衷心感谢|感谢.{3,}(?:帮助|解决|师傅|民警|同志)"
)
_PRAISES = re.compile(r"(?:^|[我俺要想是，])(?:表扬|点赞)(?:一下|下)?(?![^，]{0,4}(?:信|栏|会))|送一?面?锦旗")
"""Said outright: who got their wages back praises, and complains of nobody."""
_REPORT = re.compile(
    r"举报|检举|控告|揭发|(?:索要?|收受?|要)[^，。]{0,6}(?:红包|好处费)|打点|无证|贪污|受贿|偷税|传销|赌博|涉黑|黑恶|假冒伪劣|偷排|偷(?:偷|着)[^，。]{0,8}(?:排|倒|埋)|黑(?:作坊|工厂|诊所|加油)|假[烟酒药]|盗采|偷采|卖淫|嫖娼|贩毒|非法(?:经营|营运|集资|行医|采|捕|倾倒)"
)
_COMPLAINT = re.compile(
    r"投诉|骗子|骗人|骗钱|烂尾|不作为|推诿|踢皮球|态度(?:太|很|特别|非常|极其?|真|这么|十分)?(?:恶劣|差|不好|坏|凶|蛮横|生硬)|乱收|拖欠|欠薪|克扣|扰民|噪[音声]|诈骗|被骗|欺|违规|违法|违建|不退|不给|拒不|拒绝|"
    r"多收|涨价|强制|捆绑|过期|变质|占道|油烟|没人管|不管|敷衍|骂人|打人|玩手机|怼|推给|跑路|太吵|吵得|嘈[到得]|打桩|声音[^，。]{0,3}大|(?:没法|不能|无法|别想)睡|不结|不拴绳|体罚|承重墙|采光|短斤少两|缺斤|弄丢|扔在|乱开|乱收|收走了|不赔|不修|不承认|不认账|加完收|工钱|工资[^，。]{0,10}[没未]|[没未][给发退结]|只给|关门了|失联|事故车|蟑螂|没写价格|没用的检查|自己填|联系不上|天天半夜|动手|不打电话|宰客|绕路|质量差|不开发票|不给开发票"
)
_ADVICE = re.compile(
    r"建议|提议|(?:能不能|能否|可不可以)[^，。]{0,12}(?:加[个装设]|增|装[个一]|设[个立置]|建|开通)|希望(?:能)?(?:增加|增设|新建|开通|延长|完善|加装|设置)|能不能(?:增加|增设|开通|加装)|不妨"
)
_WANTS_IT_DONE = re.compile(
    r"(?<!怎么)(?<!如何)(?<!归谁)(?<!哪个)(?<!哪里)(?:管一?管|管管|治一?治|整治|处理一下|解决一下|帮帮|来[修看查]一?[下修看查])"
)
"""你们能不能管一管啊 asks for a deed, not for an answer."""
_ASKING = re.compile(
    r"请问|咨询|问一下|想问|想了解|怎么办理|如何办理|需要什么|什么时候|是否|有没有规定|政策|什么条件|多少钱"
)
_NEEDS_HASTE = re.compile(
    r"停水|停电|停暖|没水|没电|没暖气|暖气不热|断水|断电|井盖(?:丢|没|不见|缺)|电线(?:掉|断|裸露)|漏电|(?:路面|地面|路)塌|塌陷"
)

_LONG = 40
_SOME = 6
_LEAST = 2
_IS_SO = re.compile(r".(?:[坏烂破裂断塌漏堵臭脏乱黑响倒掉停霉][了啦掉着咯嘞]?$|[没不未][^，。？?]{1,3}$)")
"""路灯坏, 公厕没纸: said at the end of a few characters. 没低保 alone may answer a question."""
_STORY = 18


def tells_a_matter(text: str, categories: Categories) -> bool:
    """Whether somebody tells what is wrong, asks for help or proposes something, rather than making talk."""
    if len(text) < _LEAST:
        return False
    if _FAULT.search(text):
        return True
    if len(text) < _SOME:
        return _names_a_trouble(text, categories)
    if is_a_story(text) and sounds_amiss(text) and not (asks(text) or _OF_THE_BOT.search(text)):
        return bool(categories.filed_under(text))
    return bool(categories.of(text)) and (is_a_story(text) or not asks(text))


def _names_a_trouble(text: str, categories: Categories) -> bool:
    """路灯坏: in a few characters what is amiss, and of what that the city deals with."""
    return bool(_IS_SO.search(text) and categories.of(text)) and not (asks(text) or _OF_THE_BOT.search(text))


def is_a_story(text: str) -> bool:
    """Whether a text has several clauses, or was spoken at length without a stop: even where it ends in a question
    it tells its matter first.
    """
    return len(text) >= _LONG or (len(text) >= _STORY and bool(re.search(r"[，。；]", text)))


def asks(text: str) -> bool:
    """Whether the text is put as a question, in whatever dialect."""
    return bool(_QUESTION.search(text) or _QUESTION.search(in_common_words(text)))


def finds_fault(text: str) -> bool:
    return bool(_FAULT.search(text))


def asks_when_done(text: str) -> bool:
    """这个路啥时候能修: whoever asks when something of the city's is done wants it done."""
    return bool(_WHEN_DONE.search(text))


def sounds_amiss(text: str) -> bool:
    """Whether some word of it may tell what is wrong: weaker than ``finds_fault``."""
    return bool(_AMISS.search(text))


def type_of(text: str) -> str:
    """One of 咨询 求助 投诉 举报 建议 表扬, by the words used; 求助 where nothing tells."""
    if _REPORT.search(text):
        return "举报"
    if _PRAISES.search(text) or (_PRAISE.search(text) and not _COMPLAINT.search(text)):
        return "表扬"
    if _COMPLAINT.search(text):
        return "投诉"
    if _ADVICE.search(text):
        return "建议"
    consults = _ASKING.search(text) or (asks(text) and len(text) < _LONG)
    to_be_done = re.search(r"坏|漏|堵|停[水电]|没人|不亮", text) or (finds_fault(text) and _WANTS_IT_DONE.search(text))
    return "咨询" if consults and not to_be_done else "求助"


def urgency_of(text: str, *, danger: bool) -> str:
    """``critical`` where life is in danger, ``urgent`` where delay harms, else ``normal``."""
    if danger:
        return "critical"
    return "urgent" if _NEEDS_HASTE.search(text) else "normal"
