"""What people say to the bot rather than about a matter: short texts that are surely one thing."""

import re

from dialogs.nlu import wishes
from dialogs.nlu.case_numbers import digits_tried
from dialogs.nlu.manners import scolds
from dialogs.nlu.openers import says_there_is_something
from dialogs.nlu.starting_over import starts_over
from dialogs.nlu.unnamed import is_of_being_known
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_AFFIRM = made_of(
    r"嗯+|嗯呐|恩|哦|行|好|是|对|可以|没问题|没错|正确|无误|属实|同意|确认|确人|却认|确任|确定|提交|确认提交|确认无误|同意提交|提交吧|好的?|是的|对的|行的|好吧|行吧|好嘞|"
    r"可以的|可以了|就这样|就这么办|是这样的?|信息|内容|以上|全部|完全|全|都|核对|交吧|办理吧?|谢谢|多谢|感谢|谢|辛苦|麻烦|您|你|那|这样|吧|没有问题|没有错|ok|okay|yes|y|要|需要|愿意|登记吧?|办吧|啊|呀|呢|嘛|哈|嘞|了|我|请",
    re.IGNORECASE,
)
_AFFIRM_CORE = re.compile(
    r"[嗯恩行好是对要]|可以|没|正确|无误|属实|同意|确|提交|就这|ok|yes|^y$|愿意|登记|办吧|办理|交吧|这样", re.IGNORECASE
)
_DENY = made_of(
    r"不|不是|不对|不是的|不行|不可以|不同意|不确认|否|错了?|有误|有错|不正确|没有|别|不用了?|不要|不需要|先不|no|n|不提交|暂不提交|先别提交|啊|呀|的|了",
    re.IGNORECASE,
)
_DENY_CORE = re.compile(r"[不否错误没别]|no|^n$", re.IGNORECASE)
_STOP = re.compile(
    r"(?:我?(?:要|想)?(?:退出|取消|终止|停止|中止|结束)(?:登记|填写|办理|反映|吧|了)?|算了吧?|不说了|不反映了|不想说了|不登记了|不填了|不办了|不弄了|不用登记了|别登记了|先不登记了|"
    r"(?>那|我|还是|就|先|暂时|算了吧?|嗯|哎)*(?:不(?:想|用|要|再)?|别|不想再)(?:反映|登记|说|填|弄|搞|写|投诉|举报|提交|继续)了|不投诉了|不举报了|不提交了|quit|exit|cancel)(?:吧|了|啊)?",
    re.IGNORECASE,
)
_GREET = made_of(
    r"你好|您好|你们好|大家好|哈喽|哈罗|嗨|嘿|hi|hello|hey|在吗|还在吗|还在不在|还在么|在么|在不|在不在|有人吗|有人在吗|你们|早|早上好|早安|上午好|中午好|下午好|晚上好|领导好|领导|同志|同志好|请问|喂|你|啊|呀|吗|嘛|呢|"
    r"(?:倒是|快|快点)?(?:说(?:句)?话|回话|吱个?声|出声|回一?下|回复一?下|理我|理人)|人呢|(?:怎么|咋|为啥|为什么)(?:都|还)?(?:不说话|不回话|不回我?|不吭声|没人(?:回|说话|理|应)|没反应)了?",
    re.IGNORECASE,
)
_THANKS = made_of(
    r"好的?|嗯|哦|那|太|非常|十分|多谢|谢谢|谢了|感谢|谢|万分|辛苦|辛苦了|知道了|明白了|收到|了解了|清楚了|麻烦了|麻烦你们?了?|您|你|你们|啦|了|啊|哈|的|帮助|祝(?:您|你)?们?(?:工作|生活|身体|万事|一切|事事|天天)*(?:顺利|愉快|健康|如意|顺心|好)"
)
_THANKS_CORE = re.compile(r"谢|祝|辛苦|知道了|明白了|收到|了解了|清楚了|麻烦")
_BYE = made_of(
    r"再见|拜拜|bye|回头见|回聊|没事了|没有了|没别的(?:事)?了|就这样吧?|先这样|不用了|好的?|那|了", re.IGNORECASE
)
_HELP = re.compile(
    r"(?:帮助|菜单|主菜单|首页|功能|使用说明|help|menu|怎么用|怎么使用|你(?:是谁|能做什么|会什么|能干什么|能干啥|有什么功能|是机器人吗|是什么)|你们?(?:能|可以)?(?:做|办|帮我做)(?:什么|啥)|"
    r"有(?:什么|哪些)(?:功能|服务)|(?:这个)?(?:怎么|如何)(?:操作|用|弄)|0|返回)(?:啊|呢|呀|吗)?",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:转|找|要|接|换|叫)?(?:个)?(?:人工|真人|活人|客服|接线员|坐席|话务员)(?!智能|态度|服务|骂|凶|不|挂|敷衍|推|湖|费|降雨|授精|林|成本|草坪)|(?:找|要|和|跟|让)(?:个)?(?:人|工作人员)(?:来)?(?:说|谈|聊|沟通|接|处理|回复)|换个?人来?[跟和给]我[说谈聊讲]|转接|不(?:想|要)(?:跟|和)机器人|"
    r"^(?:我)?(?:就|要|想|得|能|可以|能不能|可不可以)*(?:找|换)个?人(?:谈|说|问|聊|办)?(?:话|一下)?[了吧啊吗么行不]*$|"
    r"^(?:(?:你们?|您|请|麻烦|能不能|能|可以|可不可以|就|让人|叫人|让工作人员|派人|找人|给我))*(?:回|打)(?:个)?电话(?:给|找)?(?:我|俺)?(?:说|谈|问)?[了吧啊吗么行不好呗]*$|"
    r"^(?:(?:你们?|您|请|麻烦|能不能|能|可以|可不可以|就|让人|叫人|让工作人员))*给(?:我|俺)(?:回|打)个?电话[了吧啊吗么行不好呗]*$|"
    r"^(?:我)?(?:就|要|想|得)*(?:找|见|跟|和|叫)你?们?(?:的|单位)?(?:领导|局长|主任|负责人|管事的人?)(?:来)?(?:说|谈|讲)?(?:话|一下)?[了吧啊。！!]*$"
)
_PROGRESS = re.compile(
    r"进度|进展|(?:查|查询|看)(?:一下|下)?(?:我的?)?(?:件|案件|案子|信访件|工单|诉求|结果|办理|处理|编号|单号)|(?:办理|处理|受理)(?:的)?(?:情况|结果|状态|到哪)|"
    r"(?:有|出)(?:没有)?(?:结果|消息|回音|下文)(?:了)?(?:吗|没)|(?:处理|办理|办|弄|解决)(?:得|的)?(?:怎么样|咋样|如何)(?:了)?|到哪(?:一)?步|怎么还没(?:有)?(?:回复|处理|消息|结果|答复|解决|人)|"
    r"^(?:请|麻烦|帮我|我?想|我?要|来|再)*(?:查|看|问|查询|了解)(?:一下|一查|一看|下)?(?:我|俺)们?(?:上次|上回|之前|昨天|前几天)?(?:反映|投诉|举报|提交|登记|说|报)过?的|"
    r"(?:我|上次|之前|昨天|前几天).{0,14}(?:反映|投诉|提交|登记|说)的.{0,14}(?:怎么样|咋样|如何|结果|进度|呢|了吗|没)|^查询?$|^查件$|^(?:我的?|那个|这个|刚才的?|请问|登记的?)*(?:编号|查询码|单号|件号|受理号)(?:是|是个)?(?:多少|什么|啥|几)(?:来着|呢|啊|呀|了)?$"
)
_OWN_PROGRESS = re.compile(
    r"(?:(?:请|麻烦|帮我|我想|我要|想)?(?:查|看|问)(?:一?下|询一?下|询|看)?)?(?:我|俺)(?:之前|上次|以前|原来|前几天|昨天)?(?:的|反映的|提的|登记的|投诉的|提交的)?[^，。]{0,4}"
    r"(?:件|诉求|投诉|案子|案件|工单|事|事情|问题|信访)(?:现在|目前)?(?:办|处理|进行|解决)?(?:得|的|到)?(?:怎么样|咋样|如何|哪一?步|到哪一?步|到哪|到哪里|进度|进展|有结果|有消息)(?:了|啦)?(?:吗|呢|啊|没有?)?"
)
"""Asks after an earlier case in so many words: no answer to any question of a form."""
_WITHDRAW = re.compile(
    r"(?:登记|反映|投诉)的(?:那个|那件|事)?(?:给我)?(?:撤|取消|收回)(?:掉|回)?了?吧|撤回|撤销|撤件|撤诉|(?:能|可以|能不能|可不可以|咋|怎么)(?:撤|取消)(?:掉|回|了)?(?:吗|么|不|呢)?$|(?:取消|撤掉|不要)(?:我的?)?(?:这个|这件|那个|上次的?)?(?:件|案件|案子|信访件|投诉|诉求|工单|申请)|(?:问题|事情?)?已经解决了?[，,]?.{0,6}(?:撤|不用(?:办|处理|管)了)"
)
_ADD = re.compile(
    r"^(?:我?(?:要|想|再)?(?:补充|追加|补传|补交|(?:加|补)上?(?=一句|一条|几句|两句))(?:一下|一条|几句|一点|点|材料|说明|内容|信息|情况|证据|照片|图片|两句|一句)*)(?P<rest>.*)$",
    re.DOTALL,
)
_ADDS_WORDS = re.compile(
    r"^(?:(?:我|俺)?(?:还|再)?(?:要|想)?(?:再)?(?:补充|追加)(?:一下|一点|点|一句|说明|内容|情况)*|BC)"
    r"(?:[ ：:，,]+|(?=还|另|楼|而))(?P<words>(?=.*[\u3400-\u9fff]{2}).{3,})$",
    re.DOTALL | re.IGNORECASE,
)
_WHAT_TO_ADD = re.compile(
    r"(?:还)?(?:需?要|得|让我)?(?:再)?(?:补充?|缺|差)(?:点|些)?(?:什么|啥|哪些|哪里|哪方面)(?:材料|内容|东西|信息|情况)?(?:啊|呢|呀|吗)?"
)
"""Asks what the notice asked for: the case tells it."""
_RATE = re.compile(
    r"^(?:我?(?:要|想)?(?:评价|打分|评分)|(?:我)?(?:非常|很|比较|基本|还算|挺|十分)?(?:不)?满意|(?:非常|"
    r"很)不满意|(?:给|打|评|你们|个)*[1-5一二两三四五]颗?[分星](?:好评)?|好评|差评)(?:[，,。！! ].{0,60})?$"
)
_FILE = re.compile(
    r"(?:我?(?:要|想|想要|来|需要)?(?:反映|投诉|举报|上访|信访|求助|登记|报修|提(?:个)?(?:建议|意见)|提交(?:诉求|问题)|检举|控告|申诉|维权|诉求)(?:一下|一个|一件|个|些|点|下)?(?:另(?:外)?一?[个件些]|别的|其他)?(?:新)?(?:的)?(?:问题|情况|事情?|事儿|诉求|事项|件|意见|人|单位|干部)?){1,3}|"
    r"建议|意见|新(?:的)?(?:问题|诉求|件|一件)|另立新件|有(?:个|件)?(?:事|问题|情况)(?:想|要)?(?:反映|说)?(?:一下)?|我有(?:话|事|问题)(?:要)?说?|登记|继续登记|接着登记|开始登记|提建议|提意见|我要反映问题"
)
_GREETED = re.compile(r"^(?:你好|您好|领导好?|喂|在吗)+(?=.{2})")
"""你好，我想投诉."""
_CHANGE = re.compile(
    r"^(?:我?(?:要|想)?(?:修改|更正|改正|改一下|改下|改|换|更改|修正))|(?:地址|地点|位置|电话|手机|手机号|号码|姓名|名字|内容|标题|类别|分类|类型|时间|日期|位置|身份证)[^，。]{0,8}(?:不对|改一?下|要改|换一?下|错了|写错|有误|不是|改成|改为|应该是|应为|换成|填错)|"
    r"^(?:修改|更正)"
)
_CASE_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,6}[ \-]?(?!1[3-9]\d{9}(?!\d))(?:\d[ \-]?){11,12}\d?(?!\d)")
_GLUED = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,6}(?:\d{12}|\d{13}))(\d{6})(?!\d)")
"""A case number and a query code without anything between them."""
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_TAKES_UP = re.compile(r"登|反映|投诉|举报|接着|继续|还是(?:[说讲报]|提交)")
_SHORT = 30


