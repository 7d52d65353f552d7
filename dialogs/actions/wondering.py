"""A question of one's own matter, asked where something else was: nobody here knows the answer, so it is passed on."""

from dialogs.actions.changes import Heard, told
from dialogs.nlu.own_questions import of_ones_matter


def wondered(heard: Heard, text: str) -> Heard | None:
    """The question taken into the matter, and said to be; None where it asks nothing of the kind."""
    if not heard.draft.matter or not of_ones_matter(text):
        return None
    return Heard(draft=told(heard.draft, text), remarks=(*heard.remarks, "utter_question_added"))
