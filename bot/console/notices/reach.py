"""Which notices somebody sees, and whom they may write to: an office below sees its own, and tells its own people."""

from aiohttp import web

from bot.broadcasts.office import BroadcastRefused, Doer, Written
from bot.broadcasts.words import WEIBO
from bot.console.routes import Call, Viewer
from storage.broadcast_records import Broadcast
from storage.store import Store


def at_the_top(viewer: Viewer) -> bool:
    return viewer.unit.parent is None


def units_of(viewer: Viewer) -> list[str]:
    """The units whose notices the viewer sees; what came by the API is the top office's."""
    below = [unit.id for unit in viewer.tree.below(viewer.unit.id)]
    return [*below, ""] if at_the_top(viewer) else below


async def broadcast_of(store: Store, call: Call) -> Broadcast:
    """The notice that the path names.

    Raises:
        HTTPNotFound: it is not there, or out of reach.
    """
    found = await store.broadcasts.get(call.path["id"])
    if found is None or found.unit not in units_of(call.viewer):
        raise web.HTTPNotFound
    return found


def districts_of(viewer: Viewer) -> list[str]:
    """The districts that the viewer's unit, and what is below it, answers for."""
    return sorted({district for unit in viewer.tree.below(viewer.unit.id) for district in unit.districts})


def doer_of(viewer: Viewer) -> Doer:
    return Doer(id=viewer.member.id, name=viewer.member.name, unit=viewer.unit.id)


def check_reach(viewer: Viewer, written: Written) -> None:
    """An office below tells its own districts, not the whole city.

    Raises:
        BroadcastRefused: naming the field.
    """
    if at_the_top(viewer):
        return
    if written.segment.district not in districts_of(viewer):
        raise BroadcastRefused("segment", "请选择本单位负责的区县：只能通知本区县的人")
    if WEIBO in written.channels:
        raise BroadcastRefused("channels", "微博是全市公开的，由上级单位发布")