def case_numbers(text: str) -> list[str]:
    """What has the form of a case number, without spaces and hyphens; the store checks the digit."""
    return [re.sub(r"[ \-]", "", found).upper() for found in _CASE_NUMBER.findall(_unglued(text))]


def without_case_numbers(text: str) -> str:
    return _CASE_NUMBER.sub(" ", _unglued(text)).strip(" ，,：:。")


def query_code(text: str) -> str:
    """Six digits that stand alone, outside any case number."""
    found = _CODE.search(_CASE_NUMBER.sub(" ", _unglued(text)))
    return found.group() if found else ""


def _unglued(text: str) -> str:
    return _GLUED.sub(r"\1 \2", text)


def is_query_code(text: str) -> bool:
    """Whether a text is six digits and nothing else."""
    return bool(_CODE.fullmatch(words_only(text)))


def command_in(text: str, *, in_form: bool) -> str | None:
    """The intent of a text that is surely a command; None for all else.

    Inside a form only what can hardly be an answer counts.
    """
    text = _unglued(text)
    bare = words_only(text)
    if not bare:
        return None
    if _CODE.fullmatch(bare) or digits_tried(text):
        return "show_progress"
    if starts_over(text):
        return "inform" if in_form else "file_petition"
    whole = _whole(bare)
    if whole:
        return whole
    if len(bare) > _SHORT:
        return "stop" if wishes.stops(text) and not is_of_being_known(text) else None
    return _within(text, bare) if not in_form else _within_form(text, bare)


