"""How reception days and bookings are told: short enough for two text messages, whatever the office wrote."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.local_time import at
from bot.text import clip
from storage.publication_records import Booking, Publication, Reception

_WEEK = "一二三四五六日"
_PLACE, _WHO, _TITLE = 30, 20, 60
BRING = "请带身份证和有关材料，提前10分钟到"


def spoken_day(day: date) -> str:
    """11月26日（周四）."""
    return f"{day.month}月{day.day}日（周{_WEEK[day.weekday()]}）"


def spoken_time(reception: Reception) -> str:
    """11月26日（周四）9:00–11:30."""
    begins, ends = reception.begins, reception.ends
    return f"{spoken_day(reception.day)}{begins.hour}:{begins:%M}–{ends.hour}:{ends:%M}"


def who(reception: Reception) -> str:
    return f"{reception.post}{reception.leader}"


def reminded(reception: Reception, booking: Booking) -> str:
    return (
        f"提醒：您预约了明天{spoken_time(reception)}{clip(who(reception), _WHO)}接待，第{booking.seat}号。"
        f"地点：{clip(reception.place, _PLACE)}。{BRING}。来不了请回复“取消预约”。"
    )


def called_off(reception: Reception, reason: str) -> str:
    why = f"（{clip(reason, _PLACE)}）" if reason else ""
    return (
        f"很抱歉，您预约的{spoken_time(reception)}{clip(who(reception), _WHO)}接待取消了{why}，请不要前往。"
        "另约其他场次，请回复“预约领导接待”。"
    )


def moved(before: Reception, after: Reception, booking: Booking) -> str:
    return (
        f"您预约的{spoken_day(before.day)}{clip(who(before), _WHO)}接待有变动，现为：{spoken_time(after)}，"
        f"地点：{clip(after.place, _PLACE)}，您仍是第{booking.seat}号。来不了请回复“取消预约”。"
    )


def dropped(reception: Reception) -> str:
    return f"您在{spoken_time(reception)}{clip(who(reception), _WHO)}接待的预约，工作人员已取消。有疑问请回复“人工”。"


def booked(reception: Reception, booking: Booking) -> str:
    """Told to whoever was booked by hand."""
    return (
        f"已为您预约{spoken_time(reception)}{clip(who(reception), _WHO)}接待，第{booking.seat}号。"
        f"地点：{clip(reception.place, _PLACE)}。{BRING}。来不了请回复“取消预约”。"
    )


def facts(reception: Reception, state: str, now: datetime) -> Mapping[str, str]:
    """What templates are filled with."""
    return {
        "title": clip(f"{who(reception)}接待"),
        "state": state,
        "time": at(reception.begins_at),
        "note": clip(reception.place),
        "number": at(now),
    }


def as_notice(publication: Publication) -> tuple[str, str]:
    """Title and text of a notice to many that tells of it; whoever sends it may change them."""
    content = publication.content
    if isinstance(content, Reception):
        text = (
            f"{spoken_time(content)}，{who(content)}接待来访群众，地点：{content.place}。"
            f"接待事项：{content.matters}。要预约请回复“预约领导接待”。"
        )
        return content.title, text
    day = f"{content.day.year}年{content.day.month}月{content.day.day}日"
    return clip(f"正面通告：{content.question}", _TITLE), f"{content.answer}\n（{content.source}，{day}）"
