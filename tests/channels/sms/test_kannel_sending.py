"""Texts out by sendsms: what is asked, and what each answer means. The answers are those of Kannel 1.4.5."""

import asyncio
import socket
import threading

import pytest
from sms_kit import KEY
from waiting import awaited

from channels.errors import (
    AccountBroken,
    Busy,
    OutcomeUnknown,
    PayloadRejected,
    RecipientGone,
    SendFailed,
    WayShut,
)
from channels.messages import Via

ANSWERS = [
    (202, "0: Accepted for delivery", None),
    (202, "3: Queued for later delivery", None),
    (200, "0: Accepted for delivery", None),
    (202, "", None),
    (200, "<html>some proxy</html>", AccountBroken),
    (400, "Sender missing and no global set, rejected", AccountBroken),
    (400, "Missing receiver number, rejected", RecipientGone),
    (400, "Missing receiver(s) number(s), rejected", RecipientGone),
    (400, "Empty receiver number not allowed, rejected", RecipientGone),
    (400, "Number(s) has/have been denied by white- and/or black-lists.", RecipientGone),
    (400, "DLR-URL field misformed, rejected", AccountBroken),
    (400, "Account field misformed or too long, rejected", AccountBroken),
    (400, "UDH field is too long, rejected", PayloadRejected),
    (400, "Charset or body misformed, rejected", PayloadRejected),
    (400, "something new", PayloadRejected),
    (403, "Authorization failed for sendsms", AccountBroken),
    (404, "Unknown request.", AccountBroken),
    (301, "", AccountBroken),
    (429, "", Busy),
    (500, "", Busy),
    (503, "Temporal failure, try again later.", Busy),
    (504, "", OutcomeUnknown),
]


@pytest.fixture
def sendsms(listener):
    listener.answer = lambda _call: (202, b"0: Accepted for delivery")
    return listener


@pytest.fixture
def channel(kit, http, sendsms):
    return kit.channel(http, sendsms_url=f"{sendsms.url}/cgi-bin/sendsms", call_seconds=30)


def kannels(call):
    """The headers that are Kannel's, by their names."""
    return {name[9:]: value for name, value in call.headers.items() if name.startswith("x-kannel-")}


async def test_what_is_asked_of_sendsms(channel, kit, sendsms):
    sent = await channel.send(kit.outbound("您的事项 WF261121001237 已受理", id="0" * 32))
    assert sent.provider_id == ""
    [call] = sendsms.made
    assert (call.method, call.path, call.query) == ("POST", "cgi-bin/sendsms", {}), "an address may be logged"
    url = "https://petition.example.gov.cn/channels/sms/main/receipts"
    assert call.body.decode() == "【某市信访局】您的事项 WF261121001237 已受理"
    assert (call.headers["content-type"], call.headers["connection"]) == ("text/plain; charset=UTF-8", "close")
    assert kannels(call) == {
        "username": "tester",
        "password": "foobar-3f9a",
        "from": "1069001",
        "to": "13800138000",
        "coding": "2",
        "dlr-mask": "19",
        "dlr-url": f"{url}?key={KEY}&id={'0' * 32}&type=%d&answer=%A",
    }


async def test_latin_letters_go_by_the_seven_bit_alphabet(kit, http, sendsms):
    channel = kit.channel(http, sendsms_url=f"{sendsms.url}/s", sign="")
    await channel.send(kit.outbound("Case {WF26} is closed. 5 €"))
    await channel.send(kit.outbound("Case “WF26”"))
    assert [kannels(call)["coding"] for call in sendsms.made] == ["0", "2"]


async def test_percent_signs_of_an_address_are_doubled_for_kannel_fills_in_the_others(kit, http, sendsms):
    channel = kit.channel(http, sendsms_url=f"{sendsms.url}/s", callback_base="http://10.0.0.1/%E4%BF%A1")
    await channel.send(kit.outbound())
    assert kannels(sendsms.made[0])["dlr-url"].startswith("http://10.0.0.1/%%E4%%BF%%A1/channels/sms/main/receipts?")


async def test_the_number_dialled_is_the_one_form(channel, kit, sendsms):
    for given in ("+8613800138000", "13800138000", "+85291234567"):
        await channel.send(kit.outbound(to=given))
    assert [kannels(call)["to"] for call in sendsms.made] == ["13800138000", "13800138000", "85291234567"]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_each_answer_means_one_thing(channel, kit, sendsms, answer):
    status, said, error = answer
    sendsms.answer = lambda _call: (status, said.encode())
    if error is None:
        await channel.send(kit.outbound())
        return
    with pytest.raises(error) as caught:
        await channel.send(kit.outbound())
    assert type(caught.value) is error
    assert caught.value.provider_code == f"http_{status}"


async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(kit, http, sendsms):
    channel = kit.channel(http, sendsms_url=f"{sendsms.url}/s", call_seconds=0.3)
    over = threading.Event()

    def late(_call):
        over.wait(5)
        return 202, b"0: Accepted for delivery"

    sendsms.answer = late
    with pytest.raises(OutcomeUnknown):
        await channel.send(kit.outbound())
    over.set()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", OutcomeUnknown),
        (b"HTTP/1.1 20", OutcomeUnknown),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 99\r\n\r\n0: Acc", None),  # the status has said it
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 99\r\n\r\nAuth", AccountBroken),
    ],
)
async def test_an_answer_broken_off_counts_by_its_status_if_that_came(kit, http, said, error):
    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        sending = kit.channel(http, sendsms_url=f"http://127.0.0.1:{port}/s").send(kit.outbound())
        if error is None:
            await sending
            return
        with pytest.raises(error):
            await sending


