"""The SMPP gateway and peers that misbehave: each is a plain socket that says what no good SMSC would."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from smpp_kit import Taken, account, bound, outbound
from waiting import soon, within

from channels.errors import Busy, OutcomeUnknown
from channels.sms import smpp

SUBMIT_RESP, DELIVER = 0x8000_0004, 0x05

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack("!IIII", 16 + len(body), command, status, sequence) + body


async def heard(reader: asyncio.StreamReader) -> tuple[int, int, int, bytes]:
    size, command, status, sequence = struct.unpack("!IIII", await reader.readexactly(16))
    return command, status, sequence, await reader.readexactly(size - 16)


@asynccontextmanager
async def peer(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[int]]]:
    """A server that ``talk``s to each who comes; its port, and the numbers of those who came."""
    came: list[int] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(len(came))
        try:
            await talk(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()
        await server.wait_closed()


async def bind(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    command, _, sequence, _ = await heard(reader)
    writer.write(pdu(command | 0x8000_0000, sequence, b"peer\0"))


@pytest.mark.parametrize(
    ("status", "says"),
    [(0x0E, "password"), (0x0F, "password"), (0x53, "system_type"), (0x0D, "IP 白名单"), (0x4A1, "0x4A1")],
)
async def test_a_refusal_without_a_body_is_one_clear_line(status, says):
    async def talk(reader, writer):
        command, _, sequence, _ = await heard(reader)
        writer.write(pdu(command | 0x8000_0000, sequence, status=status))

    async with peer(talk) as (port, _):
        [sentence] = await account(port).check()
    assert says in sentence


async def test_who_is_bound_already_has_the_right_password():
    async def talk(reader, writer):
        command, _, sequence, _ = await heard(reader)
        writer.write(pdu(command | 0x8000_0000, sequence, status=0x05))

    async with peer(talk) as (port, _):
        assert await account(port).check() == []


async def test_a_peer_that_hangs_up_at_the_bind_is_one_clear_line():
    async def talk(reader, writer):
        await heard(reader)

    async with peer(talk) as (port, _):
        [sentence] = await account(port).check()
    assert "没有回答登录就断开" in sentence


async def test_a_peer_that_never_answers_the_bind_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(smpp, "_CONNECT_SECONDS", 0.2)

    async def talk(reader, writer):
        await reader.read()

    async with within("the doctor gives up"), peer(talk) as (port, _):
        [sentence] = await account(port).check()
    assert "TimeoutError" in sentence


@pytest.mark.parametrize("said", [b"\0\0\0\0" + b"x" * 12, b"HTTP/1.1 400 Bad Request\r\n\r\n", pdu(5, 1)[:10]])
async def test_what_is_no_smpp_ends_the_session_and_a_new_one_begins(said):
    async def talk(reader, writer):
        await bind(reader, writer)
        writer.write(said)
        await writer.drain()

    async with peer(talk) as (port, came), bound(account(port), Taken()):
        await soon(lambda: len(came) >= 2, "a second session")


async def test_half_a_pdu_and_then_silence_is_a_dead_peer():
    async def talk(reader, writer):
        await bind(reader, writer)
        writer.write(pdu(DELIVER, 1, b"x" * 40)[:30])
        await reader.read()

    async with peer(talk) as (port, came):
        channel = account(port, enquire_seconds=1)
        channel._gateway._answer_seconds = 0.2
        async with bound(channel, Taken()):
            await soon(lambda: len(came) >= 2, "a second session")


async def test_a_peer_that_reads_nothing_does_not_hold_us():
    async def talk(reader, writer):
        await bind(reader, writer)
        writer.transport.pause_reading()
        await asyncio.sleep(60)

    async with peer(talk) as (port, _):
        channel = account(port, call_seconds=1)
        async with within("the sending gives up", 30), bound(channel, Taken()):
            with pytest.raises(OutcomeUnknown):
                await channel.send(outbound())


async def test_an_answer_without_an_id_is_an_answer():
    async def talk(reader, writer):
        await bind(reader, writer)
        _, _, sequence, _ = await heard(reader)
        writer.write(pdu(SUBMIT_RESP, sequence))
        await reader.read()

    async with peer(talk) as (port, _):
        channel = account(port)
        async with bound(channel, Taken()):
            assert (await channel.send(outbound())).provider_id == ""


async def test_a_generic_nack_is_a_refusal():
    async def talk(reader, writer):
        await bind(reader, writer)
        _, _, sequence, _ = await heard(reader)
        writer.write(pdu(0x8000_0000, sequence, status=0x08))
        await reader.read()

    async with peer(talk) as (port, _):
        channel = account(port)
        async with bound(channel, Taken()):
            with pytest.raises(Busy) as refused:
                await channel.send(outbound())
    assert refused.value.provider_code == "0x08"


async def test_answers_to_nothing_and_requests_nobody_knows_harm_nothing():
    answers = []

    async def talk(reader, writer):
        await bind(reader, writer)
        for strange in (pdu(SUBMIT_RESP, 999, b"x\0"), pdu(0x103, 7, b"data"), pdu(0x102, 8), pdu(DELIVER, 9, b"\xff")):
            writer.write(strange)
        answers.extend([(await heard(reader))[:3] for _ in range(2)])
        await reader.read()

    async with peer(talk) as (port, came), bound(account(port), Taken()):
        await soon(lambda: len(answers) == 2, "two answers")
    assert answers == [(0x8000_0000, 0x03, 7), (0x8000_0005, 0x65, 9)]
    assert len(came) == 1


async def test_more_than_can_be_kept_is_to_come_again():
    answers = []
    hold = asyncio.Event()

    class Slow(Taken):
        async def __call__(self, arrival):
            await hold.wait()
            await super().__call__(arrival)

    async def talk(reader, writer):
        await bind(reader, writer)
        for number in range(700):
            body = b"\0\0\0138\0\0\0106\0\0\0\0\0\0\0\0\0\0\3%03d" % number
            writer.write(pdu(DELIVER, number + 1, body))
        while len(answers) < 700:
            answers.append((await heard(reader))[1:3])
            hold.set()
        await reader.read()

    taken = Slow()
    async with peer(talk) as (port, _), bound(account(port), taken):
        await soon(lambda: len(answers) == 700, "every answer")
    refused = {sequence for status, sequence in answers if status == 0x64}
    kept = {int(text) + 1 for text in taken.texts}
    assert 0 < len(refused) <= 200
    assert kept | refused == set(range(1, 701))
    assert not kept & refused
    assert taken.texts == sorted(taken.texts)


@pytest.fixture
def certificate(tmp_path):
    """Of ``localhost``, signed by itself; the file holds the key as well."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "peer.pem"
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


async def test_a_peer_must_be_who_it_says_where_the_connection_is_encrypted(certificate, monkeypatch):
    async def talk(reader, writer):
        await bind(reader, writer)
        await reader.read()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with peer(talk, context) as (port, _):
        channel = account(port, host="localhost", tls=True)
        [sentence] = await channel.check()
        assert "SSLCertVerificationError" in sentence
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await channel.check() == []
