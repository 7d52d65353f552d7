"""Values as an editor reads them: no quotes, braces or words of a programming language."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

_CHINA = timezone(timedelta(hours=8))
_MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,6})?[+-]\d\d:\d\d")
_WORDS: dict[Any, str] = {None: "无", True: "是", False: "否"}
NAMES: Mapping[str, str] = {
    "withdrawing": "要撤回的诉求",
    "added_to": "刚补充到的一件",
    "addition_attachments": "补充的材料",
    "addition_case": "补充到哪一件",
    "addition_text": "补充的内容",
    "answer_id": "问答编号",
    "asked_number": "问到的受理编号",
    "at": "时间",
    "called_at": "上次找人工的时间",
    "case_number": "受理编号",
    "compared": "核对是否重复",
    "confirm": "确认",
    "danger": "险情",
    "district": "区县",
    "grade": "评分",
    "dropped": "今天放弃的登记",
    "held": "先放着的话",
    "id": "编号",
    "just_filed": "刚登记的",
    "kind": "种类",
    "locate": "定位",
    "matter": "事情",
    "name": "姓名",
    "phone": "手机号",
    "place": "地点",
    "known_name": "已知的姓名",
    "known_phone": "已知的手机号",
    "known_place": "上一件的地点",
    "last_answer": "上一条回答",
    "next_matters": "接下来的事",
    "number": "编号",
    "petition_anonymous": "匿名",
    "petition_asks": "各问过几次",
    "petition_at": "开始的时间",
    "petition_attachments": "材料",
    "petition_behalf": "替谁反映",
    "petition_category": "分类",
    "petition_confidential": "要求保密",
    "petition_confirm": "确认",
    "petition_danger": "险情",
    "petition_fragment": "还没说完的话",
    "petition_happened": "发生时间",
    "petition_id_number": "证件号",
    "petition_latitude": "纬度",
    "petition_later": "以后再说的",
    "petition_longitude": "经度",
    "petition_matter": "事情",
    "petition_moved_from": "改过的地点",
    "petition_name": "姓名",
    "petition_parts": "几件事",
    "petition_pending": "待核对的",
    "petition_phone": "手机号",
    "petition_place": "地点",
    "petition_repeat": "是否重复",
    "petition_sensitive": "涉及敏感",
    "petition_shown": "已给看过的",
    "petition_split": "是否分开登记",
    "petition_title": "标题",
    "petition_twin": "相同的一件",
    "petition_type": "类型",
    "petition_unclear": "没听清的",
    "petition_vague": "说得太笼统",
    "petition_when": "什么时候的事",
    "quiet": "不再重复问",
    "reason_for": "说明原因的一件",
    "rated": "刚评价过的一件",
    "in_vain": "没有答上的次数",
    "reception_day": "接待日",
    "reception_matter": "想谈的事",
    "reception_message_ids": "预约接待的消息",
    "reception_name": "来访人",
    "reception_phone": "来访人电话",
    "text": "内容",
    "told_case": "说起的一件",
    "topic": "主题",
    "value": "内容",
}
"""What slots and entities are called; one that is not here is told by its own name."""
FORMS: Mapping[str, str] = {"petition_form": "登记诉求", "addition_form": "补充材料", "reception_form": "预约接待"}


def plainly(value: Any) -> str:
    """``value`` in one line of Chinese: 是, 否, 无; several by 、; what belongs together as 名称：值."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, Mapping):
        return "，".join(f"{named(str(name))}：{plainly(one)}" for name, one in value.items()) or "无"
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(f"（{plainly(one)}）" if isinstance(one, Mapping) else plainly(one) for one in value) or "无"
    if isinstance(value, float):
        return f"{value:.2f}"
    text = " ".join(str(value).split())
    return _in_china(text) if _MOMENT.fullmatch(text) else text


def _in_china(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return moment


def named(name: str) -> str:
    """What a slot or an entity is called."""
    return NAMES.get(name) or " ".join(name.split())
