"""The routes of the policy answers, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.answers.actions import AnswerActions
from bot.console.answers.pages import AnswerPages
from bot.console.answers.parts import AnswerParts
from bot.console.routes import Feature, Route, Tab

_ONE = "/answers/one/{key}"
_VERSION = f"{_ONE}/{{version}}"
_EITHER = frozenset({Permission.EDIT_ANSWERS, Permission.APPROVE_ANSWERS})


def answers_feature(parts: AnswerParts) -> Feature:
    """The answers, as a part of the console."""
    pages = AnswerPages(parts)
    actions = AnswerActions(parts, pages)
    edits, approves = Permission.EDIT_ANSWERS, Permission.APPROVE_ANSWERS
    looks = (
        Route(method="GET", path="/answers", handler=pages.list, needs=None, any_of=_EITHER),
        Route(method="GET", path="/answers/export", handler=pages.export, needs=None, any_of=_EITHER),
        Route(method="GET", path="/answers/new", handler=pages.new, needs=edits),
        Route(method="GET", path="/answers/try", handler=pages.tried, needs=None, any_of=_EITHER),
        Route(method="GET", path="/answers/unanswered", handler=pages.unanswered, needs=None, any_of=_EITHER),
        Route(method="GET", path=_ONE, handler=pages.one, needs=None, any_of=_EITHER),
    )
    acts = (
        Route(method="POST", path="/answers", handler=actions.propose, needs=edits),
        Route(method="POST", path="/answers/unanswered/{key}/settle", handler=actions.settle, needs=edits),
        Route(method="POST", path=f"{_ONE}/remove", handler=actions.remove, needs=edits),
        Route(method="POST", path=f"{_ONE}/restore", handler=actions.restore, needs=edits),
        Route(method="POST", path=f"{_VERSION}/pass", handler=actions.let_pass, needs=approves),
        Route(method="POST", path=f"{_VERSION}/refuse", handler=actions.refuse, needs=None, any_of=_EITHER),
        Route(method="POST", path=f"{_VERSION}/revert", handler=actions.revert, needs=approves),
    )
    return Feature(
        routes=(*looks, *acts),
        tabs=(Tab(path="/answers", label="政策问答", needs=_EITHER, order=50, also=("/wording",)),),
    )
