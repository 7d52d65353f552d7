"""Questions that are for somebody else: how another agency's papers are got, and where an office is found.

A trouble with such an agency (公积金中心不给提取) is no such question: it is a matter.
"""

import re

from dialogs.nlu.matter import asks, finds_fault
from dialogs.text.phrases import made_of
from dialogs.text.wording import plain

_BESIDE = re.compile(r"[，,。；;！!]\s*(?:另外|顺便|还有|再|对了)[，,]?(?:我)?(?:还|再|也)?(?:想|要)?(?:问|咨询|打听)")
_LONGEST = 40
_ALSO_ASKS = re.compile(
    r"[吗嘛么呢不没啵]$|什么时候|啥时候|何时|怎么|咋|如何|点样|边度|哪|多久|多长|几点|几时|几天|多少|什么|啥|咩|能不能|可不可以|可以|谁|"
    r"^(?:我|俺|咱)?(?:想|要|想要|需要|来|得|准备|打算)?(?:请?问|打听|咨询|了解|补|办|换|领|查|提取|交|转|退|开|考|申请|预约|挂失)|(?:想|要|需要|准备|打算|该)(?:去)?(?:补|办|换|领|查|转|退|开|申请|预约|续)|"
    r"^(?!.*(?:希望|建议|改善|提高|要求)).{1,10}(?:政策|规定|条件|标准|流程|手续)$"
)
_MISHAP = re.compile(
    r"补|办|换|领|查|取|缴|交|转|迁|报|约|挂失|过期|到期|丢|掉了|不见|遗失|坏|年审|年检|过户|考|申请|续|断|退|开|贷|上|领取|认证|转|算|写|找|请|注册|注销|"
    r"发放|时候发|几时发|来[电水气暖]|供[暖热]|通[电水气]|恢复供|有[电水]|有暖气|停到|停多久|时候热|几号发|政策|规定|条件|手续|流程|材料|要什么|需要|标准|怎么|咋|如何|多久|几点|在哪|去哪|哪里|哪儿|多少"
)
"""What people do with papers and accounts, and what befalls them."""
_ASKS_ABOUT = re.compile(r"(?:我|俺)?(?:想|要|来)?(?:请?问|打听|咨询)(?:一?下|问)?(?:关于)?")
"""问公屋: names what it is about, and no more."""
_BLAMES = re.compile(
    r"不给|不让|不肯|不准|不许|不批|拒|刁难|推诿|推来推去|踢皮球|态度|乱收|要钱|好处|红包|贿|拖|欠|没给|没有给|不交|不缴|不买|没交|没缴|没买|少交|漏交|少缴|"
    r"骗|冒用|盗|扣(?!分)|罚|没人|不理|不管|不认|不承认|克扣|打回|卡着|卡住|卡我|下不来|办不|提不|取不|报不|查不|补不|一直|迟迟|还没|还不|不发|没发|停发|少发|停了|"
    r"不公|不满|不服|没批|批不下|轮到|名额|漏水|漏雨|霸占|被占|违法|违规|投诉|举报|反映|检举|维权|讨|公司|单位|老板|厂|开发商|物业|中介|房东|邻居|对方|前夫|前妻|村里|村干部|书记|主任|领导|"
    r"怎么[这那]么|刷不|用不|[这那]么难|[好太很真]难|[这那]么多|难如|过分|无着落|无法|何时落实|[拿领]不|太高|高了|太贵|涨(?!$|[了吧呢吗啊哦工退养])|不合理|工地|工作人员|窗口人|办事员|收费|罚款|错|被"
)
_OURS = re.compile(
    r"12345|信访|上访|热线|你们|登记|匿名|提供|留(?!守)下?|填|发给|发送|上传|拍|要不要|用不用|需不需要|身份证号|必须|一定要|非要|复查|复核|受理|转送"
)
_PLACE_LEADS = (
    r"请问|问一?下|问问|我想|想|我|要|知道|打听|咨询|一下|那|那么|哎|你好|您好|告诉|发给我|发我|发一下|发|给我|给|说|下|你们的?|你哋|您们?的?|咱们?的?|你|您|市|县|区|省|本地|当地|这边|这里|这个|这|的|具体|"
    r"去|到|上|过去|过来|直接|现场|当面|来|怎么|咋|能|可以|可|有|没有|是|个|吗|呢|啊|呀|哦|嘛|不|吧|到底|要是|如果"
)
_OFFICE = (
    r"信访局|信访办|信访大厅|信访接待大厅|信访接待室|信访接待中心|信访中心|信访部门|接访大厅|"
    r"接待大厅|接待室|办公室|办公|单位|人民来访接待中心|人民来访接待室|局|大厅"
)
_WHERE = (
    r"在哪里|在哪儿|在哪条街|在哪条路|在哪个位置|在哪个地方|在哪个区|在哪|在边度|喺边|喺边度|在什么地方|在啥地方|在啥子地方|什么地方|哪里|哪儿|哪条路|哪条街|什么路|什么位置|位置|地址|地点|"
    r"怎么走|咋走|怎么去|咋去|怎么过去|怎么找|坐几路车|坐什么车|几路车"
)
_PHONE = (
    r"(?:投诉|举报|监督|反映问题)的?电话|怎么打|"
    r"电话号码|联系电话|联系方式|电话|座机|号码|热线|多少|是多少|几多|打哪个|打什么|打多少|哪个"
)
_ABOUT_OFFICE = made_of(f"{_PLACE_LEADS}|{_OFFICE}|{_WHERE}|{_PHONE}")
_NAMES_OFFICE = re.compile(r"信访|接访|接待|来访|[你您](?:们|单位|办公)|局|大厅")
_ASKS_WHERE = re.compile(_WHERE)
_ASKS_PHONE = re.compile(r"电话|座机|号码|联系方式")
_BARE = re.compile(
    r"(?:那|请问|具体|有|有没有|留个)*(?:地址|(?:投诉|举报|信访|监督|反映问题的?)?电话|号码|电话号码|联系电话|联系方式)(?:是|有)?(?:多少|几多|什么|啥|在哪里?|哪里|没有?|怎么打|打哪个|打多少|打什么|哪个|几号)?(?:呢|啊|呀|吗)?"
)

