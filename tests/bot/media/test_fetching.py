"""Fetching on a real store: kept once, given up for good or tried again, and what is lost is told to staff."""

import asyncio
import contextlib
import os
import random
import uuid
from datetime import timedelta

import pytest
from waiting import awaited, soon

from bot.media.fetching import AT_ONCE, LEASE_SECONDS, Limits, MediaFetcher, patience
from bot.media.wanting import Wanting
from channels.base import Fetched
from channels.errors import AccountBroken, Busy, MediaGone, MediaTooLarge, WayShut
from channels.messages import Inbound, Kind, Media
from dialogs.outcome import AddToCase, Attachment
from storage.attachment_records import FILES, AttachmentState
from storage.cases import ActorKind, EntryKind

JPEG = b"\xff\xd8\xff\xe0" + os.urandom(50_000)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


class Platform:
    """A channel that brings what the test says; ``hold`` keeps it waiting."""

    def __init__(self) -> None:
        self.answer = JPEG
        self.asked = []
        self.hold = None
        self.begun = asyncio.Event()

    async def fetch(self, media: Media) -> Fetched:
        self.asked.append(media.id)
        self.begun.set()
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return Fetched(content=self.answer, type="text/html")


class Work:
    """The office, a channel, and a worker."""

    def __init__(self, office) -> None:
        self.office, self.store = office, office.store
        self.platform = Platform()
        self.fetcher = self.worker()

    def worker(self, daily=60) -> MediaFetcher:
        return MediaFetcher(
            store=self.store,
            channels={("wechat", "main"): self.platform},
            casework=self.office.casework,
            limits=Limits(largest={"image": 1}, daily=daily),
            clock=self.office.clock,
            chance=random.Random(1),
            backoff=patience(),
        )

    def later(self, seconds: float) -> None:
        self.office.started += timedelta(seconds=seconds)

    async def arrives(self, sender="oWangXiaoming-0000000000001"):
        conversation = await self.office.resident(sender)
        message = Inbound(
            address=conversation.address,
            message_id=uuid.uuid4().hex,
            kind=Kind.IMAGE,
            sent_at=self.office.clock(),
            received_at=self.office.clock(),
            media=Media(id="media-7"),
        )
        [kept] = await self.store.inbox.add([message])
        return kept.arrived

    async def wants(self, arrived, *effects):
        found = await Wanting(store=self.store).of([arrived], effects, now=self.office.clock())
        await self.store.committer.commit(found.changes)
        return self.store.attachments.id_of(arrived.id)

    async def files(self, arrived):
        """File a case with what an earlier turn brought."""
        conversation = await self.office.resident()
        case = await self.office.filed(conversation)
        named = Attachment(message_id=arrived.id, kind="image", media_id="media-7")
        added = AddToCase(number=case.number, attachments=(named,))
        found = await Wanting(store=self.store).of([], [added], now=self.office.clock())
        await self.store.committer.commit(found.changes)
        return case.number, found

    async def notes(self, number):
        entries = await self.store.cases.timeline(number)
        return [each for each in entries if each.kind is EntryKind.NOTED]

    async def stored(self):
        return await self.store.database[f"{FILES}.files"].count({}, limit=99)


@pytest.fixture
def work(office):
    return Work(office)


async def test_a_picture_is_kept_by_the_conversation_and_goes_with_the_case_that_is_filed(work):
    arrived = await work.arrives()
    key = await work.wants(arrived)
    await work.fetcher.fetch(key)
    number, _ = await work.files(arrived)
    [kept] = await work.store.attachments.of_case(number)
    assert (kept.state, kept.type, kept.size) == (AttachmentState.KEPT, "image/jpeg", len(JPEG))
    assert b"".join([piece async for piece in work.store.attachments.content(kept)]) == JPEG
    await work.store.attachments.drop_expired(work.office.clock() + timedelta(days=30), limit=9)
    assert await work.store.attachments.get(key) is not None


async def test_a_picture_that_was_dropped_before_the_case_was_filed_is_wanted_again(work):
    arrived = await work.arrives()
    key = await work.wants(arrived)
    await work.store.attachments.drop_expired(work.office.clock() + timedelta(days=30), limit=9)
    number, found = await work.files(arrived)
    assert found.ids == (key,)
    await work.fetcher.fetch(key)
    assert [each.state for each in await work.store.attachments.of_case(number)] == [AttachmentState.KEPT]


async def test_a_turn_without_pictures_reads_and_writes_nothing_for_them(work):
    class Untouchable:
        def __getattr__(self, name):
            raise AssertionError(name)

    arrived = await work.arrives()
    said = Inbound(
        address=arrived.message.address,
        message_id="m",
        kind=Kind.TEXT,
        sent_at=work.office.clock(),
        received_at=work.office.clock(),
        text="路灯坏了",
    )
    [kept] = await work.store.inbox.add([said])
    added = AddToCase(number="WF261121000013", text="还没修")
    found = await Wanting(store=Untouchable()).of([kept.arrived], [added], now=work.office.clock())
    assert (found.changes, found.ids) == ((), ())


async def test_two_workers_at_once_ask_the_platform_once(work):
    key = await work.wants(await work.arrives())
    await asyncio.gather(work.fetcher.fetch(key), work.worker().fetch(key))
    assert work.platform.asked == ["media-7"]
    assert await work.stored() == 1