def _whole(bare: str) -> str | None:
    for intent, pattern in (("stop", _STOP), ("help", _HELP), ("greet", _GREET)):
        if pattern.fullmatch(bare):
            return intent
    if _THANKS.fullmatch(bare) and _THANKS_CORE.search(bare):
        return "thanks"
    return "call_person" if len(bare) <= 12 and _PERSON.search(bare) else None  # noqa: PLR2004 - longer ones tell a story


def _within_form(text: str, bare: str) -> str | None:
    if is_of_being_known(text):  # the form offers to stay anonymous, rather than a policy answer or an end
        return "inform"
    if wishes.stops(text):
        return "withdraw" if "撤" in bare else "stop"
    short = len(bare) <= 8  # noqa: PLR2004
    if _CASE_NUMBER.search(text) or (short and _PROGRESS.search(bare)) or _OWN_PROGRESS.fullmatch(bare):
        return "show_progress"
    return "withdraw" if short and _WITHDRAW.search(bare) else None


def _within(text: str, bare: str) -> str | None:
    if _WITHDRAW.search(bare):
        return "withdraw"
    asks_what = _WHAT_TO_ADD.fullmatch(bare)
    if _ADD.match(text) and not asks_what:
        return "add_to_case"
    if asks_what or _CASE_NUMBER.search(text) or _PROGRESS.search(bare) or _OWN_PROGRESS.fullmatch(bare):
        return "show_progress"
    if _RATE.match(text):
        return "rate"
    return _whether_to_file(text, bare)


