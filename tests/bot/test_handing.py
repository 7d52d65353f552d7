"""A file of staff on its way to the filer: through the WeChat adapter to a platform of our own, or told in words."""

import asyncio
import os
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from scripted import ScriptedChannel
from waiting import PATIENCE_S

from bot.casework.links import CaseLinks
from bot.casework.service import Casework
from bot.delivery.backoff import Backoff
from bot.delivery.deliverer import Deliverer
from bot.delivery.quiet import QuietHours
from bot.metrics import Metrics
from channels.base import Capabilities, Tools, WebhookRequest
from channels.errors import OutcomeUnknown, PayloadRejected
from channels.messages import Address, Grant, Media, Sent, Via
from channels.sandbox import PROGRESS_TEMPLATE_ID, SandboxClient, SandboxSettings, make_sandbox
from channels.sms.rendering import rendered
from channels.sms.text import segments, signed
from channels.wechat import factory
from storage.cases import Actor, ActorKind, CaseState
from storage.records import DeliveryState

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
PICTURE = b"\x89PNG\r\n\x1a\n" + os.urandom(40_000)
PDF = b"%PDF-1.7\n" + os.urandom(2_000)
PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token"}
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WECHAT = Capabilities(
    passive=True,
    answer_within=4.5,
    ways=(Via.CUSTOMER_SERVICE, Via.TEMPLATE),
    text_limit=2048,
    notices=frozenset({"progress"}),
    media={"image/png": 100_000},
)
SMS = Capabilities(passive=False, answer_within=0, ways=(Via.SMS,), text_limit=134, text_unit="utf16")


@dataclass
class MediaChannel(ScriptedChannel):
    """Takes files as told, once each; after that it takes every file."""

    def __post_init__(self) -> None:
        self.files: list[bytes] = []
        self.file_script: list[Exception] = []

    async def send_media(self, message, content):
        self.files.append(content)
        if self.file_script:
            raise self.file_script.pop(0)
        return Sent(provider_id="m1")


class Handing:
    """A case, staff who hand a file to its filer, and workers who send what waits."""

    def __init__(self, office, vault) -> None:
        self.office, self.store = office, office.store
        self.now = office.clock()
        self.links = CaseLinks(vault=vault, base_url="https://petition.example.gov.cn")
        self.channels = {("wechat", "main"): MediaChannel(capabilities=WECHAT)}

    @property
    def wechat(self):
        return self.channels["wechat", "main"]

    async def file(self, *, sender="oWangXiaoming-0000000000001", channel="wechat", window=True, **given):
        address = Address(channel=channel, account="main", sender=sender)
        taken = await self.store.conversations.take(address, token="t", seconds=9, now=self.now)
        grant = Grant(messages=5, until=self.now + timedelta(hours=48)) if window else None
        change = self.store.conversations.advance(taken, state={}, release=True, now=self.now, grant=grant)
        await self.store.committer.commit([change])
        self.conversation = taken
        self.case = await self.office.filed(await self.store.conversations.get(taken.id), **given)

    def casework(self, links):
        return Casework(
            store=self.store,
            clock=lambda: self.now,
            chance=None,
            office="某市信访局",
            kick=self.office.kick,
            links=links,
        )

    async def answered(self, answer):
        for state in (CaseState.ACCEPTED, CaseState.ASSIGNED, CaseState.IN_PROGRESS):
            await self.casework(self.links).move(self.case.number, to=state, actor=STAFF, public=False)
        await self.casework(self.links).move(self.case.number, to=CaseState.ANSWERED, actor=STAFF, answer=answer)

    async def hand(self, content=PICTURE, type_="image/png", *, note="这是修好后的样子", base_url=None):
        links = self.links if base_url is None else CaseLinks(vault=self.store.vault, base_url=base_url)
        casework = self.casework(links)
        kind = type_.partition("/")[0].replace("application", "file")
        given = await self.store.attachments.give(
            os.urandom(8).hex(), content, kind=kind, type=type_, public=True, now=self.now
        )
        await casework.hand(self.case.number, given, actor=STAFF, note=note)
        return given

    async def heard(self, request):
        """The webhook of the WeChat account: it takes what comes and answers nothing."""
        asked = WebhookRequest(
            method=request.method,
            path="",
            query=request.query,
            headers={},
            body=await request.read(),
            received_at=datetime.now(UTC),
        )
        arrival = self.wechat.receive(asked)
        answer = arrival.answer or self.wechat.respond(arrival, None)
        return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})

    async def deliver(self):
        """Send what is due, as one sweep does."""
        deliverer = Deliverer(
            store=self.store,
            channels=self.channels,
            clock=lambda: self.now,
            chance=random.Random(1),
            backoff=Backoff(),
            quiet=QuietHours(span=None),
            kick=self.office.kick,
            metrics=Metrics(),
        )
        for entry_id in sorted(await self.store.outbox.due(self.now, 20)):
            await deliverer.deliver(entry_id)
        return await self.office.notices(self.case.number)