async def test_a_worker_that_dies_between_fetching_and_recording_is_followed_and_it_is_kept_once(work, monkeypatch):
    key = await work.wants(await work.arrives())

    class Dies(BaseException):
        pass

    async def killed(*_):
        raise Dies

    with monkeypatch.context() as patched:
        patched.setattr(work.store.attachments, "_settle", killed)
        with pytest.raises(Dies):
            await work.fetcher.fetch(key)
    assert await work.stored() == 1
    await work.worker().fetch(key)
    assert work.platform.asked == ["media-7"], "the claim of the dead one still holds"
    work.later(LEASE_SECONDS)
    await work.worker().fetch(key)
    assert (await work.store.attachments.get(key)).state is AttachmentState.KEPT
    assert await work.stored() == 1


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (MediaGone(provider_code="40007"), AttachmentState.GONE, "过期"),
        (MediaTooLarge(), AttachmentState.REFUSED, "超过大小上限"),
        (JPEG + bytes(1024 * 1024), AttachmentState.REFUSED, "超过大小上限"),
        (HTML, AttachmentState.REFUSED, "类型"),
        (b"", AttachmentState.REFUSED, "类型"),
    ],
    ids=["gone", "too-large-to-fetch", "too-large-to-keep", "html", "empty"],
)
async def test_what_is_lost_is_told_to_staff_alone_and_once(work, answer, state, words):
    arrived = await work.arrives()
    number, _ = await work.files(arrived)
    key = work.store.attachments.id_of(arrived.id)
    work.platform.answer = answer
    await work.fetcher.fetch(key)
    lost = await work.store.attachments.get(key)
    assert lost.state is state
    [note] = await work.notes(number)
    assert words in note.note
    assert (note.public, note.actor.kind) == (False, ActorKind.SYSTEM)
    work.later(86_400)
    await work.fetcher.fetch(key)
    assert len(await work.notes(number)) == 1
    assert work.platform.asked == ["media-7"]
    assert await work.stored() == 0
    assert await work.store.outbox.for_case(number) == []


async def test_a_loss_before_the_case_is_filed_is_told_when_it_is(work):
    arrived = await work.arrives()
    key = await work.wants(arrived)
    work.platform.answer = MediaGone()
    await work.fetcher.fetch(key)
    number, _ = await work.files(arrived)
    assert await work.store.attachments.due(work.office.clock(), limit=9) == [key]
    await work.fetcher.fetch(key)
    assert len(await work.notes(number)) == 1


@pytest.mark.parametrize(
    "error", [Busy(), AccountBroken(), WayShut(retry_after=600), ConnectionError], ids=["busy", "broken", "shut", "bug"]
)
async def test_what_cannot_be_had_now_is_asked_for_again(work, error):
    key = await work.wants(await work.arrives())
    work.platform.answer = error if isinstance(error, Exception) else error()
    with contextlib.suppress(ConnectionError):
        await work.fetcher.fetch(key)
    assert (await work.store.attachments.get(key)).state is AttachmentState.WANTED
    work.platform.answer = JPEG
    work.later(1_000)
    await work.fetcher.fetch(key)
    assert (await work.store.attachments.get(key)).state is AttachmentState.KEPT


async def test_a_platform_that_never_answers_well_is_given_up_after_days(work):
    key = await work.wants(await work.arrives())
    work.platform.answer = Busy()
    began = work.office.clock()
    while (await work.store.attachments.get(key)).state is AttachmentState.WANTED:
        await work.fetcher.fetch(key)
        work.later(3_600)
    assert len(work.platform.asked) == patience().tries
    assert timedelta(days=1.5) < work.office.clock() - began


async def test_one_persons_flood_is_not_kept(work):
    arrivals = [await work.arrives() for _ in range(3)]
    keys = [await work.wants(arrived) for arrived in arrivals]
    other = await work.wants(await work.arrives("oSomebody-else-00000000000002"))
    worker = work.worker(daily=2)
    for key in (keys[-1], other):
        await worker.fetch(key)
    states = [(await work.store.attachments.get(key)).state for key in (keys[-1], other)]
    assert states == [AttachmentState.REFUSED, AttachmentState.KEPT]


async def test_no_more_are_in_memory_at_once_than_there_are_places_and_none_is_left(work):
    keys = [await work.wants(await work.arrives(f"oPerson-{n:022}")) for n in range(AT_ONCE + 3)]
    work.platform.hold = asyncio.Event()
    under_way = [asyncio.create_task(work.fetcher.fetch(key)) for key in keys]
    await soon(lambda: len(work.platform.asked) == AT_ONCE, "as many are asked for as have a place")
    await awaited(asyncio.gather(*under_way[AT_ONCE:]), "the others find no place")
    assert len(work.platform.asked) == AT_ONCE
    work.platform.hold.set()
    await asyncio.gather(*under_way)
    states = {(await work.store.attachments.get(key)).state for key in keys}
    assert states == {AttachmentState.KEPT}


async def test_without_a_job_engine_they_are_fetched_beside_all_else(work):
    key = await work.wants(await work.arrives())
    work.platform.hold = asyncio.Event()
    work.fetcher.begin([key])
    await awaited(work.platform.begun.wait(), "it is asked for")
    work.platform.hold.set()

    async def is_kept() -> bool:
        return (await work.store.attachments.get(key)).state is AttachmentState.KEPT

    await soon(is_kept, "it is kept")
    await work.fetcher.aclose()
