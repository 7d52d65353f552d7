"""The web application over HTTP, with the real WeChat channel, real turns and a real store."""

import asyncio
import json
import logging
import socket
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from waiting import PATIENCE_S, awaited, soon

from bot import web as module
from bot.intake import Intake
from bot.metrics import Metrics
from bot.passive_marks import PassiveMarks
from bot.shared_state import RedisState, Wakeups
from bot.turns.runner import RunnerTools
from bot.turns.turn import TurnMaker
from bot.turns.turns import Turns
from bot.web import BODY_LIMIT, WebParts, make_web
from channels.base import Arrival, Channel, Tools, WebhookResponse
from channels.sandbox.crypto import Envelope, signature
from channels.sandbox.envelopes import build, parse, value_of
from channels.wechat import factory
from dialogs.outcome import Heard, Outcome, Reply
from storage.driver import Database, connect
from storage.personal_data import Vault
from storage.records import DeliveryState
from storage.store import Store

APP_ID, TOKEN = "wx5823bf96d3bd56c7", "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
PERSON, OURS = "oNobody-in-particular-0000005", "gh_office"
API_TOKEN = "s3cret-of-prometheus"
MAIN, OPEN = "/channels/wechat/main", "/channels/wechat/open"
ACCOUNTS = {"main": {"mode": "safe", "encoding_aes_key": AES_KEY}, "open": {"mode": "plain"}}


@dataclass
class Script:
    """A dialog that repeats what it heard; ``hold`` keeps it until told."""

    heard: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    held: str = ""
    """Only this person's turns are kept; "": everybody's."""
    at_once: int = 0
    most_at_once: int = 0

    async def turn(self, state: Mapping[str, object], heard: Sequence[Heard], person: object, now: datetime) -> Outcome:
        if self.hold is not None and self.held in ("", heard[-1].message.address.sender):
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            await self.hold.wait()
            self.at_once -= 1
        self.heard.append(heard[-1].message.text)
        return Outcome(state={}, replies=[Reply(text=f"听到：{heard[-1].message.text}")], at=now)

    def gathers(self, state: Mapping[str, object], heard: Sequence[Heard]) -> bool:
        return False


def now() -> datetime:
    return datetime.now(UTC)


async def kick(_ids: Sequence[str]) -> bool:
    return True


async def nothing_settled(*_given: object, **_named: object) -> object:
    from bot.casework.settled import Settled

    return Settled()


class Server(TestServer):
    """Runs the application as ``bot.processes`` does, where a caller who hangs up cancels nothing."""

    async def _make_runner(self, **_given: object) -> web.AppRunner:
        return web.AppRunner(self.app, access_log=None, auto_decompress=False)


class Stage:
    """A web process: its parts, and a platform that calls it."""

    def __init__(self, store: Store, channels: Mapping[tuple[str, str], Channel]) -> None:
        self.store = store
        self.script = Script()
        self.metrics = Metrics()
        self.marks = PassiveMarks(store, now, kick)
        self.states = {"mongodb": "ok", "redis": "ok"}
        self.turns = Turns(self._tools(channels))
        self.app = make_web(
            WebParts(
                channels=channels,
                intake=Intake(store=store, turns=self.turns, clock=now),
                marks=self.marks,
                api=web.Application(),
                console=web.Application(),
                resident=web.Application(),
                public=web.Application(),
                metrics=self.metrics,
                readiness=self._readiness,
                depths=self._depths,
                tokens=frozenset({API_TOKEN}),
                clock=now,
            )
        )
        self.client: TestClient

    def _tools(self, channels: Mapping[tuple[str, str], Channel]) -> RunnerTools:
        maker = TurnMaker(
            store=self.store,
            manager=self.script,
            settle=nothing_settled,
            channels=channels,
            clock=now,
            metrics=self.metrics,
        )
        return RunnerTools(
            store=self.store,
            manager=self.script,
            maker=maker,
            wakeups=Wakeups(None),
            kick=kick,
            clock=now,
            metrics=self.metrics,
            gather_seconds=0,
        )

    async def _readiness(self) -> Mapping[str, str]:
        return self.states

    async def _depths(self) -> Mapping[str, int]:
        outbox, dead = await self.store.outbox.depth(100)
        return {"inbox": await self.store.inbox.depth(100), "outbox": outbox, "dead": dead}

    async def post(self, path: str, query: Mapping[str, str], body: bytes | str) -> tuple[int, str]:
        async with self.client.post(path, params=query, data=body) as answer:
            return answer.status, await answer.text()

    async def say(self, text: str, message_id: str = "") -> tuple[int, str]:
        """In safe mode; the answer opened."""
        sealed = Envelope(APP_ID, AES_KEY).seal(message(text, message_id))
        query = signed()
        query |= {"encrypt_type": "aes", "msg_signature": signature(TOKEN, query["timestamp"], query["nonce"], sealed)}
        status, body = await self.post(MAIN, query, build({"ToUserName": OURS, "Encrypt": sealed}))
        return status, opened(body) if body.startswith("<xml") else body

    async def kept(self) -> int:
        return await self.store.inbox.depth(100) + len(self.script.heard)

    async def raw(self, *pieces: bytes, then_close: bool = False) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.client.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if then_close:
                await soon(lambda: any(each._current_request for each in self._connections()), "the call is being read")
                return b""
            return await awaited(reader.readuntil(b"\r\n"), "an answer")
        finally:
            writer.close()

    def _connections(self) -> Sequence[Any]:
        return self.client.server.runner.server.connections

    async def knows_that_nobody_is_there(self) -> None:
        await soon(lambda: all(each.transport is None for each in self._connections()), "the server sees the hang-up")

    def counted(self, outcome: str) -> float:
        labels = {"channel": "wechat", "outcome": outcome}
        return self.metrics.registry.get_sample_value("petition_webhook_calls_total", labels) or 0.0


