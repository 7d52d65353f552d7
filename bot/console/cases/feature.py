"""The routes of the cases, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.cases.actions import CaseActions
from bot.console.cases.exporting import CaseExport
from bot.console.cases.file_actions import FileActions
from bot.console.cases.link_actions import LinkActions
from bot.console.cases.once import all_once
from bot.console.cases.pages import CasePages
from bot.console.cases.parts import CaseParts
from bot.console.cases.unit_actions import UnitActions
from bot.console.cases.views import ViewActions
from bot.console.routes import Feature, Handler, Route, Tab

_SEES = frozenset({Permission.CASES, Permission.ACCUSATIONS})
_ONE = "/cases/{number}"


def cases_feature(parts: CaseParts) -> Feature:
    """The cases, as a part of the console."""
    pages, actions, units = CasePages(parts), CaseActions(parts), UnitActions(parts)
    discipline = frozenset({Permission.INTAKE, Permission.ACCUSATIONS})
    acts = (
        _act("accept", actions.accept, any_of=discipline),
        _act("refuse", actions.refuse, any_of=discipline),
        _act("ask", actions.ask, any_of=discipline),
        _act("resume", actions.resume, any_of=discipline),
        _act("correct", actions.correct, Permission.INTAKE),
        _act("progress", actions.progress, Permission.HANDLE),
        _act("note", actions.note, Permission.HANDLE),
        _act("answer", actions.answer, any_of=frozenset({Permission.SEND_ANSWER, Permission.ACCUSATIONS})),
        _act("close", actions.close, any_of=frozenset({Permission.SEND_ANSWER, Permission.ACCUSATIONS})),
        _act("reopen", actions.reopen, Permission.SEND_ANSWER),
        _act("assign", units.assign, Permission.ASSIGN),
        _act("charge", units.charge, Permission.ASSIGN),
        _act("opinion", units.opinion, Permission.HANDLE),
        _act("draft", units.draft, Permission.HANDLE),
        _act("return", units.give_back, Permission.HANDLE),
        _act("send-back", units.send_back, Permission.SEND_ANSWER),
        _act("excuse", units.excuse, Permission.ASSIGN),
        _act("ask-extension", units.ask_extension, Permission.HANDLE),
        _act("extend", units.extend, Permission.SUPERVISE),
        _act("refuse-extension", units.refuse_extension, Permission.SUPERVISE),
        _act("instruct", units.instruct, Permission.INSTRUCT),
        _act("press", units.press, Permission.SUPERVISE),
        _act("hand", FileActions(parts).hand, Permission.HANDLE),
        _act("take-links-back", LinkActions(parts).take_back, Permission.INTAKE),
        _act("press-answer", units.press_answer, Permission.HANDLE),
    )
    tabs = (
        Tab(path="/cases", label="诉求", needs=frozenset({Permission.CASES}), order=20),
        Tab(
            path="/accusations", label="检举控告", needs=frozenset({Permission.ACCUSATIONS}), order=25, also=("/cases",)
        ),
    )
    return Feature(routes=(*_looks(parts, pages, units), *all_once(parts.store, acts)), tabs=tabs)


def _looks(parts: CaseParts, pages: CasePages, units: UnitActions) -> tuple[Route, ...]:
    """The lists and what is done with them, and the pages of one case."""
    exports, views = CaseExport(parts), ViewActions(parts)
    return (
        Route(method="GET", path="/cases", handler=pages.list, needs=Permission.CASES),
        Route(method="POST", path="/cases/search", handler=pages.search, needs=Permission.CASES),
        Route(method="GET", path="/cases/export", handler=exports.masked, needs=Permission.EXPORT),
        Route(method="POST", path="/cases/export", handler=exports.in_full, needs=Permission.EXPORT),
        Route(method="POST", path="/cases/views", handler=views.keep, needs=Permission.CASES),
        Route(method="POST", path="/cases/views/drop", handler=views.drop, needs=Permission.CASES),
        Route(method="POST", path="/cases/assign", handler=units.assign_several, needs=Permission.ASSIGN),
        Route(method="GET", path="/accusations", handler=pages.accusations, needs=Permission.ACCUSATIONS),
        Route(
            method="POST", path="/accusations/search", handler=pages.search_accusations, needs=Permission.ACCUSATIONS
        ),
        Route(method="GET", path=_ONE, handler=pages.one, needs=None, any_of=_SEES),
        Route(method="GET", path=f"{_ONE}/print", handler=pages.printed, needs=None, any_of=_SEES),
        Route(method="GET", path=f"{_ONE}/attachments/{{id}}", handler=pages.attachment, needs=Permission.REVEAL),
        Route(method="POST", path=f"{_ONE}/reveal", handler=pages.reveal, needs=Permission.REVEAL),
    )


def _act(
    name: str,
    handler: Handler,
    needs: Permission | None = None,
    any_of: frozenset[Permission] = frozenset(),
) -> Route:
    return Route(method="POST", path=f"{_ONE}/{name}", handler=handler, needs=needs, any_of=any_of)
