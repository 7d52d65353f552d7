"""Residents on all channels: each message is pushed to some web process, again until one acknowledges it."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlencode

import aiohttp
from fault_platforms import Accounts
from residents import Resident
from wechat_client import HEADERS, Account, Person, Push, sign

from bot.spooling.reassurance import SENTENCE

AGAIN_S = 0.2
_DOUBLED, _TOGETHER = 0.15, 3


@dataclass(frozen=True, kw_only=True)
class Call:
    """One HTTP call, and how its answer is read."""

    url: str
    body: bytes | None = None
    read: Callable[[str], str] = lambda _answer: ""


class Wire(Protocol):
    """A platform's way to us. ``message`` makes a new one; ``call`` pushes it to one web process, as often as asked."""

    channel: str
    patience: float

    def message(self, person: str, text: str) -> Mapping[str, object]: ...
    def call(self, web: str, message: Mapping[str, object]) -> Call: ...


class WeChatWire:
    channel, patience = "wechat", 5.0

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def message(self, person: str, text: str) -> Mapping[str, object]:
        return Person(account=self._account(""), openid=person).text(text)

    def call(self, web: str, message: Mapping[str, object]) -> Call:
        push = Push(account=self._account(web), message=message)
        url, body = push.call()
        return Call(url=url, body=body, read=push.read)

    def _account(self, web: str) -> Account:
        of = self._accounts
        return Account(url=f"{web}/channels/wechat/main", app_id=of.app_id, token=of.token, aes_key=of.aes_key)


class SmsWire:
    channel, patience = "sms", 10.0

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._ids = itertools.count(1)

    def message(self, person: str, text: str) -> Mapping[str, object]:
        return {"from": person, "to": self._accounts.number, "text": text, "id": f"sms-{next(self._ids)}"}

    def call(self, web: str, message: Mapping[str, object]) -> Call:
        query = {
            **message,
            "key": self._accounts.kannel_key,
            "time": int(time.time()),
            "coding": "2",
            "charset": "UTF-8",
        }
        return Call(url=f"{web}/channels/sms/main?{urlencode(query)}")


class WeiboWire:
    channel, patience = "weibo", 5.0

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def message(self, person: str, text: str) -> Mapping[str, object]:
        return {
            "type": "text",
            "receiver_id": int(self._accounts.weibo_uid),
            "sender_id": int(person),
            "created_at": time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime()),
            "text": text,
            "data": {},
        }

    def call(self, web: str, message: Mapping[str, object]) -> Call:
        timestamp, nonce = str(int(time.time() * 1000)), "57155157"
        signature = sign(self._accounts.weibo_secret, timestamp, nonce)
        query = urlencode({"signature": signature, "timestamp": timestamp, "nonce": nonce})
        body = json.dumps(message, ensure_ascii=False).encode()
        return Call(url=f"{web}/channels/weibo/main?{query}", body=body, read=_weibo_reply)


def _weibo_reply(answer: str) -> str:
    return str(json.loads(unquote(json.loads(answer)["data"]))["text"]) if answer else ""


@dataclass
class Said:
    """One message of a person: how often it was pushed, the passive replies it got, and how else pushes ended."""

    text: str
    acknowledged: bool = False
    pushes: int = 0
    replies: list[str] = field(default_factory=list)
    reassured: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Talker:
    """A resident with a phone on one channel."""

    resident: Resident
    sender: str
    wire: Wire
    webs: Callable[[], Sequence[str]]
    http: aiohttp.ClientSession
    chance: random.Random
    said: list[Said] = field(default_factory=list)

    async def say(self, text: str) -> Said:
        """Push a new message until it is acknowledged; now and then several times at once, to several processes."""
        said = Said(text=text)
        self.said.append(said)
        message = self.wire.message(self.sender, text)
        begun = time.monotonic()
        while not said.acknowledged:
            if said.pushes:
                await asyncio.sleep(AGAIN_S)
            at_once = _TOGETHER if self.chance.random() < _DOUBLED else 1
            await self._push_all([self.chance.choice(self.webs()) for _ in range(at_once)], message, said)
        said.seconds = time.monotonic() - begun
        return said

    async def push_to(self, webs: Sequence[str], text: str) -> Said:
        """Push a new message to each of ``webs`` at once, and never again."""
        said = Said(text=text)
        self.said.append(said)
        await self._push_all(webs, self.wire.message(self.sender, text), said)
        return said

    async def _push_all(self, webs: Sequence[str], message: Mapping[str, object], said: Said) -> None:
        async with asyncio.TaskGroup() as pushes:
            for web in webs:
                pushes.create_task(self._push(web, message, said))

    async def _push(self, web: str, message: Mapping[str, object], said: Said) -> None:
        said.pushes += 1
        call = self.wire.call(web, message)
        method, limit = "GET" if call.body is None else "POST", aiohttp.ClientTimeout(total=self.wire.patience)
        try:
            async with self.http.request(
                method, call.url, data=call.body, headers=HEADERS if call.body else None, timeout=limit
            ) as answer:
                body = await answer.text()
                if answer.status != 200:
                    said.failures.append(f"status {answer.status}")
                    return
        except (aiohttp.ClientError, TimeoutError) as error:
            said.failures.append(repr(error))
            return
        said.acknowledged = True
        reply = call.read(body)
        if reply == SENTENCE:
            said.reassured += 1
        elif reply:
            said.replies.append(reply)

    async def live(self, over: asyncio.Event, pause: tuple[float, float]) -> None:
        """File a case, then add to it until ``over``; say at the end that it is the end."""
        await self.say(self.resident.all_at_once)
        await self.say("确认")
        for count in itertools.count(1):
            if over.is_set():
                break
            await self.say(f"补充：{self.mark(count)}")
            await asyncio.sleep(self.chance.uniform(*pause))

    def mark(self, count: int) -> str:
        """Words that nobody else says, and this person once."""
        return f"第{count}个晚上那里还是没亮灯"
