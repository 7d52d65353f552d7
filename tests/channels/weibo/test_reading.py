"""Comments and mentions that are read: as seldom as the quota asks, each once, and nothing lost that was not kept."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from waiting import awaited, soon

from channels.messages import EventName

LISTS = ["/2/comments/to_me.json", "/2/statuses/mentions.json", "/2/comments/mentions.json"]
QUICK = {"rip": "203.0.113.5", "daily_calls": 4_000_000, "public_daily": 5}
"""A look every 20 ms or so."""


def wall() -> datetime:
    return datetime.now(UTC)


def item(number: int, *, uid: str = "2489518277", status: int = 51, at: datetime | None = None) -> dict[str, Any]:
    here = (at or wall()).astimezone(UTC)
    return {
        "created_at": here.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "id": number,
        "idstr": str(number),
        "text": "我的诉求WF261121001237办得怎么样了",
        "user": {"id": int(uid), "idstr": uid},
        "status": {"id": status, "idstr": str(status)},
    }


class Taken:
    """Keeps what is taken, or fails as a store that is away does."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.fails = 0

    async def __call__(self, arrival: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the store is away")
        for message in arrival.messages:
            self.messages.put_nowait(message)

    async def next(self) -> Any:
        return await awaited(self.messages.get(), "a message is taken")


@asynccontextmanager
async def running(channel: Any, take: Any) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.run(take))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task


async def _looks(api: Any, count: int) -> list[dict[str, str]]:
    await soon(lambda: sum(path in LISTS for _, path, _ in api.calls) >= count, f"{count} looks")
    return [{"path": path, **fields} for _, path, fields in api.calls if path in LISTS][:count]


async def test_the_three_lists_are_read_in_turn_from_where_each_ended(make_channel, api) -> None:
    api.script[LISTS[0]].append({"comments": [item(5202), item(5201)]})
    api.script[LISTS[1]].append({"statuses": [item(5303)]})
    take = Taken()
    async with running(make_channel(base=api.base, clock=wall, **QUICK), take):
        looks = await _looks(api, 6)
    assert [look["path"] for look in looks] == LISTS * 2
    assert [look["since_id"] for look in looks] == ["0", "0", "0", "5202", "5303", "0"]
    assert {look["count"] for look in looks} == {"50"}
    messages = [await take.next() for _ in range(3)]
    assert [message.message_id for message in messages] == [
        "mention:comment:5201",
        "mention:comment:5202",
        "mention:status:5303",
    ]
    first = messages[0].event
    assert (first.name, first.key) == (EventName.MENTIONED, "5201")
    assert first.details == {"kind": "comment", "by": "poll", "status": "51"}
    assert messages[0].grant is None
    assert messages[0].reply_until is None


async def test_our_own_words_and_those_of_long_ago_are_let_be(make_channel, api, kit) -> None:
    old = wall() - timedelta(days=2)
    odd = [{}, {"id": 7}, {"id": 8, "user": 3}, {"id": "9" * 40, "user": {"id": 1}}]
    api.script[LISTS[0]].append({"comments": [item(5205, uid=kit.UID), item(5204, at=old), *odd, 7, None]})
    api.script[LISTS[0]].append({"comments": [item(5211)]})
    take = Taken()
    async with running(make_channel(base=api.base, clock=wall, **QUICK), take):
        assert (await take.next()).event.key == "5211"


async def test_what_could_not_be_kept_is_read_again(make_channel, api) -> None:
    take = Taken()
    take.fails = 1
    api.script[LISTS[0]].append({"comments": [item(5201)]})
    channel = make_channel(base=api.base, clock=wall, **QUICK)
    async with running(channel, take) as task:
        with pytest.raises(ConnectionError):
            await task
    api.script[LISTS[0]].append({"comments": [item(5201)]})
    async with running(channel, take):
        assert (await take.next()).event.key == "5201"
    assert [(look["path"], look["since_id"]) for look in await _looks(api, 2)] == [(LISTS[0], "0")] * 2


async def test_the_first_round_is_quick_and_a_restart_looks_no_sooner(make_channel, api, shared, monkeypatch) -> None:
    monkeypatch.setattr("channels.weibo.mentions._FIRST_ROUND_S", 0.01)
    slow = {"rip": "203.0.113.5"}
    channel = make_channel(base=api.base, clock=wall, **slow)
    async with running(channel, Taken()):
        await soon(lambda: _next_look(shared) > wall() + timedelta(minutes=1), "a look is due later")
    assert timedelta(minutes=14) < _next_look(shared) - wall() < timedelta(minutes=30)
    async with running(make_channel(base=api.base, clock=wall, **slow), Taken()):
        await asyncio.sleep(0.1)
    assert sum(path in LISTS for _, path, _ in api.calls) == 3


async def test_a_day_of_looks_and_invitations_stays_within_the_quota(make_channel) -> None:
    channel = make_channel(rip="203.0.113.5")
    a_day = 86_400 / channel._settings.seconds_between_looks
    assert a_day + channel.capabilities.public_daily <= 90


async def test_a_quota_that_is_used_up_is_waited_for(make_channel, api, shared) -> None:
    api.refuse(LISTS[0], 10023, status=403)
    async with running(make_channel(base=api.base, clock=wall, **QUICK), Taken()):
        await _looks(api, 1)
        await soon(lambda: _due_late(shared), "the next look is put off")
    assert len(await _looks(api, 1)) == 1


def _next_look(shared: Any) -> datetime:
    found = [json.loads(value)[0] for key, value in shared.values.items() if key.startswith("weibo:read:")]
    return datetime.fromisoformat(found[0]) if found else wall()


def _due_late(shared: Any) -> bool:
    """At midnight in China: of this day, and of the one that ended while this was looked at."""
    china = wall() + timedelta(hours=8)
    midnight = china.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=8)
    return any(abs(_next_look(shared) - midnight - timedelta(days=days)) < timedelta(seconds=5) for days in (0, 1))


@pytest.mark.parametrize("left", ["", "[]", '["x",1,{}]', "{}", '["2026-01-01T00:00:00+00:00","x",[]]', "null"])
async def test_whatever_another_version_left_is_a_beginning(make_channel, api, shared, kit, left) -> None:
    host = api.base.partition("//")[2]
    shared.values[f"weibo:read:{kit.UID}@{host}"] = left
    async with running(make_channel(base=api.base, clock=wall, **QUICK), Taken()):
        assert (await _looks(api, 1))[0]["since_id"] == "0"


async def test_without_rip_nothing_is_read_but_the_token_is_watched(make_channel, api, capsys) -> None:
    info = "/oauth2/get_token_info"
    api.script[info].append({"expire_in": 86_400 * 5 + 60})
    async with running(make_channel(base=api.base, clock=wall), Taken()):
        told = ""

        def is_told() -> bool:
            nonlocal told
            told += "".join(capsys.readouterr())
            return "weibo.token_ends" in told

        await soon(is_told, "the token's end is told")
    assert [path for _, path, _ in api.calls] == [info]
    assert "days=5" in told or '"days": 5' in told


async def test_a_list_that_is_none_is_an_empty_one(make_channel, api) -> None:
    api.script[LISTS[0]].extend([{"comments": None}, {"comments": {"a": 1}}, web.Response(text="<html>")])
    api.script[LISTS[0]].append({"comments": [item(5201)]})
    take = Taken()
    async with running(make_channel(base=api.base, clock=wall, **QUICK), take):
        assert (await take.next()).event.key == "5201"
