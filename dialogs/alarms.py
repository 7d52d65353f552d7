"""What is said after an alarm: word that the danger is past, where help is needed, and what is told beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialogs.nlu.after_alarm import (
    asks_who_comes,
    beside_the_danger,
    came_for_more,
    goes_to_petition,
    has_called,
    has_secured,
    have_gone,
    is_at,
    is_past,
    is_something_else,
    refuses_help,
    said_where,
    told_after,
)
from dialogs.nlu.all_clear import is_all_clear, wishes_to_go_on
from dialogs.nlu.danger import ARE_A_MATTER, Danger, danger_in
from dialogs.nlu.danger_model import DangerEar
from dialogs.nlu.facts import only_place, read_facts
from dialogs.nlu.help_needed import Help, help_for, is_of_the_speaker
from dialogs.nlu.matter import Categories, asks, tells_a_matter

_FOR = timedelta(hours=12)
"""So long word that nobody is in danger is heard as about the alarm."""
_WHERE_FOR = timedelta(hours=2)
"""So long an address or a number is said for those who come to help."""
_OVER = '/danger{"topic": "over"}'
_OVER_AND_ON = '/file_petition{"topic": "held", "kind": "over"}'
_OVER_AND_TOLD = '/file_petition{"kind": "over"}'
_OVER_AND_TOLD_IN_FORM = '/inform{"kind": "over"}'
RAISED = '/danger{"danger"'
"""So begins the payload that raises an alarm."""
_STAY = '/danger{"topic": "stay"}'
_PETITION = '/danger{"topic": "petition"}'
_COMING = '/danger{"topic": "coming"}'
_CALLED = '/danger{"topic": "called"}'
_GONE = '/danger{"topic": "gone"}'
_SECURED = '/danger{"topic": "secured"}'
_WHERE = '/danger{"topic": "where"}'
_WHERE_AND_ON = '/file_petition{"kind": "where"}'
_SURE = frozenset({Help.LOCKED_CHILD, Help.FUMES})
"""Help that is told at once even where the danger is only likely: the words for it are plain."""
_HARMS_THEMSELVES, _THREATENS, _OTHER, _PAST = "self", "threat", "other", "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """What a message means to the alarm before it: a payload, "" for nothing; ``rest``: the words that tell more."""

    payload: str = ""
    rest: str = field(default="", repr=False)


_NOTHING = Follows()


class Alarms:
    """Reads what follows an alarm.

    ``alarm`` of the kept state is when the last one was raised, ``danger`` what it was about: who speaks would harm
    themselves, or threatens; something else; or it is past.
    """

    def __init__(self, categories: Categories, danger: DangerEar) -> None:
        self._categories = categories
        self._danger = danger

    def follows(
        self, kept: Mapping[str, Any], text: str, now: datetime, *, in_form: bool, located: bool = False
    ) -> Follows:
        """``text`` "" for what is no text alone; ``located``: a position was sent."""
        if kept["alarm"] and now - datetime.fromisoformat(kept["alarm"]) <= _FOR:
            if (over := self._over(kept, text, in_form=in_form)).payload:
                return over
            if have_gone(text) and self._of_others(kept):
                return Follows(payload=_GONE)
            if payload := self._after(kept, text, now, in_form=in_form, located=located):
                return Follows(payload=payload)
        if text and not self._danger.certain(text) and (heard := self._danger.hear(text)):
            sure = help_for(heard.danger, text) in _SURE
            return Follows(payload=f'{RAISED}: "{heard.danger}"}}') if sure else _NOTHING
        return _NOTHING

    def about(self, kept: Mapping[str, Any], text: str, payload: str) -> str:
        """What the alarm is about after this message; whoever would harm themselves stays so until it is past."""
        if '"over"' in payload:
            return _PAST
        heard = self._danger.hear(text)
        if not heard or kept["danger"] == _HARMS_THEMSELVES:
            return str(kept["danger"])
        chosen = help_for(heard.danger, text)
        if heard.certain and is_of_the_speaker(chosen, text):
            return _HARMS_THEMSELVES
        return _THREATENS if chosen is Help.THREAT else _OTHER

    def _over(self, kept: Mapping[str, Any], text: str, *, in_form: bool) -> Follows:
        """An all-clear, and what is told after it; alone it goes on with what the alarm put off."""
        told = told_after(text)
        if tells_a_matter(told, self._categories) and not self._danger.certain(told) and not is_past(text):
            return Follows(payload=_OVER_AND_TOLD_IN_FORM if in_form else _OVER_AND_TOLD, rest=told)
        if not text or not is_past(text):
            return _NOTHING
        if self._goes_on(kept, text) and not in_form:
            return Follows(payload=_OVER_AND_ON)
        about = str(kept["danger"])
        return Follows(payload=_OVER.replace("}", f', "kind": "{about}"}}'))

    def _goes_on(self, kept: Mapping[str, Any], text: str) -> bool:
        held = ((kept["engine"] or {}).get("slots") or {}).get("held") or {}
        put_off = beside_the_danger(held.get("text", ""))
        wishes = is_all_clear(text) and wishes_to_go_on(text)
        wishes = wishes or came_for_more(text)
        return bool(held.get("waits")) and (wishes or tells_a_matter(put_off, self._categories))

    def _after(self, kept: Mapping[str, Any], text: str, now: datetime, *, in_form: bool, located: bool) -> str:
        if kept["danger"] in {"", _PAST} or self._danger.certain(text):
            return ""
        if kept["danger"] == _HARMS_THEMSELVES and self._only_goes_to_petition(text):
            return _PETITION
        near = now - datetime.fromisoformat(kept["alarm"]) <= _WHERE_FOR
        if near and not in_form and (payload := self._of_help(kept, text, located=located)):
            return payload
        if kept["danger"] != _HARMS_THEMSELVES or not text:
            return ""
        if not in_form and self._has_a_matter(kept) and read_facts(text, self._categories).any:
            return ""
        stays = refuses_help(text) if in_form else not is_something_else(text, self._categories)
        return _STAY if stays else ""

    def _only_goes_to_petition(self, text: str) -> bool:
        """Speaks of going to petition, and tells no matter yet."""
        return goes_to_petition(text) and not tells_a_matter(text, self._categories)

    def _of_help(self, kept: Mapping[str, Any], text: str, *, located: bool) -> str:
        """What is said of those who come to help: where to, whether they come, that they were called; what was done."""
        if where := self._where(kept, text, located=located):
            return where
        if asks_who_comes(text) and not refuses_help(text):
            return _COMING
        if kept["danger"] == _HARMS_THEMSELVES:
            return ""
        if has_called(text):
            return _CALLED
        return _SECURED if self._heard(kept) in {Danger.FIRE, Danger.GAS} and has_secured(text) else ""

    def _where(self, kept: Mapping[str, Any], text: str, *, located: bool) -> str:
        """Where somebody is or how they are reached, told with no other matter; "" where that is not told.

        Of a danger that the city deals with, or with a matter beside it, the petition goes on with it.
        """
        bare = said_where(text)
        facts = read_facts(bare, self._categories)
        if facts.matter or asks(text) or danger_in(text):
            return ""
        place = located or facts.place or only_place(bare)
        if place and self._has_a_matter(kept):
            return _WHERE_AND_ON
        has_number = bool(facts.phone) and not self._has_a_matter(kept)
        return _WHERE if place or has_number or is_at(text) else ""

    def _of_others(self, kept: Mapping[str, Any]) -> bool:
        """Whether the alarm was about what others do or did to somebody: they may leave, and come again."""
        return kept["danger"] == _OTHER and self._heard(kept) in {Danger.VIOLENCE, Danger.THREAT}

    def _heard(self, kept: Mapping[str, Any]) -> Danger | None:
        """The danger that the alarm was raised for."""
        held = ((kept["engine"] or {}).get("slots") or {}).get("held") or {}
        heard = self._danger.hear(held.get("text", ""))
        return heard.danger if heard else None

    def _has_a_matter(self, kept: Mapping[str, Any]) -> bool:
        held = ((kept["engine"] or {}).get("slots") or {}).get("held") or {}
        text = held.get("text", "") if held.get("waits") and not held.get("asked_only") else ""
        return danger_in(text) in ARE_A_MATTER or tells_a_matter(beside_the_danger(text), self._categories)
