"""The answers to what is chosen rather than told: the same matter again, apart or together, the summary, consent."""

import re

from dialogs.actions.changed import replace
from dialogs.actions.changes import AMISS, Heard, anonymous, confirmed, repeated, told, unclear, understood, which_part
from dialogs.actions.draft import Draft
from dialogs.actions.moving import moved
from dialogs.actions.telling import another_matter, is_small_talk
from dialogs.actions.unnamed import offered
from dialogs.actions.wondering import wondered
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.amending import after_yes, to_the_point
from dialogs.nlu.assent import agrees, only_hears, refuses
from dialogs.nlu.case_words import urges
from dialogs.nlu.details import is_a_detail
from dialogs.nlu.facts import Facts, answered_place, only_place
from dialogs.nlu.matter import Categories
from dialogs.nlu.names import bare_name, sounds_like_a_person
from dialogs.nlu.part_choice import part_meant
from dialogs.nlu.places import find_place
from dialogs.nlu.refusals import refuses as declines
from dialogs.nlu.time_alone import time_alone
from dialogs.nlu.unnamed import speaks_of_being_known
from dialogs.text.clean import words_only

_REPEAT = (
    ("new", re.compile(r"^3$|新|另|不是|不同|别的|其他")),
    ("progress", re.compile(r"^1$|进度|结果|查")),
    ("add", re.compile(r"^2$|补充|同一件|一件事|一样|是的?$|对$")),
)
_TOGETHER = re.compile(r"^2$|合在?一起|一起|合并|一块儿?|不分|不用分|一件")
_APART = re.compile(r"^1$|分开|分别|两件|各(?:自|登)|单独|拆|都(?:要|得|登|报|反映|投诉|说|办|管|记|处理|解决)")
_SUBMITS = re.compile(r"确认|提交")
"""To submit answers neither of the two."""
_DISAGREES = re.compile(r"不同意|不愿意|不授权|别(?:留|存|记)我|不(?:想|要|让)(?:你们)?(?:留|存|保存|记录)")
_REPLACES = re.compile(r"^(?:(?:不对|不是|错了|哦|等等)[，,。！! ]*)*(?:还是|应该是|应为|是|改成|改为)?")
_ADDS = re.compile(
    r"^(?:我?(?:再|还)?(?:要|想)?补充(?:一下|一点|说明)?[：:，, ]*|BC[：:，, ]+|"
    r"还有[：:，, ]*|另外[：:，, ]*|对了[：:，, ]*|"
    r"(?:在?内容(?:里|中|后面|上)?[，, ]*)?"
    r"(?:请|帮我|给我)?(?:再|还)?(?:要|想)?(?:加|添|补|写)(?:上|进去?)?"
    r"(?:一句|一条|一点|几句|两句|一下)?(?:话)?[：:，, ]+)"
)
_ADDED = re.compile(
    r"[，,。 ]+(?:这[个句条点]?|也|都|再|给我|帮我|请|麻烦|要)*"
    r"(?:加上|加进去|补上|补进去|写上|写进去|加一下|添上|补充上|记上)"
    r"(?:去|吧|谢谢|一下|啊)*[。！!]*$"
)
_ANOTHERS_NUMBER = re.compile(
    r"(?:妈妈?|爸爸?|母亲|父亲|爷爷|奶奶|姥姥|姥爷|老伴|老公|老婆|丈夫|妻子|爱人|儿子|女儿|闺女|哥哥?|姐姐?|弟弟?|妹妹?|婆婆|公公|岳父|岳母|邻居|物业|老板|对方|经理)"
    r"(?:的)?(?:联系)?(?:电话|手机|号码|联系方式)号?码?(?:是|为|[:： ])*[\d -]{7,16}"
)
_OF_ANOTHER = re.compile(
    r"(?:那个|这个)?(?:老师|司机|经理|队长|主任|医生|大夫|店主|老板|邻居|保安|房东|(?:我|俺)?(?:儿子|女儿|闺女|老伴|爱人|孙子|孙女|儿媳妇?|女婿)|包工头|业务员|校长|对方|他|她|楼[上下])(?:是|就?叫|姓)[\u3400-\u9fff]{1,8}"
)
"""老师姓钱: who somebody else is, belongs to the matter."""
_ASKS_AFTER = re.compile(
    r"进度|进展|结果|有信|消息|动静|[办修处][得理好完]*了?[吗没么]|[咋么啥]还|这么[慢久]|谁[在给来]?[办管]"
)
"""Asks what became of it, before it was ever filed."""
_A_NUMBER = re.compile(r"手机|电话|号码|联系方式")
_NO_NUMBER = re.compile(
    r"(?:还是|算了|请|那就)*(?:别|不要|不想|不用|甭|莫)(?:再)?(?:留|存|记|写|填)(?:我的?|俺的?)?(?:手机|电话|号码|联系方式)号?码?[了吧啊嘛]*"
)
"""别留我电话了: the name stays."""
_WRITE_IT = re.compile(r"[，, ]*(?:也|都|一起|给我|帮我)?(?:写|加|记|补|填)(?:上|进去)(?:去|吧|一下)?[。！!]?$")
_THEIR_NAME = re.compile(
    r"(?:写|用|填|改成|登记|署|报|留)(?:上|的?是)?(?:我|俺)(?P<who>妈|爸|爹|娘|母亲|父亲|奶奶|爷爷|姥姥|姥爷|外婆|外公|老伴|老公|老婆|儿子|女儿|闺女|邻居|朋友)妈?爸?的(?:名字?|姓名)"
)
_UNCONFIRMED = re.compile(
    r"(?:我|那|要是|如果)*(?:不|没|忘了?)确认(?:的话)?(?:会|能)?(?:怎么?样|咋样|怎么办|行吗|行不行|可以吗|呢)[啊呀呢]?"
)
_PRESSES = re.compile(
    r"(?:快点?|快些|赶紧|抓紧|搞快点)(?:办|吧|啊|点)*|(?:我们?|俺们?)?(?:真的?|实在|确实)*(?:是)?没(?:有)?(?:办)?法了?|(?:求求|拜托)(?:你们?|您)?了?|帮帮我们?(?:吧|啊)*"
)
"""Said at the summary: what helps is to agree to it."""
_SHORTEST = 4
_AGAINST_FILING = re.compile(r"(?:不|别|莫|勿|甭|没必要)[^，。]{0,5}(?:登记|提交|上报|反映|投诉|举报|交上去|报上去)")
_WISH = 30
WAITS = "wait"
"""What ``Draft.pending`` says after somebody asked to wait: a 好的 that follows confirms nothing."""


