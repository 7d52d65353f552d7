"""A conversation to be played, as its YAML tells it. docs/evaluating-dialogs.md is the manual of the format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dialogs.evaluating.phone import Sent

_PLAYED = {
    "name",
    "tags",
    "channel",
    "first_contact",
    "cases",
    "others",
    "resident",
    "opens",
    "told",
    "answers",
    "one_at_a_time",
    "picks",
    "then",
    "expect",
    "limits",
}
_SCRIPTED = {"name", "tags", "channel", "first_contact", "cases", "others", "steps"}
_FACTS = {"matter", "place", "name", "phone", "since", "reason", "anonymous"}
_THEN = {"at", "says", "bot", "never", "changes", "reopens", "pause"}
_STEP = {"user", "bot", "never", "effects", "silent", "gathers"}
_EXPECT = {"filed", "case", "effects", "danger", "answered", "says", "never"}
_LIMITS = {"turns"}
Said = tuple[Sent, ...]
"""What is heard together in one turn."""


class ScriptRefused(Exception):
    """A file of conversations cannot be played; ``sentence`` names file, conversation and what is wrong."""

    retryable = False

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.sentence = f"{where}：{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interjection:
    """Something said out of turn. ``at``: when the bot asks for one of these, or "next", "filed".

    ``bot``: what the reply must contain; ``never``: what it must not. ``changes``: facts that are so from now on.
    ``reopens``: what may be asked again because of it. ``pause``: how long nothing was said before.
    """

    at: frozenset[str]
    says: Said
    bot: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    reopens: frozenset[str] = frozenset()
    pause: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must have come of it. ``filed``: how many petitions, None: not looked at; ``cases``: fields of each."""

    filed: int | None = None
    cases: tuple[Mapping[str, Any], ...] = ()
    effects: tuple[str, ...] = ()
    danger: bool | None = None
    answered: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One turn of a scripted conversation and what must come of it; ``effects`` None: not looked at."""

    says: Said
    bot: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    effects: tuple[Mapping[str, Any], ...] | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Played by a resident with ``facts`` who reads the bot, or, where ``steps`` are given, said as written.

    ``told``: what the opening says already. ``answers``: how a fact is put into words when it is asked for.
    ``picks``: words to look for among numbered choices, the first that occurs is chosen.
    """

    name: str
    tags: tuple[str, ...] = ()
    channel: str = "wechat"
    first_contact: bool = True
    cases: tuple[Mapping[str, Any], ...] = ()
    others: tuple[Mapping[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    opens: tuple[Said, ...] = ()
    told: frozenset[str] = frozenset()
    answers: Mapping[str, Sent] = field(default_factory=dict)
    one_at_a_time: bool = False
    picks: tuple[str, ...] = ()
    then: tuple[Interjection, ...] = ()
    expect: Expectation = field(default_factory=Expectation)
    turns: int | None = None
    steps: tuple[Step, ...] = ()

    @property
    def cooperative(self) -> bool:
        """Whether nothing but the bot's own questions stands between the opening and the filing."""
        return bool(self.expect.filed == 1 and not self.then and not self.steps)


def read_conversations(raw: Any, where: str) -> list[Conversation]:
    """The conversations of one file, whose parsed YAML is ``raw``.

    Raises:
        ScriptRefused: naming the conversation.
    """
    if not isinstance(raw, list):
        raise ScriptRefused(where, "应是对话的列表（每个对话以 - name: 开头）")
    return [_conversation(one, f"{where}，第{number}个对话") for number, one in enumerate(raw, 1)]


def _conversation(raw: Any, where: str) -> Conversation:
    table = _table(raw, where)
    name = table.get("name")
    if not isinstance(name, str):
        raise ScriptRefused(where, "缺少 name")
    where = f"{where}“{name}”"
    _known(table, _SCRIPTED if "steps" in table else _PLAYED, where)
    common: dict[str, Any] = {
        "name": name,
        "tags": _words(table.get("tags"), where),
        "channel": str(table.get("channel", "wechat")),
        "first_contact": bool(table.get("first_contact", "steps" not in table)),
        "cases": tuple(_table(one, where) for one in _list(table.get("cases"), where)),
        "others": tuple(_table(one, where) for one in _list(table.get("others"), where)),
    }
    if "steps" in table:
        return Conversation(**common, steps=tuple(_step(s, where) for s in _list(table["steps"], where)))
    return Conversation(**common, **_played(table, where))


def _played(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    facts = _known(_table(table.get("resident", {}), where), _FACTS, f"{where} resident")
    opens = tuple(_said(one, where) for one in _list(table.get("opens"), where))
    if not opens:
        raise ScriptRefused(where, "缺少 opens（居民先说的话）")
    limits = _known(_table(table.get("limits", {}), where), _LIMITS, f"{where} limits")
    return {
        "facts": facts,
        "opens": opens,
        "told": frozenset(_words(table.get("told"), where)),
        "answers": _table(table.get("answers", {}), where),
        "one_at_a_time": bool(table.get("one_at_a_time", False)),
        "picks": _words(table.get("picks"), where),
        "then": tuple(_interjection(one, where) for one in _list(table.get("then"), where)),
        "expect": _expectation(_table(table.get("expect", {}), where), where),
        "turns": limits.get("turns"),
    }


def _interjection(raw: Any, where: str) -> Interjection:
    table = _known(_table(raw, where), _THEN, f"{where} then")
    if "says" not in table:
        raise ScriptRefused(where, "then 里缺少 says")
    return Interjection(
        at=frozenset(_words(table.get("at", "next"), where)),
        says=_said(table["says"], where),
        bot=_words(table.get("bot"), where),
        never=_words(table.get("never"), where),
        changes=_table(table.get("changes", {}), where),
        reopens=frozenset(_words(table.get("reopens"), where)),
        pause=timedelta(hours=float(table.get("pause", 0))),
    )


def _expectation(raw: Mapping[str, Any], where: str) -> Expectation:
    table = _known(raw, _EXPECT, f"{where} expect")
    case = table.get("case")
    filed = table.get("filed", 1 if isinstance(case, Mapping) else len(case) if case else None)
    return Expectation(
        filed=filed,
        cases=tuple(_table(one, where) for one in ([case] if isinstance(case, Mapping) else _list(case, where))),
        effects=_words(table.get("effects"), where),
        danger=table.get("danger"),
        answered=_words(table.get("answered"), where),
        says=_words(table.get("says"), where),
        never=_words(table.get("never"), where),
    )


def _step(raw: Any, where: str) -> Step:
    table = _known(_table(raw, where), _STEP, f"{where} steps")
    if "user" not in table:
        raise ScriptRefused(where, "steps 里缺少 user")
    effects = table.get("effects")
    return Step(
        says=_said(table["user"], where),
        bot=_words(table.get("bot"), where),
        never=_words(table.get("never"), where),
        effects=None if effects is None else tuple(_table(one, where) for one in _list(effects, where)),
        silent=bool(table.get("silent", False)),
    )


def _said(raw: Any, where: str) -> Said:
    items = raw if isinstance(raw, list) else [raw]
    for item in items:
        if not isinstance(item, str | Mapping) or not item:
            raise ScriptRefused(where, f"居民说的话应是文字，或 {{image: …}} 一类，而不是 {item!r}（数字请加引号）")
    return tuple(items)


def _known(table: Mapping[str, Any], known: set[str], where: str) -> Mapping[str, Any]:
    for key in table.keys() - known:
        raise ScriptRefused(where, f"不认识 {key}，可用的有 {'、'.join(sorted(known))}")
    return table


def _table(raw: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ScriptRefused(where, f"这里应是 键: 值，而不是 {raw!r}")
    return raw


def _list(raw: Any, where: str) -> Sequence[Any]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise ScriptRefused(where, f"这里应是列表（- 开头），而不是 {raw!r}")
    return raw


def _words(raw: Any, where: str) -> tuple[str, ...]:
    items = () if raw is None else raw if isinstance(raw, list) else (raw,)
    if not all(isinstance(item, str) for item in items):
        raise ScriptRefused(where, f"这里应是文字，而不是 {raw!r}（数字请加引号）")
    return tuple(items)
