"""The SMPP gateway and a second SMSC that is not ours: the server of ``smpp34``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import smpp34
from real_kannel import free_port
from smpp_kit import Taken, account, bound, outbound
from waiting import awaited

from channels.messages import ReceiptState
from channels.sms.text import parts

SIGN = "【某市信访局】"


@dataclass
class Smsc:
    """``throttled``: how many texts are still to be refused as too many."""

    port: int
    server: Any
    throttled: int = 0
    esmes: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    texts: list[Any] = field(default_factory=list)
    unbound: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self) -> None:
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                self.esmes.put_nowait(event)
            elif isinstance(event, smpp34.Unbound):
                self.unbound.set()
            elif self.throttled:
                self.throttled -= 1
                event.reject(smpp34.ESME_RTHROTTLED)
            else:
                self.texts.append(event)
                event.accept(f"{len(self.texts):08X}")


@asynccontextmanager
async def smpp34_smsc() -> AsyncIterator[Smsc]:
    port = free_port()
    smsc = Smsc(port, smpp34.Server(host="127.0.0.1", port=port, system_id="second"))
    await smsc.server.start()
    serving = asyncio.create_task(smsc.serve())
    try:
        yield smsc
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await smsc.server.stop()


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    async with smpp34_smsc() as started:
        yield started


@pytest.fixture
def taken() -> Taken:
    return Taken()


async def test_texts_go_both_ways_and_the_receipt_finds_its_text(smsc, taken):
    channel = account(smsc.port, sent_ids="hex", receipt_ids="decimal")
    long = "路灯坏了一个多月，晚上太黑，老人孩子出门都不方便。" * 4
    async with bound(channel, taken):
        esme = await awaited(smsc.esmes.get(), "a bind")
        answer = await esme.deliver_sm(
            source_addr="13800138000",
            destination_addr="1069001",
            short_message="路灯坏了".encode("utf-16-be"),
            data_coding=8,
        )
        assert answer.is_success
        sent = await channel.send(outbound(long))
        whole = len(smsc.texts)
        receipt = f"id:{whole:010d} sub:001 dlvrd:001 stat:DELIVRD err:000 text:".encode()
        answer = await esme.deliver_sm(
            source_addr="13800138000", destination_addr="1069001", esm_class=4, short_message=receipt
        )
        assert answer.is_success
    assert taken.texts == ["路灯坏了"]
    assert [bytes(each.short_message)[6:].decode("utf-16-be") for each in smsc.texts] == parts(SIGN + long)
    assert [(each.provider_id, each.state) for each in taken.receipts] == [(sent.provider_id, ReceiptState.DELIVERED)]
    await awaited(smsc.unbound.wait(), "an unbind")


async def test_what_is_not_kept_is_refused_for_now(smsc, taken):
    taken.away = True
    async with bound(account(smsc.port), taken):
        esme = await awaited(smsc.esmes.get(), "a bind")
        answer = await esme.deliver_sm(source_addr="13800138000", destination_addr="1069001", short_message=b"light")
    assert answer.command_status == 0x64


async def test_slower_is_heeded(smsc, taken):
    channel = account(smsc.port)
    smsc.throttled = 2
    async with bound(channel, taken):
        await channel.send(outbound())
    assert len(smsc.texts) == 1
