"""The played Kannel beside a real one, by one table; then the channel and the played one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from real_kannel import Kannel, needs_kannel, until
from sms_kit import KEY, Calls, Kit, listening
from waiting import within

from channels.errors import AccountBroken, Busy, OutcomeUnknown, RecipientGone
from channels.messages import ReceiptState
from channels.sandbox import SandboxSettings, SmsAccount, make_sandbox
from channels.sandbox.sms.coding import SEVEN_BIT, UCS2, written
from channels.sms.text import aligned, alphabet_of, parts, segments

SIGN = "【某市信访局】"
PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token", "encoding_aes_key": "a" * 42 + "A"}
LOGIN = {"username": Kannel.username, "password": Kannel.password}
WELL = {**LOGIN, "from": Kannel.number, "to": "13800138001", "coding": "2", "charset": "UTF-8", "text": "路灯坏了"}
ANSWERS = {
    "taken": ({}, 202, "0: Accepted for delivery"),
    "another password": ({"password": "other"}, 403, "Authorization failed for sendsms"),
    "no password": ({"password": None}, 403, "Authorization failed for sendsms"),
    "nobody to send to": ({"to": None}, 400, "Missing receiver number, rejected"),
    "no sender": ({"from": None}, 400, "Sender missing and no global set, rejected"),
    "no number": ({"to": "abc"}, 400, "Number(s) has/have been denied by white- and/or black-lists."),
    "no such charset": ({"charset": "klingon"}, 400, "Charset or body misformed, rejected"),
}
SHOWN = {
    "both said": ({}, "路灯坏了"),
    "another charset": ({"text": "路灯坏了".encode("gb18030"), "charset": "GBK"}, "路灯坏了"),
    "no charset": ({"charset": None, "text": "路灯"}, "路灯".encode().decode("utf-16-be")),
    "seven bits for Chinese": ({"coding": "0", "text": "路灯ok"}, "??ok"),
    "seven bits": ({"coding": "0", "text": "{a}|€ OK 12345"}, "{a}|€ OK 12345"),
}


@dataclass
class Sandbox:
    url: str
    http: aiohttp.ClientSession

    @property
    def sendsms_url(self) -> str:
        return f"{self.url}/sms/cgi-bin/sendsms"

    async def ctl(self, method: str, path: str, data: Any = None) -> Any:
        async with self.http.request(method, f"{self.url}/_ctl/sms{path}", json=data) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def shown(self, count: int = 1, phone: str = "sms1") -> list[Any]:
        """What the office wrote to a phone, when there are ``count`` texts."""
        async with within(f"{count} texts on the phone"):
            rev, items = 0, list[Any]()
            while len(items) < count:
                feed = await self.ctl("GET", f"/feed?after={rev}&wait=5&phone={phone}")
                rev, items = feed["rev"], [*items, *(i for i in feed["items"] if i["author"] == "office")]
            return items


@pytest.fixture
def listener() -> Iterator[Calls]:
    with listening() as calls:
        yield calls


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as session:
        yield session


@pytest.fixture
async def sandbox(listener, http) -> AsyncIterator[Sandbox]:
    account = SmsAccount(**LOGIN, number=Kannel.number, webhook_key=KEY)
    settings = SandboxSettings(**PLAY, bot_url=listener.url, sms=account, retry_seconds=0.01)
    async with TestServer(make_sandbox(settings)) as server:
        sandbox = Sandbox(str(server.make_url("")).rstrip("/"), http)
        await sandbox.ctl("POST", "/receipts", {"seconds": 0})
        yield sandbox


@pytest.fixture
def channel(sandbox, listener, http) -> Any:
    return Kit().channel(http, **LOGIN, sendsms_url=sandbox.sendsms_url, callback_base=listener.url)


@pytest.fixture(scope="module")
def kannel(tmp_path_factory) -> Iterator[Kannel]:
    with listening() as calls:
        made = Kannel(tmp_path_factory.mktemp("kannel"), url=f"{calls.url}/channels/sms/main", key=KEY)
        with made.running():
            yield made


async def sent(http: aiohttp.ClientSession, url: str, changed: dict[str, Any]) -> tuple[int, str]:
    fields = {name: value for name, value in {**WELL, **changed}.items() if value is not None}
    async with http.get(f"{url}?{urlencode(fields)}") as answer:
        return answer.status, (await answer.text()).strip()


async def posted(http: aiohttp.ClientSession, url: str, changed: dict[str, Any]) -> tuple[int, str]:
    """The same as headers and a body; ``nobody to send to`` is said in other words then."""
    fields = {name: value for name, value in {**WELL, **changed}.items() if value is not None}
    text, charset = fields.pop("text"), fields.pop("charset", "")
    headers = {f"X-Kannel-{name}": value for name, value in fields.items()}
    kind = "text/plain" + (f"; charset={charset}" if charset else "")
    body = text.encode() if isinstance(text, str) else text
    async with http.post(url, data=body, headers={**headers, "Content-Type": kind}) as answer:
        words = (await answer.text()).strip()
        return answer.status, words.replace("receiver(s) number(s)", "receiver number")


@pytest.mark.parametrize("by", [sent, posted])
@pytest.mark.parametrize("case", ANSWERS)
async def test_it_answers_in_kannels_words(sandbox, http, case, by):
    changed, status, words = ANSWERS[case]
    assert await by(http, sandbox.sendsms_url, changed) == (status, words)


@needs_kannel
@pytest.mark.xdist_group("kannel")
@pytest.mark.parametrize("by", [sent, posted])
@pytest.mark.parametrize("case", ANSWERS)
async def test_a_real_kannel_answers_the_same(kannel, http, case, by):
    changed, status, words = ANSWERS[case]
    with kannel.carrier():
        answer = await by(http, kannel.sendsms_url, changed)
        while answer[1].startswith("3: "):  # the carrier has just come
            await asyncio.sleep(0.1)
            answer = await by(http, kannel.sendsms_url, changed)
    assert answer == (status, words)


@pytest.mark.parametrize("case", SHOWN)
async def test_a_phone_shows_what_charset_and_coding_make_of_a_text(sandbox, http, case):
    changed, expected = SHOWN[case]
    assert (await sent(http, sandbox.sendsms_url, changed))[0] == 202
    [item] = await sandbox.shown()
    assert item["text"] == expected


@needs_kannel
@pytest.mark.xdist_group("kannel")
@pytest.mark.parametrize("case", SHOWN)
async def test_behind_a_real_kannel_it_shows_the_same(kannel, http, case):
    changed, expected = SHOWN[case]
    with kannel.carrier() as carrier:
        to = f"1390000{list(SHOWN).index(case):04}"
        assert (await sent(http, kannel.sendsms_url, {**changed, "to": to}))[0] == 202
        await asyncio.to_thread(
            until, lambda: any(text.to == to for text in carrier.received()), "it reaches the phone"
        )
        [text] = [text for text in carrier.received() if text.to == to]
    assert text.content == expected


@pytest.mark.parametrize(
    "text",
    ["", "a" * 160, "a" * 161, "{" * 81, "字" * 70, "字" * 71, "字" * 134, "字" * 135, "长" * 66 + "😀" + "长" * 9],
)
def test_it_counts_what_a_text_costs_as_the_channel_does(text):
    text = aligned(text)
    found = written(text, coding=SEVEN_BIT if alphabet_of(text) == "gsm7" else UCS2)
    assert found.segments == segments(text)
    assert [part.rstrip() for part in found.parts] == [part.rstrip() for part in parts(text)]


def test_a_cut_through_a_surrogate_pair_shows_as_garbage():
    assert "\ufffd" in "".join(written("长" * 66 + "😀" + "长" * 9, coding=UCS2).parts)


async def test_the_channels_text_reaches_the_phone_with_its_cost_and_is_reported(channel, sandbox, listener):
    words = "您的事项已受理。" * 12
    await channel.send(Kit().outbound(words, to="13800138001", id="a" * 32))
    [item] = await sandbox.shown()
    assert (item["kind"], item["text"]) == ("sms", SIGN + words)
    assert item["data"]["segments"] == channel.segments(words) == 2
    assert (item["data"]["units"], item["data"]["coding"]) == (len(SIGN + words), "ucs2")
    [receipt] = await asyncio.to_thread(listener.wait, 1, path="receipts")
    [report] = channel.receive(receipt).receipts
    assert (report.state, report.message_id) == (ReceiptState.DELIVERED, "a" * 32)
    assert "stat:DELIVRD" in receipt.query["answer"]


async def test_a_phone_that_is_off_shows_nothing_and_is_reported_as_undelivered(channel, sandbox, listener):
    await sandbox.ctl("POST", "/phones/sms1/block", {"blocks": True})
    await channel.send(Kit().outbound(to="13800138001"))
    [receipt] = await asyncio.to_thread(listener.wait, 1, path="receipts")
    [report] = channel.receive(receipt).receipts
    assert (report.state, report.reason) == (ReceiptState.FAILED, "UNDELIV 001")
    assert (await sandbox.ctl("GET", "/feed?phone=sms1"))["items"] == []


async def test_reports_can_be_held_and_come_backward(channel, sandbox, listener):
    await sandbox.ctl("POST", "/receipts", {"hold": True, "before_answer": True})
    for letter in "ab":
        await channel.send(Kit().outbound(to="13800138001", id=letter * 32))
    assert listener.made == []
    assert (await sandbox.ctl("POST", "/receipts/release", {"backward": True}))["released"] == 2
    assert [call.query["id"][0] for call in listener.made] == ["b", "a"]


async def test_while_the_carrier_is_down_texts_are_taken_and_kept(channel, sandbox):
    await sandbox.ctl("POST", "/carrier", {"down": True})
    await channel.send(Kit().outbound("进展通知", to="13800138001"))
    assert (await sandbox.ctl("GET", "/status"))["kept"] == 1
    await sandbox.ctl("POST", "/carrier", {"down": False})
    [item] = await sandbox.shown()
    assert item["text"] == f"{SIGN}进展通知"


async def test_what_a_phone_writes_arrives_at_the_channel(channel, sandbox, listener):
    words = "小区噪音扰民怎么投诉？a+b%20&c=d 𠮷"
    await sandbox.ctl("POST", "/phones/sms1/text?wait=1", {"text": words})
    [arrival] = [channel.receive(call) for call in listener.made]
    [message] = arrival.messages
    assert (message.address.sender, message.text) == ("13800138001", words)


async def test_a_text_that_is_not_taken_comes_four_times_with_the_same_id(channel, sandbox, listener):
    listener.answer = lambda _request: (500, b"")
    told = await sandbox.ctl("POST", "/phones/sms1/text?wait=1", {"text": "路灯坏了"})
    assert [delivery["verdict"] for delivery in told["outcome"]["deliveries"]] == ["http_500"] * 4
    arrivals = [channel.receive(call) for call in listener.made]
    assert len({arrival.messages[0].message_id for arrival in arrivals}) == 1
    [item] = (await sandbox.ctl("GET", "/feed?phone=sms1"))["items"]
    assert item["progress"] == "failed"


async def test_what_is_in_the_answer_goes_to_the_phone_in_seven_bits(sandbox, listener):
    listener.answer = lambda _request: (200, "收到ok".encode())
    await sandbox.ctl("POST", "/phones/sms1/text?wait=1", {"text": "你好"})
    [item] = await sandbox.shown()
    assert item["text"] == "??ok"


FAULTS = {
    "temporary": ({"status": 503}, Busy),
    # aiohttp makes a GET that was cut once more by itself
    "cut": ({"drop": "before", "times": 2}, OutcomeUnknown),
    "login": ({"status": 403}, AccountBroken),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_the_channel_knows_each_fault(channel, sandbox, case):
    fault, expected = FAULTS[case]
    await sandbox.ctl("POST", "/faults", {"path": "/cgi-bin/sendsms", **fault})
    with pytest.raises(expected):
        await channel.send(Kit().outbound(to="13800138001"))


async def test_the_channel_knows_refusals_and_the_doctor_a_password(channel, sandbox, http):
    with pytest.raises(RecipientGone):
        await channel.send(Kit().outbound(to="abc"))
    assert await channel.check() == []
    wrong = Kit().channel(http, username="tester", password="another", sendsms_url=sandbox.sendsms_url)
    [sentence] = await wrong.check()
    assert "username 或 password" in sentence


async def test_a_fault_of_pushes_brings_a_text_twice(sandbox, listener):
    await sandbox.ctl("POST", "/faults", {"path": "push", "duplicates": 1})
    await sandbox.ctl("POST", "/phones/sms1/text?wait=1", {"text": "路灯坏了"})
    assert len({call.query["id"] for call in listener.made}) == 1
    assert len(listener.made) == 2


async def test_a_reset_forgets_texts_and_journal(sandbox, http):
    await sent(http, sandbox.sendsms_url, {})
    await sandbox.shown()
    epoch = (await sandbox.ctl("POST", "/reset"))["epoch"]
    feed = await sandbox.ctl("GET", "/feed")
    assert (feed["items"], feed["epoch"]) == ([], epoch)
    assert (await sandbox.ctl("GET", "/journal"))["items"] == []