_AGENCY = (
    r"(?:[\u3400-\u9fff]{0,8}(?:局|所|大?队|公司|中心|站|委|院|厅|处|馆|部门|银行|医院|学校|幼儿园|窗口|物业|监察|城管|消防|环保|法院|纪委|工会|残联|妇联|"
    r"社区|居委会?|村委会?|街道办?|办事处|镇政府|乡政府|区政府|县政府|公积金|社保|医保|税务|电网|电力|供电|供热|热力|燃气|自来水|水务|水厂|邮政|工地|项目部|施工方|超市|市场|商场|饭店|酒店|市场监管|工商|劳动|安监|应急|卫健委?|教育|民政)|"
    r"(?:他们|她们|人家|那边|那里|那儿|这个|那个|该|相关)(?:单位|部门|地方)?)"
)
_NUMBER_OF = re.compile(
    rf"(?:那|请问|问一?下|我?想问|还有|哎|麻烦|知道|能不能|可以|能|告诉我|给我|发我|查一?下|查|帮我|有没有|有)*(?P<whose>{_AGENCY})的?(?:联系|服务|值班|投诉|举报|报修|办公)?"
    r"(?:电话号码|电话|号码|热线|座机|联系方式)(?:你们?|您)?(?:是|有|打|该打|要打)*"
    r"(?:多少|几号|什么|啥|几多|哪个|没有?|给我|给一?下|说一?下|发一?下|发我|告诉我|知道)?(?:号)?(?:吗|么|呢|啊|呀|不|吧|一下)*"
)
_CONTACT_OF = re.compile(
    rf"(?:那|请问|我|要|该|想)*(?:怎么|咋|如何)(?:才能|能)?(?:联系|打|找)(?:得到|到|上)?{_AGENCY}(?:的?电话)?(?:吗|呢|啊|呀)*|"
    rf"(?:那|请问)*{_AGENCY}(?:该|要|得)?(?:怎么|咋|如何)(?:联系|打电话)(?:吗|呢|啊|呀)*"
)
_NOT_ANOTHERS = re.compile(r"信访|接访|你们|您们|你的|我的|老板|12345|打不通|没人接")


def asks_anothers_number(text: str) -> bool:
    """那派出所电话多少, 供电局电话, 他们电话是多少: the whole text asks for the number of another agency."""
    words = plain(text)
    if len(words) > _LONGEST or _NOT_ANOTHERS.search(words):
        return False
    return bool(_NUMBER_OF.fullmatch(words) or _CONTACT_OF.fullmatch(words))


def asks_for_a_service(text: str) -> bool:
    """身份证丢了去哪补办; 社保断缴了怎么补: it asks how, and blames nobody."""
    bare = plain(text)
    beside = _BESIDE.search(text)
    if beside and finds_fault(text[: beside.start()]):  # a trouble goes first; its handler reads the question
        return False
    asked = asks(text) or _ALSO_ASKS.search(bare)
    concerns = _MISHAP.search(bare) or _ASKS_ABOUT.match(bare)
    return bool(len(bare) <= _LONGEST and asked and concerns and not _BLAMES.search(bare) and not _OURS.search(bare))


def asks_where_we_are(text: str, *, bare: bool) -> bool:
    """信访局地址在哪; 你们电话多少. ``bare``: 电话多少 alone is heard as ours too."""
    words = plain(text)
    if len(words) > _LONGEST or not _ABOUT_OFFICE.fullmatch(words):
        return False
    asks_it = _ASKS_WHERE.search(words) or _ASKS_PHONE.search(words)
    return bool(asks_it and _NAMES_OFFICE.search(words)) or bool(bare and _BARE.fullmatch(words))
