"""Everything that is neither petition nor case: greeting, menu, a person wanted, danger, pictures out of nowhere."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.draft import PREFIX, read_draft, written
from dialogs.actions.held import Held, hold, read_held, with_fragment
from dialogs.actions.listening import listen
from dialogs.actions.withdrawing import open_cases
from dialogs.actions.world import Office, Turn, World, effect, hush, in_form, say, turn_of
from dialogs.nlu.danger import Danger, danger_in, without_danger
from dialogs.nlu.facts import read_facts
from dialogs.nlu.matter import tells_a_matter

if TYPE_CHECKING:
    from collections.abc import Callable

_Events = list[Any]
_CALLED_FOR = timedelta(minutes=10)
"""One wish for a person is one call."""
_POISONED = re.compile(
    r"(?<![想要去])(?:喝|吞|吃|服)(?:了|下)?[^，。；\n不]{0,4}(?:农药|百草枯|敌敌畏|老鼠药|毒药|除草剂|安眠药)|(?:喝|服|吃)(?:了)?毒"
)
_WATCHES = re.compile(
    r"(?:有人|有个|有一个|邻居|[他她](?!们逼)|孩子|我(?:爸|妈|儿子|女儿|老公|老婆|同学|朋友))[^我，。；\n]{0,12}(?:跳|轻生|自杀|割腕|上吊)"
)
_ARE_A_MATTER = frozenset({Danger.COLLAPSE, Danger.FIRE, Danger.GAS})
"""Dangers that the city has to deal with: what tells of them belongs to the petition too."""


class Saying(Action):
    """Says one thing outside forms, another (or the same) inside, a fuller one (``first``) at first contact."""

    def __init__(
        self, name: str, response: str, office: Office, *, inside: str = "", first: str = "", menu: bool = False
    ) -> None:
        self._name = name
        self._response = response
        self._inside = inside or response
        self._first = first
        self._office = office
        self._menu = menu

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        inside = in_form(tracker)
        first = turn_of(tracker).first_contact and self._first
        response = self._inside if inside else first or self._response
        say(dispatcher, response, office=self._office.name, hotline=self._office.hotline)
        if self._menu and not inside:
            say(dispatcher, "utter_menu")
        return []


class SmallTalk(Saying):
    """Weather and laughter are met kindly; what other machines are for is not done here."""

    def __init__(self, office: Office) -> None:
        super().__init__("action_small_talk", "utter_small_talk", office, inside="utter_not_ours", menu=True)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        if turn_of(tracker).entity("kind") != "chat":
            return await super().run(dispatcher, tracker, domain)
        say(dispatcher, "utter_chat")
        return []


class CallAPerson(Action):
    """Raises a call, says honestly what happens next, and takes nothing away."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def name(self) -> str:
        return "action_call_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn, called = turn_of(tracker), tracker.slots.get("called_at")
        if called and turn.at - datetime.fromisoformat(called) <= _CALLED_FOR:
            say(dispatcher, "utter_already_called", hotline=self._office.hotline)
            return []
        effect(dispatcher, "call_person", reason="asked", danger=False)
        say(dispatcher, "utter_call_person", hotline=self._office.hotline)
        return [SlotSet("called_at", turn.at.isoformat())]


