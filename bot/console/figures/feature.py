"""The routes of the desk and the figures."""

from collections.abc import Mapping, Sequence

from bot.access.permissions import Permission
from bot.console.figures.approvals import APPROVES, Subjects
from bot.console.figures.desk import DeskPages
from bot.console.figures.pages import FigurePages
from bot.console.routes import Feature, Route, Tab
from channels.base import Clock
from storage.edits import Edit, EditKind
from storage.figures import Figures
from storage.store import Store

# Whoever approves what others wrote finds it there as well.
_AT_THE_DESK = APPROVES | {Permission.CASES}
_CASES, _FIGURES = Permission.CASES, Permission.FIGURES


async def _as_they_say(edits: Sequence[Edit]) -> Mapping[tuple[EditKind, str], str]:
    """By the question that they hold, where they hold one."""
    return {(each.kind, each.key): str(each.content["question"]) for each in edits if "question" in each.content}


def figures_feature(*, store: Store, figures: Figures, clock: Clock, subjects: Subjects = _as_they_say) -> Feature:
    """The desk, and the figures, as a part of the console. ``subjects``: what edits that wait are about."""
    pages = FigurePages(store=store, figures=figures, clock=clock)
    desk = DeskPages(store=store, clock=clock, subjects=subjects)
    return Feature(
        routes=(
            Route(method="GET", path="/desk", handler=desk.desk, needs=None, any_of=_AT_THE_DESK),
            Route(method="POST", path="/desk/seen", handler=desk.seen, needs=_CASES),
            Route(method="GET", path="/figures", handler=pages.figures, needs=_FIGURES),
            Route(method="GET", path="/figures/export", handler=pages.export, needs=_FIGURES),
        ),
        tabs=(
            Tab(path="/desk", label="工作台", needs=_AT_THE_DESK, order=10),
            Tab(path="/figures", label="统计", needs=frozenset({_FIGURES}), order=60),
        ),
    )