def signed(token: str = TOKEN, at: datetime | None = None) -> dict[str, str]:
    timestamp, nonce = str(int((at or now()).timestamp())), uuid.uuid4().hex
    return {"signature": signature(token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce, "openid": PERSON}


def message(text: str, message_id: str = "", person: str = PERSON) -> str:
    return build(
        {
            "ToUserName": OURS,
            "FromUserName": person,
            "CreateTime": int(now().timestamp()),
            "MsgType": "text",
            "Content": text,
            "MsgId": message_id or str(uuid.uuid4().int)[:17],
        }
    )


def opened(body: str) -> str:
    inside = Envelope(APP_ID, AES_KEY).open(value_of(parse(body), "Encrypt"))
    return value_of(parse(inside), "Content")


@pytest.fixture
async def channels() -> AsyncIterator[Mapping[tuple[str, str], Channel]]:
    async with aiohttp.ClientSession() as http:
        tools = Tools(http=http, shared=RedisState(None), clock=now)
        common = {"app_id": APP_ID, "app_secret": "x", "token": TOKEN, "api_base": "http://127.0.0.1:9"}
        made = {("wechat", name): factory(name, common | given, tools) for name, given in ACCOUNTS.items()}
        yield made
        for channel in made.values():
            await channel.aclose()


@pytest.fixture
async def stage(database: Database, vault: Vault, channels: Mapping[tuple[str, str], Channel]) -> AsyncIterator[Stage]:
    made = Stage(await Store.open(database, vault), channels)
    async with TestClient(Server(made.app)) as client:
        made.client = client
        yield made
    await made.turns.drain(PATIENCE_S)


async def test_a_message_in_safe_mode_is_kept_heard_and_answered_in_the_same_breath(stage: Stage) -> None:
    assert await stage.say("路灯坏了") == (200, "听到：路灯坏了")
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    await stage.marks.flush()
    sent = await stage.store.outbox.get(entry.id)
    assert sent is not None
    assert sent.state is DeliveryState.SENT
    assert stage.counted("answered") == 1


async def test_a_message_in_plain_mode_is_answered_where_the_account_allows_it(stage: Stage) -> None:
    status, body = await stage.post(OPEN, signed(), message("你好"))
    assert (status, value_of(parse(body), "Content")) == (200, "听到：你好")
    status, _ = await stage.post(MAIN, signed(), message("你好"))
    assert (status, stage.counted("too_weak")) == (403, 1)


async def test_the_platforms_repeats_get_the_same_reply_and_are_heard_once(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.say("重复", "700000001") for _ in range(3)))
    answers.append(await stage.say("重复", "700000001"))
    assert answers == [(200, "听到：重复")] * 4
    assert stage.script.heard == ["重复"]


