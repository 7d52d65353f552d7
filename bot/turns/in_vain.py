"""Policy questions that nothing approved answers, noted for those who write answers: without who asked."""

from collections.abc import Sequence
from datetime import datetime

from bot import masking
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.danger import danger_in
from dialogs.nlu.masking import masked
from dialogs.nlu.names import find_own_name
from dialogs.outcome import Outcome
from storage.commit import Change
from storage.records import ArrivedMessage
from storage.store import Store

_SAID = frozenset({"utter_policy_unknown", "utter_policy_unknown_in_form"})
_LONGEST = 120
"""What is longer tells a matter of one's own: that is no question for everybody."""
_SHORTEST = 4


def asked_in_vain(store: Store, batch: Sequence[ArrivedMessage], outcome: Outcome, now: datetime) -> Sequence[Change]:
    """The change that notes the question; none where the dialog knew an answer, or the words are nobody else's."""
    if not any(reply.response in _SAID for reply in outcome.replies):
        return ()
    text = batch[-1].message.text.strip()
    if not _SHORTEST <= len(text) <= _LONGEST or accuses_an_official(text) or danger_in(text):
        return ()
    return (store.questions.add(redacted(text), at=now),)


def redacted(text: str) -> str:
    """``text`` without numbers that tell who somebody is, and without the name that its writer gives."""
    name = find_own_name(text)
    return masked(masking.text(text, person=name.value if name else ""))
