"""Coming back to a petition that was left open: hours later or the next day it goes on where it was."""

import re
from datetime import datetime, timedelta
from typing import Any

from dialogs.actions.draft import Draft
from dialogs.actions.held import Held
from dialogs.actions.summary import infer
from dialogs.actions.world import OFFICE_TIME, Turn
from dialogs.nlu import commands
from dialogs.nlu.after_alarm import beside_the_danger, is_related
from dialogs.nlu.danger import danger_in
from dialogs.nlu.facts import only_place
from dialogs.nlu.kinds import kind_of
from dialogs.nlu.matter import Categories, finds_fault, tells_a_matter
from dialogs.nlu.part_choice import part_meant
from dialogs.nlu.places import find_place
from dialogs.text.clean import words_only

_NOTHING_NEW = re.compile(
    r"(?:好的?|嗯|那|我|就|请|麻烦|帮我|要|想|现在|可以)*(?:登记|继续|接着)(?:登记|办|说|吧|了|一下)*"
)
AWAY = timedelta(hours=4)
"""After so long a person is reminded of what is open."""
WHICH = "which"
"""What ``Draft.pending`` says while the choice between an open matter and the one told just now stands."""
_ONLY_TO_FILE = 12
"""Characters; what is longer tells its own matter: 没登记过，那我现在登记，虞河路下水道堵了."""
_BOTH = re.compile(r"都(?:要|得|登|报|反映|投诉|说|办|管|记|处理|解决)|两[个件]|[先接]着办那|第[一1]个")
_ONLY = re.compile(r"只|光|单|不[要办管]那|那[件个]不")
_REFERS_BACK = re.compile(
    r"^(?:就是|也是|还是|所以|因为|而且|并且|但是?|是)|刚才|刚刚说|上面说|前面说|[这那](?:件|个)?事|它"
)
_COMMON = re.compile(
    r"一直|没人|没有|坏了|不[修管理]|多次|反映|投诉|举报|小区|我们|咱们|现在|已经|几天|很多|好几|居民|业主|[的了着过在都也还又没不是有就被把给让去来说要想我你他这那个]"
)
_SENSE = re.compile(r"[\u3400-\u9fff]{2}")
_NAMES = {"place": "地点", "name": "姓名", "phone": "手机号"}


def came_back(draft: Draft, turn: Turn) -> bool:
    """Whether the message comes so long after the one before that a reminder is due."""
    return bool(draft.at) and turn.at - datetime.fromisoformat(str(draft.at)) >= AWAY


def begun_with(held: Held, turn: Turn) -> str:
    """The words that a petition begins with: what was held for it, what is said now, or both."""
    asked = turn.entity("topic") == "held" or not turn.text
    if held.waits:
        return held.text if asked or _tells_nothing(turn.text) else f"{held.text}\n{turn.text}"
    if held.text and (asked or ("登记" in turn.text[:6] and len(words_only(turn.text)) <= _ONLY_TO_FILE)):
        return held.text
    if held.text and not held.fragments and only_place(turn.text):
        return f"{held.text}\n{turn.text}"
    return "\n".join((*held.fragments, turn.text)).strip()


def is_apart(held: Held, turn: Turn, categories: Categories) -> bool:
    """Whether what is told now is another matter than the one that an alarm put off."""
    if not (held.waits and turn.text) or turn.entity("topic") == "held" or _REFERS_BACK.search(turn.text):
        return False
    if held.asked_only and tells_a_matter(beside_the_danger(held.text), categories):
        apart = tells_a_matter(turn.text, categories)
        return apart and not _goes_with(held, turn.text)
    if held.asked_only:
        return not (_tells_nothing(turn.text) or _goes_with(held, turn.text))
    if not finds_fault(turn.text) or _goes_with(held, turn.text):
        return False
    ours, theirs = kind_of(turn.text, categories), kind_of(held.text, categories)
    return bool(ours) and ours != theirs


def _tells_nothing(text: str) -> bool:
    return bool(_NOTHING_NEW.fullmatch(words_only(text))) or commands.opens(text)


def _goes_with(held: Held, text: str) -> bool:
    return _share_words(text, held.text) or is_related(text, danger_in(held.text))


def _share_words(one: str, other: str) -> bool:
    """Whether two characters of sense stand in both, places and common words apart."""
    pairs = [_pairs(text) for text in (one, other)]
    return bool(pairs[0] & pairs[1])


def _pairs(text: str) -> set[str]:
    place = find_place(text)
    bare = _COMMON.sub("，", text.replace(place.value, "，", 1) if place else text)
    return {bare[at : at + 2] for at in range(len(bare) - 1) if _SENSE.fullmatch(bare[at : at + 2])}


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