class Slow(Action):
    """The same words for the third time: said to be there already; an open question is not put again."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def name(self) -> str:
        return "action_slow"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        say(dispatcher, "utter_slowed", hotline=self._office.hotline)
        return hush(tracker)


class Warn(Action):
    """Danger to life: the right number first, an alarm to staff, no question of a form in the same breath."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_warn"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        if turn.entity("topic") == "over":
            return self._over(dispatcher, tracker, turn)
        danger = danger_in(turn.text) or Danger(turn.entity("danger") or Danger.VIOLENCE)
        effect(dispatcher, "call_person", reason="danger", danger=True)
        say(dispatcher, f"utter_danger_{_response(danger, turn.text)}", hotline=self._world.office.hotline)
        if in_form(tracker):
            say(dispatcher, "utter_danger_in_form")
            return [*self._noted(tracker, turn), *hush(tracker)]
        if danger not in _ARE_A_MATTER and not tells_a_matter(without_danger(turn.text), self._world.categories):
            return []
        say(dispatcher, "utter_danger_after")
        return [hold(self._put_off(tracker, turn), at=turn.at)]

    def _put_off(self, tracker: Tracker, turn: Turn) -> Held:
        """What is said with the alarm, after what an alarm before it put off."""
        before = read_held(tracker, now=turn.at)
        text = f"{before.text}\n{turn.text}" if before.waits else turn.text
        return Held(text=text, attachments=(*before.attachments, *turn.attachments), waits=True)

    def _over(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> _Events:
        """Nobody is in danger any more; an open form asks on by itself."""
        say(dispatcher, "utter_danger_over")
        if not in_form(tracker) and read_held(tracker, now=turn.at).waits:
            say(dispatcher, "utter_danger_over_held")
        return []

    def _noted(self, tracker: Tracker, turn: Turn) -> _Events:
        """What the message tells of the matter is kept, as any message's in the form."""
        if (tracker.active_loop or {}).get("name") != FORM:
            return []
        before = read_draft(tracker)
        draft = before
        told = tells_a_matter(turn.text, self._world.categories) and danger_in(turn.text) in _ARE_A_MATTER
        if told or read_facts(without_danger(turn.text), self._world.categories).any:
            draft = listen(before, turn, None, self._world.categories).draft
        return [SlotSet(f"{PREFIX}danger", True), *(SlotSet(n, v) for n, v in written(draft, before).items())]


def _response(danger: Danger, text: str) -> str:
    """Who took poison needs a doctor first, who watches somebody the police: then a kind word."""
    if danger is Danger.SELF_HARM and _POISONED.search(text):
        return "poison"
    return "bystander" if danger is Danger.SELF_HARM and _WATCHES.search(text) else danger.value


class TakeMedia(Action):
    """A picture or voice message when nothing was asked: what it is about is asked, and it is held."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_take_media"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        before = read_held(tracker, now=turn.at)
        held = replace(before, attachments=(*before.attachments, *turn.attachments))
        cases = await open_cases(self._world, turn)
        if turn.entity("kind") == "voice":
            say(dispatcher, "utter_voice_only")
        elif cases:
            buttons = [
                ("反映新问题", "/file_petition"),
                ("补充到这件", f'/add_to_case{{"case_number": "{cases[0].number}"}}'),
            ]
            say(dispatcher, "utter_media_what_or_case", number=cases[0].number, title=cases[0].title, buttons=buttons)
        else:
            say(dispatcher, "utter_media_what")
        return [hold(held, at=turn.at)]


class NotUnderstood(Action):
    """Offers ways on; the words are held, so that they need not be typed again."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        say(dispatcher, "utter_not_understood")
        return [hold(with_fragment(read_held(tracker, now=turn.at), turn.text), at=turn.at)]


def sayings(office: Office) -> list[Action]:
    """The actions that only say something."""
    make: Callable[..., Saying] = Saying
    return [
        make("action_greet", "utter_greet", office, inside="utter_greet_in_form", first="utter_welcome", menu=True),
        make("action_welcome", "utter_welcome", office, menu=True),
        make("action_thank", "utter_thanks", office, inside="utter_thanks_in_form"),
        make("action_say_goodbye", "utter_goodbye", office),
        make(
            "action_show_menu",
            "utter_help",
            office,
            inside="utter_help_in_form",
            first="utter_welcome",
            menu=True,
        ),
        make("action_calm", "utter_calm", office, inside="utter_calm_in_form"),
        make("action_nod", "utter_nod", office),
        make("action_nothing_to_stop", "utter_nothing_to_stop", office),
        make("action_decline", "utter_spam", office),
        SmallTalk(office),
        make("action_unknown_kind", "utter_unknown_kind", office),
    ]
