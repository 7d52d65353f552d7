"""The dialog manager: a thought in, an outcome out. It writes nothing.

Between the channels and the engine it evens out what people type, joins what belongs together, knows the choices
that stand open, answers in the script that is written in, and turns what the actions ask for into typed effects.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from channels.messages import Kind
from dialogs import options
from dialogs.alarms import Alarms
from dialogs.case_questions import Said
from dialogs.effects import Effects
from dialogs.engine.contract import Engine, EngineTurn, Message, State, requested_slot
from dialogs.engine.errors import BadState
from dialogs.hearing import Thought, has_left, thoughts
from dialogs.nlu import commands
from dialogs.nlu.clean import Script, clean, words_only
from dialogs.nlu.danger_model import shipped_ear
from dialogs.nlu.facts import read_facts
from dialogs.nlu.manners import only_advertises
from dialogs.nlu.matter import Categories, asks
from dialogs.nlu.unnamed import only_of_ones_name
from dialogs.notices import NoticeReplies
from dialogs.outcome import Button, CallPerson, Effect, FileCase, Heard, Outcome, Person, Reply, Unlink
from dialogs.repeats import Repeats
from dialogs.written import Written

VERSION = 1
_FRESH: Mapping[str, Any] = {
    "version": VERSION,
    "engine": None,
    "options": [],
    "traditional": False,
    "written": [],
    "names": [],
    "at": "",
    "said": {},
    "alarm": "",
}
_TELLING = frozenset({"petition_matter", "addition_text"})
_SAYS_WHO_WE_ARE = frozenset({"greet", "welcome", "help", "danger"})
_CLOSES = re.compile(
    r"就这些|就这样|完了|没有?了$|说完|谢谢|拜托|望(?:尽快)?(?:解决|处理|回复)|请(?:尽快)?(?:处理|解决|回复)|[?？]$"
)
_FINISHED = re.compile(r"[。！!.~～]$")
_FRAGMENT = 60
_SENT = ('/send_media{"kind": "image"}', "/share_place")
_SHORT_QUESTION = 20
_LEFT_OPEN_FOR: Mapping[str, timedelta] = {"petition_form": timedelta(days=7), "addition_form": timedelta(hours=12)}
"""So long does an open question wait for its answer; then it is dropped, and a petition's dropping is told."""


