"""What staff read in place of the names that programs go by: a blank as what is filled in, a saying as what is said."""

import re
from collections.abc import Mapping

BLANKS: Mapping[str, str] = {
    "about": "通知主题",
    "accept": "受理期限",
    "accepted": "受理日期",
    "answer": "答复",
    "bookings": "预约列表",
    "cases": "诉求列表",
    "choices": "选项",
    "code": "查询码",
    "count": "几",
    "days": "接待日列表",
    "due": "期限",
    "filed": "登记日期",
    "finish": "办结期限",
    "fragment": "说的话",
    "given": "回复的数字",
    "hotline": "热线电话",
    "kept": "保存的信息",
    "label": "办理状态",
    "last": "最近一步",
    "later": "以后的安排",
    "limit": "字数",
    "matter": "事项",
    "matters": "事项列表",
    "mine": "订阅的主题",
    "missing": "还缺什么",
    "new": "新的金额",
    "number": "编号",
    "numbers": "可回复的数字",
    "office": "单位名称",
    "place": "地点",
    "question": "问题",
    "questions": "问题列表",
    "seat": "第几号",
    "state": "办理状态",
    "step": "下一步",
    "steps": "办理过程",
    "summary": "诉求摘要",
    "sums": "金额列表",
    "surname": "姓",
    "title": "标题",
    "topic": "话题",
    "topics": "通知主题列表",
    "unit": "承办单位",
    "verb": "催办或补充",
    "wait": "等待时间",
    "what": "敏感信息",
    "when": "时间",
    "who": "领导",
    "whom": "当事人",
}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "险情和安抚": ("danger", "gathering", "calm", "call", "already", "in"),
    "招呼、帮助、闲谈": (
        *("welcome", "first", "public", "menu", "help", "greet", "thanks", "goodbye", "nod", "small", "chat"),
        *("lonely", "robot", "free", "praised", "hurry", "reading"),
    ),
    "问来信人、核对登记": (
        *("ask", "begin", "begun", "go", "place", "phone", "name", "named", "matter", "summary", "choose", "next"),
        *("confirm", "disagreed", "resume", "resumed", "any", "another", "area", "these", "noted", "left", "still"),
    ),
    "登记以后：编号、进展、补充、撤回": (
        *("filed", "case", "cases", "query", "urged", "added", "addition", "correction", "withdraw", "withdrawn"),
        *("which", "over", "wrong", "kept", "wait", "nothing", "where", "takes", "who"),
    ),
    "评价": ("rated", "rating"),
    "匿名、保密、个人信息": (
        *("anonymous", "afraid", "unnamed", "undo", "confidential", "accusation", "own", "erase", "id"),
    ),
    "政策问答": ("policy", "question", "materials"),
    "领导接待日": ("reception", "booking"),
    "订阅通知": ("topic", "topics"),
    "照片、语音、文件、位置": ("photos", "media", "voice", "picture", "file", "location", "scanned"),
    "没听懂、填得不对": ("not", "no", "bad", "number", "unknown", "too", "slowed", "spam", "expired", "dropped"),
}
"""Where a saying is found in a list of hundreds: by the first word of its name, in the order of a conversation."""
OTHERS = "其他"
_GROUP_OF = {word: group for group, words in GROUPS.items() for word in words}
_BLANK = re.compile(r"(?<!\{)\{([^\n{}]+?)\}(?!\})")
_LONGEST = 40


def blanks_in(text: str) -> list[str]:
    """The names of what the program fills in."""
    return _BLANK.findall(text)


def readable(text: str) -> str:
    """``text`` with what is filled in told in Chinese: 编号〔编号〕 rather than {number}."""
    return _BLANK.sub(lambda found: f"〔{BLANKS.get(found[1], found[1])}〕", text)


def group_of(key: str) -> str:
    """The part of the list that a saying stands in, of its name."""
    return _GROUP_OF.get(key.removeprefix("utter_").partition("_")[0], OTHERS)


def subject(text: str) -> str:
    """What a saying is called: how it begins."""
    words = " ".join(readable(text).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}……"
