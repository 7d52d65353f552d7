"""Which conversations a viewer may know of. What is out of reach does not exist for them."""

from collections.abc import Iterable, Sequence

from aiohttp import web

from bot.access.permissions import Permission
from bot.console.cases.reach import is_office, reaches, within_reach
from bot.console.routes import Call, Viewer
from storage.attending import Attendance
from storage.cases import Case, CaseFilter
from storage.records import Conversation
from storage.store import Store

LISTED = 30
_CASES = 200


async def reached(store: Store, viewer: Viewer, found: Sequence[Conversation]) -> Sequence[Conversation]:
    """Those of ``found`` that the viewer may see.

    Where somebody was accused, by the discipline role alone (信访工作条例 §30). Else by operators: those of the office
    see all, those of a unit the ones with a case of theirs.
    """
    if not found:
        return ()
    ids = [each.id for each in found]
    accused = await store.cases.accused_in(ids)
    seen: set[str] = set()
    if viewer.may(Permission.ACCUSATIONS):
        seen |= accused
    if viewer.may(Permission.CONVERSATIONS):
        plain = set(ids) - accused
        if not is_office(viewer):
            cases = await store.cases.of_conversations(ids, _CASES)
            plain &= _parties(case for case in cases if reaches(viewer, case))
        seen |= plain
    return [each for each in found if each.id in seen]


async def newest(
    store: Store, attendance: Attendance, viewer: Viewer, *, channel: str | None
) -> Sequence[Conversation]:
    """The conversations within reach, the one heard last first."""
    found: dict[str, Conversation] = {}
    if viewer.may(Permission.CONVERSATIONS) and is_office(viewer):
        found |= {each.id: each for each in await attendance.newest(LISTED, channel=channel)}
    narrow: list[CaseFilter] = []
    if viewer.may(Permission.CONVERSATIONS) and not is_office(viewer):
        narrow.append(within_reach(viewer, CaseFilter(channel=channel), accusations=False))
    if viewer.may(Permission.ACCUSATIONS):
        narrow.append(within_reach(viewer, CaseFilter(channel=channel), accusations=True))
    for each in narrow:
        page = await store.cases.list(each, _CASES, include_accusations=bool(each.accusation))
        ids = sorted(_parties(page.items))
        found |= {one.id: one for one in await store.conversations.get_many(ids)} if ids else {}
    seen = await reached(store, viewer, list(found.values()))
    heard = [each for each in seen if each.last_inbound_at and channel in {None, each.address.channel}]
    return sorted(heard, key=lambda each: (each.last_inbound_at, each.id), reverse=True)[:LISTED]


async def conversation_of(store: Store, call: Call) -> Conversation:
    """The conversation that the path names.

    Raises:
        HTTPNotFound: there is none, or the viewer may not know of it: both look alike.
    """
    found = await store.conversations.get(call.path["id"])
    if found is None or not await reached(store, call.viewer, [found]):
        raise web.HTTPNotFound
    return found


def _parties(cases: Iterable[Case]) -> set[str]:
    """Who filed or follows them."""
    return {each for case in cases for each in (*case.followers, case.filer.conversation_id) if each}
