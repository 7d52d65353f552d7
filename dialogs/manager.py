"""The dialog manager: a thought in, an outcome out. It writes nothing.

Between the channels and the engine it evens out what people type, joins what belongs together, knows the choices
that stand open, answers in the script that is written in, and turns what the actions ask for into typed effects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from dialogs import options, own_number
from dialogs.abbreviations import in_full
from dialogs.actions.amiss import says_amiss
from dialogs.alarms import RAISED, Alarms
from dialogs.astray import Astray
from dialogs.case_questions import Said
from dialogs.effects import Effects
from dialogs.engine.contract import Engine, EngineTurn, Message, State, requested_slot
from dialogs.engine.errors import BadState
from dialogs.gathering import Gathering
from dialogs.hearing import Thought, has_left, thoughts
from dialogs.kept import VERSION, names_in, readable, unfinished
from dialogs.nlu import commands
from dialogs.nlu.danger_model import shipped_ear
from dialogs.nlu.gatherings import plans_a_gathering
from dialogs.nlu.manners import only_advertises
from dialogs.nlu.matter import Categories
from dialogs.nlu.unnamed import only_of_ones_name
from dialogs.notices import NoticeReplies
from dialogs.outcome import CallPerson, Effect, Heard, Outcome, Person, Reply, Unlink
from dialogs.pictures import pointed_out
from dialogs.repeats import Repeats
from dialogs.scans import scan_after, scanned, with_scans
from dialogs.short_texts import asks_for_more, fitted, left_after, next_part
from dialogs.speaking import Voice
from dialogs.text.clean import Script
from dialogs.written import Written

_SENT = ('/send_media{"kind": "image"}', "/share_place")
_LEFT_OPEN_HOURS: Mapping[str, int] = {"petition_form": 168, "addition_form": 12, "reception_form": 12}
"""So long does an open question wait for its answer; then it is dropped, and a petition's dropping is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grasped:
    """A thought before the engine hears it.

    ``alone`` is its text where nothing came with it; ``follows`` the payload of what follows an alarm or raises one;
    ``again`` what is done with words that were said before.
    """

    thought: Thought
    text: str = field(repr=False)
    alone: str = field(repr=False)
    payload: str
    follows: str
    urgent: bool
    in_form: bool
    again: Repeats


