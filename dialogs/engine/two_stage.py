"""The two-stage fallback: "did you mean …?", then "please say it otherwise", then giving up."""

from collections.abc import Sequence
from copy import deepcopy

from .events import LISTEN, NLU_FALLBACK, OUT_OF_SCOPE, Event, action, active_loop, plain
from .forms import Perform
from .prediction import FALLBACK
from .tracker import Tracker

TWO_STAGE = "action_two_stage_fallback"
ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"


async def run_two_stage(tracker: Tracker, perform: Perform) -> list[Event]:
    """One run of the two-stage fallback, which is a loop as forms are."""
    events = [] if tracker.loop_name == TWO_STAGE else [active_loop(TWO_STAGE)]
    if not _is_done(tracker):
        asks = ASK_AFFIRMATION if events or tracker.intent == NLU_FALLBACK else ASK_REPHRASE
        return events + await perform(asks, tracker)
    events.append(active_loop(None))
    if _gives_up(tracker):
        return events + await perform(FALLBACK, tracker)
    return [*events, plain("rewind"), *_said_again(tracker)]


def _is_done(tracker: Tracker) -> bool:
    return tracker.intent not in {NLU_FALLBACK, OUT_OF_SCOPE} or _gives_up(tracker)


def _gives_up(tracker: Tracker) -> bool:
    """Two unclear messages on end, or the second guess refused as well."""
    latest_first = tracker.heard[::-1]
    return _intents(latest_first[:2]) == [NLU_FALLBACK] * 2 or _intents(latest_first) == [
        OUT_OF_SCOPE,
        NLU_FALLBACK,
        OUT_OF_SCOPE,
    ]


def _intents(heard: Sequence[object]) -> list[object]:
    """The intents among messages and rewinds (False)."""
    return [item for item in heard if item is not False]


def _said_again(tracker: Tracker) -> list[Event]:
    """The clarified message once more, now as if it had been certain."""
    if tracker.now.latest_message is None:
        return []
    message = deepcopy(tracker.now.latest_message)
    message["parse_data"]["intent"]["confidence"] = 1.0
    return [action(LISTEN), message]
