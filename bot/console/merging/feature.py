"""The routes of merging, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.cases.once import all_once
from bot.console.merging.pages import MergePages, MergeParts
from bot.console.routes import Feature, Route

_INTAKE = Permission.INTAKE


def merging_feature(parts: MergeParts) -> Feature:
    """Merging (并案), as a part of the console."""
    pages = MergePages(parts)
    routes = (
        Route(method="GET", path="/cases/{number}/merge", handler=pages.form, needs=_INTAKE),
        Route(method="POST", path="/cases/{number}/merge", handler=pages.merge, needs=_INTAKE),
        Route(method="POST", path="/cases/{number}/split", handler=pages.split, needs=_INTAKE),
    )
    return Feature(routes=all_once(parts.cases.store, routes))
