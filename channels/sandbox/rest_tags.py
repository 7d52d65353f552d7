"""Tags of followers, of the REST API."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.sandbox.errcodes import ApiError
from channels.sandbox.platform import Platform
from channels.sandbox.residents import Resident
from channels.sandbox.rest import Answer, Api, ok, read_json

FIRST_FREE = 100
"""Below lie the platform's own: 2 is the starred group."""
_MOST, _MOST_OF_ONE, _AT_ONCE = 100, 20, 50
_LONGEST = 30
_PAGE = 10_000


async def _create(platform: Platform, request: web.Request) -> Answer:
    name = _name(platform, await _wanted(request))
    if len(platform.tags) >= _MOST:
        raise ApiError(45056)
    number = max([FIRST_FREE - 1, *platform.tags]) + 1
    platform.tags[number] = name
    return {"tag": {"id": number, "name": name}}


async def _get(platform: Platform, _: web.Request) -> Answer:
    tags = [{"id": 2, "name": "星标组", "count": 0}]
    tags += [{"id": n, "name": name, "count": len(_having(platform, n))} for n, name in platform.tags.items()]
    return {"tags": tags}


async def _update(platform: Platform, request: web.Request) -> Answer:
    wanted = await _wanted(request)
    number = _known(platform, wanted.get("id"))
    platform.tags[number] = _name(platform, wanted, but=number)
    return ok()


async def _delete(platform: Platform, request: web.Request) -> Answer:
    number = _known(platform, (await _wanted(request)).get("id"))
    del platform.tags[number]
    for resident in platform.residents.values():
        resident.tags.discard(number)
    return ok()


async def _mark(platform: Platform, request: web.Request) -> Answer:
    number, people = await _people(platform, request)
    if any(number not in each.tags and len(each.tags) >= _MOST_OF_ONE for each in people):
        raise ApiError(45059)
    for each in people:
        each.tags.add(number)
    return ok()


async def _unmark(platform: Platform, request: web.Request) -> Answer:
    number, people = await _people(platform, request)
    for each in people:
        each.tags.discard(number)
    return ok()


async def _members(platform: Platform, request: web.Request) -> Answer:
    data = await read_json(request)
    number = _known(platform, data.get("tagid"), wrong=45159)
    openids = sorted(each.openid for each in _having(platform, number))
    after = str(data.get("next_openid") or "")
    page = [openid for openid in openids if openid > after][:_PAGE]
    if not page:
        return {"count": 0}
    return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}


async def _wanted(request: web.Request) -> dict[str, Any]:
    tag = (await read_json(request)).get("tag")
    if not isinstance(tag, dict):
        raise ApiError(47001)
    return tag


def _name(platform: Platform, wanted: dict[str, Any], but: int = 0) -> str:
    name = wanted.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(-1)
    if len(name.encode()) > _LONGEST:
        raise ApiError(45158)
    if name in {known for number, known in platform.tags.items() if number != but}:
        raise ApiError(45157)
    return name


def _known(platform: Platform, number: object, wrong: int = 45058) -> int:
    if not isinstance(number, int) or number not in platform.tags:
        raise ApiError(wrong)
    return number


async def _people(platform: Platform, request: web.Request) -> tuple[int, Sequence[Resident]]:
    data = await read_json(request)
    listed = data.get("openid_list")
    if not isinstance(listed, list) or not listed:
        raise ApiError(40035)
    if len(listed) > _AT_ONCE:
        raise ApiError(40032)
    number = _known(platform, data.get("tagid"), wrong=45159)
    found = [platform.by_openid(openid) for openid in listed]
    people = [each for each in found if each is not None and each.followed]
    if len(people) < len(found):
        raise ApiError(40003 if None not in found else 49003)
    return number, people


def _having(platform: Platform, number: int) -> Sequence[Resident]:
    return [each for each in platform.residents.values() if number in each.tags]


APIS = {
    "/cgi-bin/tags/create": Api(method="POST", handle=_create),
    "/cgi-bin/tags/get": Api(method="GET", handle=_get),
    "/cgi-bin/tags/update": Api(method="POST", handle=_update),
    "/cgi-bin/tags/delete": Api(method="POST", handle=_delete),
    "/cgi-bin/tags/members/batchtagging": Api(method="POST", handle=_mark),
    "/cgi-bin/tags/members/batchuntagging": Api(method="POST", handle=_unmark),
    "/cgi-bin/user/tag/get": Api(method="POST", handle=_members),
}
