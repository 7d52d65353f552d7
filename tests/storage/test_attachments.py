"""Attachments on a real GridFS, with each client: kept once, sealed, dropped and erased with all that belongs to them."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.messages import Kind, Media
from storage.attachment_records import ATTACHMENTS, FILES, AttachmentState
from storage.errors import Conflict, FileMissing, Unreadable

pytestmark = pytest.mark.usefixtures("each_driver")

WEEK = timedelta(days=7)
CASE = "WF261121000013"
PIECE = 255 * 1024 - 33


@pytest.fixture
async def want(store, inbound, now):
    """A picture that somebody sent, to be fetched."""

    async def make(*numbers, **given):
        [kept] = await store.inbox.add([inbound(kind=Kind.IMAGE, text="", media=Media(id="media-1"), **given)])
        change = store.attachments.want(kept.arrived, case_numbers=numbers, now=now, unfiled=WEEK)
        await store.committer.commit([change])
        return store.attachments.id_of(kept.arrived.id)

    return make


async def _claim(store, key, now, token="t"):
    claimed = await store.attachments.claim(key, token=token, seconds=60, now=now)
    assert claimed is not None
    return claimed


async def _keep(store, key, now, content=b"\xff\xd8\xff-picture", token="t"):
    await store.attachments.keep(await _claim(store, key, now, token), token, content, "image/jpeg")
    kept = await store.attachments.get(key)
    assert kept is not None
    return kept


async def _read(store, kept):
    return b"".join([piece async for piece in store.attachments.content(kept)])


async def _stored(store):
    """How many files, and how many of their chunks, lie in the store."""
    database = store.database
    return await database[f"{FILES}.files"].count({}, limit=99), await database[f"{FILES}.chunks"].count({}, limit=99)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 2_000_000])
async def test_a_content_of_any_length_comes_back_byte_for_byte(store, want, now, size):
    content = os.urandom(size)
    kept = await _keep(store, await want(CASE), now, content)
    assert await _read(store, kept) == content
    assert (kept.state, kept.type, kept.size, kept.media.id) == (AttachmentState.KEPT, "image/jpeg", size, "media-1")
    assert await store.attachments.due(now + WEEK, limit=9) == []


async def test_one_that_is_claimed_is_nobody_elses_until_the_claim_is_over(store, want, now):
    key = await want()
    assert await store.attachments.due(now, limit=9) == [key]
    await _claim(store, key, now, "first")
    assert await store.attachments.claim(key, token="second", seconds=60, now=now + timedelta(seconds=59)) is None
    assert await store.attachments.due(now + timedelta(seconds=60), limit=9) == [key]
    assert (await _claim(store, key, now + timedelta(seconds=60), "second")).tries == 2


async def test_a_worker_that_died_before_it_was_recorded_leaves_nothing_behind(store, want, now):
    key = await want(CASE)
    dying = await _claim(store, key, now, "dies")
    # All of the content is stored, the record never written.
    await store.attachments._files.put(f"{key}:dies", store.attachments._sealed(f"{key}:dies", b"x" * 2 * PIECE))
    kept = await _keep(store, key, now + timedelta(seconds=60), b"x" * 2 * PIECE, "next")
    assert await _read(store, kept) == b"x" * 2 * PIECE
    assert await _stored(store) == (1, 2)
    assert dying.files == (f"{key}:dies",)


async def test_a_worker_that_wakes_up_late_changes_nothing_and_leaves_nothing_behind(store, want, now):
    key = await want(CASE)
    late = await _claim(store, key, now, "late")
    kept = await _keep(store, key, now + timedelta(seconds=60), b"right", "next")
    with pytest.raises(Conflict):
        await store.attachments.keep(late, "late", b"wrong", "image/png")
    assert await _read(store, kept) == b"right"
    assert await _stored(store) == (1, 1)


async def test_pieces_that_were_exchanged_cut_off_or_taken_from_elsewhere_do_not_open(store, want, now):
    kept = await _keep(store, await want(CASE), now, os.urandom(3 * PIECE))
    chunks = store.database[f"{FILES}.chunks"]
    first, second, third = await chunks.find({}, limit=3, sort=(("n", 1),))
    await chunks.update_one({"_id": first["_id"]}, {"$set": {"data": second["data"]}})
    with pytest.raises(Unreadable):
        await _read(store, kept)
    await chunks.update_one({"_id": first["_id"]}, {"$set": {"data": first["data"]}})
    await chunks.delete_one({"_id": third["_id"]})
    with pytest.raises(FileMissing):
        await _read(store, kept)
    # A file that is shorter, and whose record says so too, ends with a piece that is not the last.
    await store.database[f"{FILES}.files"].update_one({}, {"$set": {"length": 2 * 255 * 1024}})
    with pytest.raises(Unreadable):
        await _read(store, replace(kept, size=2 * PIECE))
    await store.database[f"{FILES}.files"].delete_one({})
    with pytest.raises(FileMissing):
        await _read(store, kept)


async def test_what_no_case_is_filed_with_is_dropped_in_time_with_its_content(store, want, now):
    filed, unfiled = await want(), await want()
    for key in (filed, unfiled):
        await _keep(store, key, now)
    found = await store.attachments.get(filed)
    await store.committer.commit([store.attachments.tie(found, [CASE], now=now)])
    assert await store.attachments.drop_expired(now + WEEK - timedelta(seconds=1), limit=9) == 0
    assert await store.attachments.drop_expired(now + WEEK, limit=9) == 1
    assert await store.attachments.get(unfiled) is None
    assert [each.id for each in await store.attachments.of_case(CASE)] == [filed]
    assert await _stored(store) == (1, 1)


async def test_what_is_dropped_cannot_be_tied_to_a_case_any_more(store, want, now):
    found = await store.attachments.get(await want())
    await store.attachments.drop_expired(now + WEEK, limit=9)
    with pytest.raises(Conflict):
        await store.committer.commit([store.attachments.tie(found, [CASE], now=now)])


async def test_a_dropping_that_was_cut_short_is_brought_to_its_end(store, want, now):
    key = await want(CASE)
    await _keep(store, key, now)
    await store.database[ATTACHMENTS].update_one({"_id": key}, {"$set": {"removing": True, "expires_at": now}})
    assert await store.attachments.of_case(CASE) == []
    assert await store.attachments.drop_expired(now, limit=9) == 1
    assert await _stored(store) == (0, 0)


async def test_erasing_a_case_leaves_what_another_one_holds_too(store, want, now):
    shared, own = await want(CASE, "WF261121000021"), await want(CASE)
    for key in (shared, own):
        await _keep(store, key, now)
    assert await store.attachments.erase_case(CASE, now=now, before=now) == 1
    assert await store.attachments.of_case(CASE) == []
    assert [each.id for each in await store.attachments.of_case("WF261121000021")] == [shared]
    assert await _stored(store) == (1, 1)


async def test_erasing_a_person_takes_all_they_sent_or_only_what_is_in_no_case(store, want, now):
    filed, unfiled = await want(CASE), await want()
    for key in (filed, unfiled):
        await _keep(store, key, now)
    sender = (await store.attachments.get(filed)).conversation_id
    assert await store.attachments.erase_conversation(sender, now=now, unfiled=True) == 1
    assert await store.attachments.get(filed) is not None
    assert await store.attachments.erase_conversation(sender, now=now) == 1
    assert await _stored(store) == (0, 0)


async def test_a_loss_is_told_to_the_staff_of_each_case_also_of_one_filed_later(store, want, now):
    key = await want()
    claimed = await _claim(store, key, now)
    await store.attachments.lose(claimed, "t", state=AttachmentState.GONE, reason="media_gone", now=now)
    assert await store.attachments.due(now + WEEK, limit=9) == []
    lost = await store.attachments.get(key)
    await store.committer.commit([store.attachments.tie(lost, [CASE], now=now)])
    assert await store.attachments.due(now, limit=9) == [key]
    lost = await _claim(store, key, now)
    assert (lost.untold, lost.reason) == ((CASE,), "media_gone")
    await store.committer.commit([store.attachments.told(lost, CASE)])
    await store.attachments.rest(key, "t")
    assert await store.attachments.due(now + WEEK, limit=9) == []


async def test_a_case_filed_while_the_loss_is_being_noted_is_told_too(store, want, now):
    key = await want()
    claimed = await _claim(store, key, now)
    await store.committer.commit([store.attachments.tie(claimed, [CASE], now=now)])
    await store.attachments.lose(claimed, "t", state=AttachmentState.GONE, reason="media_gone", now=now)
    assert await store.attachments.due(now, limit=9) == [key]


async def test_a_try_that_failed_comes_again_when_it_is_due(store, want, now):
    key, later = await want(), now + timedelta(minutes=5)
    await _claim(store, key, now)
    await store.attachments.postpone(key, "t", until=later)
    assert await store.attachments.due(later - timedelta(seconds=1), limit=9) == []
    assert await store.attachments.due(later, limit=9) == [key]
    with pytest.raises(Conflict):
        await store.attachments.postpone(key, "t", until=later)


async def test_what_a_person_sent_since_then_is_counted(store, want, now):
    key = await want()
    await want()
    sender = (await store.attachments.get(key)).conversation_id
    assert await store.attachments.count_since(sender, now - WEEK, limit=9) == 2
    assert await store.attachments.count_since(sender, now + WEEK, limit=9) == 0
