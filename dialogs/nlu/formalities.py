"""Questions of how a paper is got, an allowance applied for or a charge paid, whoever's affair that is: 老年证怎么办.

They are most of what a city's hotline is asked. Where no approved answer knows them, that is said and the question
can be registered; none of them is a matter of petition, and none is guessed at.
"""

import re

from dialogs.nlu.elsewhere import asks_for_a_service
from dialogs.text.wording import plain

_LEAD = (
    r"(?:请?问一?下|请?问|想问一?下|想问|咨询一?下|打听一?下|那|那么|你好|您好|麻烦|我想|我要|我|俺|想|要|关于|"
    r"现在|这个|这边|这里|本地|咱们?|市里|区里|县里)*+"
)
_WHAT = (
    r"[\u4e00-\u9fffA-Za-z]{0,12}?(?:证明?|证件|卡|补贴|津贴|补助金?|救助金?|奖励金?|慰问金|执照|牌照|许可|手续|"
    r"补偿款?|赔偿款?|拆迁款|征地款|拆迁|征地|团购|网购|快递|退款|公积金|抚恤金|养老金|奖金|疫苗|体检|贷款|费|税|票|资格|指标|保险|备案|"
    r"工伤|宅基地|墓地|公墓|养老院|敬老院|福利院|托儿所|托育|老年大学|夜校|网签|摊位|车位|志愿者|义工|入党|入伍|"
    r"参军|当兵|征兵|献血|落户|过户|领养|收养|电费|水费)"
)
_DOES = (
    r"(?:补办|办理|办|申请|申领|申办|申报|领取|领|换|开具|开|缴纳|交|缴|报名|报考|预约|查询|查|接种|打|买|退|"
    r"注销|考|续|发放|发|报销|转|加入|参加|收|赔|补偿|补|退款|退货|算|去|搞|整)"
)
_HOW = (
    r"(?:要|该|应该|可以|能|得|需要)?(?:怎么|怎样|怎|咋个?|如何|点样|去哪|在哪|到哪|上哪|哪|什么时候|啥时候|几时|"
    r"多久|找谁|找哪个部门|找哪个?|可以|能|能不能)(?:里|儿|边|个部门|个?地方)?(?:才?能|可以|去|来)?"
)
_TAIL = r"(?:一个|一张|下来|到手|得到|一下|的|了)?(?:呢|啊|呀|嘛|吗|么|哦|哈|咯|唦|不|谢谢)*"
_NEEDS = (
    r"(?:需要|要|得|有)?(?:带|准备|提供|交|办)?(?:什么|哪些|啥|些什么|些啥)(?:材料|手续|条件|证件|资料|东西|要求|"
    r"流程|规定|政策)"
)
_RULES = r"的?(?:收费)?(?:政策|规定|条件|标准|流程|要求)(?:是|有)?(?:什么|哪些|啥|怎么样|怎样|多少|怎么规定的?)?"
_ASKED = re.compile(
    rf"{_LEAD}(?:{_DOES})?{_WHAT}(?:{_HOW}{_DOES}|{_NEEDS}|{_RULES}){_TAIL}|{_LEAD}{_HOW}{_DOES}{_WHAT}{_TAIL}|"
    rf"{_LEAD}[\u4e00-\u9fff]{{2,10}}{_RULES}{_TAIL}"
)
_CHARGES = re.compile(r"物业(?:管理|服务)?(?=费)|收费(?=标准|规定)")
"""Words of what has a price; elsewhere they tell of who takes it, and of trouble with them."""
_LONGEST = 30


def asks_of_a_formality(text: str) -> bool:
    """Whether the whole text asks so, of nothing that went wrong and of nothing done here."""
    bare = plain(text)
    return len(bare) <= _LONGEST and bool(_ASKED.fullmatch(bare)) and asks_for_a_service(_CHARGES.sub("", bare))
