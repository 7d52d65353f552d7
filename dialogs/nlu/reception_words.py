"""Wishes about the leaders' reception day: a place, one's own booking, giving it back. Short texts alone."""

import re

from dialogs.nlu.clean import words_only

_LEADER = r"(?:领导|市长|书记|县长|区长|镇长|局长|主任|一把手)"
_DAY = r"(?:接待日|接访日|接待活动|公开接访|接访)"
_COMPLAINS = re.compile(r"没人|没有人|不理|不管|不来|态度|投诉|举报|反映|为什么|凭什么|从来|根本|推诿|敷衍|赶|骂")
_BOOK = re.compile(
    rf"(?:我?(?:想|要|怎么|如何|能|可以|能不能|可不可以)*)(?:预约|约|报名|登记|预订|挂号)(?:一下|见|个)?{_LEADER}?的?(?:{_DAY}|接待|见面|当面)|"
    rf"(?:预约|约见){_LEADER}|{_LEADER}的?{_DAY}|{_LEADER}接待(?:群众|来访)?(?:吗|的?时间|安排|预约)?$|"
    rf"^(?:查|看|问)?(?:一下)?(?:最近|近期|下次|本月|这个?月|下个?月)?(?:的|有没有|有)?{_DAY}"
    r"(?:安排|预约|报名|时间|是|在|都?有|怎么|什么|哪|几|吗|么|呢|天|时候|号|$)"
)
_CANCEL = re.compile(
    r"(?:取消|退掉?|撤销?|不要|放弃)(?:一下|掉|我的?|这个|那个|上次|领导|的)*(?:预约|接待|接访)|"
    r"(?:预约|接待日?|接访)(?:的|那天|那个|我|领导|接待)*(?:取消|不去了|去不了|来不了|不来了|不约了|不能去|不能来)"
)
_MINE = re.compile(
    r"^(?:(?:查|看|问)(?:一?下|询)?)?我(?:的|约的|预约的)(?:领导)?(?:预约|接待|接待日)(?:是)?(?:什么时候|哪天|几点|几号|在哪|信息|情况)?$|"
    r"^(?:查|看)(?:一?下|询)?(?:我的)?预约$|^我(?:的)?预约(?:了|的)?(?:是)?(?:什么时候|哪天|几点|几号|在哪儿?|哪里)"
)
_LONGEST = 24


def wish_in(text: str) -> str | None:
    """The intent of a text that is surely such a wish; whoever tells of trouble with a reception tells a matter."""
    bare = words_only(text)
    if len(bare) > _LONGEST or ("接" not in bare and "约" not in bare):
        return None
    if _CANCEL.search(bare):
        return "cancel_reception"
    if _MINE.search(bare):
        return "show_bookings"
    return "book_reception" if _BOOK.search(bare) and not _COMPLAINS.search(bare) else None


def heard_of_it(text: str, asked: str | None) -> str | None:
    """The intent of such a wish where ``asked`` is the open question: none in other forms; who is just booking and
    speaks of giving it back wants no place any more.
    """
    wish = wish_in(text) if not asked or asked.startswith("reception_") else None
    if asked:
        return "stop" if wish == "cancel_reception" else None
    return wish
