"""The writer's own name: what they call themselves, not whom they write about."""

import re
from dataclasses import dataclass, field, replace

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江洪尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛"
    "樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉"
    "骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏"
    "宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀胥南班储原栗燕"
    "楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁"
    "芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元"
    "束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_DOUBLE = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|南宫|独孤|长孙|宇文|轩辕"
_DOUBLES = frozenset(_DOUBLE.split("|"))
_SURNAME = f"(?:{_DOUBLE}|[{_SURNAMES}])"
_HAN = r"[\u3400-\u9fff]"
_DOTTED = rf"{_HAN}{{1,10}}(?:[·•・]{_HAN}{{1,10}}){{1,3}}"
_AFTER = (
    r"(?=$|[^\u3400-\u9fff]|手机|电话|联系|号码|身份证|住|家|是|在|我|想|要|反映|投诉|举报|今年|男|女|来自|的|"
    r"这|咨询|向|现|因|地址|有|于)"
)
_END = r"(?=$|[^\u3400-\u9fff]|手机|电话|联系|身份证|住在|家住|，)"
_G = r"(?![我在是的了住联电手您你])[\u3400-\u9fff]"
_GIVEN = rf"(?:(?:{_G}){{1,3}}?{_END}|(?:{_G}){{1,2}}?{_AFTER}|(?:{_G}){{2}})"
_FULL = rf"(?:{_DOTTED}|{_SURNAME}{_GIVEN}|[老小]{_SURNAME}[头汉哥姐]?{_END})"
_FULL_ALONE = rf"(?:{_DOTTED}|{_SURNAME}{_HAN}{{1,3}}?{_END})"
_TITLE = r"(?:女士|先生|小姐|师傅|大爷|大妈|阿姨|老师|同志)"
_CUE = (
    r"(?:(?:我|俺|咱|偶|额)(?:的?名字|的?姓名|[嘅个]名)?(?:就|是)?叫做?|[我俺][嘅个]名系|我的?(?:名字|姓名)是?|本人姓名|(?:真实)?姓名|名字(?:是|叫)?|称呼|诉求人|信访人|反映人|投诉人|举报人"
    r"|联系人|来信人|名叫|叫做|我叫|(?:免贵|敝|我)姓[\u3400-\u9fff]{1,2}[，,、 ]*(?:我|名)?叫"
    r"|(?:免贵|敝|我)姓(?P<own>[\u3400-\u9fff]{1,2})[，,、 ]+(?=(?P=own)))"
    r"(?:[是为 ]|[^\w\s，,。；;、！!？?<>])*"
)
_STATED = re.compile(rf"{_CUE}(?P<name>{_FULL}|{_SURNAME}{_TITLE})")
# A surname that no list holds (逄, 綦, 濮阳): what else would stand between "我叫" and a number?
_THEN_NUMBER = r"(?=[，,、；;。\s]{0,2}(?:我的|本人)?(?:联系)?(?:手机|电话|方式|号码)*[号是为:： ]*\d{7})"
_WITH_NUMBER = re.compile(rf"{_CUE}(?P<name>(?:(?![来去修人他她们]){_G}){{2,4}}){_THEN_NUMBER}")
_SELF = re.compile(
    rf"(?:^|[，,。；;!！？?\s、好])(?:我是|本人|俺是|俺叫|我系|(?<=[，,。\x20])叫|(?<![\s\S])叫(?={_FULL_ALONE}))(?:叫|是)?(?P<name>{_FULL_ALONE}|{_SURNAME}{_TITLE})"
)
_KIN = (
    r"(?:妈妈?|爸爸?|母亲|父亲|爹|娘|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|丈夫|老公|妻子|老婆|媳妇|爱人|老伴儿?|儿子|儿(?=的?(?:电话|手机|号))|女儿|闺女|孩子|孙子|孙女|女婿|儿媳妇?|侄[子女儿]|外甥女?|老汉儿?|"
    r"哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|大伯|舅舅?|姑姑?|姨妈?|邻居|朋友|同事|工友|亲戚)"
)
_ROLE = (
    r"(?:家长|业主|居民|村民|市民|群众|职工|员工|工人|农民工|农民|租户|住户|商户|店主|学生|退休人员|退休职工|"
    r"退役军人|家属|患者|消费者|顾客|代表)"
)
_OF_KIN = re.compile(rf"(?:我|本人|俺)是?(?:他|她|死者|患者|孩子|{_HAN}{{2,4}})的?{_KIN}(?P<name>{_FULL_ALONE})")
_WITH_SEX = re.compile(
    rf"(?:^|[，,。；;\s、])(?P<name>{_DOTTED}|(?:{_DOUBLE}){_HAN}{{1,2}}|{_SURNAME}{_HAN}{{1,2}})[，,、\x20（(]*[男女](?=$|[^\u3400-\u9fff])"
)
_CALL_ME = re.compile(rf"叫我(?P<name>[老小]{_SURNAME}|{_SURNAME}{_TITLE})")
_NICKNAMED = re.compile(
    rf"我是(?:{_HAN}{{0,6}}(?:业主|居民|村民|住户|家长))?(?P<name>[老小]{_SURNAME})(?=$|[^\u3400-\u9fff])"
)
"""我是业主小周."""
_NO_GIVEN = (
    r"(?![的了着过是在有没无不太很都也就还又吗呢吧啊呀我你他她它们人谁"
    r"管修坏漏停乱臭脏吵黑堵水电路车门灯气房费钱拖欠给要被把请望去说问到么这那])"
)
_SIGNED_NAME = rf"{_DOTTED}|(?:{_DOUBLE})(?:{_NO_GIVEN}{_HAN}){{1,2}}|{_SURNAME}(?:{_NO_GIVEN}{_HAN}){{2}}"
_OF_A_HOUSE = re.compile(
    rf"(?:我|俺|本人|咱)是[^，,。；;\s]{{2,30}}(?:[\d一二三四五六七八九十室户号楼栋元村庄屯区苑园镇乡街路道县市厂组队社院城里府湾]的|街道|社区|[村庄镇乡区])(?P<name>{_SURNAME}(?:{_NO_GIVEN}{_HAN}){{1,2}}){_END}"
)
"""我是永宁区文化路翠湖园9号楼1单元501的孙国强, 我是北关街道的王桂芬."""
_STYLED_THEN_NAMED = re.compile(
    rf"(?:^|[，,。；;\s、])(?:我|俺|免贵)?(?:是|姓)?(?P<called>{_SURNAME}){_TITLE}?[，,、 ]*"
    rf"(?:我|俺|名字|大名|全名|本名|名)?(?:就)?(?:叫|是)(?P<name>(?P=called){_HAN}{{1,2}}){_END}"
)
"""王先生叫王海."""
_SIGNED = re.compile(
    rf"(?<=[，,。；;！!？?\n\x20])(?:敬礼|谢谢您?|反映人|市民|居民|村民|业主)?[，,。！!\x20]{{0,3}}(?P<name>{_SIGNED_NAME})[。.！!\s]{{0,4}}(?:\d{{2,4}}[年.-]\d{{1,2}}[月.-]\d{{1,2}}日?)?$"
)
"""A letter ends with the name of who wrote it."""
_AFTER_NUMBER = re.compile(
    rf"\d{{7}}[，,、；;\x20]+(?:找|联系|我是|姓名)?(?P<name>{_SIGNED_NAME}|{_SURNAME}{_NO_GIVEN}{_HAN}|[老小]{_SURNAME})(?=$|[，,。；;\x20])"
)
_CONCERNED = re.compile(
    rf"(?:(?:我|俺|咱|替|帮|代|为)(?:们)?(?:的)?|^|[，,。；;])(?:家)?{_KIN}(?:名?叫|是|[，,（(\x20])?(?P<name>{_DOTTED}|{_SURNAME}(?:{_NO_GIVEN}{_HAN}){{1,2}})(?=$|[^\u3400-\u9fff]|反映|问|投诉|举报|咨询|求助|申请|在|今年|的|是|因|从|去|被|，)"
)
"""Whose matter it is: 我替我妈张桂芳反映, 我爸刘长河82岁."""
_SHOUTED = re.compile(
    rf"(?:我|俺|额|人家都?)(?:就|是)?(?:喊|唤)(?:我|做|作)?(?P<name>{_SURNAME}{_HAN}{{1,2}}?|[老小]{_SURNAME})"
    r"(?=$|[，,、。；; ]*(?:$|我的?|嘞|的)?(?:电话|手机|号码|联系|\d))"
)
"""我喊蒲小红: so one is called in the south-west; 我喊王强来修 goes on."""
_REACH = rf"(?:打|联系|找|拨打?|留|写|记|用|填)(?:给|上|的?是|一下)?(?:[我俺咱额]们?)?家?的?{_KIN}的?"
_CONTACT = re.compile(
    rf"{_REACH}(?:联系)?(?:电话|手机|号码?|微信)[^。；;\n]{{0,24}}?(?:[他她](?:的?名字)?|名字|姓名)(?:就)?(?:名?叫|是|喊|:|：)?"
    rf"(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?=$|[^\u3400-\u9fff]|手机|电话)"
)
"""打我爱人电话吧 138…，她叫沈玉: who is to be reached is the one asked for."""
_CONTACT_BY_NAME = re.compile(
    rf"{_REACH}[，, ]*(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?=[，,：: ]*(?:的?(?:电话|手机|号码?)|\d))"
)
_FIRST_OF_A_LIST = re.compile(
    rf"(?P<name>{_SURNAME}(?:{_NO_GIVEN}{_HAN}){{1,2}})[，,、；; ]+(?=[^\n]{{4,200}}?(?<!\d)1\d{{10}}(?!\d))"
)
_WITH_ROLE = re.compile(rf"(?:我|本人)是?[^，,。；;\s]{{0,20}}?{_ROLE}(?P<name>{_FULL_ALONE})")
_ONLY_SURNAME = re.compile(
    rf"(?:免贵|敝|我|俺|额|咱|(?<=[，,。 ])|(?<=^))姓(?P<name>{_SURNAME})(?={_TITLE}?(?:$|"
    rf"[^\u3400-\u9fff]|手机|电话|住))"
)
_OF_ANOTHER = re.compile(
    r"(?:[女男]的|[女男]人|[那这]人|[他她]|人员|办事员|司机|师傅|老师|医生|大夫|护士|保安|经理|老板|[队科所院校村]长|"
    r"主任|书记|城管|[民交]警|店主|房东|包工头|会计)[，,。 ]*$"
)
"""那个女的，姓马: whom it is about."""
_STYLED = re.compile(rf"(?:^|[，,。；;\s、])(?P<name>{_SURNAME}{_TITLE})(?=$|[，,。；;\s、\d])")
_ALONE = re.compile(rf"^(?P<name>{_DOTTED}|(?:{_DOUBLE}){_HAN}{{1,2}}|[{_SURNAMES}]{_HAN}{{1,2}})$")
_BARE = re.compile(
    rf"(?:^|\n|[，,、。；;！!：: ]|市民|村民|居民|业主|家长|住户|租户|商户|店主|本人)"
    rf"叫?(?P<name>{_DOTTED}|(?:{_DOUBLE}){_HAN}{{1,2}}"
    rf"|{_SURNAME}{_HAN}{{1,2}})[，,、：:\s]*"
    r"(?=(?:我的?|本人的?)?(?:手机|电话|联系)?[号码电话是：: ]*[(（+]?(?:86[ -]?)?[10][ -]?\d[ -]?\d[\d) （）-]{5,})"
)

