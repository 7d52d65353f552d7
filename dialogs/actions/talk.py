"""Everything that is neither petition nor case: greeting, menu, a person wanted, danger, pictures out of nowhere."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.held import hold, read_held, with_fragment
from dialogs.actions.in_vain import kept_in_vain, times_in_vain
from dialogs.actions.warning import put_off
from dialogs.actions.withdrawing import open_cases
from dialogs.actions.world import Office, World, effect, hush, in_form, say, turn_of
from dialogs.nlu.about_us import says_nothing
from dialogs.nlu.at_a_loss import asks_in_vain, cannot_read, is_of_another_script
from dialogs.nlu.bare_numbers import help_number
from dialogs.text.clean import words_only

if TYPE_CHECKING:
    from collections.abc import Callable

_Events = list[Any]
_CALLED_FOR = timedelta(minutes=10)
"""One wish for a person is one call."""


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


class ShowMenu(Saying):
    """What can be done; to a number that nobody asked for, with a word of that."""

    def __init__(self, office: Office) -> None:
        super().__init__(
            "action_show_menu", "utter_help", office, inside="utter_help_in_form", first="utter_welcome", menu=True
        )

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        if turn.entity("kind") != "number" or in_form(tracker) or turn.first_contact:
            return await super().run(dispatcher, tracker, domain)
        if number := help_number(turn.entity("value")):
            say(dispatcher, "utter_number_of_help", number=number)
            return []
        say(dispatcher, "utter_number_alone")
        say(dispatcher, "utter_menu")
        return []


class Welcome(Saying):
    """To whoever came by a QR code, also that its place need not be told."""

    def __init__(self, office: Office) -> None:
        super().__init__("action_welcome", "utter_welcome", office)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        await super().run(dispatcher, tracker, domain)
        where = turn_of(tracker).scanned
        if where and not tracker.slots.get("petition_matter"):
            say(dispatcher, "utter_scanned", place=where)
        if not in_form(tracker):
            say(dispatcher, "utter_menu")
        return []


class SmallTalk(Saying):
    """Weather and laughter are met kindly; what other machines are for is not done here."""

    def __init__(self, office: Office) -> None:
        super().__init__("action_small_talk", "utter_small_talk", office, inside="utter_not_ours", menu=True)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        if turn.entity("kind") in {"chat", "lonely"}:
            say(dispatcher, "utter_lonely" if turn.entity("kind") == "lonely" else "utter_chat")
            return []
        times = times_in_vain(tracker, turn, "unknown")
        if in_form(tracker) or times == 1:
            told = await super().run(dispatcher, tracker, domain)
        else:
            told = []
            response = "utter_small_talk_again" if times % 2 == 0 else "utter_small_talk_person"
            say(dispatcher, response, hotline=self._office.hotline)
        return [*told, kept_in_vain(turn, "unknown", times)]


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


class Calm(Action):
    """Abuse is met calmly: once kindly, once with a person and the hotline, once shortly; then it is left alone."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def name(self) -> str:
        return "action_calm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn, inside = turn_of(tracker), in_form(tracker)
        times = times_in_vain(tracker, turn, "abuse")
        response = (_CALM_IN_FORM if inside else _CALM).get(times, "")
        if response:
            say(dispatcher, response, hotline=self._office.hotline)
        return [kept_in_vain(turn, "abuse", times), *(hush(tracker) if times > 1 else [])]


_CALM = {1: "utter_calm", 2: "utter_calm_person", 3: "utter_calm_last"}
_CALM_IN_FORM = {1: "utter_calm_in_form", 2: "utter_calm_person_in_form", 3: "utter_calm_last"}


class NotUnderstood(Action):
    """Offers ways on, the next time others; the words are held, so that they need not be typed again."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> _Events:
        turn = turn_of(tracker)
        if turn.danger:
            say(dispatcher, "utter_danger_after")
            return [hold(put_off(tracker, turn), at=turn.at)]
        times = times_in_vain(tracker, turn, "unknown")
        held = read_held(tracker, now=turn.at)
        if held.waits and not held.asked_only and times < _AFTER_AN_ALARM:  # of what they are in, most likely
            say(dispatcher, "utter_danger_heard" if times == 1 else "utter_danger_heard_again")
            return [kept_in_vain(turn, "unknown", times), hold(with_fragment(held, turn.text), at=turn.at)]
        lost = "utter_reading" if cannot_read(turn.text) else "utter_in_vain" if asks_in_vain(turn.text) else ""
        if lost:
            say(dispatcher, lost, hotline=self._office.hotline)
            return []
        say(
            dispatcher,
            _at_first(turn.text) if times == 1 else _AGAIN[times % len(_AGAIN)],
            hotline=self._office.hotline,
        )
        kept = kept_in_vain(turn, "unknown", times)
        if _tells_nothing(turn.text):
            return [kept]
        return [kept, hold(with_fragment(read_held(tracker, now=turn.at), turn.text), at=turn.at)]


def _at_first(text: str) -> str:
    """What is said to the first text that is not understood."""
    if is_of_another_script(text):
        return "utter_another_script"
    if _HURRIES.fullmatch(words_only(text)):
        return "utter_hurry"
    return "utter_takes_time" if says_nothing(text) and _WRITES_SLOWLY.search(text) else "utter_not_understood"


def _tells_nothing(text: str) -> bool:
    bare = words_only(text)
    return not bare or bool(_HURRIES.fullmatch(bare) or _STICKERS.fullmatch(text)) or says_nothing(text)


_STICKERS = re.compile(r"(?:[\[【][\u4e00-\u9fffA-Za-z]{1,4}[\]】]|/:[^\u4e00-\u9fff]{1,8}|\s)+")
"""[微笑][呲牙]: how a messenger's own faces arrive."""
_AFTER_AN_ALARM = 3
"""So often what is not understood after an alarm is passed on; then they are asked what they want."""
_AGAIN = ("utter_not_understood_again", "utter_not_understood_person")
_WRITES_SLOWLY = re.compile(r"打字|识字|文化|眼|老头|老太|老人|不.{0,2}会")
_HURRIES = re.compile(
    r"(?:很|非常|太|十分|万分|我|真的?|好|在线等|等|啊|呀|了|的|加)*(?:急|快|救急|紧急|火急){1,12}(?:啊|呀|了|的|急|快|点|死|在线等|等|线|吧|事)*"
)


def sayings(office: Office) -> list[Action]:
    """The actions that only say something."""
    make: Callable[..., Saying] = Saying
    return [
        make("action_greet", "utter_greet", office, inside="utter_greet_in_form", first="utter_welcome", menu=True),
        Welcome(office),
        make("action_thank", "utter_thanks", office, inside="utter_thanks_in_form"),
        make("action_say_goodbye", "utter_goodbye", office),
        ShowMenu(office),
        Calm(office),
        make("action_nod", "utter_nod", office),
        make("action_nothing_to_stop", "utter_nothing_to_stop", office),
        make("action_decline", "utter_spam", office),
        SmallTalk(office),
        make("action_unknown_kind", "utter_unknown_kind", office),
    ]
