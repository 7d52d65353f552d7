"""The actions of the bot whose conversations were recorded from a Rasa server (``golden.json``)."""

from rasa_sdk import Action, ActionExecutionRejection, FormValidationAction
from rasa_sdk.events import (
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    FollowupAction,
    Restarted,
    SlotSet,
)


class Named(Action):
    def __init__(self, name, act):
        self._name, self._act = name, act

    def name(self):
        return self._name

    def run(self, dispatcher, tracker, domain):
        return self._act(dispatcher, tracker)


def submit_a(dispatcher, tracker):
    names = ("trig", "a1", "city", "a3")
    dispatcher.utter_message(text=f"submitted A {[tracker.get_slot(name) for name in names]}")
    return [SlotSet(name, None) for name in names]


def submit_b(dispatcher, tracker):
    dispatcher.utter_message(text=f"submitted B {tracker.get_slot('b1')} {tracker.get_slot('b2')}")
    return [SlotSet("b1", None), SlotSet("b2", None)]


def follow(dispatcher, _):
    dispatcher.utter_message(text="will follow")
    return [FollowupAction("utter_follow2")]


def flip_bad(dispatcher, _):
    dispatcher.utter_message(text="flip bad")
    return [SlotSet("flag", False)]


def flip_good(dispatcher, _):
    dispatcher.utter_message(text="flip good")
    return [SlotSet("flag", True)]


def set_slots(dispatcher, tracker):
    value = {e["entity"]: e["value"] for e in tracker.latest_message.get("entities", [])}.get("num")
    dispatcher.utter_message(response="utter_greet")
    dispatcher.utter_message(text="t", buttons=[{"title": "b", "payload": "/x"}])
    dispatcher.utter_message(json_message={"k": 1})
    dispatcher.utter_message(image="http://i")
    dispatcher.utter_message(response="utter_missing_response")
    return [SlotSet("cat", value), SlotSet("txt", value)]


def set_silently(_, __):
    return [SlotSet("lvl", "s")]


def pause(dispatcher, _):
    dispatcher.utter_message(text="paused")
    return [ConversationPaused()]


def crash(_, __):
    raise ValueError("boom")


def reject(_, __):
    raise ActionExecutionRejection("action_reject", "no")


def reset_all(dispatcher, _):
    dispatcher.utter_message(text="all reset")
    return [AllSlotsReset()]


def restart(dispatcher, _):
    dispatcher.utter_message(text="custom restart")
    return [Restarted()]


def ask_city(dispatcher, tracker):
    dispatcher.utter_message(text=f"which city? a1={tracker.get_slot('a1')} req={tracker.get_slot('requested_slot')}")
    return [SlotSet("lvl", "asked")]


def extract_gcustom(_, tracker):
    text = tracker.latest_message.get("text") or ""
    return [SlotSet("gcustom", text[-3:])] if "gc" in text else []


def ask_affirmation(dispatcher, _):
    dispatcher.utter_message(text="did you mean X?")
    return []


class ValidateA(FormValidationAction):
    def name(self):
        return "validate_form_a"

    def validate_trig(self, value, dispatcher, tracker, domain):
        return {"trig": value if value.endswith("!") else value + "!"}

    def validate_a1(self, value, dispatcher, tracker, domain):
        if "bad" in value:
            dispatcher.utter_message(text="a1 invalid")
            return {"a1": None}
        if "skip" in value:
            return {"a1": value, "city": "autocity"}
        if "end" in value:
            return {"a1": value, "requested_slot": None}
        return {"a1": value}

    async def validate_city(self, value, dispatcher, tracker, domain):
        if value == "Mars":
            dispatcher.utter_message(text="no Mars")
            return {"city": None}
        return {"city": value.upper()}


class ValidateB(FormValidationAction):
    def name(self):
        return "validate_form_b"

    async def validate_b2(self, value, dispatcher, tracker, domain):
        return {"b2": value if isinstance(value, list) else [value]}


class ValidateDynamic(FormValidationAction):
    def name(self):
        return "validate_dyn_form"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        more = "more" in (tracker.get_slot("d1") or "")
        return [*domain_slots, "d3"] if more else domain_slots

    async def extract_d3(self, dispatcher, tracker, domain):
        return {"d3": "extracted"} if "xd3" in (tracker.latest_message.get("text") or "") else {}

    def validate_d1(self, value, dispatcher, tracker, domain):
        return {"d1": value}

    def validate_d2(self, value, dispatcher, tracker, domain):
        return {"d2": value}

    def validate_d3(self, value, dispatcher, tracker, domain):
        return {"d3": value}


class ValidateRejecting(FormValidationAction):
    def name(self):
        return "validate_rej_form"

    async def run(self, dispatcher, tracker, domain):
        events = await super().run(dispatcher, tracker, domain)
        text = tracker.latest_message.get("text") or ""
        if "rejectnow" in text:
            return [*events, ActionExecutionRejected("rej_form")]
        if "loopnull" in text:
            return [*events, ActiveLoop(None)]
        return events

    def validate_r1(self, value, dispatcher, tracker, domain):
        return {"r1": None if "again" in value else value}


def actions():
    """A fresh instance of every action."""
    named = {
        "action_submit_a": submit_a,
        "action_submit_b": submit_b,
        "action_follow": follow,
        "action_flip_bad": flip_bad,
        "action_flip_good": flip_good,
        "action_set": set_slots,
        "action_set_silent": set_silently,
        "action_pause": pause,
        "action_crash": crash,
        "action_reject": reject,
        "action_reset_all": reset_all,
        "action_restarter": restart,
        "action_ask_form_a_city": ask_city,
        "action_extract_gcustom": extract_gcustom,
        "action_default_ask_affirmation": ask_affirmation,
    }
    return [
        *(Named(name, act) for name, act in named.items()),
        ValidateA(),
        ValidateB(),
        ValidateDynamic(),
        ValidateRejecting(),
    ]