class Manager:
    """One for the process; all that belongs to a conversation comes in with ``state`` and goes out with it.

    ``notice`` is said once, at first contact, where the answer itself does not say who we are: by channel, "" for
    every other. ``caution`` is said before the answer where a message only perhaps speaks of danger.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        categories: Categories,
        script: Script,
        notice: Mapping[str, str],
        replies: NoticeReplies,
        caution: str = "",
        warm: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._categories = categories
        self._script = script
        self._notice = notice
        self._caution = caution
        self._danger = shipped_ear()
        self._alarms = Alarms(categories, self._danger)
        self._warm = warm
        self._notice_replies = replies
        self._questions = replies.questions
        self._effects = Effects()

    def warm(self) -> None:
        """Begin what the first unsure question would wait for, beside the turns; cheap where it is done."""
        self._warm()

    async def turn(
        self, state: Mapping[str, Any] | None, heard: Sequence[Heard], person: Person, now: datetime
    ) -> Outcome:
        """Answer what was heard, all of it together.

        Raises:
            Exception: what a port raised; nothing was decided then, the turn may be tried again.
            EffectRefused: an action asked for what is no effect.
        """
        kept = _readable(state)
        if has_left(heard):
            return Outcome(state=kept, effects=(Unlink(),), intent="left", at=now)
        said = thoughts(heard)
        outcome = Outcome(state=kept, at=now)
        for number, thought in enumerate(said):
            last = await self._answer(outcome.state, thought, person, now, first=person.first_contact and number == 0)
            outcome = _joined(outcome, last)
        return outcome

    def gathers(self, state: Mapping[str, Any] | None, heard: Sequence[Heard]) -> bool:
        """Whether more is likely to follow at once: somebody is telling their matter, and it is not told yet.

        ``state`` is the conversation's before ``heard``. False whenever the last message ends the question: a tap,
        an event, a command, a text that holds everything or ends as what is finished ends.
        """
        if not heard:
            return False
        last, kept = heard[-1].message, _readable(state)
        asked = requested_slot(kept["engine"])
        if last.payload or last.kind is Kind.EVENT:
            return False
        if last.kind is not Kind.TEXT:
            return asked in _TELLING
        text = self._script.simplified(clean(last.text))
        if (
            not text
            or _ends(text, asked)
            or self._danger.hear(text)
            or options.chosen(text, kept["options"], now=last.received_at, in_form=bool(asked))
        ):
            return False
        return self._goes_on("\n".join(h.message.text for h in heard), text, kept["engine"], asked)

    def _goes_on(self, everything: str, last: str, state: State | None, asked: str | None) -> bool:
        facts = read_facts(self._script.simplified(clean(everything)), self._categories)
        slots = (state or {}).get("slots") or {}
        place = facts.place or slots.get("petition_place")
        name = facts.name or facts.anonymous or slots.get("petition_name") or slots.get("known_name")
        phone = facts.phone or facts.anonymous or slots.get("petition_phone") or slots.get("known_phone")
        if facts.matter and place and ((name and phone) or _FINISHED.search(last)):
            return False
        if asked in _TELLING:
            return True
        return asked is None and bool(facts.matter) and len(last) <= _FRAGMENT and not _FINISHED.search(last)

    async def _answer(
        self, kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime, *, first: bool
    ) -> Outcome:
        traditional = self._script.writes_traditional(thought.text, before=bool(kept["traditional"]))
        text = self._script.simplified(thought.text)
        dropped = await self._drop_what_is_stale(kept, thought, person, now)
        kept = {**kept, "engine": dropped.state} if dropped else kept
        in_form = bool((kept["engine"] or {}).get("active_loop"))
        payload = thought.payload or options.chosen(text, kept["options"], now=now, in_form=in_form) or ""
        alone = "" if payload or thought.attachments or thought.location else text
        over, rest = self._alarms.over(kept, alone, now, in_form=in_form)
        text, alone = (rest, rest) if rest else (text, alone)
        urgent = not over and bool(self._danger.certain(alone))
        spam = not (in_form or urgent) and only_advertises(alone)
        again = Repeats.after(kept["said"], alone, now, urgent=urgent, spam=spam)
        if again.silent:
            return Outcome(state={**kept, "said": again.kept}, intent="slow", at=now)
        answers = again.payload or over
        if not (answers or urgent):  # an alarm is no answer to what is asked of a case
            open_choices = kept["options"]
            answers = await self._of_cases(
                kept["engine"], text, payload, person, now, in_form=in_form, offered=open_choices
            )
        message = _message(
            thought, person, now, text=text if answers or not payload else "", payload=answers or payload, first=first
        )
        done = await self._run(kept["engine"], message)
        channel = person.address.channel
        told = self._replies(dropped, first=False, channel=channel) if dropped else []
        replies = [*told, *self._replies(done, first=first, channel=channel)]
        written = Written([*kept["names"], *kept["written"]], self._script.simplified).and_(thought.text)
        effects = [written.filed(effect) for effect in self._read_effects(done)]
        alarmed = not over and bool(urgent or (self._danger.hear(alone) and not only_of_ones_name(alone)))
        if alarmed and not urgent:
            effects.append(CallPerson(reason="danger"))
            replies = [Reply(text=self._caution), *replies] if self._caution else replies
        return Outcome(
            state={
                "version": VERSION,
                "engine": done.state,
                "options": options.offered(replies, kept["options"], now=now),
                "traditional": traditional,
                "written": list(written.texts)[len(kept["names"]) :] if _unfinished(done.state) else [],
                "names": _names(effects) or kept["names"],
                "at": now.isoformat(),
                "said": again.kept,
                "alarm": now.isoformat() if alarmed else kept["alarm"],
            },
            replies=[self._in_script(reply) for reply in replies] if traditional else replies,
            effects=effects,
            intent=done.intent or "",
            at=now,
        )

    async def _of_cases(
        self,
        state: State | None,
        text: str,
        payload: str,
        person: Person,
        now: datetime,
        *,
        in_form: bool,
        offered: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """The payload of what is said of one's cases or one's data; a tap says what it says."""
        sent = payload.startswith(_SENT)
        if payload and not sent:
            return ""
        numbers = options.of_cases(offered)
        said = Said(text=text, sent=sent, conversation_id=person.conversation_id, at=now, offered=numbers)
        slots = (state or {}).get("slots") or {}
        about = await self._questions.payload(said, slots, in_form=in_form)
        return about or ("" if in_form else await self._notice_replies.payload(said, slots))

    async def _drop_what_is_stale(
        self, kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime
    ) -> EngineTurn | None:
        """What was left open too long is dropped before the message is heard."""
        loop = (kept["engine"] or {}).get("active_loop")
        longest = _LEFT_OPEN_FOR.get(str(loop))
        if not (longest and kept["at"]) or now - datetime.fromisoformat(kept["at"]) <= longest:
            return None
        return await self._run(kept["engine"], _message(thought, person, now, text="", payload="/expire", first=False))

    async def _run(self, state: State | None, message: Message) -> EngineTurn:
        try:
            done = await self._engine.turn(state, message)
        except BadState:
            structlog.get_logger().warning("dialog.state_unreadable", message=message.id)
            done = await self._engine.turn(None, message)
        for failure in done.failures:
            raise failure.error
        return done

    def _replies(self, done: EngineTurn, *, first: bool, channel: str) -> list[Reply]:
        spoken = [message for message in done.messages if message.get("text")]
        replies = [Reply(text=str(m["text"]).strip(), buttons=_buttons(m)) for m in spoken]
        introduced = done.intent in _SAYS_WHO_WE_ARE or any(m.get("response") == "utter_summary" for m in spoken)
        notice = self._notice.get(channel, self._notice[""])
        return [Reply(text=notice), *replies] if first and replies and not introduced else replies

    def _read_effects(self, done: EngineTurn) -> list[Effect]:
        customs = [m["custom"] for m in done.messages if isinstance(m.get("custom"), Mapping)]
        return [self._effects.read(custom["effect"]) for custom in customs if "effect" in custom]

    def _in_script(self, reply: Reply) -> Reply:
        convert = self._script.traditional
        buttons = tuple(Button(title=convert(b.title), payload=b.payload) for b in reply.buttons)
        return Reply(text=convert(reply.text), buttons=buttons)


def _readable(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The kept state, or a fresh one where there is none or it is of another make."""
    if state and state.get("version") == VERSION:
        return {**_FRESH, **state}
    return dict(_FRESH)


