"""Policy questions: an approved answer with its source, up to three questions, or an honest "I do not know"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta, timezone
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.held import Held, hold
from dialogs.actions.in_vain import kept_in_vain, times_in_vain
from dialogs.actions.progress import ShowProgress
from dialogs.actions.world import Turn, World, hush, in_form, say, turn_of
from dialogs.faq.answers import ELSEWHERE, Answer
from dialogs.faq.aspects import Aspect, aspect_of, leans_on_the_last, still_against
from dialogs.faq.context import LAST_STEP, LastAnswer, in_context, read_last
from dialogs.faq.search import Finding, Found

_STILL_OPEN = {
    "petition_matter": "告诉我是什么事",
    "petition_place": "告诉我地点",
    "petition_name": "告诉我姓名",
    "petition_phone": "告诉我手机号",
    "petition_confirm": "回复“确认”提交",
    "addition_text": "发要补充的内容",
}
_TOPICS = ("accept_deadline", "finish_deadline", "review", "accusation_secret", "hotline_refused", "privacy_use")
_FIXED = {
    "fear": "utter_afraid_outside",
    "unnamed": "utter_unnamed_outside",
    "handles": "utter_who_handles",
    "robot": "utter_robot",
    "fee": "utter_free",
    "solved": "utter_if_solved",
    "sending": "utter_how_to_send",
    "again": "utter_why_again",
    "code_for": "utter_code_is_for",
    "proof": "utter_proof",
    "materials": "utter_materials",
    "code": "utter_query_code",
    "no_number": "utter_no_number",
    "office": "utter_where_we_are",
    "number": "utter_number_unknown",
}
"""Answers that are the same whoever asks: of being known (no petition is opened), of this bot, of registering."""
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{2,4}?[区县市]")
_VERBATIM = 0.95
_FREE_OF_CHARGE = frozenset({"petition", "hotline", "review", "report", "visit"})
"""Topics of what is done here, or by the hotline: none of it costs anything."""
_NOTHING_MORE = Finding(found=(), sure=False, near=False, by="context")
"""To a question that follows up, where nothing approved tells of it."""
_NOT_KNOWN = Finding(found=(), sure=False, near=False, by="formality")
"""To how some paper is got that no entry is about: what only sounds alike (优待证, 听证) is not offered."""
_CHINA = timezone(timedelta(hours=8))


class AnswerPolicy(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_answer_policy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        today = turn.at.astimezone(_CHINA).date()
        if response := _fixed(turn, tracker):
            say(dispatcher, response, office=self._world.office.name, hotline=self._world.office.hotline)
            return []
        if turn.entity("kind") == "photos":
            kept = bool(tracker.slots.get("petition_attachments"))
            say(dispatcher, "utter_photos_kept" if kept else "utter_photos_missing")
            return []
        if turn.entity("kind") == "discontent" and await self._world.cases.mine(turn.conversation_id):
            return await ShowProgress(self._world).run(dispatcher, tracker, domain)
        chosen = self._world.answers.get(turn.entity("answer_id"), today=today)
        if chosen:
            told = _answer(dispatcher, chosen, turn)
            return [*told, *_may_be_registered(dispatcher, turn)] if turn.entity("kind") == "told" else told
        if not turn.text or turn.entity("kind") == "topics":
            topics = [answer for topic in _TOPICS if (answer := self._world.answers.get(topic, today=today))]
            return _offer(dispatcher, tracker, "utter_policy_topics", topics)
        finding = _NOT_KNOWN if turn.entity("kind") == "formality" else await self._find(turn, tracker, today)
        return [*self._say(dispatcher, tracker, turn, finding, today), SlotSet("policy_why", _why(finding))]

    def _say(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, finding: Finding, today: date
    ) -> list[EventType]:
        if finding.sure:
            told = _answer(dispatcher, finding.found[0].answer, turn)
            return [] if self._is_an_aside(tracker, turn, finding.found[0].answer, today) else told
        if finding.near and len(finding.found) == 1:
            return _answer(dispatcher, finding.found[0].answer, turn, perhaps=True)
        if finding.by == "context" and not finding.found:
            return self._no_more(dispatcher, tracker, turn, today=today)
        if finding.near:
            return _offer(dispatcher, tracker, "utter_policy_offer", [one.answer for one in finding.found])
        return self._do_not_know(dispatcher, tracker, turn)

    async def _find(self, turn: Turn, tracker: Tracker, today: date) -> Finding:
        answers, understanding = self._world.answers, self._world.understanding
        last = read_last(tracker.slots.get("last_answer"), now=turn.at)
        following = in_context(answers, turn.text, last, today=today)
        if following is not None and (following.sure or not _verbatim(answers.search(turn.text, 1, today=today))):
            return following
        if last and _leans(turn.text, last) and not _verbatim(answers.search(turn.text, 1, today=today)):
            return _NOTHING_MORE
        district = _district(turn.text, tracker)
        found = await answers.find(turn.text, today=today, district=district, embedder=understanding.embedder)
        if found.sure or understanding.rewriter is None:
            return found
        wording = await understanding.rewriter.rewrite(turn.text)
        if not wording:
            return found
        again = await answers.find(wording, today=today, district=district, embedder=understanding.embedder)
        # Another wording is a guess at what was meant: what it finds is offered, not given.
        return again.only_offered() if again.sure or again.near else found

    def _is_an_aside(self, tracker: Tracker, turn: Turn, answer: Answer, today: date) -> bool:
        """Whether only a word of the last answer was explained: what is asked next is still about that one."""
        last = read_last(tracker.slots.get("last_answer"), now=turn.at)
        before = self._world.answers.get(last.id, today=today) if last else None
        return bool(before and before.topic == answer.topic and answer.aspects == {Aspect.WHAT})

    def _no_more(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, *, today: date
    ) -> list[EventType]:
        """Nothing approved tells what was asked on: that is said, rather than something else."""
        last = read_last(tracker.slots.get("last_answer"), now=turn.at)
        before = self._world.answers.get(last.id, today=today) if last else None
        if before is not None and before.topic in _FREE_OF_CHARGE and aspect_of(turn.text) is Aspect.COST:
            say(dispatcher, "utter_free")
            return []
        elsewhere = before is not None and before.topic == ELSEWHERE
        response = "utter_policy_no_more_elsewhere" if elsewhere else "utter_policy_no_more"
        say(dispatcher, response, hotline=self._world.office.hotline)
        return []

    def _do_not_know(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> list[Any]:
        hotline = self._world.office.hotline
        if in_form(tracker):
            say(dispatcher, "utter_policy_unknown_in_form", hotline=hotline)
            return []
        times = times_in_vain(tracker, turn, "policy")
        say(dispatcher, "utter_policy_unknown" if times == 1 else "utter_policy_unknown_again", hotline=hotline)
        return [kept_in_vain(turn, "policy", times), hold(Held(text=turn.text), at=turn.at)]


def _fixed(turn: Turn, tracker: Tracker) -> str:
    """What is the same whoever asks; who filed just now is not offered to stay unnamed."""
    filed = tracker.slots.get("just_filed") and not in_form(tracker)
    return "utter_filed_is_kept" if filed and turn.entity("kind") == "unnamed" else _FIXED.get(turn.entity("kind"), "")


def _leans(text: str, last: LastAnswer) -> bool:
    """Whether ``text`` can only be of the last answer: discontent with anything but a review is of one's own matter."""
    return leans_on_the_last(text) and (last.id == LAST_STEP or not still_against(text))