def answer_repeat(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    choice = next((name for name, pattern in _REPEAT if pattern.search(words_only(turn.text))), None)
    if choice:
        return replace(heard, draft=understood(repeated(heard.draft, choice)))
    return unclear(heard, "utter_choose_repeat")


def answer_split(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    bare = words_only(turn.text)
    if _TOGETHER.search(bare):
        return replace(heard, draft=split_into(heard.draft, "together"))
    if (first := part_meant(turn.text, heard.draft.parts)) is not None:
        return replace(heard, draft=split_into(_begun_with(heard.draft, first), "apart"))
    if _APART.search(bare) or (agrees(turn.text) and not _SUBMITS.search(bare)):
        return replace(heard, draft=split_into(heard.draft, "apart"))
    if commands.denies(turn.text):
        return replace(heard, draft=split_into(heard.draft, "together"))
    if facts.matter:
        return replace(heard, draft=told(heard.draft, facts.rest)).remark("utter_added_to_matter")
    return _beside_the_choice(heard, turn, facts)


def _beside_the_choice(heard: Heard, turn: Turn, facts: Facts) -> Heard:
    """Where it is and who writes are kept, whatever was asked; the choice is asked once more."""
    if facts.any:
        place = answered_place(turn.text) if only_place(turn.text) else facts.place
        return replace(heard, draft=replace(heard.draft, place=place or heard.draft.place)).remark("utter_noted")
    return replace(heard, draft=replace(heard.draft, unclear=heard.draft.unclear + 1))


def _begun_with(draft: Draft, first: int) -> Draft:
    """The part that is to go first in front, and the place where it names one."""
    chosen = draft.parts[first]
    others = (part for number, part in enumerate(draft.parts) if number != first)
    found = find_place(chosen) if first else None
    place = found.value if found and found.exact else draft.place
    return replace(draft, parts=(chosen, *others), place=place)


def split_into(draft: Draft, choice: str) -> Draft:
    """Apart: the first matter goes on, the others wait for it to be filed."""
    if choice == "together" or len(draft.parts) < 2:  # noqa: PLR2004 - one matter is none to split
        return replace(draft, split="together", parts=(), unclear=0)
    first, *others = draft.parts
    return replace(draft, split="apart", matter=first, later=(*others, *draft.later), parts=(), unclear=0)


_ASKS_WHEN = re.compile(r"^(?!.*[改错换])[^，。]{0,6}(?:什么时候|啥时候?|多会儿?|几时|多久|多长时间|几天)")
"""确认，你们什么时候来修: agreed to; the answer to a filing says until when."""


def answer_confirm(  # noqa: C901, PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, facts: Facts, categories: Categories
) -> Heard:
    draft = heard.draft
    if agrees(turn.text):
        if draft.pending == AMISS:
            return replace(heard, draft=replace(draft, pending=None, shown=None, unclear=0)).remark(
                "utter_left_as_it_is"
            )
        heard_only = draft.pending == WAITS and only_hears(turn.text)
        return heard.remark("utter_wait") if heard_only else confirmed(heard)
    if heard.remarks:
        return heard
    if _DISAGREES.search(words_only(turn.text)):
        only_number = not draft.anonymous and _NO_NUMBER.fullmatch(words_only(turn.text))
        return _without_number(heard) if only_number else heard.remark("utter_disagreed")
    if commands.denies(turn.text) or refuses(turn.text) or commands.asks_change(turn.text):
        return which_part(heard)
    if _ASKS_WHEN.search(after_yes(turn.text)) and not facts.any:
        return confirmed(heard)
    if beside := _told_beside(heard, turn.text):
        return beside
    if draft.anonymous and facts.anonymous and not facts.matter:
        return replace(heard, draft=replace(draft, shown=None, unclear=0)).remark("utter_noted")
    if draft.anonymous and (facts.name or facts.phone) and not (facts.place or facts.matter):
        return heard  # whether that undoes the choice is asked
    told_anew = _told_anew(draft, turn.text, facts)
    if told_anew:
        return replace(heard, draft=told_anew).remark("utter_changed")
    return _more(heard, turn, facts, categories)


def answer_yes(heard: Heard) -> Heard:
    """Agreed to what was read out; but after it was asked what is wrong, all is shown once more first."""
    if heard.draft.pending != AMISS:
        return confirmed(heard)
    seen_anew = replace(heard.draft, pending=None, shown=None, unclear=0)
    return replace(heard, draft=seen_anew).remark("utter_left_as_it_is")


def _more(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    """More of the matter, another one, or nothing that can be used."""
    if another := another_matter(heard, turn.text, facts, categories):
        return another
    rest = without_adding(turn.text)
    added = rest if (rest != turn.text and len(rest) >= _SHORTEST) or is_a_detail(turn.text) else facts.matter
    if added and not is_small_talk(added, categories):
        return replace(heard, draft=told(heard.draft, added)).remark("utter_added_to_matter")
    if asked := wondered(heard, turn.text):
        return asked
    if (
        urges(turn.text)
        or _UNCONFIRMED.fullmatch(words_only(turn.text))
        or _PRESSES.fullmatch(words_only(turn.text))
        or (len(turn.text) <= _WISH and _ASKS_AFTER.search(turn.text))
    ):
        return unclear(heard, "utter_not_filed_yet")
    if _AGAINST_FILING.search(words_only(turn.text)[:_WISH]):  # not understood, but surely no wish to file
        return replace(heard, draft=replace(heard.draft, pending=WAITS)).remark("utter_wait")
    return offered(heard, "named") if _may_be_named(heard, turn.text) else unclear(heard, "utter_bad_confirm")


def _may_be_named(heard: Heard, text: str) -> bool:
    """Not understood, but about who will know: a yes that follows is none to being named."""
    return not heard.draft.anonymous and speaks_of_being_known(text)


def _told_beside(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, text: str
) -> Heard | None:
    """The time alone, or somebody else's number, which is not where the filer is reached."""
    if since := time_alone(text):
        timed = replace(heard.draft, when=since, shown=None, pending=None, unclear=0)
        return replace(heard, draft=timed).remark("utter_changed")
    name = bare_name(text)
    if name and _is_another(heard.draft, name):
        return replace(heard, draft=replace(heard.draft, name=name, shown=None, unclear=0)).remark("utter_changed")
    if concerned := _of_the_one_concerned(heard.draft, text):
        return replace(heard, draft=replace(heard.draft, name=concerned, shown=None, unclear=0)).remark("utter_changed")
    if name and name == heard.draft.name and not heard.draft.anonymous:
        return replace(heard, draft=replace(heard.draft, shown=None, unclear=0)).remark("utter_stands_already")
    if declines(text) and _A_NUMBER.search(text) and not heard.draft.anonymous:
        return _without_number(heard)
    if _ANOTHERS_NUMBER.search(text) or _OF_ANOTHER.match(text):
        return replace(heard, draft=told(heard.draft, _WRITE_IT.sub("", text))).remark("utter_added_to_matter")
    return None


def _of_the_one_concerned(draft: Draft, text: str) -> str:
    """写我妈的名字: the name that was told of her; "" where none was, or nothing of the kind is wished."""
    found = _THEIR_NAME.search(text)
    behalf = draft.behalf or ""
    known = found and found["who"] in behalf and not draft.anonymous
    return (bare_name(behalf.partition(found["who"])[2]) or "") if known and found else ""


def _without_number(heard: Heard) -> Heard:
    said = "utter_changed" if heard.draft.phone else "utter_noted"
    return replace(heard, draft=replace(heard.draft, phone="", shown=None, unclear=0)).remark(said)


def _is_another(draft: Draft, name: str) -> bool:
    """Whether a bare name takes the place of the one that was told: 赵志国, for 赵先生."""
    before = "" if draft.anonymous else draft.name or ""
    return bool(before) and name != before and (name[0] in before or sounds_like_a_person(name))


def without_adding(text: str) -> str:
    """The words to be added, without those that say so: 内容加一句：…, 还有，…, …，加上."""
    return _ADDED.sub("", _ADDS.sub("", text))


def _told_anew(draft: Draft, text: str, facts: Facts) -> Draft | None:
    """A bare phone number, name or place in answer to the summary replaces what stood there."""
    if facts.matter or not facts.any:
        return None
    text = to_the_point(_REPLACES.sub("", text))
    draft = moved(draft, answered_place(text)) if only_place(text) else draft
    return replace(
        draft,
        name=draft.name if draft.anonymous else facts.name or draft.name,
        phone=draft.phone if draft.anonymous else facts.phone or draft.phone,
        shown=None,
        unclear=0,
    )


def answer_sensitive(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    bare = words_only(turn.text)
    if bare == "2" or _DISAGREES.search(bare) or commands.denies(turn.text):
        return kept_apart(heard)
    if agrees(turn.text):
        return replace(heard, draft=replace(heard.draft, sensitive="agreed", unclear=0))
    if facts.anonymous:
        return heard
    return unclear(heard, "utter_choose_sensitive")


def kept_apart(heard: Heard) -> Heard:
    """Not agreed: the identity number is not kept, and what else is sensitive goes without a name."""
    draft = heard.draft
    if draft.id_number:
        return replace(heard, draft=replace(draft, id_number="", sensitive=None, unclear=0)).remark("utter_id_dropped")
    confirm = draft.confirm
    apart = replace(anonymous(draft), confirm=confirm, sensitive="apart", shown=True)
    return replace(heard, draft=apart).remark("utter_anonymous")
