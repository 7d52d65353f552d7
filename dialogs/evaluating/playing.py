"""Plays conversations: a resident who knows their matter and reads nothing but what the bot says."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialogs.evaluating.city import CasesInMemory, stranger, view
from dialogs.evaluating.phone import Phone, Sent
from dialogs.evaluating.reading import Asked, asked_in, choices_in, filed_in
from dialogs.evaluating.script import Conversation, Interjection, Said, Step
from dialogs.manager import Manager
from dialogs.outcome import Effect, FileCase, Outcome
from dialogs.ports import CaseView
from dialogs.text.clean import Script

LONGEST = 16
"""Turns after which a resident gives up."""
_LOST = 2
"""How often they try again where the bot neither asks nor files."""
_UNKNOWN = {"name": "匿名", "phone": "没有手机", "place": "没有具体地点", "since": "记不清了", "reason": "没有了"}
_ORDER = (Asked.MATTER, Asked.SINCE, Asked.PLACE, Asked.NAME, Asked.PHONE, Asked.REASON)


class Town:
    """Fulfils ``ports.Cases`` with those of whoever talks now: one bot serves one conversation after the other."""

    def __init__(self) -> None:
        self.cases = CasesInMemory()
        self.script = Script()

    async def mine(self, conversation_id: str) -> Sequence[CaseView]:
        return await self.cases.mine(conversation_id)

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:
        return await self.cases.find(number=number, code=code, conversation_id=conversation_id)

    async def proves(self, *, number: str, code: str, conversation_id: str) -> bool:
        return await self.cases.proves(number=number, code=code, conversation_id=conversation_id)

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        return await self.cases.draw_number(message_id=message_id, at=at)


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of a conversation. ``lines``: (who, words) in order; ``problems``: what should not have been.

    ``asked_again``: what the bot asked for although it had been told. ``turns_to_file``: the turn that filed first.
    """

    conversation: Conversation
    lines: list[tuple[str, str]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)
    turns: int = 0
    turns_to_file: int | None = None

    @property
    def said(self) -> str:
        """All that the bot said."""
        return "\n".join(words for who, words in self.lines if who == "机器人")

    def note(self, says: Said, outcome: Outcome) -> str:
        """Write down one turn; gives what the bot said."""
        reply = "\n".join(one.text for one in outcome.replies)
        self.lines += [("市民", shown(one)) for one in says]
        self.lines.append(("机器人", reply))
        self.turns += 1
        self.effects += outcome.effects
        if self.turns_to_file is None and any(isinstance(effect, FileCase) for effect in outcome.effects):
            self.turns_to_file = self.turns
        return reply


def shown(sent: Sent) -> str:
    """A message as a transcript shows it."""
    if isinstance(sent, str):
        return sent
    return " ".join(f"[{kind}] {value}" for kind, value in sent.items())


async def play(conversation: Conversation, town: Town, manager: Manager) -> Played:
    """Hold one conversation. An error of the bot is among the problems, never raised."""
    town.cases = _cases_of(conversation)
    phone = Phone(
        manager=manager, cases=town.cases, channel=conversation.channel, first_contact=conversation.first_contact
    )
    played = Played(conversation=conversation)
    try:
        await (
            _follow(conversation.steps, phone, played)
            if conversation.steps
            else _Resident(phone, played, town.script).talk()
        )
    except Exception as error:  # noqa: BLE001 - one that breaks must not end the others
        played.problems.append(f"机器人出错：{type(error).__name__}: {error}")
    return played


def _cases_of(conversation: Conversation) -> CasesInMemory:
    cases = CasesInMemory()
    cases.own = [view(**known) for known in conversation.cases]
    for known in conversation.others:
        cases.others[known["number"]] = (known["code"], stranger(known["number"]))
    return cases


async def _follow(steps: Sequence[Step], phone: Phone, played: Played) -> None:
    for step in steps:
        outcome = await phone.says(*step.says)
        reply = played.note(step.says, outcome)
        played.problems += _wrong(step.bot, step.never, reply, step.says)
        if step.silent and reply:
            played.problems.append(f"对“{shown(step.says[0])}”不应回答")
        if step.effects is not None:
            played.problems += _wrong_effects(step, outcome.effects)


def _wrong_effects(step: Step, effects: Sequence[Effect]) -> list[str]:
    wanted = [(one["kind"], {k: v for k, v in one.items() if k != "kind"}) for one in step.effects or ()]
    got = [
        (type(effect).__name__, {name: _plain(getattr(effect, name, None)) for name in fields})
        for effect, (_, fields) in zip(effects, wanted, strict=False)
    ] + [(type(effect).__name__, {}) for effect in effects[len(wanted) :]]
    return [] if got == wanted else [f"对“{shown(step.says[0])}”应办 {wanted}，实际 {got}"]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _wrong(wanted: Sequence[str], never: Sequence[str], reply: str, says: Said) -> list[str]:
    to = shown(says[0])[:30]
    return [f"对“{to}”的回答里没有“{part}”" for part in wanted if part not in reply] + [
        f"对“{to}”的回答里不该有“{part}”" for part in never if part in reply
    ]


