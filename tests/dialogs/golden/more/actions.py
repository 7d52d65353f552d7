"""The actions of the second recorded bot: what the first does not try."""

from rasa_sdk import Action, FormValidationAction, ValidationAction
from rasa_sdk.events import (
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
)


class ValidateMappings(ValidationAction):
    def validate_city(self, value, dispatcher, tracker, domain):
        if value == "Mars":
            dispatcher.utter_message(text="no Mars")
            return {"city": None}
        return {"city": str(value).upper()}

    def validate_score(self, value, dispatcher, tracker, domain):
        return {"score": float(value) if str(value).replace(".", "", 1).isdigit() else None}

    async def extract_made(self, dispatcher, tracker, domain):
        text = tracker.latest_message.get("text") or ""
        return {"made": "made"} if "make" in text else {}


class ValidateBook(FormValidationAction):
    def name(self):
        return "validate_book_form"

    def validate_level(self, value, dispatcher, tracker, domain):
        try:
            return {"level": float(value)}
        except (TypeError, ValueError):
            dispatcher.utter_message(response="utter_rich", name="level")
            return {"level": None}

    def validate_note(self, value, dispatcher, tracker, domain):
        if "change" in value:
            return {"note": value, "how": None}
        if "jump" in value:
            return {"note": None, "requested_slot": "level"}
        return {"note": value}


class ValidatePick(FormValidationAction):
    def name(self):
        return "validate_pick_form"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        if tracker.get_slot("pick_a") == "x":
            return ["pick_a", "made"]
        return domain_slots

    def validate_pick_a(self, value, dispatcher, tracker, domain):
        return {"pick_a": value}

    def validate_pick_b(self, value, dispatcher, tracker, domain):
        return {"pick_b": None if value == "no" else value}

    def validate_made(self, value, dispatcher, tracker, domain):
        return {"made": value}


class AskWhen(Action):
    def name(self):
        return "action_ask_when"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="when?", buttons=[{"title": "now", "payload": '/more{"when": "now"}'}])
        return [
            SlotSet("extra", {"asked": [tracker.get_slot("requested_slot"), (tracker.active_loop or {}).get("name")]})
        ]


class TripDone(Action):
    def name(self):
        return "action_trip_done"

    def run(self, dispatcher, tracker, domain):
        names = ("from_item", "to_item", "when")
        dispatcher.utter_message(text=f"trip {[tracker.get_slot(name) for name in names]}")
        return [SlotSet(name, None) for name in names]


class AskRephrase(Action):
    def name(self):
        return "action_default_ask_rephrase"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="say it again")
        return []


class SessionNote(Action):
    def name(self):
        return "action_session_note"

    def run(self, dispatcher, tracker, domain):
        return []


class Act(Action):
    """Does what the entity ``num`` names."""

    def name(self):
        return "action_act"

    def run(self, dispatcher, tracker, domain):
        wanted = next((e["value"] for e in tracker.latest_message.get("entities", []) if e["entity"] == "num"), "")
        return DEEDS.get(wanted, lambda _: [])(dispatcher)


def rich(dispatcher):
    dispatcher.utter_message(response="utter_rich", name="you", city="sh", buttons=[{"title": "own", "payload": "/hi"}])
    dispatcher.utter_message(response="utter_hi", name="")
    dispatcher.utter_message(text="own text", response="utter_hi")
    dispatcher.utter_message(response="utter_nothing_here", text="still said")
    dispatcher.utter_message(response="utter_only_if")
    dispatcher.utter_message(text="")
    dispatcher.utter_message(attachment={"type": "file"}, elements=[{"e": 1}])
    return [SlotSet("extra", {"a": [1, 2.5, None, True]}), SlotSet("nowhere", 1)]


DEEDS = {
    "rich": rich,
    "revert": lambda d: [SlotSet("extra", 2), UserUtteranceReverted()],
    "form": lambda d: [ActiveLoop("book_form"), SlotSet("requested_slot", "how")],
    "follow": lambda d: [FollowupAction("book_form")],
    "listen": lambda d: [FollowupAction("action_listen")],
    "pause": lambda d: [ConversationPaused()],
    "pause_resume": lambda d: [ConversationPaused(), ConversationResumed()],
    "restart": lambda d: [SlotSet("extra", 3), Restarted()],
    "reset": lambda d: [AllSlotsReset(), SlotSet("mood", "bad")],
    "say": lambda d: [BotUttered("said by event")],
    "reject": lambda d: [ActionExecutionRejected("action_act"), SlotSet("extra", 4)],
    "requested": lambda d: [SlotSet("requested_slot", "note")],
    "list": lambda d: [SlotSet("things", ["x", "y"]), SlotSet("score", "5"), SlotSet("agreed", None)],
    "odd": lambda d: [SlotSet("things", []), SlotSet("score", 99), SlotSet("mood", "BAD"), SlotSet("agreed", "yes")],
}


def actions():
    """A fresh instance of every action."""
    return [
        ValidateMappings(),
        ValidateBook(),
        ValidatePick(),
        AskWhen(),
        TripDone(),
        AskRephrase(),
        SessionNote(),
        Act(),
    ]