@pytest.fixture
async def handing(office, vault):
    return Handing(office, vault)


def reasons(entry):
    return [(each.via.value, each.taken, each.reason) for each in entry.decision]


class _Nothing:
    async def get(self, key):
        return None

    async def set(self, key, value, *, seconds):
        return None

    def lock(self, key, *, seconds, wait):
        return _Untaken()


class _Untaken:
    async def __aenter__(self):
        return False

    async def __aexit__(self, *_):
        return None


@pytest.fixture
async def wechat(handing):
    """The adapter in use, and a phone of the platform's."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handing.heard)
    async with TestServer(app) as ours, aiohttp.ClientSession() as http:
        bot_url = str(ours.make_url("")).rstrip("/")
        settings = SandboxSettings(**PLAY, encoding_aes_key=AES_KEY, bot_url=bot_url)
        async with TestServer(make_sandbox(settings)) as theirs, SandboxClient(str(theirs.make_url(""))) as client:
            account = PLAY | {"encoding_aes_key": AES_KEY, "api_base": str(theirs.make_url("/wechat"))}
            tools = Tools(http=http, shared=_Nothing(), clock=lambda: datetime.now(UTC))
            channel = factory("main", account | {"templates": {"progress": PROGRESS_TEMPLATE_ID}}, tools)
            handing.channels["wechat", "main"] = channel
            await client.wait_ready(PATIENCE_S)
            yield channel, await client.open("王阿姨")
            await channel.aclose()


async def test_in_an_open_window_the_phone_shows_the_picture_and_then_the_words(handing, wechat):
    channel, phone = wechat
    await phone.say("你好")
    await handing.file(sender=phone.openid)
    given = await handing.hand()
    [sent, _] = await handing.deliver()
    [shown] = await phone.next(PATIENCE_S)
    assert (shown.kind, shown.type) == ("customer_service", "image")
    assert (await channel.fetch(Media(id=shown.data["media_id"]))).content == PICTURE
    entries = await handing.deliver()
    [words] = await phone.next(PATIENCE_S)
    assert words.type == "text"
    assert "工作人员给您发了一张图片。" in words.text
    assert "这是修好后的样子" in words.text
    assert "https://petition.example.gov.cn/r/" in words.text
    assert (sent.state, sent.via, sent.attachment) == (DeliveryState.SENT, Via.CUSTOMER_SERVICE, given.id)
    assert [each.state for each in entries] == [DeliveryState.SENT] * 2


async def test_a_shut_window_says_in_words_that_there_is_one_and_where(handing):
    await handing.file(window=False)
    await handing.hand()
    [entry] = await handing.deliver()
    [told] = handing.wechat.sent
    assert handing.wechat.files == []
    assert (entry.state, told.via) == (DeliveryState.SENT, Via.TEMPLATE)
    assert "请在网页查看" in told.fields["note"]
    assert told.url.startswith("https://petition.example.gov.cn/r/")
    assert "工作人员给您发了一张图片，请在网页查看。" in entry.text
    assert reasons(entry) == [("customer_service", False, "window_shut"), ("template", True, "no_media")]


async def test_a_file_that_the_platform_does_not_take_is_told_in_words(handing):
    await handing.file()
    await handing.hand(PDF, "application/pdf")
    await handing.hand(PICTURE + bytes(100_000))
    entries = await handing.deliver()
    assert handing.wechat.files == []
    assert len(entries) == len(handing.wechat.sent) == 2, "words once for each, and none behind"
    assert {reasons(entry)[0] for entry in entries} == {("customer_service", True, "no_media")}
    assert any("发了一份文件，请在网页查看" in each.text for each in handing.wechat.sent)


async def test_what_the_platform_refuses_becomes_words_at_once(handing):
    await handing.file()
    handing.wechat.file_script = [PayloadRejected("40009")]
    await handing.hand()
    [entry] = await handing.deliver()
    assert (entry.state, len(handing.wechat.sent)) == (DeliveryState.SENT, 1)
    assert "请在网页查看" in handing.wechat.sent[0].text


async def test_by_text_message_the_words_lead_to_the_page(handing):
    handing.channels["sms", "main"] = ScriptedChannel(capabilities=SMS)
    await handing.file(sender="13800138000", channel="sms", window=False)
    await handing.hand()
    await handing.deliver()
    [told] = handing.channels["sms", "main"].sent
    assert "请在网页查看" in told.text
    assert "/r/" in told.text


@pytest.mark.parametrize("base_url", [None, "", "https://" + "a" * 120 + ".gov.cn"], ids=["page", "no page", "long"])
async def test_by_text_message_long_words_leave_two_messages_and_a_whole_link(handing, base_url):
    handing.channels["sms", "main"] = ScriptedChannel(capabilities=SMS)
    await handing.file(sender="13800138000", channel="sms", window=False)
    await handing.hand(note="这是修好后的样子，请您看一看。" * 20, base_url=base_url)
    await handing.deliver()
    [told] = handing.channels["sms", "main"].sent
    whole = rendered(told, sign="市" * 20)
    assert segments(signed(whole, "市" * 20)) <= 2, whole
    assert ("/r/" in whole) == (base_url is None)
    assert handing.case.number in whole


async def test_a_step_is_told_by_text_in_two_messages_however_long_the_answer_is(handing):
    handing.channels["sms", "main"] = ScriptedChannel(capabilities=SMS)
    await handing.file(sender="13800138000", channel="sms", window=False)
    await handing.answered("已安排更换线路和灯具，预计本周五前恢复照明。" * 30)
    await handing.deliver()
    [told] = handing.channels["sms", "main"].sent
    whole = rendered(told, sign="市" * 20)
    assert segments(signed(whole, "市" * 20)) <= 2, whole
    assert handing.case.number in whole


async def test_without_a_page_the_words_say_what_to_do(handing):
    await handing.file()
    await handing.hand(PDF, "application/pdf", base_url="")
    await handing.deliver()
    assert "回复“人工”" in handing.wechat.sent[0].text
    assert "网页" not in handing.wechat.sent[0].text


async def test_a_shut_window_without_template_falls_back_to_the_phone_and_tells_little(handing):
    handing.channels["wechat", "main"] = MediaChannel(capabilities=replace(WECHAT, ways=(Via.CUSTOMER_SERVICE,)))
    handing.channels["sms", "main"] = ScriptedChannel(capabilities=SMS)
    await handing.file(window=False)
    await handing.hand()
    await handing.deliver()
    [told] = handing.channels["sms", "main"].sent
    assert handing.case.number in told.text
    assert not any(secret in told.text + "".join(told.fields.values()) for secret in ("路灯", "修好", "/r/"))


async def test_a_picture_whose_outcome_is_unknown_is_repeated_once_and_its_words_never(handing):
    await handing.file()
    handing.wechat.file_script = [OutcomeUnknown("cut"), OutcomeUnknown("cut"), OutcomeUnknown("cut")]
    await handing.hand()
    for _ in range(4):
        [entry] = await handing.deliver()
        handing.now += timedelta(hours=2)
    assert len(handing.wechat.files) == 2
    assert (entry.state, entry.maybe_twice) == (DeliveryState.DEAD, True)
    assert handing.wechat.sent == []


async def test_who_dies_between_sending_and_recording_repeats_the_picture_but_not_the_words(handing, monkeypatch):
    await handing.file()
    await handing.hand()
    outbox = type(handing.store.outbox)
    recorded = outbox.record_sent

    async def dies(*_given, **_named):
        raise asyncio.CancelledError

    monkeypatch.setattr(outbox, "record_sent", dies)
    with pytest.raises(asyncio.CancelledError):
        await handing.deliver()
    monkeypatch.setattr(outbox, "record_sent", recorded)
    handing.now += timedelta(minutes=5)
    await handing.deliver()
    entries = await handing.deliver()
    assert len(handing.wechat.files) == 2
    assert [each.text.count("工作人员给您发了一张图片") for each in handing.wechat.sent] == [1]
    assert {each.maybe_twice for each in entries if each.attachment} == {True}


async def test_what_was_erased_before_it_went_is_not_sent_in_any_form(handing):
    await handing.file()
    given = await handing.hand()
    kept = replace(given, case_numbers=(handing.case.number,))
    await handing.store.committer.commit([handing.store.attachments.erase(kept, handing.case.number, now=handing.now)])
    [entry] = await handing.deliver()
    assert (entry.state, handing.wechat.sent, handing.wechat.files) == (DeliveryState.FAILED, [], [])
    assert "已被删除" in entry.reason
