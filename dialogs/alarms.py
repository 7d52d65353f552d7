"""What is said after an alarm: word that the danger is past, and what is told beside it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dialogs.nlu.all_clear import is_all_clear, told_after_all_clear, wishes_to_go_on
from dialogs.nlu.danger import without_danger
from dialogs.nlu.danger_model import DangerEar
from dialogs.nlu.matter import Categories, tells_a_matter

_FOR = timedelta(hours=12)
"""So long word that nobody is in danger is heard as about the alarm."""
_OVER = '/danger{"topic": "over"}'
_OVER_AND_ON = '/file_petition{"topic": "held", "kind": "over"}'
_OVER_AND_TOLD = '/file_petition{"kind": "over"}'
_OVER_AND_TOLD_IN_FORM = '/inform{"kind": "over"}'


class Alarms:
    """Reads what follows an alarm; ``alarm`` of the kept state is when the last one was raised."""

    def __init__(self, categories: Categories, danger: DangerEar) -> None:
        self._categories = categories
        self._danger = danger

    def over(self, kept: Mapping[str, Any], text: str, now: datetime, *, in_form: bool) -> tuple[str, str]:
        """The payload of an all-clear, and the words that it tells something new with; "" for all else.

        An all-clear alone goes on with what the alarm put off.
        """
        if not kept["alarm"] or now - datetime.fromisoformat(kept["alarm"]) > _FOR:
            return "", ""
        if is_all_clear(text):
            return _OVER_AND_ON if self._goes_on(kept, text) and not in_form else _OVER, ""
        told = told_after_all_clear(text)
        if not tells_a_matter(told, self._categories) or self._danger.certain(told):
            return "", ""
        return _OVER_AND_TOLD_IN_FORM if in_form else _OVER_AND_TOLD, told

    def _goes_on(self, kept: Mapping[str, Any], text: str) -> bool:
        held = ((kept["engine"] or {}).get("slots") or {}).get("held") or {}
        put_off = without_danger(held.get("text", ""))
        return bool(held.get("waits")) and (wishes_to_go_on(text) or tells_a_matter(put_off, self._categories))
