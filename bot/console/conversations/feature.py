"""The routes of the conversations, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.conversations.actions import ConversationActions
from bot.console.conversations.pages import ConversationPages
from bot.console.conversations.parts import ConversationParts
from bot.console.routes import Feature, Handler, Route, Tab

# Conversations in which somebody was accused are the discipline role's (``reach``).
_SEES = frozenset({Permission.CONVERSATIONS, Permission.ACCUSATIONS})
_ALL = "/conversations"
_ONE = f"{_ALL}/{{id}}"


def conversations_feature(parts: ConversationParts) -> Feature:
    """The conversations, as a part of the console."""
    pages = ConversationPages(parts)
    actions = ConversationActions(parts, pages)
    return Feature(
        routes=(
            _route("GET", _ALL, pages.inbox),
            _route("GET", f"{_ALL}/events", pages.inbox_events),
            _route("GET", _ONE, pages.one),
            _route("GET", f"{_ONE}/events", pages.one_events),
            Route(method="POST", path=f"{_ONE}/reveal", handler=pages.reveal, needs=Permission.REVEAL),
            _route("POST", f"{_ONE}/take", actions.take),
            _route("POST", f"{_ONE}/hand-back", actions.hand_back),
            _route("POST", f"{_ONE}/reply", actions.reply),
            _route("POST", f"{_ONE}/count", actions.count),
            _route("POST", f"{_ONE}/calls/{{call}}/close", actions.close_call),
            Route(method="GET", path=f"{_ONE}/case", handler=actions.case_form, needs=Permission.INTAKE),
            Route(method="POST", path=f"{_ONE}/case", handler=actions.make_case, needs=Permission.INTAKE),
        ),
        tabs=(Tab(path=_ALL, label="会话", needs=_SEES, order=15),),
    )


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(method=method, path=path, handler=handler, needs=None, any_of=_SEES)
