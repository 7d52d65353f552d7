"""The part of the console in which the bot's answers and wording are edited, over the parts of a web process."""

from collections.abc import Sequence

from bot.console.answers import AnswerParts, answers_feature
from bot.console.routes import Feature
from bot.console.wording import WordingParts, wording_feature
from bot.editing.desk import EditDesk
from bot.services import Services


def editing_features(services: Services) -> Sequence[Feature]:
    """Answers and wording; what is passed here takes over in every process by itself."""
    desk = EditDesk(store=services.store, layer=services.layer, clock=services.clock, look=services.dialog.look_now)
    answers = AnswerParts(store=services.store, desk=desk, understanding=services.understanding, clock=services.clock)
    return (answers_feature(answers), wording_feature(WordingParts(store=services.store, desk=desk)))