def _verbatim(found: Sequence[Found]) -> bool:
    """Whether a known question was asked word for word: that goes before several that only follow up."""
    return bool(found) and found[0].score >= _VERBATIM


def _why(finding: Finding) -> dict[str, Any]:
    """Why this was answered, for editors: no word of the asker is in it."""
    return {
        "by": finding.by,
        "sure": finding.sure,
        "found": [{"id": one.answer.id, "asked": one.asked, "score": one.score} for one in finding.found],
    }


def _district(text: str, tracker: Tracker) -> str:
    """The district that the question names, or the petition that is being told: 奎文区."""
    named = _DISTRICT.search(text) or _DISTRICT.search(str(tracker.slots.get("petition_place") or ""))
    return named.group() if named else ""


def _answer(dispatcher: CollectingDispatcher, answer: Answer, turn: Turn, *, perhaps: bool = False) -> list[EventType]:
    """Word for word; what follows up is heard as about it. ``perhaps``: said to be a guess at what was meant."""
    say(dispatcher, "utter_policy_perhaps" if perhaps else "utter_policy", question=answer.question, answer=answer.said)
    return [SlotSet("last_answer", LastAnswer(id=answer.id, at=turn.at).kept())]


def _may_be_registered(dispatcher: CollectingDispatcher, turn: Turn) -> list[Any]:
    """What was told has another lawful way; nobody is refused by a machine."""
    say(dispatcher, "utter_register_anyway")
    return [hold(Held(text=turn.text, attachments=turn.attachments), at=turn.at)]


def _offer(dispatcher: CollectingDispatcher, tracker: Tracker, response: str, answers: Sequence[Answer]) -> list[Any]:
    """The questions to choose from; inside a form its own question stays open beside them."""
    lines = "\n".join(f"{n} {answer.question}" for n, answer in enumerate(answers, 1))
    buttons = [(answer.question, f'/ask_policy{{"answer_id": "{answer.id}"}}') for answer in answers]
    say(dispatcher, response, questions=lines, buttons=buttons)
    if answer := _STILL_OPEN.get(str(tracker.slots.get("requested_slot") or "")):
        say(dispatcher, "utter_still_open", answer=answer)
    return hush(tracker)
