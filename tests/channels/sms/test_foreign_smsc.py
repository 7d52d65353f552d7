"""The SMPP gateway and an SMSC that is not ours: npm's ``smpp``."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from foreign_peer import ForeignSmsc, foreign_smsc, needs_foreign_smsc
from smpp_kit import PASSWORD, Shared, Taken, account, bound, outbound
from waiting import soon

from channels.errors import AccountBroken, Busy, HeldElsewhere, OutcomeUnknown, PayloadRejected, RecipientGone
from channels.messages import ReceiptState
from channels.sms import smpp_link
from channels.sms.text import parts

pytestmark = [needs_foreign_smsc, pytest.mark.xdist_group("foreign_smsc")]

SIGN = "【某市信访局】"
LONG = "中山路218号院二号楼楼下的烧烤店每天晚上营业到凌晨两点，油烟直接排进居民楼，𠮷先生一家已经三次报警。" * 3


@pytest.fixture
async def smsc() -> AsyncIterator[ForeignSmsc]:
    async with foreign_smsc(PASSWORD) as started:
        yield started


@pytest.fixture
def taken() -> Taken:
    return Taken()


async def test_a_text_arrives_and_is_answered_once_it_is_kept(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind", right=True, mode="transceiver")
        smsc.deliver("小区噪音扰民怎么投诉？𠮷😀", tag="mo")
        [answer] = await smsc.wait("answer", tag="mo")
    [message] = taken.messages
    assert (message.text, message.address.sender, answer["status"]) == ("小区噪音扰民怎么投诉？𠮷😀", "13800138000", 0)


async def test_what_is_not_kept_is_not_acknowledged_and_comes_again_as_the_same(smsc, taken):
    taken.away = True
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.deliver("路灯坏了", tag="first")
        [answer] = await smsc.wait("answer", tag="first")
        assert answer["status"] == 0x64
        taken.away = False
        smsc.deliver("路灯坏了", tag="again")
        [answer] = await smsc.wait("answer", tag="again")
    assert (answer["status"], taken.texts) == (0, ["路灯坏了"])


async def test_the_parts_of_a_long_text_are_each_kept_and_answered_in_whatever_order(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        octets = ("一二三四五𠮷" + "尾").encode("utf-16-be")
        cut = 12  # within the surrogate pair
        smsc.deliver(tag="2", esm=0x40, udh="0500032a0202", hex=octets[cut:].hex())
        smsc.deliver(tag="1", esm=0x40, udh="0500032a0201", hex=octets[:cut].hex())
        await smsc.wait("answer", 2, status=0)
    assert [(each.number, each.total, each.reference) for each in taken.parts] == [(2, 2, "42"), (1, 2, "42")]
    joined = "".join(each.inbound.text for each in reversed(taken.parts))
    assert joined.encode("utf-16-be", "surrogatepass").decode("utf-16-be") == "一二三四五𠮷尾"


@pytest.mark.parametrize(
    ("coding", "octets", "read"),
    [
        (0, b"light \x1b\x28out\x1b\x29 \x00", "light {out} @"),
        (3, "café".encode("latin-1"), "café"),
        (8, "灯".encode("utf-16-be"), "灯"),
        (15, "路灯坏了".encode("gb18030"), "路灯坏了"),
        (0x18, "灯".encode("utf-16-be"), "灯"),
    ],
)
async def test_each_data_coding_is_read(smsc, taken, coding, octets, read):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.deliver(tag="mo", coding=coding, hex=octets.hex())
        await smsc.wait("answer", tag="mo")
    assert taken.texts == [read]


async def test_a_long_text_goes_as_parts_that_another_library_reads(smsc, taken):
    channel = account(smsc.port)
    async with bound(channel, taken):
        sent = await channel.send(outbound(LONG))
        heard = await smsc.wait("submit", channel.segments(LONG))
    assert [event["text"] for event in heard] == parts(SIGN + LONG)
    assert {event["coding"] for event in heard} == {8}
    references = {event["udh"][0][:6] for event in heard}
    assert [event["udh"][0][-4:] for event in heard] == [f"{len(heard):02x}{n:02x}" for n in range(1, len(heard) + 1)]
    assert len(references) == 1
    assert [event["receipt"] for event in heard] == [0] * (len(heard) - 1) + [1]
    assert sent.provider_id == heard[-1]["id"]


async def test_latin_letters_go_by_the_seven_bit_alphabet(smsc, taken):
    channel = account(smsc.port, sign="")
    async with bound(channel, taken):
        await channel.send(outbound("Case WF261122001237 {received} €5"))
        [heard] = await smsc.wait("submit")
    assert (heard["coding"], heard["text"]) == (0, "Case WF261122001237 {received} €5")


async def test_numbers_go_out_as_the_settings_say(smsc, taken):
    channel = account(smsc.port, international=True)
    async with bound(channel, taken):
        await channel.send(outbound())
        [heard] = await smsc.wait("submit")
    assert (heard["to"], heard["ton"], heard["from"]) == ("8613800138000", 1, "1069001")


RECEIPT = "id:{id} sub:001 dlvrd:001 submit date:2611220800 done date:2611220801 stat:{stat} err:{err} text:..."


@pytest.mark.parametrize(
    ("given", "reported", "settings"),
    [
        ("abc-1", "abc-1", {}),
        ("1f", "31", {"sent_ids": "hex", "receipt_ids": "decimal"}),
        ("0000031", "1F", {"sent_ids": "decimal", "receipt_ids": "hex"}),
    ],
)
async def test_a_receipt_is_known_by_the_id_the_text_was_given_even_if_it_is_quicker(
    smsc, taken, given, reported, settings
):
    channel = account(smsc.port, **settings)
    async with bound(channel, taken):
        await smsc.answers({"id": given, "receiptFirst": RECEIPT.format(id=reported, stat="DELIVRD", err="000")})
        sent = await channel.send(outbound())
        await taken.wait(receipts=1)
        [answer] = await smsc.wait("answer", tag="receipt")
    [receipt] = taken.receipts
    assert (receipt.state, receipt.provider_id, answer["status"]) == (ReceiptState.DELIVERED, sent.provider_id, 0)


async def test_a_failure_is_reported_with_its_code_and_not_with_the_text(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.deliver(RECEIPT.format(id="7", stat="ENROUTE", err="000"), tag="under way", esm=4, coding=0)
        smsc.deliver(RECEIPT.format(id="7", stat="UNDELIV", err="069"), tag="dead", esm=4, coding=0)
        smsc.deliver("", tag="by parameters", esm=4, coding=0, receiptedId="8", state=3)
        await smsc.wait("answer", 3, status=0)
    assert [(each.provider_id, each.state, each.reason) for each in taken.receipts] == [
        ("7", ReceiptState.FAILED, "UNDELIV 069"),
        ("8", ReceiptState.FAILED, "EXPIRED"),
    ]


async def test_nobody_reports_by_writing_like_a_receipt(smsc, taken):
    written = RECEIPT.format(id="7", stat="DELIVRD", err="000")
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.deliver(written, tag="mo")
        await smsc.wait("answer", tag="mo")
    assert (taken.texts, taken.receipts) == ([written], [])


async def test_slower_is_heeded_and_the_text_arrives_once(smsc, taken):
    channel = account(smsc.port)
    async with bound(channel, taken):
        await smsc.answers({"status": 0x58}, {"status": 0x14})
        sent = await channel.send(outbound())
        assert [event["status"] for event in smsc.heard("submit")] == [0x58, 0x14, 0]
    assert sent.provider_id == smsc.heard("submit")[-1]["id"]


async def test_who_is_throttled_for_long_says_when_to_come_back_and_goes_on_where_it_stopped(smsc, taken):
    channel = account(smsc.port, call_seconds=2)
    async with bound(channel, taken):
        await smsc.answers({}, *[{"status": 0x58}] * 2)
        with pytest.raises(Busy) as busy:
            await channel.send(outbound(LONG))
        assert busy.value.retry_after is not None
        assert busy.value.retry_after > 0.4
        assert len(smsc.heard("submit", status=0)) == 1
        sent = None
        while sent is None:
            await asyncio.sleep(busy.value.retry_after)  # as the deliverer does
            with contextlib.suppress(Busy):
                sent = await channel.send(outbound(LONG))
    accepted = [event["text"] for event in smsc.heard("submit", status=0)]
    assert accepted == parts(SIGN + LONG)


async def test_many_that_are_throttled_together_make_no_storm(smsc, taken):
    channel = account(smsc.port, call_seconds=2, window=20)
    async with bound(channel, taken):
        await smsc.wait("bind")
        await smsc.answers(*[{"status": 0x58}] * 1000)
        sends = [channel.send(outbound(id=f"{n:032x}")) for n in range(40)]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Busy}
    # Those of the window at once, and then one by one.
    assert len(smsc.heard("submit")) <= 20 + 5


@pytest.mark.parametrize(
    ("status", "error"),
    [(0x0B, RecipientGone), (0x0A, AccountBroken), (0x08, Busy), (0x66, PayloadRejected), (0x4A1, PayloadRejected)],
)
async def test_a_refusal_says_what_to_do_and_ends_nothing(smsc, taken, status, error):
    channel = account(smsc.port)
    async with bound(channel, taken):
        await smsc.answers({"status": status})
        with pytest.raises(error) as refused:
            await channel.send(outbound())
        assert refused.value.provider_code == f"0x{status:02X}"
        await channel.send(outbound())
    assert len(smsc.heard("bind")) == 1


async def test_a_wrong_password_is_one_line_of_the_doctor_and_no_storm(smsc, taken):
    channel = account(smsc.port, password="another", call_seconds=2)
    async with bound(channel, taken):
        assert await channel.check() == ["system_id 或 password 不对：短信网关拒绝登录（0x0E）"]
        for _ in range(3):
            with pytest.raises(AccountBroken) as refused:
                await channel.send(outbound())
        assert refused.value.retry_after > 10
    assert len(smsc.heard("bind", right=False)) == 2


async def test_the_doctor_finds_nothing_wrong_and_takes_nothing(smsc, taken):
    channel = account(smsc.port)
    assert await channel.check() == []
    await smsc.wait("unbind")
    assert [event["mode"] for event in smsc.heard("bind")] == ["transmitter"]


async def test_the_doctor_says_where_nobody_listens():
    [sentence] = await account(9).check()
    assert "连不上短信网关 127.0.0.1:9" in sentence


async def test_a_lost_connection_is_opened_again_and_nothing_is_lost_or_kept_twice(smsc, taken):
    channel = account(smsc.port)
    async with bound(channel, taken):
        await smsc.wait("bind")
        for number in range(5):
            smsc.deliver(f"第{number}条", tag=f"first {number}")
        smsc.do("kill")  # perhaps before the answers were read
        await smsc.wait("bind", 2)
        unanswered = [n for n in range(5) if not smsc.heard("answer", tag=f"first {n}")]
        for number in unanswered:
            smsc.deliver(f"第{number}条", tag=f"again {number}")
        smsc.deliver("第5条", tag="new")
        await smsc.wait("answer", tag="new")
    assert taken.texts == [f"第{number}条" for number in range(6)]


async def test_it_is_known_since_when_the_bind_is_lost(smsc, taken, monkeypatch):
    monkeypatch.setattr(smpp_link, "_FIRST_WAIT", 60.0)  # it is not opened again meanwhile
    channel = account(smsc.port)
    async with bound(channel, taken):
        assert channel.link.down_since is not None
        await soon(lambda: channel.link.down_since is None, "the bind is up")
        smsc.do("kill")
        await soon(lambda: channel.link.down_since is not None, "the bind is lost")


async def test_what_was_under_way_at_a_lost_connection_is_not_said_to_be_sent(smsc, taken):
    channel = account(smsc.port)
    async with bound(channel, taken):
        await smsc.answers({}, {"silent": True}, {"silent": True}, {"kill": True})
        sends = [asyncio.create_task(channel.send(outbound(f"第{n}条", id=f"{n:032x}"))) for n in range(4)]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["Sent"] + ["OutcomeUnknown"] * 3
        await smsc.wait("bind", 2)
        await channel.send(outbound("第4条"))
    assert len(smsc.heard("submit")) == 5


async def test_while_the_connection_is_away_nothing_is_begun(smsc, taken, monkeypatch):
    monkeypatch.setattr(smpp_link, "_FIRST_WAIT", 60.0)
    channel = account(smsc.port)
    async with bound(channel, taken):
        await channel.send(outbound())
        smsc.do("kill")
        await soon(lambda: channel._gateway._link._session is None, "the loss is seen")
        with pytest.raises(Busy) as busy:
            await channel.send(outbound())
        assert busy.value.retry_after
    assert not isinstance(busy.value, OutcomeUnknown)
    assert len(smsc.heard("submit")) == 1


async def test_a_peer_that_answers_no_more_is_left(smsc, taken):
    channel = account(smsc.port, enquire_seconds=1)
    channel._gateway._answer_seconds = 0.5
    async with bound(channel, taken):
        await smsc.wait("enquire")
        await smsc.obey("silent", commands=["enquire_link"])
        await smsc.wait("closed")
        await smsc.obey("silent", commands=[])
        await smsc.wait("bind", 2)


async def test_an_unbind_of_the_peer_is_answered_and_the_bind_comes_back(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.do("unbind")
        await smsc.wait("bind", 2)


async def test_the_end_is_said_to_the_peer(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        smsc.deliver("你好", tag="mo")
        await taken.wait(messages=1)
    await smsc.wait("unbind")


async def test_equal_texts_in_a_row_are_two(smsc, taken):
    async with bound(account(smsc.port), taken):
        await smsc.wait("bind")
        for tag in ("a", "b", "c"):
            smsc.deliver("1", tag=tag)
        await smsc.wait("answer", 3)
    assert taken.texts == ["1", "1", "1"]


async def test_a_repeat_to_another_process_is_known_and_the_same_words_later_are_new(smsc, taken):
    shared = Shared()
    async with bound(account(smsc.port, shared), taken):
        await smsc.wait("bind")
        smsc.deliver("1", tag="before")
        await smsc.wait("answer", tag="before")
    # It died before the SMSC was seen to have read the answer.
    async with bound(account(smsc.port, shared), taken):
        await smsc.wait("bind", 2)
        smsc.deliver("1", tag="again")
        await smsc.wait("answer", tag="again")
        assert taken.texts == ["1"]
        await smsc.wait("enquire")  # the proof
        smsc.deliver("1", tag="new")
        await smsc.wait("answer", tag="new")
    assert taken.texts == ["1", "1"]


async def test_who_sends_has_a_bind_of_their_own_where_the_carrier_grants_more_than_one(smsc, taken):
    receiving, sending = account(smsc.port, binds="separate"), account(smsc.port, binds="separate")
    async with bound(receiving, taken):
        await smsc.wait("bind", mode="receiver")
        await sending.send(outbound())
        await sending.aclose()
    assert [event["mode"] for event in smsc.heard("bind")] == ["receiver", "transmitter"]


async def test_where_there_is_one_bind_who_does_not_hold_it_leaves_the_sending_to_who_does(smsc):
    with pytest.raises(HeldElsewhere):
        await account(smsc.port).send(outbound())
    assert smsc.heard("bind") == []
