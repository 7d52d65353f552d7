"""Something is amiss in what was taken down: which part is asked, words are struck out, and no change is claimed."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard, which_part
from dialogs.actions.corrections import Correction, corrected
from dialogs.actions.draft import Draft
from dialogs.text.clean import words_only

_SHOWN = (
    "matter",
    "title",
    "when",
    "place",
    "latitude",
    "type",
    "category",
    "name",
    "phone",
    "id_number",
    "behalf",
    "anonymous",
    "confidential",
    "later",
    "attachments",
)
"""What a change is seen in."""
_ASKED_ANEW = frozenset({"title", "when", "type"})
_PART = "part:"
_PARTS = frozenset({"title", "matter", "when", "place", "type", "name", "phone"})
_LONGEST = 16
_AMISS = re.compile(
    r"(?:不对|错了?|有误|有问题|弄反|搞反|写反|不准|不是这个意思|不是那个意思|不是我(?:说|讲|想说)的|不(?:够|太|怎么)?(?:详细|细|清楚|完整|具体)|太(?:粗|笼统|简单)|理解错|搞混|弄混|不一样|对不上|漏了|少了|不全|"
    r"改(?:一?下|改|动)|(?:要|想|得|需要)改|修改)(?:吧|了|的|啊|呀|吗|呢|哦|那个|这个|那里|这里|它|一下|好像|一个字)*$"
)
_BEFORE = re.compile(
    r"(?:我|你们?|您|这|那|个|里面?|的|地方|好像|怎么|还是|感觉|有|点|些|一|字|把|帮|请|再|就|说|写|得|话|是|前面|上面|后面|刚才|东西|要|想|"
    r"金额|钱数?|数字?|数目|多收|店名|单位|公司|句子?|词|标点|日子|天数|人数|楼号|门牌|意思)*"
)
_NAMES_A_PART = re.compile(
    r"(?P<title>标题|题目)|(?P<when>时间|日期)|(?P<place>地址|地点|位置)|(?P<name>姓名|名字)|(?P<phone>电话|手机号?|号码)|(?P<type>类别|类型|分类)|(?P<matter>内容)"
)
_STRIKES = re.compile(
    r"(?:请|帮我|麻烦|能不能|可以)*(?:把|将)?(?P<which>(?:最)?[后前]面?(?:那|这|的)?(?:一)?(?:句|条)(?:话)?|[“\"「'](?P<words>[^”\"」']{2,60})[”\"」']|"
    r"(?P<bare>[^，。]{2,30}?))(?:这(?:句|几个字|个词)|那(?:句|几个字|个词))?(?:话)?(?:给)?"
    r"(?:删(?:了|掉|除|去)?|去掉|去了|划掉|拿掉|不要了?|不用写|别写)(?:吧|了|就行|一下|谢谢)*[。！!]*"
)
_GOES = re.compile(r"[删划]|去掉|去了|拿掉|不要|不用写|别写")
_SENTENCE = re.compile(r"[^。；;\n，,]+[。；;\n，,]*")
_SHORTEST = 4


def says_amiss(text: str) -> bool:
    """Whether a short text only says that something is wrong, and not what is right: 金额不对."""
    bare = words_only(text)
    found = _AMISS.search(bare) if len(bare) <= _LONGEST else None
    return bool(found and _BEFORE.fullmatch(_NAMES_A_PART.sub("", bare[: found.start()], count=1)))


def asked_what(heard: Heard, text: str) -> Heard | None:
    """Somebody says at the summary that something is wrong: the part they name is asked anew, else which it is."""
    if not says_amiss(text):
        return None
    named = _NAMES_A_PART.search(text)
    part = named.lastgroup if named else None
    return (chosen_part(heard, f"{_PART}{part}") if part else None) or which_part(
        replace(heard, draft=replace(heard.draft, pending=None))
    )


def struck_out(draft: Draft, text: str) -> Draft | None:
    """The draft without the words that are to go: 把最后一句删了; None where none are named that stand there."""
    matter = draft.matter or ""
    found = _STRIKES.fullmatch(text.strip()) if matter and _GOES.search(text) else None
    if not found:
        return None
    words = found["words"] or found["bare"] or _sentence(matter, last="后" in found["which"])
    rest = re.sub(rf"[，,；;。\n]*{re.escape(words.strip('。；;，,'))}", "", matter, count=1).strip("，,；;。\n ")
    if rest == matter or len(rest) < _SHORTEST:
        return None
    return replace(draft, matter=rest, title=None, confirm=None, shown=None, pending=None, unclear=0)


def _sentence(matter: str, *, last: bool) -> str:
    said = [one.group() for one in _SENTENCE.finditer(matter) if words_only(one.group())]
    return (said[-1] if last else said[0]) if len(said) > 1 else matter


def chosen_part(heard: Heard, value: str) -> Heard | None:
    """The part that was chosen by its number is told anew."""
    part = value.removeprefix(_PART)
    if not value.startswith(_PART) or part not in _PARTS:
        return None
    changed = corrected(replace(heard.draft, pending=None), Correction(part=part, value=""))
    heard = replace(heard, draft=changed)
    return heard.remark(f"utter_ask_{changed.pending}") if changed.pending else heard


def only_if_changed(heard: Heard, before: Draft, *, meant: bool = True) -> Heard:
    """To have changed something is said only where something did change; else it is asked what should.

    ``meant``: a change was asked for; where it was not, what stands there already is shown once more.
    """
    if "utter_changed" not in heard.remarks or _differs(heard.draft, before):
        return heard
    kept = tuple(remark for remark in heard.remarks if remark != "utter_changed")
    if not meant:
        return replace(heard, remarks=kept).remark("utter_stands_already")
    draft = replace(heard.draft, confirm=None, pending=None)
    return which_part(replace(heard, draft=draft, remarks=kept))


def still_open(heard: Heard, before: Draft, asked: str | None) -> Heard:
    """What was asked anew beside a part that is told now is asked once more."""
    pending = heard.draft.pending or ""
    if asked not in {"name", "phone", "place"} or getattr(heard.draft, asked) is None:
        return heard
    if pending != before.pending or pending not in _ASKED_ANEW or getattr(before, asked) is not None:
        return heard
    return heard.remark(f"utter_ask_{pending}")


def changes_a_part(draft: Draft, before: Draft) -> bool:
    """Whether a part differs, but for words that were only added to the matter."""
    only_added = (draft.matter or "").startswith(before.matter or "")
    kept = replace(before, matter=draft.matter) if only_added else before
    return _differs(draft, kept)


def _differs(draft: Draft, before: Draft) -> bool:
    return any(getattr(draft, part) != getattr(before, part) for part in _SHOWN)
