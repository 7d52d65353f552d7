"""The day on which a letter came, corrected where it was taken down wrongly: its limits count from it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot.clocks.calendar import SHANGHAI, local_day
from storage.cases import Case

_LETTER = "letter"
_LONGEST_AGO = timedelta(days=366)


class WrongDay(Exception):
    """``sentence`` says what is wrong with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def received_in(form: Mapping[str, str], case: Case) -> dict[str, datetime | None]:
    """What the form says of the day, as a field of the case; nothing where it says nothing, or the case is no letter.

    Raises:
        WrongDay: it is none on which the letter may have come.
    """
    if not form.get("received") or case.source.channel != _LETTER:
        return {}
    registered = local_day(case.created_at)
    try:
        came = date.fromisoformat(form["received"])
    except ValueError:
        raise WrongDay("收到日期请填日期，如 2026-11-20") from None
    if came > registered:
        raise WrongDay("收到日期不能晚于登记的那天")
    if registered - came > _LONGEST_AGO:
        raise WrongDay("收到日期不能早于登记前一年，请核对年份")
    return {"received_at": None if came == registered else datetime.combine(came, time(), SHANGHAI)}