async def test_a_reply_that_a_worker_has_taken_is_not_given_to_a_repeat(stage: Stage) -> None:
    await stage.say("重复", "700000002")
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    assert await stage.store.outbox.claim(entry.id, token="w", seconds=40, now=now() + timedelta(seconds=20))
    assert await stage.say("重复", "700000002") == (200, "success")


async def unread(stage: Stage) -> None:
    """Nobody is taken to have read the reply: a repeat is given it, or a worker sends it, marked."""
    assert await stage.marks.flush()
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    assert entry.state is DeliveryState.SENDING
    assert await stage.post(OPEN, signed(), message("在吗", "700000003")) == (200, ANY)
    claimed = await stage.store.outbox.claim(entry.id, token="w", seconds=40, now=now() + timedelta(seconds=20))
    assert claimed is not None
    assert claimed.maybe_twice


async def test_a_reply_to_a_platform_that_has_hung_up_is_given_again(stage: Stage, monkeypatch) -> None:
    """As when this process stood still: that the caller is gone waits in the socket, unread, when the answer is written."""
    caller = socket.create_connection(("127.0.0.1", stage.client.port))
    body = message("在吗", "700000003").encode()
    head = f"POST {OPEN}?{urlencode(signed())} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    handle, answered = Intake.handle, asyncio.Event()

    async def then_gone(*given: Any) -> Any:
        answer = await handle(*given)
        caller.close()
        answered.set()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "handle", then_gone)
        caller.sendall(head.encode() + body)
        await awaited(answered.wait(), "the answer")
        await stage.knows_that_nobody_is_there()
    await unread(stage)


async def test_a_reply_that_came_after_the_platforms_time_is_given_again(stage: Stage, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "GRACE_S", -PATIENCE_S)
        await stage.post(OPEN, signed(), message("在吗", "700000003"))
    await unread(stage)


async def test_what_is_not_the_platforms_is_refused_and_leaves_nothing(stage: Stage) -> None:
    stale, changed = signed(at=now() - timedelta(days=2)), signed() | {"nonce": "changed"}
    for query in (signed(token="another"), changed, stale, {}, {"signature": "\ufffd", "timestamp": "é"}):
        for method in ("GET", "POST", "PUT", "HEAD", "OPTIONS"):
            async with stage.client.request(method, OPEN, params=query, data=message("假的")) as answer:
                assert (answer.status, await answer.text()) == (403, "")
    assert await stage.kept() == 0


async def test_a_forged_envelope_is_refused_and_leaves_nothing(stage: Stage) -> None:
    sealed = Envelope(APP_ID, AES_KEY).seal(message("假的"))
    query = signed() | {"encrypt_type": "aes", "msg_signature": "0" * 40}
    status, body = await stage.post(MAIN, query, build({"ToUserName": OURS, "Encrypt": sealed}))
    assert (status, body) == (403, "")
    assert await stage.kept() == 0


async def test_the_url_check_is_answered_with_its_echo(stage: Stage) -> None:
    async with stage.client.get(MAIN, params=signed() | {"echostr": "5211<b>"}) as answer:
        assert (answer.status, await answer.text()) == (200, "5211<b>")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_unknown_account_is_not_there(stage: Stage) -> None:
    for path in ("/channels/wechat/nobody", "/channels/weibo/main", "/channels/wechat", "/nothing"):
        assert (await stage.post(path, signed(), message("你好")))[0] == 404
        async with stage.client.get(path) as answer:
            assert answer.status == 404
    assert await stage.kept() == 0


async def test_below_an_account_there_is_nothing_and_no_other_method(stage: Stage) -> None:
    assert (await stage.post(f"{OPEN}/receipts", signed(), message("你好")))[0] == 404
    async with stage.client.put(OPEN, params=signed(), data=message("你好")) as answer:
        assert answer.status == 400
    assert await stage.kept() == 0


async def test_a_body_beyond_the_limit_is_refused_told_or_not(stage: Stage) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 4096 + 2):
            yield b"x" * 4096

    for body in (b"x" * (BODY_LIMIT + 1), chunks()):
        async with stage.client.post(OPEN, params=signed(), data=body) as answer:
            assert answer.status == 413
    head = b"POST /channels/wechat/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    endless = b"%x\r\n%b\r\n" % (BODY_LIMIT + 1, b"x" * (BODY_LIMIT + 1))
    assert b" 413 " in await stage.raw(head, endless)
    assert stage.counted("too_large") == 3
    assert (await stage.post(OPEN, signed(), "x" * BODY_LIMIT))[0] == 413  # the channel's own limit is tighter


