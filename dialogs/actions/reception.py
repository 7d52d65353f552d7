"""A place at a leader's reception day: which day, who comes, about what; and giving the place back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.world import OFFICE_TIME, Turn, World, clipped, digresses, effect, hush, say, turn_of
from dialogs.nlu import commands
from dialogs.nlu.names import answered_name
from dialogs.nlu.phones import find_phones
from dialogs.nlu.this_number import only_names_it
from dialogs.receptions import BookingView, NoSeat, ReceptionView
from dialogs.text.clean import words_only

FORM = "reception_form"
_DAY, _NAME, _PHONE, _MATTER = "reception_day", "reception_name", "reception_phone", "reception_matter"
_SLOTS = (_DAY, _NAME, _PHONE, _MATTER, "reception_message_ids")
_LISTED, _LISTED_BY_TEXT = 6, 3
_MATTER_LENGTH, _NAME_LENGTH = 100, 20
_PLACE, _WHO, _WHAT = 24, 16, 16
_DATE = re.compile(r"([0-9]{1,2})[号日]")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_WHY_NOT = {
    NoSeat.GONE: "utter_reception_gone",
    NoSeat.SHUT: "utter_reception_shut",
    NoSeat.FULL: "utter_reception_full",
    NoSeat.BOOKED: "utter_reception_booked_already",
}


class ValidateReceptionForm(FormValidationAction):
    """Takes the answers; "" everywhere where there is nothing to book, which ends the form."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return f"validate_{FORM}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        heard = tracker.slots.get("reception_message_ids") or []
        if digresses(turn, domain, FORM) or set(turn.message_ids) <= set(heard):
            return []
        asked = tracker.slots.get("requested_slot")
        given = await (self._answer(dispatcher, turn, asked) if asked else self._begin(tracker, turn))
        ids = [*heard, *turn.message_ids][-20:]
        return [SlotSet(name, value) for name, value in {**given, "reception_message_ids": ids}.items()]

    async def _begin(self, tracker: Tracker, turn: Turn) -> dict[str, Any]:
        if not any(_open(day) for day in await self._world.receptions.coming()):
            return dict.fromkeys(_SLOTS[:4], "")
        name, phone = tracker.slots.get("known_name"), tracker.slots.get("known_phone")
        phone = "" if turn.number_known and not phone else phone
        return {_NAME: name or None, _PHONE: phone if phone is not None else None}

    async def _answer(self, dispatcher: CollectingDispatcher, turn: Turn, asked: str) -> dict[str, Any]:
        if asked == _DAY:
            return await self._day(dispatcher, turn)
        if asked == _MATTER:
            return {_MATTER: clipped(turn.text.strip(), _MATTER_LENGTH) or None}
        phones = find_phones(turn.text)
        found: dict[str, Any] = {_PHONE: phones[0].value} if phones else {}
        if asked == _PHONE and turn.number_known and only_names_it(turn.text):
            found = {_PHONE: ""}
        if asked == _NAME:
            rest = turn.text[: phones[0].start] + " " + turn.text[phones[0].end :] if phones else turn.text
            name = answered_name(re.sub(r"(?:手机号?码?|电话号?码?)[:： ]*", " ", rest).strip(" ，,、。"))
            found |= {_NAME: name[:_NAME_LENGTH]} if name else {}
        return found

    async def _day(self, dispatcher: CollectingDispatcher, turn: Turn) -> dict[str, Any]:
        days = [day for day in await self._world.receptions.coming() if _open(day)]
        chosen = _chosen(turn, days)
        if chosen is None:
            return {}
        seat = await self._world.receptions.seat(chosen.id, conversation_id=turn.conversation_id, phone="")
        if isinstance(seat, NoSeat):
            say(dispatcher, _WHY_NOT[seat], when=chosen.when)
            return dict.fromkeys(_SLOTS[:4], "told") if seat is NoSeat.BOOKED else {}
        return {_DAY: chosen.id}


def _open(day: ReceptionView) -> bool:
    return day.free > 0 and day.opens_at is None


