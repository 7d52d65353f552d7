"""The choices a reply offered: a digit or a title, typed, means the same as the button."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dialogs.nlu import commands
from dialogs.nlu.bare_numbers import bare_number, chooses_nothing, help_number
from dialogs.outcome import Reply
from dialogs.text.clean import words_only

_MOST = 10
_OPEN_FOR = timedelta(hours=12)
_OPEN_IN_A_FORM_FOR = timedelta(days=7)
"""A form waits for its answer, and so do its choices."""
_STAYS = 2
_DIGIT = re.compile(
    r"(?:我|就|那)?(?:选择?|要|回复)?第?([1-9一二三四五六七八九])(?:号|个|项|件|条)?(?:吧|呗|啊|呀|哈)?"
)
_ANY_NUMBER = re.compile(
    r"(?:我|就|那)?(?:选择?|要|回复)?第?([0-9]{1,2}|[零〇一二三四五六七八九十])(?:号|个|项|件|条)?(?:吧|呗|啊|呀|哈)?"
)
_LINE = re.compile(r"^([0-9]{1,2}) (.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"(?:^|\s)1[ 　]\S")
_NUMBER_BEFORE = re.compile(r"^[0-9]{1,2}[ 　.、．)）:：]*(?=[\u3400-\u9fff])")
"""1用这个手机号: number and title, as the choice was shown."""
_SEVERAL = 2
_A_SUM = re.compile(r"[百千万亿]|\d{4}")
"""一万八千五, 18500: no number of any list; while something is taken down it puts a sum right."""
_OF_MATTERS = re.compile(r"第.[件桩]")
"""第二件 is the second matter where matters are told apart, not the second choice."""
_CASE = re.compile(r'"case_number": "(\w+)"')
_CASE_INTENT = re.compile(r"[ ,]*\{.*\}$")
_APART = '"value": "apart"'
_OTHER = '/file_petition{"topic": "held"}'
_NONE_OF_THEM = re.compile(r"(?:不是|都不是|哪个都不是|都不对|另外|是新的?|新的?|别的)(?:事|一件|的|了|另外登记|登记)*")
_KEPT = "/keep_case"
_CHINESE = "一二三四五六七八九"
_WHY_WITHDRAW = re.compile(
    r"(?<![没不])(?:解决|修好|弄好|处理好|来修)了|^(?:已经)?(?:自己)?好了|不用(?:了|管|你们|办)|不需要了|没事了|算了|想通了|"
    r"^(?>是的?|对的?|好的?|嗯|行|那|就)+[，, ]*撤(?:了|掉|回)?吧?[。！]?$|^撤(?:了|掉)?吧?[。！]?$"
)

_KEEP = re.compile(r"(?:不|别|先不|还是不)(?:要)?撤|继续(?:办|处理)|点错|手滑|误操作|再(?:等等|想想|考虑)")

MENU = (
    ("反映问题", "/file_petition"),
    ("查进度", "/show_progress"),
    ("补充材料", "/add_to_case"),
    ("撤回", "/withdraw"),
    ("政策问答", "/ask_policy"),
    ("人工", "/call_person"),
)


_SETTLES = ("/keep_", "/confirm_")
"""Answers to what was asked back: a number that comes afterwards undoes none of them."""


def offered(
    replies: Sequence[Reply], before: Sequence[Mapping[str, Any]], *, now: datetime, payload: str = ""
) -> list[dict[str, Any]]:
    """What stands open after a turn that said ``payload``: its own choices, or those of before for two turns more."""
    fresh = [b for reply in replies for b in reply.buttons][:_MOST]
    if fresh:
        shown = _shown(replies)
        new = {"at": now.isoformat(), "turns": 0}
        return [
            {"title": b.title, "payload": b.payload, **new, "shown": shown(number, b.title)}
            for number, b in enumerate(fresh, 1)
        ]
    if payload.startswith(_SETTLES):
        return []
    return [{**option, "turns": option["turns"] + 1} for option in before if option["turns"] < _STAYS]


def chosen(text: str, options: Sequence[Mapping[str, Any]], *, now: datetime, in_form: bool) -> str | None:
    """The payload of the choice that ``text`` makes; None where it makes none.

    A number that answers nothing has the menu shown, outside forms.
    """
    bare = words_only(text)
    fresh = _fresh(options, now, in_form=in_form)
    at = _position(text)
    if _OF_MATTERS.match(bare) and any(_APART in str(o["payload"]) for o in fresh):
        return None
    titles = [o["title"] for o in fresh]
    if at is not None and fresh:
        return str(fresh[at]["payload"]) if at < len(fresh) else None
    said = _NUMBER_BEFORE.sub("", text.strip())
    if said in titles:
        return str(fresh[titles.index(said)]["payload"])
    if (
        answer := _plain_answer(text, fresh)
        or _still_which(text, fresh)
        or (None if in_form else _same_or_not(text, fresh))
    ):
        return answer
    if bare_number(text) and not in_form and beyond(text, options, now=now, in_form=in_form) is None:
        return "/help" + json.dumps({"kind": "number", "value": bare_number(text)}, ensure_ascii=False)
    return _menu_title(bare, in_form=in_form)


def beyond(
    text: str, options: Sequence[Mapping[str, Any]], *, now: datetime, in_form: bool
) -> tuple[str, Sequence[str]] | None:
    """The number that ``text`` is, where it is none of those just shown, and what these were; None for all else."""
    fresh = [option for option in _fresh(options, now, in_form=in_form) if not option["turns"]]
    given = bare_number(text) or _number_in(text)
    if not given or help_number(text) or (in_form and _A_SUM.search(given)):
        return None
    if len(fresh) < _SEVERAL or not all(option.get("shown") for option in fresh):
        return None
    at = _position(text)
    return (given, [str(option["shown"]) for option in fresh]) if at is None or at >= len(fresh) else None


def _number_in(text: str) -> str:
    given = _ANY_NUMBER.fullmatch(words_only(text))
    return given[1] if given else ""


def of_cases(options: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The open choices between cases: case number to payload."""
    named = [(_CASE.search(str(option["payload"])), str(option["payload"])) for option in options]
    return {found[1]: payload for found, payload in named if found}


