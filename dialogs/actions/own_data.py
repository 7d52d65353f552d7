"""What is kept of the person who asks, and the wish to have it erased: told at once, erased by staff, as law allows."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.draft import read_draft
from dialogs.actions.world import Turn, World, effect, say, turn_of
from dialogs.nlu.phones import find_phones, mask_phone

_SHOWN = 1


class TellOwnData(Action):
    """``topic`` "see", "erase" or "phone". Nothing is shown in full: phones are read by others."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        if turn.entity("topic") == "erase":
            effect(dispatcher, "call_person", reason="erase", danger=False)
            say(dispatcher, "utter_erase_passed_on")
            return [SlotSet(name, None) for name in ("known_name", "known_phone", "known_place", "dropped")]
        if turn.entity("topic") == "phone":
            return _new_number(dispatcher, turn)
        cases = await self._world.cases.mine(turn.conversation_id)
        booked = len(await self._world.receptions.mine(turn.conversation_id))
        topics = (await self._world.subscriptions.of(turn.conversation_id)).topics
        kept = _kept(tracker, len(cases), booked, topics)
        say(dispatcher, "utter_own_data", kept=kept, office=self._world.office.name)
        return []


def _new_number(dispatcher: CollectingDispatcher, turn: Turn) -> list[Any]:
    """A new telephone number while no case is open: kept for the next one."""
    phones = find_phones(turn.text)
    say(dispatcher, "utter_number_kept" if len(phones) == 1 else "utter_number_next_time")
    return [SlotSet("known_phone", phones[0].value)] if len(phones) == 1 else []


def _kept(tracker: Tracker, cases: int, booked: int, topics: Sequence[str]) -> str:
    draft = read_draft(tracker)
    name = draft.name or tracker.slots.get("known_name") or ""
    phone = draft.phone or tracker.slots.get("known_phone") or ""
    parts = (
        f"姓名 {name[:_SHOWN]}{'*' * (len(name) - _SHOWN)}" if name else "",
        f"电话 {mask_phone(phone)}" if phone else "",
        f"登记过的诉求 {cases}件" if cases else "",
        f"领导接待日预约 {booked}个" if booked else "",
        f"订阅的通知（{'、'.join(topics)}）" if topics else "",
        "正在登记的内容" if draft.matter else "",
        "这里的聊天记录",
    )
    return "、".join(part for part in parts if part)
