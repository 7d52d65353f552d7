"""The number a text message comes from, where its sender says that it will do: 就打这个."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs import options
from dialogs.engine.contract import requested_slot
from dialogs.hearing import Thought
from dialogs.nlu.assent import agrees
from dialogs.nlu.phones import find_phones
from dialogs.nlu.this_number import only_names_it, with_number
from dialogs.outcome import Person
from dialogs.text.clean import words_only

CHOSEN = '/inform{"value": "this_number"}'
"""The choice that the question for a phone offers by text message."""
_USES = re.compile(r"(?:就|那就|可以|要)?用(?:吧|呗|的|得|嘛|噻|它|这个)*")
_NOT_SAID = "手机号"
"""What it says where nobody knows the number: that there is one, without it."""
_OF_THE_FILER = frozenset({"petition_name", "petition_phone"})


def number_of(person: Person) -> str:
    """The mobile number that ``person`` texts from; "" on every other channel, or where it is none."""
    found = find_phones(person.address.sender) if person.address.channel == "sms" else []
    return next((phone.value for phone in found if phone.mobile), "")


def told(kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime) -> Thought:
    """``thought`` with the number written out where it is only named; elsewhere it is still no part of the matter."""
    asked = requested_slot(kept["engine"])
    number = number_of(person)
    if number and (_chooses_it(kept, thought, now) or _agrees_to_it(kept, thought, asked)):
        return replace(thought, text=number)
    if thought.payload or not thought.text or (only_names_it(thought.text) and not asked):
        return thought
    said = with_number(thought.text, number or (_NOT_SAID if asked in _OF_THE_FILER else ""))
    return replace(thought, text=said.strip("，, ") or thought.text)


def _chooses_it(kept: Mapping[str, Any], thought: Thought, now: datetime) -> bool:
    asked = requested_slot(kept["engine"])
    return options.chosen(thought.text, kept["options"], now=now, in_form=bool(asked)) == CHOSEN


def _agrees_to_it(kept: Mapping[str, Any], thought: Thought, asked: str | None) -> bool:
    """对, 确认: yes to the number that the question for a phone offered."""
    offered = any(option["payload"] == CHOSEN for option in kept["options"])
    said = agrees(thought.text) or bool(_USES.fullmatch(words_only(thought.text)))
    return asked == "petition_phone" and offered and not thought.payload and said