def _plain_answer(text: str, options: Sequence[Mapping[str, Any]]) -> str | None:
    """A yes or no to a withdrawal that was asked back; whoever tells why they withdraw says yes."""
    payloads = [str(o["payload"]) for o in options]
    agrees = commands.affirms(text) or bool(_WHY_WITHDRAW.search(text))
    keeps = commands.denies(text) or bool(_KEEP.search(text))
    wanted = "/keep_" if keeps else "/confirm_" if agrees else ""
    if keeps and any(p.startswith("/withdraw{") for p in payloads):
        return _KEPT
    return next((p for p in payloads if p.startswith(wanted)), None) if wanted else None


def _menu_title(bare: str, *, in_form: bool) -> str | None:
    return None if in_form else next((payload for title, payload in MENU if bare == title), None)


def _still_which(text: str, options: Sequence[Mapping[str, Any]]) -> str | None:
    """A bare yes chooses none of several cases: it is asked again which."""
    asked = {_CASE_INTENT.sub("", str(o["payload"])) for o in options if _CASE.search(str(o["payload"]))}
    several = len([o for o in options if _CASE.search(str(o["payload"]))]) > 1
    return next(iter(asked)) if several and len(asked) == 1 and commands.affirms(text) else None


def _same_or_not(text: str, options: Sequence[Mapping[str, Any]]) -> str | None:
    """A yes to the only case that was shown, a no to all: 是您登记过的这件事吗."""
    payloads = [str(o["payload"]) for o in options if not o["turns"]]
    cases = [payload for payload in payloads if _CASE.search(payload)]
    if _OTHER not in payloads or not cases:
        return None
    if commands.affirms(text):
        return cases[0] if len(cases) == 1 else None
    return _OTHER if commands.denies(text) or _NONE_OF_THEM.fullmatch(words_only(text)) else None


def _fresh(options: Sequence[Mapping[str, Any]], now: datetime, *, in_form: bool) -> list[Mapping[str, Any]]:
    longest = _OPEN_IN_A_FORM_FOR if in_form else _OPEN_FOR
    return [option for option in options if now - datetime.fromisoformat(option["at"]) <= longest]


def _shown(replies: Sequence[Reply]) -> Callable[[int, str], str]:
    """Gives what stood behind a number, its title where the choices share a line; "" where none were numbered."""
    choosing = [reply.text for reply in replies if reply.buttons]
    if len(choosing) != 1 or not _NUMBERED.search(choosing[0]):
        return lambda _number, _title: ""
    lines = dict(_LINE.findall(choosing[0])) if "　2 " not in choosing[0] else {}
    return lambda number, title: lines.get(str(number), title)


def _position(text: str) -> int | None:
    found = _DIGIT.fullmatch(words_only(text))
    if not found or chooses_nothing(text):
        return None
    return _CHINESE.index(found[1]) if found[1] in _CHINESE else int(found[1]) - 1
