"""The channel and a real Kannel: bearerbox, smsbox and fakesmsc, as Debian ships them."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from real_kannel import Kannel, needs_kannel
from sms_kit import Calls, Kit, listening

from channels.errors import AccountBroken
from channels.messages import Kind, ReceiptState
from channels.sms.text import parts, segments

pytestmark = [needs_kannel, pytest.mark.xdist_group("kannel")]

SIGN = "【某市信访局】"
LONG = (
    "中山路218号院二号楼楼下的烧烤店每天晚上营业到凌晨两点，油烟直接排进居民楼，𠮷先生一家已经三次报警，希望有关部门管一管。"
    * 3
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.fixture(scope="module")
def webhook() -> Iterator[Calls]:
    with listening() as calls:
        yield calls


@pytest.fixture(scope="module")
def kannel(webhook, tmp_path_factory) -> Iterator[Kannel]:
    made = Kannel(tmp_path_factory.mktemp("kannel"), url=f"{webhook.url}/channels/sms/main", key=Kit().key)
    with made.running():
        yield made


@pytest.fixture
def calls(webhook) -> Iterator[Calls]:
    webhook.made.clear()
    yield webhook
    webhook.answer = lambda _request: (200, b"")


@pytest.fixture
def channel(kit, kannel, http, calls):
    return kit.channel(
        http,
        sendsms_url=kannel.sendsms_url,
        username=kannel.username,
        password=kannel.password,
        callback_base=calls.url,
    )


async def heard(channel, calls, count=1):
    found = await asyncio.to_thread(calls.wait, count, path="")
    return [channel.receive(call) for call in found]


async def test_a_text_arrives_as_it_was_written(channel, kannel, calls):
    written = "小区噪音扰民怎么投诉？a+b%20&c=d 𠮷" + FAMILY
    with kannel.text("+8613800138000", written):
        [arrival] = await heard(channel, calls)
    [message] = arrival.messages
    assert (message.address.sender, message.text, message.kind) == ("13800138000", written, Kind.TEXT)
    assert abs(message.sent_at - datetime.now(UTC)) < timedelta(minutes=1)
    answer = channel.respond(arrival, None)
    assert (answer.status, answer.body) == (200, b"")


async def test_the_empty_answer_sends_nothing_back(channel, kannel, calls):
    with kannel.text("13800138001", "你好") as carrier:
        await heard(channel, calls)
        await asyncio.sleep(0.5)  # what must not come has no event to wait for
        assert carrier.received() == []


async def test_what_came_in_parts_arrives_joined_also_out_of_order(channel, kannel, calls):
    def part(number, words):
        return f"13800138002 {kannel.number} udh-text %05%00%03%2A%02%0{number} {words}"

    with kannel.carrier(part(2, "-and-its-end")):
        await asyncio.sleep(0.3)
    with kannel.carrier(part(1, "the-beginning")):
        [arrival] = await heard(channel, calls)
    assert [message.text for message in arrival.messages] == ["the-beginning-and-its-end"]


async def test_a_repeat_after_our_failure_is_known_as_the_same(channel, kannel, calls):
    calls.answer = lambda _request: (500 if len(calls.made) < 2 else 200, b"")
    with kannel.text("13800138003", "路灯坏了"):
        arrivals = await heard(channel, calls, 3)
    assert len({arrival.messages[0].message_id for arrival in arrivals}) == 1
    assert len({arrival.messages[0].sent_at for arrival in arrivals}) == 1


async def test_a_text_reaches_the_phone_signed_and_is_reported_as_delivered(channel, kannel, kit, calls):
    with kannel.carrier() as carrier:
        await channel.send(kit.outbound("您的事项已受理。😀", to="13800138004", id="a" * 32))
        [text] = await asyncio.to_thread(carrier.wait_received)
        [receipt] = await asyncio.to_thread(calls.wait, 1, path="receipts")
    assert (text.sender, text.to, text.content) == (kannel.number, "13800138004", f"{SIGN}您的事项已受理。😀")
    [report] = channel.receive(receipt).receipts
    assert (report.state, report.message_id) == (ReceiptState.DELIVERED, "a" * 32)


async def test_latin_letters_go_by_the_seven_bit_alphabet_with_its_extension(kit, kannel, http, calls):
    channel = kit.channel(
        http, sendsms_url=kannel.sendsms_url, username=kannel.username, password=kannel.password, sign=""
    )
    written = "{[~]}|\\^€ @£$¥èéΔ_Φ WF261121001237"
    with kannel.carrier() as carrier:
        await channel.send(kit.outbound(written, to="13800138005"))
        [text] = await asyncio.to_thread(carrier.wait_received)
    assert text.content == written


@pytest.mark.parametrize("words", [LONG, "长" * 59 + "😀" + "长" * 70, "长" * 54 + FAMILY + "长" * 70])
async def test_a_long_text_is_cut_as_we_count_it_and_never_within_a_sign(channel, kannel, kit, calls, words):
    expected = parts(SIGN + words)
    with kannel.carrier() as carrier:
        await channel.send(kit.outbound(words, to="13800138006"))
        texts = await asyncio.to_thread(carrier.wait_received, len(expected))
    assert [text.content.rstrip(" ") for text in texts] == expected
    assert len(texts) == channel.segments(words) == segments(SIGN + words)
    header = f"050003{texts[0].udh[6:8]}{len(texts):02x}"
    assert [text.udh for text in texts] == [f"{header}{place:02x}" for place in range(1, len(texts) + 1)]


async def test_what_is_sent_while_the_carrier_is_down_arrives_when_it_is_up(channel, kannel, kit, calls):
    await channel.send(kit.outbound("进展通知", to="13800138007"))
    with kannel.carrier() as carrier:
        [text] = await asyncio.to_thread(carrier.wait_received)
    assert text.content == f"{SIGN}进展通知"


async def test_a_wrong_password_is_a_broken_account_and_the_doctor_names_it(kit, kannel, http, calls):
    channel = kit.channel(http, sendsms_url=kannel.sendsms_url, username=kannel.username, password="another-one")
    with pytest.raises(AccountBroken):
        await channel.send(kit.outbound())
    [sentence] = await channel.check()
    assert "username 或 password" in sentence


async def test_the_doctor_finds_nothing_wrong_and_sends_nothing(channel, kannel, calls):
    with kannel.carrier() as carrier:
        assert await channel.check() == []
        await asyncio.sleep(0.3)
        assert carrier.received() == []


async def test_the_configuration_that_the_manual_shows_works(kit, http, tmp_path):
    manual = (Path(__file__).parents[3] / "docs" / "channels" / "sms.md").read_text("utf-8")
    [config] = re.findall(r"^```\n(group = core.*?)^```", manual, re.DOTALL | re.MULTILINE)
    with listening() as calls:
        kannel = Kannel(tmp_path, url=f"{calls.url}/channels/sms/main", key=kit.key)
        kannel.use(config)
        login = {"username": kannel.username, "password": kannel.password, "sendsms_url": kannel.sendsms_url}
        channel = kit.channel(http, callback_base=calls.url, **login)
        with kannel.running():
            assert await channel.check() == []
            with kannel.text("13800138009", "路灯坏了") as carrier:
                [arrival] = await heard(channel, calls)
                await channel.send(kit.outbound(LONG, to="13800138009"))
                texts = await asyncio.to_thread(carrier.wait_received, len(parts(SIGN + LONG)))
                await asyncio.to_thread(calls.wait, 1, path="receipts")
    assert [message.text for message in arrival.messages] == ["路灯坏了"]
    assert "".join(text.content for text in texts) == SIGN + LONG


async def test_parts_that_kannel_does_not_join_arrive_as_parts(kit, http, tmp_path):
    with listening() as calls:
        kannel = Kannel(tmp_path, url=f"{calls.url}/channels/sms/main", key=kit.key, combine=False)
        channel = kit.channel(http)
        part = f"13800138010 {kannel.number} udh-text %05%00%03%2A%02%02 -and-its-end"
        with kannel.running(), kannel.carrier(part):
            [arrival] = await heard(channel, calls)
    [found] = arrival.parts
    assert (found.reference, found.number, found.total) == ("42", 2, 2)
    assert found.inbound.text == "-and-its-end"


@pytest.mark.parametrize("recode", [True, False])
async def test_a_post_says_the_same_however_long(kit, http, tmp_path, recode):
    written = "楼道灯不亮，a+b%20&c=d 𠮷" + "从三月起就没有人来修，" * 450
    with listening() as calls:
        kannel = Kannel(tmp_path, url=f"{calls.url}/channels/sms/main", key=kit.key, target="post-url", recode=recode)
        channel = kit.channel(http)
        with kannel.running(), kannel.text("13800138008", written):
            [arrival] = await heard(channel, calls)
    [message] = arrival.messages
    assert (message.text, message.address.sender) == (written, "13800138008")
    assert calls.made[0].method == "POST"