def _whether_to_file(text: str, bare: str) -> str | None:
    if opens(text) or (_TAKES_UP.search(bare) and wishes.goes_on(text)):
        return "file_petition"
    if wishes.stops(text) and not is_of_being_known(text):
        return "stop"
    return "goodbye" if _BYE.fullmatch(bare) else None


def opens(text: str) -> bool:
    """Whether somebody only says that they want to report something: what it is comes when asked."""
    return bool(_FILE.fullmatch(_GREETED.sub("", words_only(text)))) or says_there_is_something(text)


def affirms(text: str) -> bool:
    bare = words_only(text)
    return bool(_AFFIRM.fullmatch(bare) and _AFFIRM_CORE.search(bare)) and not _GREET.fullmatch(bare)


def denies(text: str) -> bool:
    bare = words_only(text)
    return bool(_DENY.fullmatch(bare) and _DENY_CORE.search(bare))


def nod(text: str) -> str:
    """The intent of who only agrees or declines; "" for all else."""
    return "affirm" if affirms(text) else "deny" if denies(text) else ""


def abuses(text: str) -> bool:
    return scolds(text)


def asks_change(text: str) -> bool:
    """Whether a part of what was taken down is to be corrected."""
    return bool(_CHANGE.search(text))


def added_words(text: str) -> str:
    """The words behind 补充, where a text begins so, and they are words; "" for all else."""
    found = _ADDS_WORDS.match(text)
    return found["words"] if found else ""


def addition_text(text: str) -> str:
    """What follows "补充": the words to be added, without case number and colon."""
    found = _ADD.match(text)
    rest = _CASE_NUMBER.sub("", found["rest"] if found else text)
    return re.sub(r"^(?:到|给)?(?:这件|那件|上次的?|这个)?(?:件|案件|案子)?[ ，,:：。到给]*", "", rest).strip()
