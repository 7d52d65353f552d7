"""The routes of the notices, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.notices.actions import NoticeActions
from bot.console.notices.pages import NoticePages
from bot.console.notices.parts import NoticeParts
from bot.console.routes import Feature, Route, Tab

_ONE = "/notices/{id}"
_EITHER = frozenset({Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES})


def notices_feature(parts: NoticeParts) -> Feature:
    """The notices, as a part of the console."""
    pages = NoticePages(parts)
    actions = NoticeActions(parts, pages)
    writes, approves = Permission.WRITE_NOTICES, Permission.APPROVE_NOTICES
    routes = (
        Route(method="GET", path="/notices", handler=pages.list, needs=None, any_of=_EITHER),
        Route(method="GET", path="/notices/new", handler=pages.new, needs=writes),
        Route(method="POST", path="/notices", handler=actions.write, needs=writes),
        Route(method="GET", path=_ONE, handler=pages.one, needs=None, any_of=_EITHER),
        Route(method="GET", path=f"{_ONE}/progress", handler=pages.progress, needs=None, any_of=_EITHER),
        Route(method="GET", path=f"{_ONE}/recipients", handler=pages.recipients, needs=None, any_of=_EITHER),
        Route(method="GET", path=f"{_ONE}/export", handler=pages.export, needs=None, any_of=_EITHER),
        Route(method="POST", path=f"{_ONE}/approve", handler=actions.approve, needs=approves),
        Route(method="POST", path=f"{_ONE}/start", handler=actions.start, needs=writes),
        Route(method="POST", path=f"{_ONE}/pause", handler=actions.pause, needs=None, any_of=_EITHER),
        Route(method="POST", path=f"{_ONE}/resume", handler=actions.resume, needs=None, any_of=_EITHER),
        Route(method="POST", path=f"{_ONE}/cancel", handler=actions.cancel, needs=None, any_of=_EITHER),
    )
    return Feature(routes=routes, tabs=(Tab(path="/notices", label="通知", needs=_EITHER, order=40),))
