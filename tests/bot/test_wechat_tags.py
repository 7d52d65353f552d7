"""Groups of followers: from the cases that people filed to the platform's tags and back, as an administrator calls it."""

import asyncio
import os
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner

from bot.cli.failures import explain
from bot.cli.main import app
from bot.tagging import Segment, Tagging
from channels.base import Tools
from channels.errors import PayloadRejected
from channels.messages import Purpose
from channels.sandbox import SandboxSettings, make_sandbox
from channels.sandbox.keys import PLATFORM
from channels.wechat import factory
from dialogs.outcome import Unlink
from storage.records import Stop

PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token"}
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
HERE = {"channel": "wechat", "account": "main"}


class _Nothing:
    async def get(self, key):
        return None

    async def set(self, key, value, *, seconds):
        return None

    def lock(self, key, *, seconds, wait):
        return self

    async def __aenter__(self):
        return False

    async def __aexit__(self, *_):
        return None


class Town:
    """The sandbox, our channel to it, and the office's own store."""

    def __init__(self, office, platform, channel, base) -> None:
        self.office, self.platform, self.base = office, platform, base
        self.tags = channel.tags
        self.tagging = Tagging(store=office.store, tags=channel.tags, account="main")

    async def files(self, sender="", **case):
        """Somebody files a case; ``sender`` "": a follower at the platform."""
        openid = sender or self.platform.add_resident(f"居民{len(self.platform.residents)}").openid
        conversation = await self.office.resident(openid)
        await self.office.filed(conversation, **case)
        return conversation

    async def tagged(self, name):
        people = await self.office.store.conversations.tagged(name, **HERE, limit=500)
        return {each.id for each in people}

    def having(self, number):
        return {each.openid for each in self.platform.residents.values() if number in each.tags}


@pytest.fixture
async def town(office):
    settings = SandboxSettings(**PLAY, encoding_aes_key=AES_KEY, bot_url="http://127.0.0.1:9")
    async with TestServer(make_sandbox(settings)) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("/wechat"))
        tools = Tools(http=http, shared=_Nothing(), clock=lambda: datetime.now(UTC))
        channel = factory("main", PLAY | {"encoding_aes_key": AES_KEY, "api_base": base}, tools)
        yield Town(office, server.app[PLATFORM], channel, base)
        await channel.aclose()


async def test_who_filed_something_of_a_district_is_marked_by_fifties_and_noted(town):
    there = [await town.files(district="奎文区", category="城乡建设/路灯照明") for _ in range(51)]
    await town.files(district="潍城区", category="城乡建设/路灯照明")
    await town.files(there[0].address.sender, district="奎文区")  # a second case of the same person
    tag = await town.tags.create("奎文区")
    told = []
    done = await town.tagging.mark(tag, Segment(district="奎文区"), tell=told.append)
    assert (done.done, done.left_out, done.gone, told) == (51, 0, 0, [50, 1])
    assert town.having(tag.id) == {each.address.sender for each in there}
    assert await town.tagged("奎文区") == {each.id for each in there}
    [listed] = [each for each in await town.tags.list() if not each.fixed]
    assert (listed.name, listed.members) == ("奎文区", 51)
    members = [openid async for page in town.tags.members(tag) for openid in page]
    assert set(members) == town.having(tag.id)


async def test_a_category_may_be_its_first_level_and_is_never_a_part_of_a_word(town):
    one = await town.files(category="城乡建设/路灯照明")
    await town.files(category="城乡建设局/其他")
    await town.files(category="城乡建设/路灯照明", accusation=True)
    tag = await town.tags.create("城建")
    assert (await town.tagging.mark(tag, Segment(category="城乡建设"))).done == 1
    assert await town.tagged("城建") == {one.id}
    assert (await town.tagging.mark(tag, Segment(category="路灯"), dry=True)).done == 0


