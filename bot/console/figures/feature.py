"""The routes of the desk and the figures."""

from bot.access.permissions import Permission
from bot.console.figures.approvals import APPROVES
from bot.console.figures.desk import DeskPages
from bot.console.figures.pages import FigurePages
from bot.console.routes import Feature, Route, Tab
from channels.base import Clock
from storage.figures import Figures
from storage.store import Store

# Whoever approves what others wrote finds it there as well.
_AT_THE_DESK = APPROVES | {Permission.CASES}
_CASES, _FIGURES = Permission.CASES, Permission.FIGURES


def figures_feature(*, store: Store, figures: Figures, clock: Clock) -> Feature:
    """The desk, and the figures, as a part of the console."""
    pages, desk = FigurePages(store=store, figures=figures, clock=clock), DeskPages(store=store, clock=clock)
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