_NO_NAME = re.compile(
    r"洪[水涝灾峰]|房东|管家|马上|房主|户主|房客|楼长|段长|组长|店长|时尚|业主|居民|村民|市民|群众|职工|员工|工人|农民|学生|家长|老师|司机|租户|住户|商户|顾客|患者|家属|残疾|退休|军人|党员|人员|代表|公司|"
    r"小区|社区|街道|大街|路口|花园|家园|单位|一个|一名|一位|这里|那里|本地|外地|什么|怎么|怎样|来反|来投|来咨|反映|投诉|举报|咨询|想问|"
    r"问题|事情|时候|因为|所以|就是|没有|不是|可以|谢谢|高兴(?!.)|全部|全家|全体|都是|都没|和平|安全|应该|应当|平时|成天(?!.)|来自|明天|明白|强烈|相信|"
    r"向您|向你|关于|路灯|马路|时间|海关|公安|文件|金额|宁可|信访|投拆|申请|申诉|方便|从来|何时|何事|何况|连续|任何|万分|解决|解释|计划|保密|管理|不想|不说|不告|没有|匿名|不用|不要|不便|不给|算了|取消|退出|确认|好的|是的|知道|提交|同意|路过|"
    r"[单卡账件编工]号|查询|催办|报修|祝好|敬礼|今[天年]|去年|前年|居住|祖籍|宿舍|车[辆流]|权益|路[线面]|由于|房间|房第|公开|和睦|多次|何去|相依|来说|居于|第[一二三四五]|开设|都[在不是没]|墙壁|学校|(?:帝景|[城苑园])$|你好|您好|在吗|帮助|帮忙|进度|人工|随便|不行|需要|地方|门口|隔壁|附近|物业|昨天|今天|前天|不管|不留|也不|巴适|安逸|管他|管你|管用|白说|白费|干嘛|干啥|容我|信不|乐意|那行|那好|那就|那算|都行|都得|都中|都好|都可|成嘛|成吧|成啊|哈哈|何必|何苦|况且|但是|满意|花钱|要钱|给钱|路边|路上|石头|初中|高中|由你|由他|改好|不对|这个|那个|地址|电话|手机|姓名|名字|登记|停水|停电|噪音|扰民"
)
_NO_WORDS = re.compile(
    r"^[没无不太]|太[大黑吵臭脏]|很|好[黑吵臭脏乱]|[没有无]人|晚上|白天|天天|每天|半夜|(?:了|着|过)$"
)
"""What no name holds where it does not begin with a surname that is sure."""
_TALK = re.compile(
    r"[你您我他她它]们|多久|多少|几时|哪|谁|怎|啥|什么|是不是|该找|地方|老样子|老地|这里|那里|这边|那边|门口|附近|随便|随意|都行|都可以|无所谓|你定|看着|看情况|再说|待会|等会|稍后|一会|[不没吗呢什怎么的了吧]|为啥|匿名|确认|取消|退出|姓名|名字|电话|手机"
)
_NOT_CALLED = re.compile(r"[得唔嘛噻钱留给要不没啥管话说干晓问呗嘞嗯呵]|巴适|安逸|乐意|行$|好$|^路|白|无")
"""What a name that no list holds is not made of: 要得, 唔留, 晓得."""
_NOT_AT_THE_END = re.compile(
    r"[吗呢吧啊呀嘛噻呗嘞哟咯啵撒喽呦哦喔咧哩哒哈]$|[乡镇村县区市]$|(?:大道|胡同|花园|广场|大厦|中学|小学|公园|医院|公司)$"
)
_WITH_ONE_GIVEN = 2
_GIVEN_OFTEN = frozenset(
    "伟芳娜秀英敏静丽强磊军勇艳杰娟涛超兰霞刚桂芬玲红梅琴珍凤荣建国志燕翠淑辉鹏斌莉萍雪婷慧俊峰宇霖鑫"
)
_GIVEN_TOO = _GIVEN_OFTEN | frozenset(
    "柱栓锁妮明华平文波亮飞浩龙凯健斌旭东海生根发财福贵祥顺良才德仁义勤俭喜庆香菊莲花巧云妹娣仙娥珠莹洁颖瑶琳倩欣怡悦轩涵泽豪博翔宏权诚毅坤钢锋儿"
)
"""At the end of a name of three; of two they make places as well: 罗平, 高明."""
_OF_A_PLACE = re.compile(
    r"[村庄屯堡镇乡路街口桥沟河湾营店寨集岭山坡塘坝园城苑区院楼厂校站场市县州家窑铺沱坪坳岗里门寺庙湖江港井泉]"
)
"""What names of places are made of; one of them in a name, and a second look is needed."""
_KIN_BEFORE = re.compile(rf"{_KIN}的?$")
_OWN = (
    _STATED,
    _WITH_NUMBER,
    _SHOUTED,
    _OF_KIN,
    _SELF,
    _WITH_ROLE,
    _OF_A_HOUSE,
    _STYLED_THEN_NAMED,
    _STYLED,
    _BARE,
    _WITH_SEX,
    _CALL_ME,
    _NICKNAMED,
    _AFTER_NUMBER,
    _SIGNED,
)
_REACHED = (_CONTACT, _CONTACT_BY_NAME)
_WITHOUT = re.compile(
    r"[，, ]*(?:行不行|好不好|可不可以|"
    r"(?:总|这下|这样|就)?(?:可以|行|好|满意|够)(?:(?:了|伐|不|吗)(?:吧|呗|吗|嘛|啵|哇|伐)?|吧|呗|吗|嘛)|"
    r"就(?:行|好|可以|成)|即可|伐|吧|呗|啊|呀|哈|哇|噻|嘛|啦|喽|咯|嘞|额)$"
)
_OUTSIDE = re.compile(r"^[\W_]+|[\W_]+$")
_FORBIDDEN_END = re.compile(
    r"[\u3400-\u9fff]家[庄屯沟寨堡湾河营坡洼店铺埠楼桥]$|庄$|[区县镇乡村街路市院厂局所店苑巷屯弄了吗呢吧啊呀的嘛噻呗嘞哟咯啵撒喽呦哦喔咧哩哒哈]$|(?:大道|胡同|小区|花园|广场|大厦|中学|小学|公园|社区)$|(?<=[\u3400-\u9fff])(?<![万千百公])里$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """``start``/``end`` cover the words that only say the name ("我叫王建国")."""

    value: str = field(repr=False)
    start: int
    end: int


def find_own_name(text: str) -> Name | None:
    """How the writer names themselves, if they do."""
    for pattern in _OWN:
        for match in pattern.finditer(text):
            if _plausible(match["name"]) and not _KIN_BEFORE.search(text[max(match.start() - 4, 0) : match.start()]):
                start = match.start("name") - 1 if pattern is _OF_A_HOUSE else _start(match)
                return _whole(Name(value=match["name"], start=start, end=match.end("name")), text)
    if reached := _heads_a_list(text) or _to_be_reached(text):
        return reached
    only = _ONLY_SURNAME.search(text)
    if only is None or (only.group().startswith("姓") and _OF_ANOTHER.search(text[: only.start()])):
        return None
    return Name(value=only["name"], start=only.start(), end=only.end("name"))


def _heads_a_list(text: str) -> Name | None:
    """张三，幸福小区，路灯坏了，138…: who writes so begins with who they are."""
    found = _FIRST_OF_A_LIST.match(text)
    name = found["name"] if found else ""
    called = name and _plausible(name) and not _OF_A_PLACE.search(name[1:])
    often = name[:1] in _SURNAMES[: 60 if len(name) == _WITH_ONE_GIVEN else 200] or name[:2] in _DOUBLES
    return Name(value=name, start=0, end=len(name)) if called and often else None


def _to_be_reached(text: str) -> Name | None:
    """Whose number is given in place of one's own."""
    found = (match for pattern in _REACHED if (match := pattern.search(text)) and _plausible(match["name"]))
    return next((Name(value=m["name"], start=m.start("name"), end=m.end("name")) for m in found), None)


def is_surname(name: str) -> bool:
    """Whether somebody gave no more than that: 我姓高."""
    return len(name) == 1 or name in _DOUBLES


def is_a_surname(char: str) -> bool:
    """Whether families are called so."""
    return char in _SURNAMES or char in _DOUBLES


def find_concerned(text: str) -> str:
    """The name of the relative or neighbour whose matter it is; empty where the writer names none but themselves."""
    own = find_own_name(text)
    names = (found["name"] for found in _CONCERNED.finditer(text[:1000]))
    return next((name for name in names if _plausible(name) and not (own and own.value == name)), "")


def _whole(name: Name, text: str) -> Name:
    """我叫海霞，姓高: 高海霞 where the text writes it so."""
    surname = re.search(rf"姓({_SURNAME})", text)
    if not surname or name.value.startswith(surname[1]):
        return name
    full = f"{surname[1]}{name.value}"
    return replace(name, value=full) if full in text else name


def answered_name(text: str) -> str | None:
    """The name in an answer to "怎么称呼您": the answer itself, unless it is plainly something else."""
    stated = find_own_name(text)
    if stated:
        return stated.value
    bare = re.sub(
        r"^(?:你好|您好|嗯|哦|好的?|我|就叫|叫我|叫|喊我|喊|是|姓名|名字|称呼)*[\W_是]*", "", _OUTSIDE.sub("", text)
    ).strip()
    bare = _unparticled(bare)
    if re.fullmatch(rf"{_SURNAME}老师", bare):
        return bare
    if _ALONE.match(bare) and _plausible(bare):
        return bare
    return bare if _acceptable(bare) else None


def taken_as_name(text: str) -> str | None:
    """A short answer given again after it was not understood: people may be called what they like."""
    bare = _unparticled(_OUTSIDE.sub("", text))
    short = re.fullmatch(rf"{_HAN}{{2,6}}|[A-Za-z .'-]{{2,40}}", bare)
    other = _TALK.search(bare) or _NOT_CALLED.search(bare) or _NOT_AT_THE_END.search(_OUTSIDE.sub("", text))
    return bare if short and not other else None


def bare_name(text: str) -> str | None:
    """A text that is nothing but a full name."""
    bare = _unparticled(_OUTSIDE.sub("", text))
    return bare if _ALONE.match(bare) and _plausible(bare) else None


def sounds_like_a_person(text: str) -> bool:
    """Whether a text is a name and surely none of a place: 李红, but not 黄旗堡."""
    bare = bare_name(text) or ""
    if bare and bare[0] in _SURNAMES[:60] and bare[-1] in _GIVEN_OFTEN:
        return True
    if len(bare) <= _WITH_ONE_GIVEN or bare[-1] not in _GIVEN_TOO or _OF_A_PLACE.search(bare[1:]):
        return False
    return bare[:2] in _DOUBLES or bare[0] in _SURNAMES[:200]


def _unparticled(name: str) -> str:
    """赵刚 of 赵刚行了吧, 小王 of 小王好伐."""
    bare = _WITHOUT.sub("", name)
    return bare if len(bare) > 1 else name


def _acceptable(bare: str) -> bool:
    latin = re.fullmatch(r"[A-Za-z][A-Za-z .'-]{1,39}", bare)
    han = re.fullmatch(rf"{_SURNAME}{_HAN}{{1,3}}|[老小阿]{_SURNAME}{_HAN}?", bare)
    return bool(latin or (han and _plausible(bare)))


def _plausible(name: str) -> bool:
    return not _NO_NAME.search(name) and not _NO_WORDS.search(name) and not _FORBIDDEN_END.search(name)


def _start(match: re.Match[str]) -> int:
    """Without the punctuation or the greeting's last character that stood before."""
    whole = match.group()
    return match.start() + (1 if whole[0] in "，,。；;!！？?\n 、好" else 0)
