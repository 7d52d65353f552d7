"""The two forms, read: what the office writes in them becomes a clarification or a reception day."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.clocks.calendar import SHANGHAI
from bot.publishing.errors import PublishRefused
from storage.publication_records import Clarification, Reception

LONGEST: Mapping[str, int] = {
    "question": 60,
    "answer": 800,
    "source": 40,
    "leader": 20,
    "post": 30,
    "matters": 100,
    "place": 60,
    "reason": 60,
}
MOST_PLACES = 100
_FURTHEST = timedelta(days=366)
_CLOSES_BEFORE = timedelta(days=1)
_CLOSES = time(17, 0)


def clarification_of(form: Mapping[str, str], now: datetime) -> Clarification:
    """What was written.

    Raises:
        PublishRefused: naming the field.
    """
    words = {name: _words(form, name, label) for name, label in _OF_CLARIFICATION.items()}
    day, until = _day(form, "day", "发布日期"), _day(form, "until", "有效期") if form.get("until") else None
    today = now.astimezone(SHANGHAI).date()
    if not today - _FURTHEST < day < today + _FURTHEST:
        raise PublishRefused("day", "发布日期离今天太远，请核对")
    if until is not None and until < max(day, today):
        raise PublishRefused("until", "有效期不能早于发布日期和今天")
    return Clarification(**words, day=day, until=until)


def reception_of(form: Mapping[str, str], now: datetime) -> Reception:
    """What was written. Where nobody says when booking begins and ends: now, and 17:00 of the day before.

    Raises:
        PublishRefused: naming the field.
    """
    words = {name: _words(form, name, label) for name, label in _OF_RECEPTION.items()}
    day = _day(form, "day", "接待日期")
    begins, ends = _time(form, "begins", "开始时间"), _time(form, "ends", "结束时间")
    places = form.get("places", "")
    if ends <= begins:
        raise PublishRefused("ends", "结束时间要晚于开始时间")
    if not places.isdecimal() or not 1 <= int(places) <= MOST_PLACES:
        raise PublishRefused("places", f"名额填 1 到 {MOST_PLACES} 的数字")
    begins_at = datetime.combine(day, begins, SHANGHAI)
    if not now < begins_at < now + _FURTHEST:
        raise PublishRefused("day", "接待时间应在今后一年之内")
    opens_at = _moment(form, "opens_at", "预约开始时间") or now
    closes_at = _moment(form, "closes_at", "预约截止时间") or _usual_end(day, now, begins_at)
    if not opens_at < closes_at <= begins_at:
        raise PublishRefused("closes_at", "预约截止要晚于预约开始，也不能晚于接待开始")
    return Reception(
        **words,
        day=day,
        begins=begins,
        ends=ends,
        places=int(places),
        opens_at=opens_at.astimezone(UTC).replace(microsecond=0),
        closes_at=closes_at.astimezone(UTC).replace(microsecond=0),
    )


_OF_CLARIFICATION: Mapping[str, str] = {"question": "传言或疑问", "answer": "官方答复", "source": "发布单位"}
_OF_RECEPTION: Mapping[str, str] = {"leader": "领导姓名", "post": "职务", "matters": "接待事项", "place": "地点"}


def as_form(content: Clarification | Reception) -> dict[str, str]:
    """The fields as they were written, for writing them anew."""
    if isinstance(content, Clarification):
        until = content.until.isoformat() if content.until else ""
        words = {name: getattr(content, name) for name in _OF_CLARIFICATION}
        return words | {"day": content.day.isoformat(), "until": until}
    return {
        **{name: getattr(content, name) for name in _OF_RECEPTION},
        "day": content.day.isoformat(),
        "begins": f"{content.begins:%H:%M}",
        "ends": f"{content.ends:%H:%M}",
        "places": str(content.places),
        "opens_at": f"{content.opens_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        "closes_at": f"{content.closes_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
    }


def _usual_end(day: date, now: datetime, begins_at: datetime) -> datetime:
    usual = datetime.combine(day - _CLOSES_BEFORE, _CLOSES, SHANGHAI)
    return usual if usual > now else begins_at


def _words(form: Mapping[str, str], name: str, label: str) -> str:
    value = form.get(name, "").replace("\r\n", "\n").strip()
    if not value:
        raise PublishRefused(name, f"请填写{label}")
    if len(value) > LONGEST[name]:
        raise PublishRefused(name, f"{label}最多 {LONGEST[name]} 字")
    return value


def _day(form: Mapping[str, str], name: str, label: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise PublishRefused(name, f"请填写{label}") from None


def _time(form: Mapping[str, str], name: str, label: str) -> time:
    try:
        return time.fromisoformat(form.get(name, "")).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise PublishRefused(name, f"请填写{label}") from None


def _moment(form: Mapping[str, str], name: str, label: str) -> datetime | None:
    if not form.get(name):
        return None
    try:
        return datetime.fromisoformat(form[name]).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise PublishRefused(name, f"{label}写得不对") from None