@pytest.mark.parametrize("used", [False, True])
async def test_a_connection_that_breaks_is_asked_once_and_said_to_be_perhaps_sent(kit, http, used):
    """``used``: it carried a text before and was kept open for the next."""
    asked = []

    async def break_off(reader, writer):
        while head := await reader.readuntil(b"\r\n\r\n"):
            asked.append(head)
            if not used or len(asked) > 1:
                writer.transport.abort()
                return
            writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 11\r\n\r\n0: Accepted")

    server = await asyncio.start_server(break_off, "127.0.0.1", 0)
    async with server:
        channel = kit.channel(http, sendsms_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/s")
        if used:
            await channel.send(kit.outbound())
        with pytest.raises(OutcomeUnknown):
            await channel.send(kit.outbound())
    assert len(asked) == 1 + used


async def test_a_refusal_that_comes_in_pieces_is_read_whole(kit, http):
    async def dribble(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 400 Bad\r\nContent-Length: 42\r\n\r\n")
        for piece in (b"Sender ", b"missing and no global set, rejected"):
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(dribble, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(AccountBroken):
            await kit.channel(http, sendsms_url=f"http://127.0.0.1:{port}/s").send(kit.outbound())


async def test_nobody_there_is_busy_for_nothing_was_sent(kit, http):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/s"
        with pytest.raises(Busy):
            await kit.channel(http, sendsms_url=url).send(kit.outbound())


async def test_a_huge_answer_is_read_only_in_part(channel, kit, sendsms):
    sendsms.answer = lambda _call: (400, b"x" * 5_000_000)
    with pytest.raises(PayloadRejected) as caught:
        await channel.send(kit.outbound())
    assert len(caught.value.detail) <= 120


@pytest.mark.parametrize("answer", [each for each in ANSWERS if each[2]])
async def test_no_error_tells_who_or_what(channel, kit, sendsms, answer):
    status, said, _ = answer
    sendsms.answer = lambda _call: (status, f"{said} 13800138000".encode())
    with pytest.raises(SendFailed) as caught:
        await channel.send(kit.outbound("王小明的事"))
    told = repr(caught.value) + str(caught.value.__cause__)
    assert not any(secret in told for secret in ("13800138000", "王小明", "foobar-3f9a", KEY))


@pytest.mark.parametrize("via", [via for via in Via if via is not Via.SMS])
async def test_no_other_way_is_one_of_this_channel(channel, kit, sendsms, via):
    with pytest.raises(WayShut):
        await channel.send(kit.outbound(via=via))
    assert sendsms.made == []


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_nothing_is_not_sent(channel, kit, sendsms, text):
    with pytest.raises(PayloadRejected):
        await channel.send(kit.outbound(text))
    assert sendsms.made == []


async def test_whoever_has_no_number_is_not_dialled(channel, kit, sendsms):
    with pytest.raises(RecipientGone):
        await channel.send(kit.outbound(to="小明"))
    assert sendsms.made == []


@pytest.mark.parametrize(
    ("status", "said", "named"),
    [
        (400, "Missing receiver number, rejected", None),
        (400, "Missing receiver(s) number(s), rejected", None),
        (403, "Authorization failed for sendsms", "username 或 password"),
        (404, "Unknown request.", "sendsms_url"),
        (200, "<html>", "sendsms_url"),
        (400, "bad request", "sendsms_url"),
        (503, "", "sendsms_url"),
    ],
)
async def test_what_the_doctor_says(channel, sendsms, status, said, named):
    sendsms.answer = lambda _call: (status, said.encode())
    found = await channel.check()
    assert [named in sentence for sentence in found] == ([] if named is None else [True])
    [call] = sendsms.made
    assert set(kannels(call)) == {"username", "password"}, "the doctor sends no text to anybody"


async def test_the_doctor_says_that_nobody_is_there(kit, http):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/cgi-bin/sendsms"
        [sentence] = await kit.channel(http, sendsms_url=url).check()
    assert "连不上" in sentence
    assert url in sentence
    assert "foobar-3f9a" not in sentence


def test_what_must_never_be_logged(kit):
    assert set(kit.channel().secrets()) == {"foobar-3f9a", KEY}


def test_what_the_planner_is_told(kit):
    told = kit.channel().capabilities
    assert (told.passive, told.ways, told.free_text, told.notices) == (False, (Via.SMS,), True, frozenset())
    assert (told.text_unit, told.text_limit) == ("utf16", 134 - 7 - 3)
    assert [told.segments("长" * count) for count in (1, 63, 64, 127, 128)] == [1, 1, 2, 2, 3]


async def test_there_is_nothing_to_run(kit):
    async def take(_arrival):
        raise AssertionError

    await awaited(kit.channel().run(take), "there is nothing to run")
