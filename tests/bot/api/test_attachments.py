"""What came with a case besides words, over HTTP: the list, the content, and who gets it."""

import hashlib
import os
import uuid
from dataclasses import dataclass

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.api.tokens import Caller, Scope
from bot.media.wanting import Wanting
from channels.messages import Inbound, Kind, Media
from dialogs.outcome import AddToCase, Attachment
from storage.attachment_records import FILES, AttachmentState

JPEG = b"\xff\xd8\xff\xe0" + os.urandom(600_000)


@dataclass
class Filed:
    number: str
    id: str

    @property
    def url(self) -> str:
        return f"/api/v1/cases/{self.number}/attachments/{self.id}"


class Sending:
    """Somebody who sends pictures, as the turn and the worker treat them."""

    def __init__(self, office) -> None:
        self.office = office
        self.store = office.store

    async def picture(self, conversation):
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

    async def wanted(self, arrived, *effects):
        found = await Wanting(store=self.store).of([arrived], effects, now=self.office.clock())
        await self.store.committer.commit(found.changes)
        return found.ids

    async def keep(self, attachment_id, content=JPEG, kind="image/jpeg"):
        claimed = await self.store.attachments.claim(attachment_id, token="t", seconds=60, now=self.office.clock())
        await self.store.attachments.keep(claimed, "t", content, kind)


@pytest.fixture
def sending(office):
    return Sending(office)


@pytest.fixture
async def filed(office, sending):
    """A case with a picture that is kept."""
    conversation = await office.resident()
    arrived = await sending.picture(conversation)
    named = Attachment(message_id=arrived.id, kind="image", media_id="media-7")
    case = await office.filed(conversation, attachments=(named,))
    [key] = await sending.wanted(arrived, AddToCase(number=case.number, attachments=(named,)))
    await sending.keep(key)
    return Filed(case.number, key)


async def test_the_list_and_the_case_name_the_picture_and_its_content_is_what_was_sent(api, filed):
    [listed] = (await (await api.get(f"/api/v1/cases/{filed.number}/attachments")).json())["items"]
    case = await (await api.get(f"/api/v1/cases/{filed.number}")).json()
    [shown] = case["attachments"]
    assert listed["id"] == shown["id"] == filed.id
    assert listed["url"] == shown["url"] == filed.url
    assert (listed["state"], listed["type"], listed["size"]) == ("kept", "image/jpeg", len(JPEG))
    answer = await api.get(listed["url"])
    assert answer.status == 200
    assert hashlib.sha256(await answer.read()).digest() == hashlib.sha256(JPEG).digest()


async def test_a_content_is_saved_and_never_run_or_guessed_at(api, filed):
    headers = (await api.get(filed.url)).headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == f'attachment; filename="{filed.number}-{filed.id[:8]}.jpg"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Length"] == str(len(JPEG))


async def test_what_was_added_later_stands_with_the_case_and_with_its_step(api, office, sending, filed):
    conversation = await office.resident()
    arrived = await sending.picture(conversation)
    named = Attachment(message_id=arrived.id, kind="image", media_id="media-8")
    added = AddToCase(number=filed.number, text="又拍了一张", attachments=(named,))
    await office.turn(conversation, added)
    [key] = await sending.wanted(arrived, added)
    case = await (await api.get(f"/api/v1/cases/{filed.number}")).json()
    assert [(each["id"], each["state"]) for each in case["attachments"]] == [(filed.id, "kept"), (key, "wanted")]
    assert case["attachments"][1]["url"] is None
    steps = (await (await api.get(f"/api/v1/cases/{filed.number}/timeline")).json())["items"]
    assert [each["id"] for each in steps[-1]["attachments"]] == [key]


async def test_a_content_that_is_not_kept_or_of_another_case_is_not_found(api, office, sending, filed):
    conversation = await office.resident("oSomebody-else-00000000000002")
    other = await office.filed(conversation)
    arrived = await sending.picture(conversation)
    [key] = await sending.wanted(arrived)
    for path in (
        f"/api/v1/cases/{other.number}/attachments/{filed.id}",
        f"/api/v1/cases/{other.number}/attachments/{key}",
        f"/api/v1/cases/{filed.number}/attachments/nosuch",
        f"/api/v1/cases/WF1/attachments/{filed.id}",
    ):
        answer = await api.get(path)
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"


