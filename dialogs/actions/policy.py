"""Policy questions: an approved answer with its source, up to three questions, or an honest "I do not know"."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.held import Held, hold
from dialogs.actions.world import Turn, World, hush, in_form, say, turn_of
from dialogs.faq.answers import Answer
from dialogs.faq.search import SURE, UNSURE

_STILL_OPEN = {
    "petition_matter": "告诉我是什么事",
    "petition_place": "告诉我地点",
    "petition_name": "告诉我姓名",
    "petition_phone": "告诉我手机号",
    "petition_confirm": "回复“确认”提交",
    "addition_text": "发要补充的内容",
}
_TOPICS = ("accept_deadline", "finish_deadline", "review", "accusation_secret", "hotline_refused", "privacy_use")


class AnswerPolicy(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_answer_policy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        chosen = self._world.answers.get(turn.entity("answer_id"))
        if chosen:
            say(dispatcher, "utter_policy", answer=chosen.said)
            return _may_be_registered(dispatcher, turn) if turn.entity("kind") == "told" else []
        if not turn.text:
            topics = [answer for topic in _TOPICS if (answer := self._world.answers.get(topic))]
            return _offer(dispatcher, tracker, "utter_policy_topics", topics)
        found = self._world.answers.search(turn.text)
        if found and found[0].score >= SURE:
            say(dispatcher, "utter_policy", answer=found[0].answer.said)
            return []
        near = [f.answer for f in found if f.score >= UNSURE]
        if len(near) == 1:
            say(dispatcher, "utter_policy_perhaps", question=near[0].question, answer=near[0].said)
            return []
        if near:
            return _offer(dispatcher, tracker, "utter_policy_offer", near)
        say(dispatcher, "utter_policy_unknown_in_form" if in_form(tracker) else "utter_policy_unknown")
        return [] if in_form(tracker) else [hold(Held(text=turn.text), at=turn.at)]


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
