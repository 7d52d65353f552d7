"""What a phone writes: brought to the bot as Kannel's ``get-url`` brings it, again until it is taken."""

import asyncio
import uuid
from collections.abc import Mapping
from functools import partial
from time import monotonic
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from channels.sandbox.answers import Reply
from channels.sandbox.bounded import read_bounded
from channels.sandbox.errors import SandboxRefused
from channels.sandbox.feed import From, Progress, Shown
from channels.sandbox.journal import Entry
from channels.sandbox.phones import Deed
from channels.sandbox.pusher import Delivery, Outcome
from channels.sandbox.pushing import brought
from channels.sandbox.sms.coding import EIGHT_BIT, SEVEN_BIT, UCS2, carried, natural
from channels.sandbox.sms.phones import Phone
from channels.sandbox.sms.platform import SmsPlatform
from channels.sandbox.sms.receipts import Asked

_TEXT_LIMIT = 670
_MOST_ANSWER = 64 * 1024
_OK, _SERVER_ERRORS, _ERRORS_END = range(200, 300), 500, 600


async def say(platform: SmsPlatform, phone: Phone, text: str) -> Deed:
    """Send a text."""
    if not text.strip():
        raise SandboxRefused("先写点什么再发送")
    written = natural(text)
    if written.units > _TEXT_LIMIT:
        raise SandboxRefused("一条短信最多 670 个字（10 条的长度），请分几次发")
    shown, deed = platform.show(phone, From.RESIDENT, written), Deed(None)
    deed.task = platform.tasks.start(_carry(platform, phone, text, shown, deed))
    return deed


async def _carry(platform: SmsPlatform, phone: Phone, text: str, shown: Shown, deed: Deed) -> None:
    push = partial(_pushed, platform, phone, _address(platform, phone, text))
    deed.outcome = await brought(platform.faults, push, repeat_after=platform.settings.answer_seconds)
    if deed.outcome.problem:
        structlog.get_logger().warning("sandbox.push_failed", verdict=deed.outcome.deliveries[-1].verdict)
    platform.feed.progress(shown.seq, Progress.FAILED if deed.outcome.problem else Progress.RECEIVED)


def _address(platform: SmsPlatform, phone: Phone, text: str) -> str:
    """The same for every try: %I and %T as well."""
    account = platform.account
    values = {
        "key": account.webhook_key,
        "from": f"+86{phone.number}",
        "to": account.number,
        "text": text,
        "id": str(uuid.uuid4()),
        "time": str(int(platform.clock.wall().timestamp())),
        "coding": "0",
        "charset": "UTF-8",
        "smsc": "carrier",
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())
    return f"{platform.settings.bot_url.rstrip('/')}{account.webhook_path}?{query}"


async def _pushed(platform: SmsPlatform, phone: Phone, address: str) -> Outcome:
    tries: list[Delivery] = []
    for count in range(1 + platform.account.retries):
        if count:
            await asyncio.sleep(platform.settings.retry_seconds)
        began = monotonic()
        verdict, status, reply = await _called(platform, phone, address)
        tries.append(Delivery(seconds=round(monotonic() - began, 3), verdict=verdict, status=status))
        if status in _OK:
            return Outcome(deliveries=tuple(tries), reply=reply)
        if status and not _SERVER_ERRORS <= status < _ERRORS_END:
            break
    return Outcome(deliveries=tuple(tries), problem=f"{len(tries)} 次推送都没有得到回应")


async def _called(platform: SmsPlatform, phone: Phone, address: str) -> tuple[str, int, Reply | None]:
    entry = Entry(direction="push", at=platform.clock.now(), method="GET", path=platform.account.webhook_path)
    entry.query = {name: value for name, value in URL(address, encoded=True).query.items() if name != "key"}
    platform.journal.add(entry)
    limit = aiohttp.ClientTimeout(total=platform.settings.answer_seconds)
    try:
        async with platform.http.get(URL(address, encoded=True), timeout=limit) as answer:
            body = await read_bounded(answer, _MOST_ANSWER)
    except (aiohttp.ClientError, TimeoutError) as error:
        entry.answer = "timeout" if isinstance(error, TimeoutError) else "unreachable"
        return entry.answer, 0, None
    entry.status = answer.status
    reply = await _answer_sent(platform, phone, body, answer.headers) if answer.status in _OK and body else None
    entry.answer = "reply" if reply else "success" if answer.status in _OK else f"http_{answer.status}"
    return entry.answer, answer.status, reply


async def _answer_sent(platform: SmsPlatform, phone: Phone, body: bytes, headers: Mapping[str, str]) -> Reply:
    """What is in the answer goes to the phone: without ``X-Kannel-Coding: 2`` in seven bits, whatever it is."""
    given = headers.get("X-Kannel-Coding", "")
    coding = int(given) if given in {str(EIGHT_BIT), str(UCS2)} else SEVEN_BIT
    text = carried(body.decode("utf-8", "replace").encode(), coding=coding, charset="utf-8")
    account = platform.account
    asked = Asked(url="", mask=0, sender=account.number, to=phone.number, account="", text=text.text)
    await platform.carry(asked, text)
    return Reply(type="text", text=text.text)
