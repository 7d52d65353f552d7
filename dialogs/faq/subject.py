"""What a question names that its answer must speak of: a step of the procedure, or another agency's affairs.

Characters alone take 复查多久出结果 for the first decision, and 社保局几点上班 for the hotline.
"""

import re

from dialogs.faq.answers import Answer

_STEPS = ("复查", "复核")
_HOTLINE = "hotline"
_ONLY_OF = {
    "online": re.compile(r"网上|线上|在线|电子|系统|数据|共享|签名|印章|重复|证照|政府|政务|平台"),
}
"""Topics that are given only to questions that speak of them: 要带什么材料 is none of on-line services."""
_DIFFERENCE = re.compile(r"区别|不同|差别|不一样")
_DAMAGES = re.compile(r"赔偿|赔钱|赔我|索赔|补偿")
_OF_DATA = re.compile(r"信息|隐私|泄露|资料|数据|电话|号码|名字")
_CALLED = re.compile(r"12345|热线|工单")
_OWN = re.compile(r"12345|热线|信访")
_AGENCIES = re.compile(
    r"社保局|人社局|医保局|车管所|派出所|公安局|交警队?|税务局|法院|检察院|医院|卫生院|学校|银行|邮局|民政局|房管局|住建局|城管局|教育局|"
    r"不动产(?:登记)?中心|公积金中心|政务(?:服务)?(?:大厅|中心)|办事大厅|行政审批局|市场监管局|工商局|供电公司|自来水公司|热力公司|燃气公司|居委会|村委会|街道办"
)


class Subject:
    """Read once of a question; ``fits`` tells whether an answer may be given to it."""

    def __init__(self, question: str) -> None:
        self._steps = [step for step in _STEPS if step in question]
        self._question = question
        self._only_differs = bool(_DIFFERENCE.search(question)) and not _CALLED.search(question)
        self._damages = bool(_DAMAGES.search(question))
        self._agencies = [] if _OWN.search(question) else _AGENCIES.findall(question)

    def fits(self, answer: Answer) -> bool:
        if (only := _ONLY_OF.get(answer.topic)) and not only.search(self._question):
            return False
        of_hotline = answer.topic == _HOTLINE
        if of_hotline and self._only_differs:
            return False
        if not (self._damages or self._steps or (self._agencies and of_hotline)):
            return True  # nothing hangs on the answer's words
        said = " ".join((*answer.asked, answer.text))
        if self._damages and not ("赔" in said and _OF_DATA.search(self._question)):
            return False
        if self._agencies and of_hotline and not any(name in said for name in self._agencies):
            return False
        return not self._steps or any(step in said for step in self._steps)
