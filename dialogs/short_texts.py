"""Answers to a phone that shows little: what does not fit is kept, and shown part by part when it is asked for.

Nothing is left out but courtesies, and no word is changed: the parts together are the answer. A text is cut where a
reader would pause. Whoever agrees to what they have not been shown yet is shown it first.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.signs import whole_signs
from dialogs.outcome import Reply

HINT, GOES_ON = "（回复M看下文）", "（回复M接着登记）"
_ASKS = frozenset({"M", "更多", "看更多", "下文", "看下文", "全文", "看全文"})
_KEPT_FOR = timedelta(hours=12)
_COURTESIES = frozenset(
    {
        "utter_begin",
        "utter_noted",
        "utter_go_on",
        "utter_changed",
        "utter_left_as_it_is",
        "utter_added_to_matter",
        "utter_greet_in_form",
        "utter_thanks_in_form",
        "utter_location_taken",
        "utter_picture_taken",
        "utter_anonymous",
        "utter_confidential",
        "utter_resumed",
        "utter_accusation_notice",
        "utter_phone_left_open",
        "utter_place_left_open",
        "utter_next_matter",
        "utter_case_hint",
        "utter_case_rate_hint",
    }
)
"""What may be left unsaid where there is no room: the rest of the answer shows it, or help does."""
_TO_AGREE = "utter_summary"
_A_QUESTION = "ask_petition"
_PAUSES = ("\n", "。", "！", "？", "；", "，", "、", " ")
_UNIT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """``replies`` fit; ``rest`` is what is kept for whoever asks for more, as plain JSON."""

    replies: Sequence[Reply]
    rest: Mapping[str, Any]


def fitted(replies: Sequence[Reply], room: int, *, now: datetime) -> Shown:
    """``replies`` as one of at most ``room`` UTF-16 units; 0: there is room for all."""
    if not room:
        return Shown(replies=replies, rest={})
    kept = [reply for reply in replies if reply.text]
    while _length(_joined(kept)) > room and (spare := _spare(kept)) is not None:
        kept.pop(spare)
    if not kept:
        return Shown(replies=(), rest={})
    buttons = tuple(button for reply in kept for button in reply.buttons)
    asks_on = kept[-1].response == _TO_AGREE or _A_QUESTION in kept[-1].response
    before = [] if _length(_joined(kept)) <= room else _before_what_is_agreed_to(kept)
    hint = GOES_ON if asks_on else HINT
    page, rest = cut(_joined(before or kept), room, hint=hint, more=bool(before))
    rest = "\n".join(part for part in (rest, _joined(kept[len(before) :]) if before else "") if part)
    to_agree = kept[-1].response == _TO_AGREE
    return Shown(replies=[Reply(text=page, buttons=buttons)], rest=_kept(rest, now, hint=hint, to_agree=to_agree))


def asks_for_more(text: str) -> bool:
    """Whether ``text`` asks for the next part, in any width and case."""
    return unicodedata.normalize("NFKC", text).strip(" 　。.！!“”\"'\n").upper() in _ASKS


def shows_a_summary(replies: Sequence[Reply]) -> bool:
    """Whether something is to be agreed to, so that what was left to show before is past."""
    return any(reply.response == _TO_AGREE for reply in replies)


def left_after(said: Shown, replies: Sequence[Reply], before: Mapping[str, Any], *, in_form: bool) -> Mapping[str, Any]:
    """What is kept after an answer: its own rest, else that of before, where it may still be meant.

    While a petition is taken down an older rest is past, but for what is to be agreed to.
    """
    past = shows_a_summary(replies) or (in_form and not before.get("to_agree"))
    return said.rest or ({} if past else before)


def next_part(rest: Mapping[str, Any], room: int, *, now: datetime) -> Shown | None:
    """The next part of what was kept; None where nothing is, or it is long ago."""
    if not (room and rest) or now - datetime.fromisoformat(rest["at"]) > _KEPT_FOR:
        return None
    hint = str(rest["hint"])
    page, left = cut(rest["text"], room, hint=hint)
    return Shown(replies=[Reply(text=page)], rest=_kept(left, now, hint=hint, to_agree=rest["to_agree"]))


def cut(text: str, room: int, *, hint: str = HINT, more: bool = False) -> tuple[str, str]:
    """``text``, or as much of it as fits with the hint that there is more; and what is left.

    ``more``: there is more behind it anyhow.
    """
    if _length(text) + (_length(hint) + 1 if more else 0) <= room:
        return (f"{text}\n{hint}" if more else text), ""
    fitting = _fitting(text, room - _length(hint) - 1)
    place = next((at for mark in _PAUSES if (at := text.rfind(mark, 0, fitting) + 1) > fitting // 2), fitting)
    place = whole_signs(text, place)
    page = text[:place].rstrip()
    # Beside a choice the hint needs a line of its own.
    return f"{page}\n{hint}", text[place:].lstrip()


def _before_what_is_agreed_to(replies: Sequence[Reply]) -> Sequence[Reply]:
    """What is filed is read in one piece: where it does not fit with what is said before it, it comes after."""
    return replies[:-1] if replies[-1].response == _TO_AGREE else ()


def _kept(text: str, now: datetime, *, hint: str, to_agree: bool) -> dict[str, Any]:
    return {"text": text, "at": now.isoformat(), "hint": hint, "to_agree": to_agree} if text else {}


def _joined(replies: Sequence[Reply]) -> str:
    return "\n".join(reply.text for reply in replies)


def _spare(replies: Sequence[Reply]) -> int | None:
    """The first that may be left unsaid; never the only one."""
    found = (place for place, reply in enumerate(replies) if reply.response in _COURTESIES)
    return next(found, None) if len(replies) > 1 else None


def _length(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // _UNIT


def _fitting(text: str, room: int) -> int:
    """How many code points of ``text`` fit; one at least."""
    encoded = text.encode("utf-16-be", "surrogatepass")[: max(room, 1) * _UNIT]
    return max(1, len(encoded.decode("utf-16-be", errors="ignore")))