async def test_a_body_that_dribbles_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BODY_TIMEOUT_S", 0.1)
    head = b"POST /channels/wechat/open HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>"
    assert b" 408 " in await stage.raw(head)


async def test_a_caller_who_hangs_up_leaves_no_fault(stage: Stage, caplog) -> None:
    for length in (b"Content-Length: 100", b"Transfer-Encoding: chunked"):
        head = b"POST /channels/wechat/open HTTP/1.1\r\nHost: x\r\n" + length + b"\r\n\r\n"
        await stage.raw(head, b"5\r\n<xml>", then_close=True)
        await stage.knows_that_nobody_is_there()
    await soon(lambda: stage.counted("broken_off") == 2, "both are broken off")
    assert (await stage.say("还在"))[0] == 200
    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_nonsense_that_is_signed_is_refused_in_good_order(stage: Stage) -> None:
    half_a_sign = json.dumps({"FromUserName": PERSON, "MsgType": "text", "Content": "\ud83d", "MsgId": "1"})
    for body in ("", "<xml>", "{}", "<xml><a></xml>", "\x00", half_a_sign):
        assert await stage.post(OPEN, signed(), body) == (400, "")
    assert await stage.kept() == 0


async def test_one_who_sends_without_end_is_heard_one_by_one_and_nobody_waits_for_them(stage: Stage) -> None:
    stage.script.hold, stage.script.held = asyncio.Event(), PERSON
    flood = [asyncio.create_task(stage.post(OPEN, signed(), message(f"刷屏{n}"))) for n in range(60)]
    await soon(lambda: stage.script.at_once == 1, "their first turn has begun")
    for number in range(5):
        other = f"oSomebody-else-{number}"
        assert (await stage.post(OPEN, signed(), message(f"漏水{number}", person=other)))[0] == 200
        await soon(lambda count=number + 1: len(stage.script.heard) == count, "the other is heard")
    assert stage.script.heard == [f"漏水{number}" for number in range(5)]
    stage.script.hold.set()
    assert {status for status, _ in await asyncio.gather(*flood)} == {200}
    await soon(lambda: len(stage.script.heard) >= 5 + 1, "they are heard")
    assert stage.script.most_at_once == 1


async def test_a_reply_not_ready_in_time_is_acknowledged_and_takes_another_way(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.wechat.channel.ANSWER_WITHIN", 0.2)
    stage.script.hold = asyncio.Event()
    assert await stage.say("慢", "700000003") == (200, "success")
    stage.script.hold.set()
    await stage.turns.drain(PATIENCE_S)
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    assert (entry.state, entry.via) == (DeliveryState.QUEUED, None)
    assert await stage.say("慢", "700000003") == (200, "success")


async def test_a_reply_that_nobody_was_there_to_read_is_not_marked_as_sent(stage: Stage) -> None:
    stage.script.hold = asyncio.Event()
    body = message("挂断", "700000004").encode()
    path = f"{OPEN}?{urlencode(signed())}".encode()
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path, len(body))
    await stage.raw(head, body, then_close=True)
    await stage.knows_that_nobody_is_there()
    stage.script.hold.set()
    await stage.turns.drain(PATIENCE_S)
    await soon(lambda: stage.counted("answered") == 1, "the call is answered")
    await stage.marks.flush()
    [conversation] = (await stage.store.conversations.list(limit=10)).items
    [entry] = await stage.store.outbox.history(conversation.id, limit=10)
    assert entry.state is DeliveryState.SENDING
    status, answer = await stage.post(OPEN, signed(), message("挂断", "700000004"))
    assert (status, value_of(parse(answer), "Content")) == (200, "听到：挂断")


