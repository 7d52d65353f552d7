"""What the bot does: rasa-sdk actions, run by either engine."""

from rasa_sdk import Action

from dialogs.actions.adding import AddToCase, AskAdditionCase, AskAdditionText, DropAddition, ValidateAdditionForm
from dialogs.actions.answering import AnswerNotice
from dialogs.actions.asking import questions
from dialogs.actions.filing import DropPetition, Expire, FilePetition
from dialogs.actions.own_data import TellOwnData
from dialogs.actions.petition import ValidatePetitionForm
from dialogs.actions.policy import AnswerPolicy
from dialogs.actions.progress import ShowProgress
from dialogs.actions.rating import Rate
from dialogs.actions.reception import reception_actions
from dialogs.actions.subscribing import topic_actions
from dialogs.actions.talk import CallAPerson, NotUnderstood, Slow, TakeMedia, sayings
from dialogs.actions.warning import Warn
from dialogs.actions.withdrawing import ConfirmWithdraw, KeepCase, Withdraw
from dialogs.actions.world import Office, World
from dialogs.faq.search import Answers
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.matter import Categories
from dialogs.ports import Cases, Randomness
from dialogs.receptions import NoReceptions, Receptions
from dialogs.subscriptions import NoSubscriptions, Subscriptions
from dialogs.understanding import Understanding

__all__ = ["Office", "build_actions"]


def build_actions(
    ports: Cases,
    chance: Randomness,
    *,
    office: Office,
    answers: Answers,
    categories: Categories,
    understanding: Understanding | None = None,
    gazetteer: Gazetteer | None = None,
    receptions: Receptions | None = None,
    subscriptions: Subscriptions | None = None,
) -> list[Action]:
    """All actions that ``data/domain.yml`` lists. They read through ``ports`` and write nothing."""
    world = World(
        cases=ports,
        chance=chance,
        office=office,
        answers=answers,
        categories=categories,
        understanding=understanding or Understanding(),
        gazetteer=gazetteer or Gazetteer.of({}),
        receptions=receptions or NoReceptions(),
        subscriptions=subscriptions or NoSubscriptions(),
    )
    return [
        *sayings(office),
        CallAPerson(office),
        Slow(office),
        Warn(world),
        TakeMedia(world),
        NotUnderstood(office),
        AnswerPolicy(world),
        ShowProgress(world),
        Rate(world),
        AnswerNotice(world),
        ValidatePetitionForm(world),
        *questions(world),
        FilePetition(world),
        DropPetition(),
        Expire(world),
        TellOwnData(world),
        *_case_actions(world),
        *reception_actions(world),
        *topic_actions(world),
    ]


def _case_actions(world: World) -> list[Action]:
    """What is done with a case that is filed."""
    return [
        Withdraw(world),
        ConfirmWithdraw(world),
        KeepCase(),
        ValidateAdditionForm(world),
        AskAdditionCase(world),
        AskAdditionText(),
        AddToCase(world),
        DropAddition(),
    ]
