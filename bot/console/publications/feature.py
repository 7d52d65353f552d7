"""The routes of clarifications and reception days, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.publications.actions import PublicationActions
from bot.console.publications.pages import PublicationPages
from bot.console.publications.parts import EDITORS, PATHS, READERS, PublicationParts
from bot.console.routes import Feature, Route, Tab
from storage.publication_records import PublicationKind


def publications_feature(parts: PublicationParts) -> Feature:
    """Both kinds, as a part of the console."""
    clarifications, receptions = (_routes(parts, kind) for kind in PublicationKind)
    return Feature(
        routes=(*clarifications, *receptions, *_of_bookings(parts)),
        tabs=(
            Tab(path="/clarifications", label="正面通告", needs=EDITORS, order=41),
            Tab(path="/receptions", label="接待日", needs=READERS, order=42),
        ),
    )


def _routes(parts: PublicationParts, kind: PublicationKind) -> tuple[Route, ...]:
    pages = PublicationPages(parts, kind)
    actions = PublicationActions(parts, pages, kind)
    path, writes = PATHS[kind], Permission.WRITE_NOTICES
    readers = READERS if kind is PublicationKind.RECEPTION else EDITORS
    one = f"{path}/{{id}}"
    return (
        Route(method="GET", path=path, handler=pages.list, needs=None, any_of=readers),
        Route(method="GET", path=f"{path}/new", handler=pages.new, needs=writes),
        Route(method="POST", path=path, handler=actions.write, needs=writes),
        Route(method="GET", path=one, handler=pages.one, needs=None, any_of=readers),
        Route(method="POST", path=f"{one}/approve", handler=actions.approve, needs=Permission.APPROVE_NOTICES),
        Route(method="POST", path=f"{one}/withdraw", handler=actions.withdraw, needs=None, any_of=EDITORS),
    )


def _of_bookings(parts: PublicationParts) -> tuple[Route, ...]:
    kind = PublicationKind.RECEPTION
    pages = PublicationPages(parts, kind)
    actions = PublicationActions(parts, pages, kind)
    one, receives = f"{PATHS[kind]}/{{id}}", Permission.RECEPTIONS
    booking = f"{one}/bookings/{{booking}}"
    return (
        Route(method="GET", path=f"{one}/change", handler=pages.edit, needs=Permission.WRITE_NOTICES),
        Route(method="POST", path=f"{one}/change", handler=actions.change, needs=Permission.WRITE_NOTICES),
        Route(method="POST", path=f"{one}/reveal", handler=pages.reveal, needs=receives),
        Route(method="POST", path=f"{one}/bookings", handler=actions.book, needs=receives),
        Route(method="POST", path=f"{booking}/cancel", handler=actions.give_back, needs=receives),
        Route(method="POST", path=f"{booking}/mark", handler=actions.mark, needs=receives),
        Route(method="POST", path=f"{booking}/erase", handler=actions.erase, needs=receives),
    )
