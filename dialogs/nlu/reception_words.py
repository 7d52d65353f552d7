"""Wishes about the leaders' reception day: a place, one's own booking, giving it back. Short texts alone."""

import re

from dialogs.text.clean import words_only

_LEADER = r"(?:领导|市长|书记|县长|区长|镇长|局长|主任|一把手)"
_DAY = r"(?:接待日|接访日|接待活动|公开接访|接访)"
_COMPLAINS = re.compile(r"没人|没有人|不理|不管|不来|态度|投诉|举报|反映|为什么|凭什么|从来|根本|推诿|敷衍|赶|骂")
_BOOK = re.compile(
    rf"(?:我?(?:想|要|怎么|如何|能|可以|能不能|可不可以)*)(?:预约|约|报名|登记|预订|挂号)(?:一下|见|个)?{_LEADER}?的?(?:{_DAY}|接待|见面|当面)|"
    rf"(?:预约|约见){_LEADER}|{_LEADER}的?{_DAY}|{_LEADER}接待(?:群众|来访)?(?:吗|的?时间|安排|预约)?$|"
    rf"^(?:查|看|问)?(?:一下)?(?:最近|近期|下次|本月|这个?月|下个?月)?(?:的|有没有|有)?{_DAY}"
    r"(?:安排|预约|报名|时间|是|在|都?有|怎么|什么|哪|几|吗|么|呢|天|时候|号|$)"
)
_HEAD = r"(?:[市县区镇乡局厅州省]长|书记|一把手|大领导|领导|主任)"
_WANTS = (
    r"(?:(?:这|下)?个?(?:周|星期|礼拜)[一二三四五六日天]|明天|今天|后天)?(?:上午|下午)?(?:我|俺|"
    r"咱|我们)?(?:就|还是|真的?|很|也)*(?:想|要|得|求|能|能不能|可不可以|可以|希望|申请|需要|想要)*"
)
_MEETS = re.compile(
    rf"{_WANTS}(?:预?约)?(?:个|一?下)?(?:时间)?(?:见|约|当面见)(?:一?[见面下]|到|上)?(?:你们?|您们?|咱们?|本|贵|市|县|区)*(?:的|单位)?{_HEAD}"
    r"(?:一?面|一下|当面)*(?:说说?|谈谈?|反映|讲讲?|聊聊?)?(?:问题|情况|事情?|话|一下)*[了吧吗么啊呀不]*|"
    rf"{_WANTS}(?:找|跟|和)(?:你们?|市|县|区)*(?:的)?(?:[市县区镇乡局厅州省]长|书记|一把手)(?:当面)?(?:说说?|谈谈?|反映|讲讲?|聊聊?|见面?)(?:问题|情况|事情?|话|一下)*[了吧吗么啊呀不]*"
)
"""Wants to be received by whoever is at the head; 见主任 alone may be anybody's wish for a person."""
_ON_A_DAY = re.compile(
    r"(?:请|麻烦|能不能|可不可以|可以|想|要)*(?:帮|给|替|为)?我?(?:想|要)?(?:预?约)(?:个|一个|一下|到|在)?"
    r"(?:时间|(?:这|下|下下)?个?(?:周|星期|礼拜)[一二三四五六日天]|明天|后天|大后天|[0-9一二三四五六七八九十]{1,3}[号日])(?:上午|下午|早上)?(?:的)?(?:时间|号|见面|接待|接访|吧|行吗|可以吗|行不行)*"
)
"""帮我约下周二: nothing else is booked here."""
_CANCEL = re.compile(
    r"(?:取消|退掉?|撤销?|不要|放弃)(?:一下|掉|我的?|这个|那个|上次|领导|的)*(?:预约|接待|接访)|"
    r"(?:预约|接待日?|接访)(?:的|那天|那个|我|领导|接待)*(?:取消|不去了|去不了|来不了|不来了|不约了|不能去|不能来)"
)
_MINE = re.compile(
    r"^(?:(?:查|看|问)(?:一?下|询)?)?我(?:的|约的|预约的)(?:领导)?(?:预约|接待|接待日)(?:是)?(?:什么时候|哪天|几点|几号|在哪|信息|情况)?$|"
    r"^(?:查|看)(?:一?下|询)?(?:我的)?预约$|^我(?:的)?预约(?:了|的)?(?:是)?(?:什么时候|哪天|几点|几号|在哪儿?|哪里)"
)
_SPEAKS_OF_IT = re.compile(r"[接约见]|[找跟和]")
_LONGEST = 24


def wish_in(text: str) -> str | None:
    """The intent of a text that is surely such a wish; whoever tells of trouble with a reception tells a matter."""
    bare = words_only(text)
    if len(bare) > _LONGEST or not _SPEAKS_OF_IT.search(bare):
        return None
    if _MEETS.fullmatch(bare) or _ON_A_DAY.fullmatch(bare):
        return "book_reception"
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