async def test_a_loss_is_shown_with_its_reason(api, office, sending, filed):
    conversation = await office.resident()
    arrived = await sending.picture(conversation)
    named = Attachment(message_id=arrived.id, kind="image", media_id="m")
    [key] = await sending.wanted(arrived, AddToCase(number=filed.number, attachments=(named,)))
    claimed = await office.store.attachments.claim(key, token="t", seconds=60, now=office.clock())
    await office.store.attachments.lose(
        claimed, "t", state=AttachmentState.GONE, reason="media_gone", now=office.clock()
    )
    listed = (await (await api.get(f"/api/v1/cases/{filed.number}/attachments")).json())["items"]
    assert [(each["state"], each["reason"], each["url"]) for each in listed[1:]] == [("gone", "media_gone", None)]


async def test_a_content_that_is_missing_in_part_is_cut_off_and_not_passed_for_whole(api, office, filed):
    chunks = office.store.database[f"{FILES}.chunks"]
    await chunks.delete_one({"n": 2})
    with pytest.raises((ClientPayloadError, ConnectionError)):
        await (await api.get(filed.url)).read()
    await chunks.delete_many({})
    answer = await api.get(filed.url)
    assert (answer.status, answer.content_type) == (500, "application/problem+json")


async def test_staff_may_erase_one_which_the_timeline_tells_and_nobody_is_told(api, office, filed):
    before = len(office.kicked)
    answer = await api.delete(filed.url)
    assert (answer.status, (await answer.json())["items"]) == (200, [])
    assert (await api.get(filed.url)).status == 404
    assert (await api.delete(filed.url)).status == 404
    database = office.store.database
    assert [await database[f"{FILES}.{part}"].count({}, limit=9) for part in ("files", "chunks")] == [0, 0]
    note = (await office.store.cases.timeline(filed.number))[-1]
    assert ("删除" in note.note, note.public, note.actor.name) == (True, False, "李科长")
    assert len(office.kicked) == before
    [shown] = (await (await api.get(f"/api/v1/cases/{filed.number}")).json())["attachments"]
    assert (shown["id"], shown["url"]) == (None, None)


async def test_what_belongs_to_two_cases_is_erased_from_one(api, office, filed):
    conversation = await office.resident()
    other = await office.filed(conversation)
    found = await office.store.attachments.get(filed.id)
    await office.store.committer.commit([office.store.attachments.tie(found, [other.number], now=office.clock())])
    assert (await api.delete(filed.url)).status == 200
    assert (await api.get(filed.url)).status == 404
    assert (await api.get(Filed(other.number, filed.id).url)).status == 200


@pytest.mark.parametrize(
    ("scopes", "accusation", "status"),
    [
        (set(), False, 403),
        ({Scope.WRITE}, False, 403),
        ({Scope.PERSONAL}, False, 200),
        ({Scope.PERSONAL}, True, 404),
        ({Scope.PERSONAL, Scope.ACCUSATIONS}, True, 200),
    ],
)
async def test_who_may_read_it(office, sending, scopes, accusation, status):
    class Book:
        async def caller(self, _token):
            return Caller(name="某人", scopes=frozenset(scopes))

    conversation = await office.resident()
    arrived = await sending.picture(conversation)
    named = Attachment(message_id=arrived.id, kind="image", media_id="m")
    case = await office.filed(conversation, attachments=(named,), accusation=accusation)
    [key] = await sending.wanted(arrived, AddToCase(number=case.number, attachments=(named,)))
    await sending.keep(key)
    root = web.Application()
    root.add_subapp("/api", make_api(store=office.store, casework=office.casework, tokens=Book(), clock=office.clock))
    async with TestClient(TestServer(root), headers={"Authorization": "Bearer x"}) as client:
        assert (await client.get(Filed(case.number, key).url)).status == status
        listed = await client.get(f"/api/v1/cases/{case.number}/attachments")
        assert listed.status == (404 if status == 404 else 200)
        assert (await client.get(Filed(case.number, key).url, headers={"Authorization": ""})).status == 401
