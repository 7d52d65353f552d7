"""Everything that is neither petition nor case: greeting, menu, a person wanted, danger, pictures out of nowhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.held import hold, read_held, with_fragment
from dialogs.actions.warning import put_off
from dialogs.actions.withdrawing import open_cases
from dialogs.actions.world import Office, World, effect, hush, in_form, say, turn_of

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
        if turn.danger:
            say(dispatcher, "utter_danger_after")
            return [hold(put_off(tracker, turn), at=turn.at)]
        say(dispatcher, "utter_not_understood")
        return [hold(with_fragment(read_held(tracker, now=turn.at), turn.text), at=turn.at)]


def sayings(office: Office) -> list[Action]:
    """The actions that only say something."""
    make: Callable[..., Saying] = Saying
    return [
        make("action_greet", "utter_greet", office, inside="utter_greet_in_form", first="utter_welcome", menu=True),
        Welcome(office),
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