class _Resident:
    """Says the opening, answers what is asked, puts in what they have to say, confirms."""

    def __init__(self, phone: Phone, played: Played, script: Script) -> None:
        self._phone = phone
        self._script = script
        self._played = played
        self._is = played.conversation
        self._facts = dict(self._is.facts)
        self._told = set(self._is.told)
        self._to_say = deque(self._is.opens)
        self._left = list(self._is.then)
        self._lost = 0
        self._filings = 0
        self._pending: Interjection | None = None

    async def talk(self) -> None:
        reply = ""
        while self._played.turns < LONGEST:
            says = self._to_say.popleft() if self._to_say else self._next(reply)
            if says is None:
                return
            reply = await self._say(says)
            if self._pending is not None:
                self._played.problems += _wrong(self._pending.bot, self._pending.never, reply, says)
                self._pending = None
        self._played.problems.append(f"说了 {LONGEST} 轮还没完")

    async def _say(self, says: Said) -> str:
        """Gives the reply as the resident takes it: in whichever script, the words are the same."""
        said = self._played.note(says, await self._phone.says(*says))
        reply = self._script.simplified(said)
        self._filings += filed_in(reply)
        return reply

    def _next(self, reply: str) -> Said | None:
        asked = asked_in(reply)
        self._count_asked_again(asked)
        interjection = self._interjects(asked, filed=filed_in(reply))
        if interjection:
            return interjection
        if not self._wants_more:
            return None
        for way in (self._confirms, self._answers, self._picks, self._goes_on):
            if says := way(asked, reply):
                self._lost = self._lost + 1 if way == self._goes_on else 0
                return says
        self._played.problems.append("机器人既没有问，也没有登记，市民不知道该说什么了")
        return None

    @property
    def _wants_more(self) -> bool:
        return self._filings < (self._is.expect.filed or 0) or bool(self._left)

    def _count_asked_again(self, asked: frozenset[Asked]) -> None:
        self._played.asked_again += [kind.value for kind in _ORDER if kind in asked and kind.value in self._told]

    def _interjects(self, asked: frozenset[Asked], *, filed: bool) -> Said | None:
        now = {kind.value for kind in asked} | {"next"} | ({"filed"} if filed else set())
        for interjection in self._left:
            if not interjection.at & now:
                continue
            self._left.remove(interjection)
            self._pending = interjection
            self._phone.now += interjection.pause
            self._facts |= interjection.changes
            self._told |= interjection.changes.keys()
            self._told -= interjection.reopens
            return interjection.says
        return None

    def _confirms(self, asked: frozenset[Asked], _reply: str) -> Said | None:
        return (self._is.answers.get("confirm", "确认"),) if Asked.CONFIRM in asked else None

    def _answers(self, asked: frozenset[Asked], _reply: str) -> Said | None:
        kinds = [kind.value for kind in _ORDER if kind in asked]
        if self._is.one_at_a_time:
            kinds = kinds[:1]
        self._told |= set(kinds)
        said = [self._answer(kind) for kind in kinds]
        words = "，".join(dict.fromkeys(one for one in said if isinstance(one, str)))
        others: list[Sent] = [one for one in said if not isinstance(one, str)]
        return tuple(([words] if words else []) + others) or None

    def _answer(self, kind: str) -> Sent:
        if kind in self._is.answers:
            return self._is.answers[kind]
        if kind in {"name", "phone"} and self._facts.get("anonymous"):
            self._told |= {"name", "phone"}
            return "匿名"
        if kind in self._is.told and kind not in self._facts:
            return self._is.opens[-1][-1]  # they say it once more
        return str(self._facts.get(kind) or _UNKNOWN.get(kind, "没有了"))

    def _picks(self, _asked: frozenset[Asked], reply: str) -> Said | None:
        for word in self._is.picks:
            for number, title in choices_in(reply).items():
                if word in title:
                    return (number,)
        return None

    def _goes_on(self, _asked: frozenset[Asked], _reply: str) -> Said | None:
        """Nothing was asked: a person tells their matter where they have not, or asks to go on."""
        if self._lost >= _LOST:
            return None
        if "matter" not in self._told and self._facts.get("matter"):
            self._told.add("matter")
            return (self._answer("matter"),)
        return ("接着登记",)


async def play_all(
    conversations: Sequence[Conversation],
    town: Town,
    manager: Manager,
    *,
    after_each: Callable[[Played], None] = lambda _played: None,
) -> list[Played]:
    """Hold them one after the other."""
    done: list[Played] = []
    for conversation in conversations:
        done.append(await play(conversation, town, manager))
        after_each(done[-1])
    return done
