"""Wishes beside petitions and questions: a place at a reception day, notices by topic."""

from collections.abc import Sequence

from dialogs.engine.contract import Parse
from dialogs.nlu.reception_words import heard_of_it
from dialogs.nlu.shapes import sure
from dialogs.nlu.subscribing import wish_of_topics


def side_wish(text: str, asked: str | None, topics: Sequence[str]) -> Parse | None:
    """Such a wish where ``asked`` is the open question; ``topics``: the office's.

    An answer in a form is taken for one only where it speaks of subscribing itself.
    """
    if wish := heard_of_it(text, asked):
        return sure(wish)
    if asked and "订阅" not in text:
        return None
    found = wish_of_topics(text, topics)
    if found is None:
        return None
    named = {"value": found.topic} if found.topic else {}
    return sure(found.intent, **named, **({"kind": "all"} if found.everything else {}))
