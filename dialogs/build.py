"""Puts the bot together from its files: data, answers, categories, actions, engine, manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from rasa_sdk import Action

from dialogs.actions import Office, build_actions
from dialogs.astray import Astray
from dialogs.engine.bot import Bot, load_bot
from dialogs.engine.embedded import EmbeddedEngine
from dialogs.engine.rasa_server import RasaLink, rasa_engine
from dialogs.faq.answers import load_answers
from dialogs.faq.search import Answers
from dialogs.files import DialogFiles
from dialogs.manager import Manager
from dialogs.nlu.examples import read_examples
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.interpreter import LightInterpreter
from dialogs.nlu.matter import Categories
from dialogs.notices import NoticeReplies
from dialogs.ports import Cases, Randomness
from dialogs.receptions import Receptions
from dialogs.subscriptions import Subscriptions
from dialogs.text.clean import Script
from dialogs.understanding import Understanding


def build_manager(
    ports: Cases,
    chance: Randomness,
    *,
    office: Office,
    files: DialogFiles | None = None,
    answers: Answers | None = None,
    understanding: Understanding | None = None,
    variation: Random | None = None,
    rasa: RasaLink | None = None,
    receptions: Receptions | None = None,
    subscriptions: Subscriptions | None = None,
) -> Manager:
    """The bot on its engine. Reads its files, which takes a moment: off the event loop where one runs.

    ``files``: as they ship where not given. ``answers``: where they are read already. ``understanding`` may gain parts
    later; what is there at a turn is used in it. ``rasa``: a Rasa server runs the turns, and the embedded engine those
    that it does not answer. ``receptions``: the leaders' reception days; ``subscriptions``: the topics that notices may
    be followed by; there are none where not given.

    Raises:
        BotRefused: the dialog files are wrong.
        AnswersRefused: the approved answers are.
        NoSuchFolder: the office's own files are not where they should be.
        BadGazetteer: its list of places is wrong.
    """
    files = files or DialogFiles()
    known = _known(files, answers, understanding or Understanding())
    bot = load_bot(files.dialog(), files.overriding())
    topics = subscriptions.offered if subscriptions else ()
    interpreter = LightInterpreter(read_examples(files.nlu), **vars(known), topics=topics)
    actions = build_actions(
        ports, chance, office=office, receptions=receptions, subscriptions=subscriptions, **vars(known)
    )
    embedded = EmbeddedEngine(
        bot=bot, actions=actions, interpreter=interpreter, chance=variation, payloads_in_text=False
    )
    script = Script()
    return Manager(
        embedded if rasa is None else rasa_engine(rasa, bot, embedded, interpreter, variation),
        categories=known.categories,
        script=script,
        notice=_notice(bot, office),
        caution=_by_channel(bot, "utter_danger_perhaps"),
        gathering=_by_channel(bot, "utter_gathering"),
        astray=Astray(words=_first_words(bot, "utter_no_such_number"), script=script),
        replies=NoticeReplies(ports, known.categories),
        warm=partial(_warm, known.answers, known.understanding),
    )


def load_actions(
    ports: Cases,
    chance: Randomness,
    *,
    office: Office,
    files: DialogFiles,
    receptions: Receptions | None = None,
    subscriptions: Subscriptions | None = None,
) -> Sequence[Action]:
    """The actions alone, as an action server runs them for a Rasa server.

    Raises:
        AnswersRefused: the approved answers are wrong.
        NoSuchFolder: the office's own files are not where they should be.
        BadGazetteer: its list of places is wrong.
    """
    known = vars(_known(files, None, Understanding()))
    return build_actions(ports, chance, office=office, receptions=receptions, subscriptions=subscriptions, **known)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the actions know, by the names that they take it under."""

    answers: Answers
    categories: Categories
    understanding: Understanding
    gazetteer: Gazetteer


def _known(files: DialogFiles, answers: Answers | None, understanding: Understanding) -> _Known:
    files.check_folder()
    return _Known(
        answers=Answers(load_answers(files.answers)) if answers is None else answers,
        categories=Categories.load(files.categories, understanding),
        understanding=understanding,
        gazetteer=Gazetteer.load(files.gazetteer),
    )


def _warm(answers: Answers, understanding: Understanding) -> None:
    if understanding.embedder is not None:
        answers.prepare_beside(understanding.embedder)


def _first_words(bot: Bot, response: str) -> str:
    """What the manager says before an answer; "" where an office's files lack it."""
    return next((str(variant["text"]) for variant in bot.domain.responses.get(response, ())), "")


def _by_channel(bot: Bot, response: str) -> Mapping[str, str]:
    """The same, shorter by text message where the file has such words."""
    first = _first_words(bot, response)
    variants = bot.domain.responses.get(response, ())
    return {"": first, "sms": next((str(v["text"]) for v in variants if v.get("channel") == "sms"), first)}


def _notice(bot: Bot, office: Office) -> Mapping[str, str]:
    """What is said at first contact, by channel; "" for every other."""
    return {
        str(variant.get("channel", "")): str(variant["text"]).replace("{office}", office.name)
        for variant in bot.domain.responses["utter_first_contact"]
    }
