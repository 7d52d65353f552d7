"""Danger to life, and accusations against officials: what must never run as a common petition.

Both err on the side of taking a text seriously; what is plainly over (去年着火) or a manner of speaking (累死了) is
left out of the alarms, but never talk of ending one's life.
"""

import re
from enum import StrEnum


class Danger(StrEnum):
    """Which help is needed."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    THREAT = "threat"
    FIRE = "fire"
    GAS = "gas"
    COLLAPSE = "collapse"
    MEDICAL = "medical"


_SELF_HARM = re.compile(
    r"不想活|活不下去|活不了了|活够了|活着没(?:什么)?意思|活着(?:真|好)累|轻生|自杀|寻死|想死|去死了?算了|死给你|死了算了|一死了之|不如死|以死|"
    r"结束(?:自己的?|我的?)?生命|跳楼(?!价|机|甩)|跳河|跳桥|跳江|跳塔吊|跳下去|没法活了|割腕|上吊|喝农药|喝药|吞药|自焚|自残|同归于尽|遗书|"
    r"死在你们|吊死|撞死(?:自己|算)|了结自己|不活了|没(?:有)?活路了|"
    r"(?:我|俺|咱|本人|就|要|去)[^，。；\n]{0,8}从[^，。；\n]{1,10}(?:上|顶|台|口)[^，。；\n]{0,3}跳|(?:爬|上)[^，。；\n]{0,6}(?:塔吊|楼顶|天台|桥栏)[^，。；\n]{0,4}(?:跳|去死)"
)
_WEAPON = r"(?:菜|砍|水果|杀猪|镰|尖|匕首|大)?刀(?!具|片|剪|工|闸|鱼)|汽油|炸药|雷管|硫酸|煤油"
_THREAT = re.compile(
    rf"(?:我|俺|咱|就|要|去|敢)[^，。；\n]{{0,6}}(?:拿|带|提|抄|揣|拎|背)(?:着|上|了|起)?(?:一?[把桶瓶])?(?:{_WEAPON})|"
    r"(?:我|俺|就|敢|再不)[^，。；\n]{0,10}(?:把|将)(?![^，。；\n]{0,8}[树草花苗菜])[^，。；\n]{1,10}(?:点了|烧了|炸了|砍了|捅了|杀了|弄死)|"
    r"(?:我|俺|就|要|去)[^，。；\n]{0,4}一把火"
)
_VIOLENCE = re.compile(
    r"(?:有人|他们?|她|对方|正在?|一群人|丈夫|老公|家里人|父亲|爸).{0,12}(?:拿刀|持刀|砍人|砍我|打我|打人|要打死|要杀|杀了我|殴打|绑架|砸门|家暴|掐我|堵在(?:家|门)里?不让)|"
    r"(?:要|会|想|想要|准备|去)(?:杀了?|砍了?|捅死?|弄死|打死|炸了?|砍死|杀光)(?:他|她|你|你们|他们|全家|人|死|楼|政府|办公)|杀人(?!案)|砍死|捅死|弄死|炸(?:了|掉)?(?:政府|信访|大楼|你们)|"
    r"(?:威胁|恐吓)(?:我|要|说要).{0,12}(?:命|杀|打|死|家人|安全)|人身(?:安全)?(?:受到)?威胁|(?:被|正被)(?:围殴|殴打|追打|绑架|非法拘禁|囚禁|家暴|跟踪|威胁)|救命|暴打|毒打|报复我全家|爆炸物|炸弹"
)
_FIRE = re.compile(
    r"着火|起火|失火|火灾|烧起来|大火|冒浓烟|冒黑烟.{0,6}(?:楼|家|房|窗)|(?:楼|家|房|窗).{0,6}冒浓烟|爆炸了|电瓶车爆炸"
)
_GAS = re.compile(
    r"(?:煤气|燃气|天然气|液化气).{0,6}(?:泄漏|泄露|漏气|漏了|味很?[大重浓]|味道?很|爆炸)|漏(?:煤气|燃气|天然气|液化气)|煤气味|燃气味|天然气味|一氧化碳中毒|煤气中毒"
)
_COLLAPSE = re.compile(
    r"(?:楼|房子?|房屋|墙|屋顶|桥(?!下|面|头)|天花板|脚手架|塔吊).{0,6}(?:要塌|快塌|正在塌|塌了|坍塌|倒塌|要倒|快倒)|(?:塌方|坍塌|倒塌).{0,8}(?:压|埋|困)|"
    r"(?:被困|困在)(?:电梯|水里|楼|家里|车里|火)?|电梯(?!.{0,6}(?:经常|老是|总是?|多次|动不动|容易)).{0,6}(?:困|坠落)|溺水|落水|掉(?:进|到|下)?了?(?:河|井|水|坑|湖|沟)里|高压线(?:掉|断)|触电|决堤|"
    r"(?:化工|厂里?|车间|储?罐|氯气|氨气|毒气|有毒|化学品|危化品)[^，。；\n]{0,8}(?:泄漏|泄露)|(?:呛|熏|毒)倒了?|"
    r"泥石流|山体滑坡"
)
_MEDICAL = re.compile(
    r"晕倒|昏迷|昏过去|没(?:有)?呼吸|心脏病(?:犯|发)|大出血|流(?:了)?(?:好|很)多血|快不行了|中毒了|抽搐|(?:人|孩子|小孩|老人|老头|他|她)从.{1,8}(?:掉|摔|坠)(?:了?下|落)|要生了|叫救护车"
)
_OVER = re.compile(
    r"去年|前年|上个?月|上上?周|几年前|多年前|(?:\d+|[一二三四五六七八九十几]+)(?:个月|年|周)前|之前|以前|曾经|当时|后来|已经?扑灭|已经?报警|鉴定|赔偿|理赔|认定|"
    r"(?:\d{4})年|演练|培训|宣传|消防(?:通道|设施|栓|隐患)|防火|火灾隐患|怕|担心|万一|容易|存在.{0,4}隐患|假如|如果|会不会|可能会"
)
_CALLED = (
    (Danger.SELF_HARM, _SELF_HARM, False),
    (Danger.GAS, _GAS, True),
    (Danger.FIRE, _FIRE, True),
    (Danger.COLLAPSE, _COLLAPSE, True),
    (Danger.THREAT, _THREAT, True),
    (Danger.VIOLENCE, _VIOLENCE, True),
    (Danger.MEDICAL, _MEDICAL, True),
)
_SPEECH = re.compile(r"(?:累|气|烦|吓|笑|热|冷|臭|吵|饿|急|难受|疼)死(?:了|我了?|人)|死活|死角|死胡同|杀毒|杀价|自杀式")
_CONTEXT = 20
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")

_OFFICIAL = (
    r"局长|副?书记|支书|主任|科长|处长|镇长|乡长|区长|县长|市长|所长|队长|站长|厅长|村长|校长|院长|行长|干部|领导|民警|警察|法官|检察官|公务员|"
    r"执法人员|工作人员|城管|官员|党员|一把手|会计"
)
_CORRUPT = (
    r"受贿|索贿|行贿|贪污|贪腐|腐败|吃回扣|拿回扣|收(?:了)?(?:红包|好处|钱|黑钱|礼)|以权谋私|挪用|滥用职权|徇私|权钱交易|公款|侵吞|截留|冒领|套取|骗取|"
    r"保护伞|包养|吃空饷|卖官|买官|优亲厚友|违纪|吃拿卡要|利益输送|中饱私囊|暗箱操作|敲诈|私分"
)
_ADDRESSED = re.compile(
    rf"(?:尊敬的|各位|请求?|求|恳请|希望|望|[您你]好)[^，。；\n]{{0,4}}?(?:{_OFFICIAL})们?(?:[您你]们?好|好)?|(?:^|[，。\n])(?:{_OFFICIAL})们?(?:[您你]们?好|好)"
    r"|(?:班|业委会|护士|车间)主任|(?:施工|工程|保安|车)队队?长|(?:财务|出纳)会计"
)
"""Officials who are only addressed, and those who hold no public office."""
_ACCUSATION = re.compile(
    rf"(?:{_OFFICIAL}).{{0,25}}(?:{_CORRUPT})|(?:{_CORRUPT}).{{0,15}}(?:{_OFFICIAL})|(?:举报|检举|控告|揭发).{{0,20}}(?:{_OFFICIAL})(?!.{{0,6}}态度)|"
    r"(?:检举|控告|揭发)|贪官|贪污受贿|职务犯罪"
)
_ASKED_ONLY = re.compile(
    r"(?:怎么|如何|哪里|哪儿|向谁|可以|能不能|能否).{0,8}(?:举报|检举|控告)|(?:检举|控告|举报).{0,12}(?:保密|怎么|哪里|吗|？|\?)"
)


def danger_in(text: str) -> Danger | None:
    """Which danger the text speaks of, now; None for none."""
    sample = _SPEECH.sub("", text)
    for danger, pattern, may_be_over in _CALLED:
        for match in pattern.finditer(sample):
            around = sample[max(match.start() - _CONTEXT, 0) : match.end() + _CONTEXT]
            if not (may_be_over and _OVER.search(around)):
                return danger
    return None


def without_danger(text: str) -> str:
    """The text without the clauses that speak of danger: what is left may be the matter behind it."""
    return "".join(clause for clause in _CLAUSE.findall(text) if danger_in(clause) is None)


def accuses_an_official(text: str) -> bool:
    """Whether the text accuses somebody who holds office: such matters leave the common flow."""
    short_question = len(text) < 30 and _ASKED_ONLY.search(text)  # noqa: PLR2004 - a question about the way, not a case
    return bool(_ACCUSATION.search(_ADDRESSED.sub("", text))) and not short_question
