"""The routes of the bot's wording, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.routes import Feature, Route
from bot.console.wording.pages import WordingPages
from bot.console.wording.parts import WordingParts

_ONE = "/wording/{key}"
_VERSION = f"{_ONE}/{{version}}"
_EITHER = frozenset({Permission.EDIT_ANSWERS, Permission.APPROVE_ANSWERS})


def wording_feature(parts: WordingParts) -> Feature:
    """The wording, as a part of the console; it is reached from the answers."""
    pages = WordingPages(parts)
    edits, approves = Permission.EDIT_ANSWERS, Permission.APPROVE_ANSWERS
    return Feature(
        routes=(
            Route(method="GET", path="/wording", handler=pages.list, needs=None, any_of=_EITHER),
            Route(method="GET", path=_ONE, handler=pages.one, needs=None, any_of=_EITHER),
            Route(method="POST", path=_ONE, handler=pages.propose, needs=edits),
            Route(method="POST", path=f"{_ONE}/restore", handler=pages.restore, needs=edits),
            Route(method="POST", path=f"{_VERSION}/pass", handler=pages.let_pass, needs=approves),
            Route(method="POST", path=f"{_VERSION}/refuse", handler=pages.refuse, needs=None, any_of=_EITHER),
            Route(method="POST", path=f"{_VERSION}/revert", handler=pages.revert, needs=approves),
        )
    )