def _unfinished(state: State) -> bool:
    """Whether what was said may still be filed: a form is open, or words are held for one."""
    return bool(state.get("active_loop") or (state.get("slots") or {}).get("held"))


def _names(effects: Sequence[Effect]) -> list[str]:
    """The name of who filed, as written: it serves the next petition as well."""
    return [effect.name for effect in effects if isinstance(effect, FileCase) and effect.name]


def _ends(text: str, asked: str | None) -> bool:
    """Whether the text by itself asks to be answered now."""
    command = commands.command_in(text, in_form=asked is not None) or commands.opens(text)
    closes = _CLOSES.search(text[-12:])
    short_question = asks(text) and len(words_only(text)) < _SHORT_QUESTION
    return bool(command or closes or short_question or commands.affirms(text) or commands.denies(text))


def _joined(before: Outcome, last: Outcome) -> Outcome:
    """The later answer; what was answered before is told as well only where it did something."""
    replies = [*before.replies, *last.replies] if before.effects else last.replies or before.replies
    return Outcome(
        state=last.state,
        replies=replies,
        effects=[*before.effects, *last.effects],
        intent=last.intent,
        at=last.at,
    )


def _buttons(message: Mapping[str, Any]) -> tuple[Button, ...]:
    return tuple(Button(title=str(b["title"]), payload=str(b.get("payload", ""))) for b in message.get("buttons") or ())


def _message(thought: Thought, person: Person, now: datetime, *, text: str, payload: str, first: bool) -> Message:
    metadata: dict[str, Any] = {
        "conversation_id": person.conversation_id,
        "message_ids": list(thought.ids),
        "at": now.isoformat(),
        "first_contact": first,
    }
    if thought.attachments:
        metadata["attachments"] = [dict(a) for a in thought.attachments]
    if thought.location:
        metadata["location"] = dict(thought.location)
    return Message(
        id=thought.ids[-1],
        text=text,
        sender_id=person.conversation_id,
        channel=person.address.channel,
        at=now,
        payload=payload,
        metadata=metadata,
    )
