"""Coming back to a petition that was left open: hours later or the next day it goes on where it was."""

import re
from datetime import datetime, timedelta
from typing import Any

from dialogs.actions.draft import Draft
from dialogs.actions.held import Held
from dialogs.actions.summary import infer
from dialogs.actions.world import OFFICE_TIME, Turn
from dialogs.nlu import commands
from dialogs.nlu.clean import words_only
from dialogs.nlu.matter import Categories
from dialogs.nlu.part_choice import part_meant

_NOTHING_NEW = re.compile(
    r"(?:好的?|嗯|那|我|就|请|麻烦|帮我|要|想|现在|可以)*(?:登记|继续|接着)(?:登记|办|说|吧|了|一下)*"
)
AWAY = timedelta(hours=4)
"""After so long a person is reminded of what is open."""
WHICH = "which"
"""What ``Draft.pending`` says while the choice between an open matter and the one told just now stands."""
_BOTH = re.compile(r"都(?:要|得|登|报|反映|投诉|说|办|管|记|处理|解决)|两[个件]|[先接]着办那|第[一1]个")
_ONLY = re.compile(r"只|光|单|不[要办管]那|那[件个]不")
_NAMES = {"place": "地点", "name": "姓名", "phone": "手机号"}


def came_back(draft: Draft, turn: Turn) -> bool:
    """Whether the message comes so long after the one before that a reminder is due."""
    return bool(draft.at) and turn.at - datetime.fromisoformat(str(draft.at)) >= AWAY


def begun_with(held: Held, turn: Turn) -> str:
    """The words that a petition begins with: what was held for it, what is said now, or both."""
    asked = turn.entity("topic") == "held" or not turn.text
    if held.waits:
        nothing_new = asked or _NOTHING_NEW.fullmatch(words_only(turn.text)) or commands.opens(turn.text)
        return held.text if nothing_new else f"{held.text}\n{turn.text}"
    if held.text and (asked or "登记" in turn.text[:6]):
        return held.text
    return "\n".join((*held.fragments, turn.text)).strip()


def open_words(draft: Draft, turn: Turn, categories: Categories) -> dict[str, Any]:
    """When it was begun, what it is called, and what is missing: the words of a reminder."""
    title = infer(draft, categories).title if draft.matter else "一件事"
    missing = [name for part, name in _NAMES.items() if getattr(draft, part) is None]
    return {
        "when": _when(draft, turn),
        "title": title,
        "missing": f"还差{'、'.join(missing)}" if missing else "等您确认",
    }


def words_of(draft: Draft) -> str:
    """An open matter in so many words, that its place is not asked again."""
    place, matter = draft.place or "", draft.matter or ""
    return matter if not place or place in matter else f"{place}，{matter}"


def which_of_both(draft: Draft, text: str) -> str:
    """Words that choose between the two: "continue", "latest" alone or "latest_first"; "" where they choose none."""
    if draft.pending != WHICH or not draft.later:
        return ""
    meant = part_meant(text, (words_of(draft), draft.later[-1]))
    if meant is None:
        return "continue" if _BOTH.search(words_only(text)) else ""
    return "continue" if meant == 0 else "latest" if _ONLY.search(words_only(text)) else "latest_first"


def _when(draft: Draft, turn: Turn) -> str:
    then, now = datetime.fromisoformat(str(draft.at)).astimezone(OFFICE_TIME), turn.at.astimezone(OFFICE_TIME)
    days = (now.date() - then.date()).days
    return {0: "今天", 1: "昨天", 2: "前天"}.get(days, f"{then.month}月{then.day}日")