def _chosen(turn: Turn, days: Sequence[ReceptionView]) -> ReceptionView | None:
    value = turn.entity("value")
    if value:
        return next((day for day in days if day.id == value), None)
    bare = words_only(turn.text)
    date, week = _DATE.search(bare), _WEEKDAY.search(bare)
    weekday = week[1].replace("天", "日") if week else ""
    fits = [
        day
        for day in days
        if (date and f"月{int(date[1])}日" in day.when) or (week and f"周{weekday}" in day.when) or bare == day.who
    ]
    if not fits and len(days) == 1 and commands.affirms(turn.text):
        return days[0]
    return fits[0] if len(fits) == 1 else None


class AskReceptionDay(Action):
    """The coming days with their free places; numbered are those that can be booked now."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return f"action_ask_{_DAY}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        if tracker.slots.get("quiet"):
            return [SlotSet("quiet", None)]
        turn = turn_of(tracker)
        most = _LISTED_BY_TEXT if turn.by_sms else _LISTED
        coming = await self._world.receptions.coming()
        days = [day for day in coming if _open(day)][:most]
        if not days:
            say(dispatcher, "utter_reception_none")
            return []
        lines = "\n".join(f"{n} {_line(day, turn)}" for n, day in enumerate(days, 1))
        later = "\n".join(_line(day, turn) for day in coming if not _open(day))
        buttons = [(day.when, f'/choose{{"value": "{day.id}"}}') for day in days]
        response = "utter_ask_reception_day" if turn.by_sms or not later else "utter_ask_reception_day_and_later"
        say(dispatcher, response, days=lines, later=later, buttons=buttons)
        return []


def _line(day: ReceptionView, turn: Turn) -> str:
    if day.opens_at is not None:
        local = day.opens_at.astimezone(OFFICE_TIME)
        left = f"{local.month}月{local.day}日{local.hour}:{local:%M}起可约"
    else:
        left = f"余{day.free}" if turn.by_sms else f"还有{day.free}个名额"
        left = left if day.free else "已约满"
    if turn.by_sms:
        return f"{day.when}{clipped(day.who, 9)} {left}"
    return f"{day.when} {clipped(day.who, _WHO)}（{clipped(day.matters, _WHAT)}）{left}"


class AskOfVisitor(Action):
    """Asks for name, phone or matter; what was not understood is asked for again in other words."""

    def __init__(self, slot: str) -> None:
        self._slot = slot

    def name(self) -> str:
        return f"action_ask_{self._slot}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        if tracker.slots.get("quiet"):
            return [SlotSet("quiet", None)]
        again = tracker.slots.get("requested_slot") == self._slot and not digresses(turn_of(tracker), domain, FORM)
        both = self._slot == _NAME and tracker.slots.get(_PHONE) is None and not again
        say(dispatcher, f"utter_ask_{self._slot}{'_and_phone' if both else '_again' if again else ''}")
        return []


class BookReception(Action):
    """Runs when the form has ended."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_book_reception"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, slots = turn_of(tracker), tracker.slots
        day = str(slots.get(_DAY) or "")
        if not day:
            await self._say_none(dispatcher, turn)
        elif day != "told":
            await self._book(dispatcher, turn, day, {name: str(slots.get(name) or "") for name in _SLOTS[:4]})
            return [*forgotten(), *_remembered(slots)]
        return forgotten()

    async def _book(self, dispatcher: CollectingDispatcher, turn: Turn, day: str, given: Mapping[str, str]) -> None:
        receptions = self._world.receptions
        coming = {each.id: each for each in await receptions.coming()}
        seat = await receptions.seat(day, conversation_id=turn.conversation_id, phone=given[_PHONE])
        if isinstance(seat, NoSeat) or day not in coming:
            why = seat if isinstance(seat, NoSeat) else NoSeat.SHUT
            say(dispatcher, _WHY_NOT[why], when=coming[day].when if day in coming else "这一场")
            return
        effect(
            dispatcher,
            "book_reception",
            reception_id=day,
            seat=seat,
            name=given[_NAME],
            phone=given[_PHONE],
            matter=given[_MATTER],
            case_number=await self._case_in(turn, given[_MATTER]),
        )
        view = coming[day]
        place, who = clipped(view.place, _PLACE), clipped(view.who, _WHO)
        say(dispatcher, "utter_reception_booked", seat=seat, who=who, when=view.when, place=place)

    async def _case_in(self, turn: Turn, matter: str) -> str:
        """The number of a case of theirs that the matter names."""
        named = commands.case_numbers(matter)
        mine = await self._world.cases.mine(turn.conversation_id) if named else ()
        return next((case.number for case in mine if case.number in named), "")

    async def _say_none(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        coming = await self._world.receptions.coming()
        if not coming:
            say(dispatcher, "utter_reception_none")
            return
        most = 2 if turn.by_sms else _LISTED
        days = "\n".join(_line(day, turn) for day in coming[:most])
        say(dispatcher, "utter_reception_none_open", days=days)


class CancelReception(Action):
    """Asks which booking, and whether it is meant: a place given back may be gone a moment later."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_cancel_reception"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        named = turn.entity("value")
        mine = [each for each in await self._world.receptions.mine(turn.conversation_id) if named in {"", each.id}]
        if not mine:
            say(dispatcher, "utter_no_booking")
            return []
        if len(mine) == 1:
            confirm = f'/confirm_cancel_reception{{"value": "{mine[0].id}"}}'
            buttons = [("确定取消", confirm), ("不取消", "/keep_reception")]
            say(dispatcher, "utter_confirm_cancel_reception", **_words(mine[0]), buttons=buttons)
            return hush(tracker)
        listed = mine[:_LISTED_BY_TEXT]
        lines = "\n".join(f"{n} {each.when}{clipped(each.who, 9)}" for n, each in enumerate(listed, 1))
        buttons = [(each.when, f'/cancel_reception{{"value": "{each.id}"}}') for each in listed]
        say(dispatcher, "utter_which_booking", bookings=lines, buttons=buttons)
        return hush(tracker)


class ConfirmCancelReception(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_confirm_cancel_reception"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        mine = await self._world.receptions.mine(turn.conversation_id)
        found = next((each for each in mine if each.id == turn.entity("value")), None)
        if found is None:
            say(dispatcher, "utter_no_booking")
            return []
        effect(dispatcher, "cancel_booking", booking_id=found.id)
        say(dispatcher, "utter_reception_cancelled", **_words(found))
        return []


class ShowBookings(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_show_bookings"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        mine = await self._world.receptions.mine(turn_of(tracker).conversation_id)
        if not mine:
            say(dispatcher, "utter_no_booking")
        for each in mine[:1] if turn_of(tracker).by_sms else mine[:_LISTED_BY_TEXT]:
            say(dispatcher, "utter_own_booking", **_words(each))
        return []


def _words(booking: BookingView) -> dict[str, Any]:
    place, who = clipped(booking.place, _PLACE), clipped(booking.who, _WHO)
    return {"seat": booking.seat, "when": booking.when, "who": who, "place": place}


def _remembered(slots: Mapping[str, Any]) -> list[Any]:
    """Name and phone serve the next matter as well."""
    return [
        SlotSet(f"known_{name}", slots[f"reception_{name}"]) for name in ("name", "phone") if slots[f"reception_{name}"]
    ]


def forgotten() -> list[Any]:
    return [SlotSet(name, None) for name in _SLOTS]


class SaysOfReception(Action):
    """A sentence alone; ``ends``: the booking that was begun is forgotten."""

    def __init__(self, name: str, response: str, *, ends: bool = False) -> None:
        self._name = name
        self._response = response
        self._ends = ends

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        say(dispatcher, self._response)
        return [*forgotten(), SlotSet("quiet", None)] if self._ends else []


def reception_actions(world: World) -> list[Action]:
    """All of them."""
    return [
        ValidateReceptionForm(world),
        AskReceptionDay(world),
        *(AskOfVisitor(slot) for slot in (_NAME, _PHONE, _MATTER)),
        BookReception(world),
        SaysOfReception("action_drop_reception", "utter_reception_dropped", ends=True),
        CancelReception(world),
        ConfirmCancelReception(world),
        SaysOfReception("action_keep_reception", "utter_reception_kept"),
        ShowBookings(world),
    ]