class Manager:
    """One for the process; all that belongs to a conversation comes in with ``state`` and goes out with it.

    ``notice`` is said once, at first contact, where the answer itself does not say who we are: by channel, "" for
    every other. ``caution`` is said before the answer where a message only perhaps speaks of danger, ``gathering``
    where it tells of many who are about to gather. ``astray`` answers a number that is none of those just shown.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        categories: Categories,
        script: Script,
        notice: Mapping[str, str],
        replies: NoticeReplies,
        caution: Mapping[str, str],
        gathering: Mapping[str, str],
        astray: Astray,
        warm: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._script = script
        self._voice = Voice(notice, script)
        self._caution = caution
        self._gathering_words = gathering
        self._astray = astray
        self._danger = shipped_ear()
        self._gathering = Gathering(categories, script, self._danger)
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
        kept = readable(state)
        if has_left(heard):
            return Outcome(state=kept, effects=(Unlink(),), intent="left", at=now)
        said = thoughts(heard)
        outcome = Outcome(state=with_scans(kept, heard, now), at=now)
        for number, thought in enumerate(said):
            last = await self._answer(outcome.state, thought, person, now, first=person.first_contact and number == 0)
            outcome = _joined(outcome, last)
        return outcome

    def gathers(self, state: Mapping[str, Any] | None, heard: Sequence[Heard]) -> bool:
        """Whether more is likely to follow at once: somebody is telling their matter, and it is not told yet."""
        return self._gathering.gathers(state, heard)

    async def _answer(
        self, kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime, *, first: bool
    ) -> Outcome:
        dropped = await self._drop_what_is_stale(kept, thought, person, now)
        kept = {**kept, "engine": dropped.state} if dropped else kept
        thought = _as_answer(kept, thought)
        if shown := self._next_part(kept, thought, person, now):
            return shown
        if person.address.channel == "sms":
            thought = replace(thought, text=in_full(thought.text, asked=requested_slot(kept["engine"])))
        thought = own_number.told(kept, thought, person, now)
        grasped = self._grasp(kept, thought, now)
        if grasped.again.silent:
            return Outcome(state={**kept, "said": grasped.again.kept}, intent="slow", at=now)
        answers = grasped.again.payload or grasped.follows
        if not (answers or grasped.urgent):  # an alarm is no answer to what is asked of a case
            answers = await self._of_cases(kept, grasped, person, now) or pointed_out(kept, thought, grasped.text, now)
        alone = "" if answers or dropped or grasped.payload else grasped.alone
        if astray := self._astray.answer(kept, alone, now, room=person.room, in_form=grasped.in_form):
            return astray
        text = grasped.text if answers or not grasped.payload else ""
        message = _message(thought, person, now, text=text, payload=answers or grasped.payload, first=first)
        if where := scanned(kept, now):
            message = replace(message, metadata={**message.metadata, "scanned": where})
        if not grasped.urgent and self._perhaps_alarmed(grasped):
            message = replace(message, metadata={**message.metadata, "danger": True})
        done = await self._run(kept["engine"], message)
        channel = person.address.channel
        told = self._voice.replies(dropped, first=False, channel=channel) if dropped else []
        replies = [*told, *self._voice.replies(done, first=first, channel=channel)]
        return self._outcome(kept, grasped, done, replies, now, room=person.room)

    def _next_part(self, kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime) -> Outcome | None:
        """What was kept for want of room, where it is asked for, or agreed to unseen."""
        if not kept["more"] or thought.payload or thought.attachments or thought.location:
            return None
        text = self._script.simplified(thought.text)
        chosen = options.chosen(text, kept["options"], now=now, in_form=True)
        unseen = kept["more"]["to_agree"] and (chosen == "/affirm" or commands.affirms(text))
        part = next_part(kept["more"], person.room, now=now) if unseen or asks_for_more(text) else None
        if part is None:
            return None
        state = {**kept, "more": part.rest, "at": now.isoformat()}
        return Outcome(state=state, replies=part.replies, intent="more", at=now)

    def _grasp(self, kept: Mapping[str, Any], thought: Thought, now: datetime) -> _Grasped:
        """What is certain of a thought without the engine."""
        text = self._script.simplified(thought.text)
        in_form = bool((kept["engine"] or {}).get("active_loop"))
        payload = thought.payload or options.chosen(text, kept["options"], now=now, in_form=in_form) or ""
        alone = "" if payload or thought.attachments or thought.location else text
        located = bool(thought.location) and not (text or thought.attachments)
        follows = self._alarms.follows(kept, alone, now, in_form=in_form, located=located)
        text, alone = (follows.rest, follows.rest) if follows.rest else (text, alone)
        raised = follows.payload.startswith(RAISED)
        urgent = raised or (not follows.payload and bool(self._danger.certain(alone)))
        spam = not (in_form or urgent) and only_advertises(alone)
        return _Grasped(
            thought=thought,
            text=text,
            alone=alone,
            payload=payload,
            follows=follows.payload,
            urgent=urgent,
            in_form=in_form,
            again=Repeats.after(kept["said"], alone, now, urgent=urgent or bool(follows.payload), spam=spam),
        )

    def _outcome(
        self,
        kept: Mapping[str, Any],
        grasped: _Grasped,
        done: EngineTurn,
        replies: Sequence[Reply],
        now: datetime,
        *,
        room: int,
    ) -> Outcome:
        wrote = grasped.thought.text
        traditional = self._script.writes_traditional(wrote, before=bool(kept["traditional"]))
        written = Written([*kept["names"], *kept["written"]], self._script.simplified).and_(wrote)
        effects = [written.filed(effect) for effect in self._read_effects(done)]
        alarmed = grasped.urgent or self._perhaps_alarmed(grasped)
        gathers = not grasped.urgent and plans_a_gathering(grasped.alone)
        if (alarmed or gathers) and not grasped.urgent:
            effects.append(CallPerson(reason="danger" if alarmed else "gathering"))
            caution = (self._caution if alarmed else self._gathering_words)["sms" if room else ""]
            replies = [Reply(text=caution), *replies] if caution else replies
        said = fitted(self._voice.in_script(replies, traditional=traditional), room, now=now)
        return Outcome(
            state={
                "version": VERSION,
                "engine": done.state,
                "options": options.offered(replies, kept["options"], now=now, payload=grasped.payload),
                "traditional": traditional,
                "written": list(written.texts)[len(kept["names"]) :] if unfinished(done.state) else [],
                "names": names_in(effects) or kept["names"],
                "at": now.isoformat(),
                "said": grasped.again.kept,
                "alarm": now.isoformat() if alarmed else kept["alarm"],
                "danger": self._alarms.about(kept, grasped.alone, grasped.follows),
                "scan": scan_after(kept, effects),
                "more": left_after(said, replies, kept["more"], in_form=unfinished(done.state)),
            },
            replies=said.replies,
            effects=effects,
            intent=done.intent or "",
            at=now,
        )

    def _perhaps_alarmed(self, grasped: _Grasped) -> bool:
        alone = grasped.alone
        if grasped.follows or not self._danger.hear(alone):
            return False
        return not (only_of_ones_name(alone) or (grasped.in_form and says_amiss(alone)))

    async def _of_cases(self, kept: Mapping[str, Any], grasped: _Grasped, person: Person, now: datetime) -> str:
        """The payload of what is said of one's cases or one's data; a tap says what it says."""
        sent = grasped.payload.startswith(_SENT)
        said = Said(
            text=grasped.text,
            sent=sent,
            conversation_id=person.conversation_id,
            at=now,
            offered=options.of_cases(kept["options"]),
        )
        typed = not (grasped.thought.payload or grasped.in_form)
        if typed and (grade := await self._notice_replies.graded(said, kept["options"])):
            return grade
        if grasped.payload and not sent:
            return ""
        slots = (kept["engine"] or {}).get("slots") or {}
        if not grasped.in_form and (reason := await self._notice_replies.reason(said, slots)):
            return reason
        about = await self._questions.payload(said, slots, in_form=grasped.in_form)
        return about or ("" if grasped.in_form else await self._notice_replies.payload(said, slots))

    async def _drop_what_is_stale(
        self, kept: Mapping[str, Any], thought: Thought, person: Person, now: datetime
    ) -> EngineTurn | None:
        """What was left open too long is dropped before the message is heard."""
        loop = (kept["engine"] or {}).get("active_loop")
        longest = _LEFT_OPEN_HOURS.get(str(loop))
        if not (longest and kept["at"]) or now - datetime.fromisoformat(kept["at"]) <= timedelta(hours=longest):
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

    def _read_effects(self, done: EngineTurn) -> list[Effect]:
        customs = [m["custom"] for m in done.messages if isinstance(m.get("custom"), Mapping)]
        return [self._effects.read(custom["effect"]) for custom in customs if "effect" in custom]


def _as_answer(kept: Mapping[str, Any], thought: Thought) -> Thought:
    """A scan while the place is asked is the answer."""
    answers = thought.scanned and requested_slot(kept["engine"]) == "petition_place"
    return replace(thought, payload="", text=thought.scanned) if answers else thought


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


def _message(thought: Thought, person: Person, now: datetime, *, text: str, payload: str, first: bool) -> Message:
    metadata: dict[str, Any] = {
        "conversation_id": person.conversation_id,
        "message_ids": list(thought.ids),
        "at": now.isoformat(),
        "first_contact": first,
    }
    if person.room:
        metadata["room"] = person.room
    if own_number.number_of(person):
        metadata["number_known"] = True
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