async def test_who_left_or_wants_no_broadcasts_is_left_out_and_a_stranger_does_not_keep_the_others(town):
    stays, leaves, stops = [await town.files(district="奎文区") for _ in range(3)]
    stranger = await town.files("oNobodyThePlatformKnows00001", district="奎文区")
    conversations = town.office.store.conversations
    await conversations.mark_unreachable(leaves.id)
    held = await conversations.take(stops.address, token="t", seconds=9, now=town.office.clock())
    stopped = conversations.facts(stops.id, stopped={Purpose.BROADCAST: Stop(at=town.office.clock())})
    advance = conversations.advance(held, state={}, release=True, now=town.office.clock(), also=stopped)
    await town.office.store.committer.commit([advance])

    tag = await town.tags.create("奎文区")
    assert (await town.tagging.mark(tag, Segment(district="奎文区"), dry=True)).done == 2
    assert town.having(tag.id) == set()
    done = await town.tagging.mark(tag, Segment(district="奎文区"))
    assert (done.done, done.left_out, done.gone) == (1, 2, 1)
    assert await town.tagged("奎文区") == {stays.id}
    assert (await conversations.get(stranger.id)).reachable is False


async def test_a_tag_is_taken_off_and_goes_with_whoever_leaves(town):
    first, second = [await town.files(district="奎文区", category=name) for name in ("a/b", "c/d")]
    tag = await town.tags.create("奎文区")
    await town.tagging.mark(tag, Segment(district="奎文区"))
    assert (await town.tagging.unmark(tag, Segment(category="a"))).done == 1
    assert await town.tagged("奎文区") == {second.id}
    assert town.having(tag.id) == {second.address.sender}
    settled = await town.office.turn(second, Unlink())
    assert settled.known["tags"] == frozenset()
    assert first.tags == frozenset()


@pytest.mark.parametrize(("name", "code"), [("奎文区", "45157"), ("字" * 11, "45158")])
async def test_the_platforms_refusals_keep_their_codes(town, name, code):
    await town.tags.create("奎文区")
    with pytest.raises(PayloadRejected) as refused:
        await town.tags.create(name)
    assert refused.value.provider_code == code


async def test_the_commands_do_it_all(town, database, servers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    account = [*PLAY.items(), ("encoding_aes_key", AES_KEY), ("api_base", town.base)]
    lines = ["[wechat.main]", *(f'{key} = "{value}"' for key, value in account)]
    (tmp_path / "bot.toml").write_text("\n".join([*lines, ""]), "utf-8")
    own = f"{database.name}_commands"
    monkeypatch.setenv("BOT_MONGODB_URI", servers.mongodb_uri.replace("/?", f"/{own}?"))
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path))

    async def call(*words):
        done = await asyncio.to_thread(CliRunner().invoke, app, ["wechat", "tags", *words], env=dict(os.environ))
        told = explain(done.exception) if isinstance(done.exception, Exception) else None
        return done.exit_code, done.output + "\n".join(told.lines if told else ())

    assert await call("create", "奎文区") == (0, "已新建标签“奎文区”\n")
    assert "已经有同名的标签" in (await call("create", "奎文区"))[1]
    assert (await call("create", "字" * 11))[1] == "标签名最多 30 字节（十个汉字），现为 33 字节"
    assert "奎文区\t0 人" in (await call("list"))[1]
    assert await call("add", "奎文区", "--district", "奎文区") == (0, "已给 0 人打上“奎文区”\n")
    assert await call("remove", "奎文区", "--category", "路灯", "--dry-run") == (0, "会从 0 人身上取下“奎文区”\n")
    assert (await call("add", "奎文区"))[1] == "请用 --district 或 --category 说明是哪些人"
    assert "没有标签“没有的”" in (await call("add", "没有的", "--district", "奎文区"))[1]
    assert "平台自带" in (await call("rename", "星标组", "别的"))[1]
    assert await call("rename", "奎文区", "奎文") == (0, "“奎文区”已改名为“奎文”\n")
    assert await call("delete", "奎文", "--yes") == (0, "已删除\n")
    await database.sibling(own).drop()
