"""The end of the petition form: file it, or what else it came to; or drop it."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.asking import FORM
from dialogs.actions.draft import Draft, cleared, read_draft
from dialogs.actions.dropped import keep
from dialogs.actions.following import kept_for_later
from dialogs.actions.held import hold, read_held
from dialogs.actions.progress import tell_case
from dialogs.actions.summary import Inferred, infer
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import CONSENT_VERSION, Turn, World, clipped, effect, say, turn_of
from dialogs.nlu.identity import without_id_numbers
from dialogs.nlu.masking import masked

_SHOWN = 30
"""Characters of a matter that is asked after."""


class FilePetition(Action):
    """Runs when the form has ended: all parts are there and confirmed, or an earlier case takes the matter."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_file_petition"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, draft = turn_of(tracker), read_draft(tracker)
        if draft.repeat in {"progress", "add"}:
            await self._join(dispatcher, turn, draft)
            return [*cleared(tracker), *_followed_by(draft)]
        if not (draft.confirm and draft.matter):
            say(
                dispatcher,
                "utter_given_up" if draft.repeat else "utter_dropped_nothing",
                hotline=self._world.office.hotline,
            )
            return cleared(tracker)
        number = await self._file(dispatcher, turn, draft)
        filed = {"number": number, "at": turn.at.isoformat()}
        still = [] if draft.later else _ask_of_what_is_past(dispatcher, tracker, turn)
        return [*cleared(tracker), *_remembered(draft), SlotSet("just_filed", filed), *still, *_followed_by(draft)]

    async def _join(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft) -> None:
        cases = await self._world.cases.mine(turn.conversation_id)
        twin = next((case for case in cases if case.number == draft.twin), None)
        if twin is None:
            say(dispatcher, "utter_not_found")
        elif draft.repeat == "progress":
            tell_case(dispatcher, twin)
        else:
            add(dispatcher, twin.number, draft.matter or "", draft.attachments, draft.message_ids)
            say(dispatcher, "utter_case_brief", number=twin.number, title=twin.title, label=twin.label)

    async def _file(self, dispatcher: CollectingDispatcher, turn: Turn, draft: Draft) -> str:
        inferred = infer(draft, self._world.categories)
        number = await self._world.cases.draw_number(message_id=turn.message_ids[-1], at=turn.at)
        code = self._world.chance.query_code()
        effect(dispatcher, "record_consent", version=CONSENT_VERSION, sensitive=draft.sensitive == "agreed")
        effect(dispatcher, "file_case", number=number, code=code, **_case(draft, inferred))
        next_step = "anonymous" if draft.anonymous else "accusation" if inferred.accusation else "common"
        words = NEXT[next_step]
        say(dispatcher, "utter_filed", number=number, code=code)
        say(dispatcher, words)
        if draft.anonymous and inferred.accusation:
            say(dispatcher, NEXT["accusation"])
        if not draft.later:
            say(dispatcher, "utter_filed_after")
        return number


def _ask_of_what_is_past(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> list[Any]:
    """Once: whether what was told with an alarm shall be filed, though the danger is over."""
    held = read_held(tracker, now=turn.at)
    if not held.to_ask:
        return []
    say(dispatcher, "utter_danger_over_still", matter=masked(clipped(held.text, _SHOWN)))
    return [hold(replace(held, to_ask=False), at=turn.at)]


def _followed_by(draft: Draft) -> list[Any]:
    """The matters that were told at once with this one come next, without being told again."""
    kept = kept_for_later(draft)
    return [SlotSet("next_matters", dict(kept)), FollowupAction(FORM)] if kept else []


NEXT = {
    "common": "utter_next_common",
    "anonymous": "utter_next_anonymous",
    "accusation": "utter_next_accusation",
}


def add(
    dispatcher: CollectingDispatcher,
    number: str,
    text: str,
    attachments: tuple[Any, ...],
    message_ids: tuple[str, ...],
    *,
    says: str = "utter_added",
) -> None:
    """Add words and attachments to a case, and say so. Identity numbers do not travel with them."""
    kept = without_id_numbers(text)
    effect(
        dispatcher,
        "add_to_case",
        number=number,
        text=kept,
        attachments=[dict(a) for a in attachments],
        message_ids=list(message_ids),
    )
    say(dispatcher, says, number=number)
    if kept != text:
        say(dispatcher, "utter_id_dropped")


def _case(draft: Draft, inferred: Inferred) -> dict[str, Any]:
    return {
        "title": inferred.title,
        "content": draft.matter,
        "place": "" if draft.place in NOWHERE else draft.place,
        "district": inferred.district,
        "latitude": draft.latitude,
        "longitude": draft.longitude,
        "since": inferred.since,
        "happened_from": (draft.happened or {}).get("first"),
        "happened_to": (draft.happened or {}).get("last"),
        "type": inferred.type,
        "category": inferred.category,
        "name": draft.name or "",
        "on_behalf_of": draft.behalf or "",
        "phone": draft.phone or "",
        "id_number": draft.id_number or "",
        "anonymous": bool(draft.anonymous),
        "confidential": bool(draft.confidential) or inferred.accusation,
        "accusation": inferred.accusation,
        "urgency": inferred.urgency,
        "attachments": [dict(a) for a in draft.attachments],
        "message_ids": list(draft.message_ids),
    }


def _remembered(draft: Draft) -> list[Any]:
    """Name and phone serve the next petition of the same conversation."""
    if draft.anonymous:
        return []
    return [
        SlotSet("known_name", draft.name or None),
        SlotSet("known_phone", draft.phone or None),
        SlotSet("known_place", None if draft.place in NOWHERE else draft.place),
    ]


class DropPetition(Action):
    """Nothing is filed; what was told is kept for a day."""

    def name(self) -> str:
        return "action_drop_petition"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        draft = read_draft(tracker)
        say(dispatcher, "utter_dropped" if draft.matter else "utter_dropped_nothing")
        kept = [keep(draft, at=turn_of(tracker).at)] if draft.matter else []
        return [*cleared(tracker), SlotSet("held", None), SlotSet("quiet", None), *kept]


class Expire(Action):
    """What was left open for days is dropped, and said to be."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_expire"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        draft = read_draft(tracker)
        if draft.matter:
            say(dispatcher, "utter_expired", title=infer(draft, self._world.categories).title)
        return [*cleared(tracker), *(SlotSet(name, None) for name in _LEFT_BEHIND)]


_LEFT_BEHIND = (
    "held",
    "dropped",
    "quiet",
    "next_matters",
    "addition_case",
    "addition_text",
    "addition_attachments",
    "addition_message_ids",
    "reception_day",
    "reception_name",
    "reception_phone",
    "reception_matter",
    "reception_message_ids",
)