async def test_what_cannot_be_kept_is_not_acknowledged(
    stage: Stage, vault: Vault, channels: Mapping[tuple[str, str], Channel]
) -> None:
    away = await connect("mongodb://127.0.0.1:1/?directConnection=true", timeout_ms=100)
    parts = stage.store
    lost = Stage(
        Store(**{name: getattr(parts, name) for name in Store.__dataclass_fields__} | on(away, vault)), channels
    )
    async with TestClient(Server(lost.app)) as client:
        lost.client = client
        async with client.post(OPEN, params=signed(), data=message("别丢")) as answer:
            assert (answer.status, await answer.text()) == (503, "")
            assert answer.headers["Retry-After"] == "2"
    assert lost.counted("not_kept") == 1
    await away.close()
    status, _ = await stage.post(OPEN, signed(), message("别丢"))
    assert (status, stage.script.heard) == (200, ["别丢"])


def on(database: Database, vault: Vault) -> dict[str, object]:
    from storage.inbox import Inbox

    return {"database": database, "inbox": Inbox(database, vault)}


async def test_a_fault_of_a_channel_is_a_bare_500_that_quotes_nobody(
    stage: Stage, channels: Mapping[tuple[str, str], Channel], monkeypatch: pytest.MonkeyPatch, capsys, caplog
) -> None:
    def broken(arrival: Arrival, _reply: object) -> WebhookResponse:
        raise ValueError(arrival.messages[0].text)

    with monkeypatch.context() as patch:
        patch.setattr(channels["wechat", "open"], "respond", broken)
        status, body = await stage.post(OPEN, signed(), message("路灯坏了", "91"))
    assert (status, body) == (500, "")
    logged = "".join(capsys.readouterr()) + caplog.text
    assert "webhook.broke" in logged
    assert "路灯" not in logged
    status, body = await stage.post(OPEN, signed(), message("路灯坏了", "91"))
    assert value_of(parse(body), "Content") == "听到：路灯坏了"


async def test_nothing_of_a_person_is_logged(stage: Stage, capsys, caplog) -> None:
    await stage.say("不要外传的事")
    await stage.post(OPEN, signed(token="x"), message("不要外传的事"))
    logged = "".join(capsys.readouterr()) + caplog.text
    assert "message.kept" in logged
    assert PERSON not in logged
    assert "外传" not in logged


async def test_readiness_names_the_part_that_is_away(stage: Stage) -> None:
    async with stage.client.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ready": True, "parts": {"mongodb": "ok", "redis": "ok"}})
    stage.states = {"mongodb": "ok", "redis": "away (goes on without)"}
    async with stage.client.get("/readyz") as answer:
        assert answer.status == 200
    stage.states = {"mongodb": "!storage_away", "redis": "ok"}
    async with stage.client.get("/readyz") as answer:
        assert answer.status == 503
        assert await answer.json() == {"ready": False, "parts": {"mongodb": "storage_away", "redis": "ok"}}
    async with stage.client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"alive": True})


async def test_figures_are_for_this_machine_or_a_token(stage: Stage) -> None:
    away, bearer = {"X-Forwarded-For": "203.0.113.9"}, f"Bearer {API_TOKEN}"
    for headers, status in (
        ({}, 200),
        (away, 403),
        ({"Forwarded": "for=203.0.113.9"}, 403),
        ({"X-Real-IP": "203.0.113.9"}, 403),
        (away | {"Authorization": bearer}, 200),
        (away | {"Authorization": bearer + "x"}, 403),
        (away | {"Authorization": f"Basic {API_TOKEN}"}, 403),
        (away | {"Authorization": "Bearer ÿé"}, 403),
    ):
        async with stage.client.get("/metrics", headers=headers) as answer:
            assert answer.status == status
            assert ("petition_webhook_calls" in await answer.text()) == (status == 200)


async def test_a_token_of_any_bytes_is_refused_in_good_order(stage: Stage) -> None:
    head = b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Real-IP: 203.0.113.9\r\nAuthorization: Bearer \xff\xfe\r\n\r\n"
    assert b" 403 " in await stage.raw(head)


async def test_figures_tell_how_much_waits_and_how_long_turns_take(stage: Stage) -> None:
    await stage.say("路灯坏了")
    async with stage.client.get("/metrics") as answer:
        text = await answer.text()
    assert 'petition_queue_depth{queue="inbox"} 0.0' in text
    assert 'petition_queue_depth{queue="outbox"} 1.0' in text
    assert 'petition_queue_depth{queue="dead"} 0.0' in text
    assert "petition_turn_seconds_count 1.0" in text
    assert "petition_lease_wait_seconds_count 1.0" in text


async def test_the_front_leads_to_the_console(stage: Stage) -> None:
    async with stage.client.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/console/")
