"""Personal data is unreadable at rest: the raw documents of every collection are searched."""

import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import bson
import pytest

from channels.messages import Grant, Kind, Link, Location, Media, Purpose, Via
from storage.backups.taking import take
from storage.cases import CaseAttachment, CaseState, EntryKind
from storage.master_key import KeyFile
from storage.records import Attempt, Call

SECRETS = {
    "name": "张三丰",
    "phone": "13800138000",
    "id_number": "370702199001011234",
    "home": "奎文区某小区三号楼",
    "openid": "oAbC-openid-of-zhang",
    "text": "路灯坏了一个多月晚上太黑",
    "title": "东风东街路灯坏了",
    "note": "请城管局派人查看",
    "staff": "李科长",
    "button": "确认提交",
    "state": "正在填写地址",
    "link": "https://example.org/private",
    "media": "media-id-of-photo",
    "label": "东风东街与某路交叉口",
    "code": "482915",
    "picture": "the-bytes-of-a-picture-as-they-came",
    "picture_url": "http://mmbiz.qpic.cn/private-picture",
    "platform_message": "oAbC-openid-of-zhang1763697600",
}


@pytest.fixture
async def lived(store, inbound, entry, case, step, now):  # noqa: PLR0917 - fixtures
    """A store in which everything has happened once."""
    s = SECRETS
    message = inbound(
        text=s["text"],
        payload=s["button"],
        message_id=s["platform_message"],
        location=Location(latitude=36.7, longitude=119.1, label=s["label"]),
        link=Link(title=s["title"], url=s["link"]),
        grant=Grant(messages=5, until=now + timedelta(hours=48)),
    )
    [kept] = await store.inbox.add([message])
    held = await store.conversations.take(message.address, token="t", seconds=9, now=now)
    number = await store.numbers.draw(message_id=s["platform_message"], at=now)
    filed = case(
        number=number,
        title=s["title"],
        content=s["text"],
        place=s["home"],
        attachments=(CaseAttachment(message_id=s["platform_message"], kind="image", media_id=s["media"]),),
        followers=(held.id,),
    )
    who = replace(
        filed.filer,
        conversation_id=held.id,
        name=s["name"],
        phone=s["phone"],
        id_number=s["id_number"],
        address=s["home"],
    )
    filed = replace(filed, filer=who, source=replace(filed.source, message_ids=(s["platform_message"],)))
    reply = entry(
        conversation_id=held.id,
        text=s["text"],
        buttons=((s["button"], s["button"]),),
        fields={"title": s["title"], "name": s["name"]},
        url=s["link"],
        purpose=Purpose.CASE_NOTICE,
        reply_to=kept.arrived.id,
    )
    call = Call(id="c", conversation_id=held.id, reason="asked", at=now)
    state = {"slots": {"phone": s["phone"], "name": s["name"]}, "doing": s["state"]}
    await store.committer.commit(
        [
            *store.inbox.done([kept.arrived.id], turn_id="t", reply_id=reply.id, at=now),
            *store.cases.create(filed, s["code"], step(kind=EntryKind.FILED, note=s["note"])),
            store.conversations.advance(held, state=state, release=True, now=now),
            store.outbox.put(reply),
            store.calls.add(call),
        ]
    )
    await store.committer.commit(store.cases.move(filed, CaseState.ACCEPTED, step(note=s["note"]), title=s["title"]))
    await store.outbox.claim(reply.id, token="w", seconds=9, now=now)
    tried = Attempt(at=now, via=Via.SMS, outcome="sent")
    await store.outbox.record_sent(reply.id, "w", via=Via.SMS, provider_id="1", at=now, attempt=tried)
    await store.committer.commit([store.calls.closed("c", s["staff"], now)])
    await _attached(store, inbound, number, now)
    await store.cases.check_code(number, s["code"], asker=held.id, now=now)
    await store.cases.check_code(number, "000000", asker=held.id, now=now)
    return store


async def _attached(store, inbound, number, now):
    media = Media(id=SECRETS["media"], url=SECRETS["picture_url"])
    [sent] = await store.inbox.add([inbound(kind=Kind.IMAGE, media=media, message_id=SECRETS["media"])])
    change = store.attachments.want(sent.arrived, case_numbers=[number], now=now, unfiled=timedelta(days=7))
    await store.committer.commit([change])
    key = store.attachments.id_of(sent.arrived.id)
    claimed = await store.attachments.claim(key, token="t", seconds=9, now=now)
    await store.attachments.keep(claimed, "t", SECRETS["picture"].encode() * 20_000, "image/jpeg")


async def test_no_collection_holds_anything_readable(lived, database):
    raw = {}
    for name in await database.collection_names():
        raw[name] = b"".join([bson.encode(each) async for each in database[name].each({})])
    assert {"arrivals", "conversations", "outbox", "cases", "timeline", "calls", "code_tries"} <= set(raw)
    assert {"case_numbers", "counters", "keysets", "schema"} <= set(raw)
    assert {"attachments", "attachment_files.files", "attachment_files.chunks"} <= set(raw)
    found = [(name, what) for name, kept in raw.items() for what, secret in SECRETS.items() if secret.encode() in kept]
    assert found == []


async def test_what_was_sealed_is_read_again(lived, address):
    held = await lived.conversations.find(address.channel, address.account, address.sender)
    assert held.state["doing"] == SECRETS["state"]
    [case] = await lived.cases.of_conversation(held.id)
    assert case.filer.id_number == SECRETS["id_number"]
    assert [each.note for each in await lived.cases.timeline(case.number)] == [SECRETS["note"]] * 2


async def test_no_backup_holds_anything_readable(lived, database, tmp_path, now):
    path = tmp_path / "backup.zip"
    await take(database, KeyFile(tmp_path / "keys" / "master.key"), path, at=now)
    raw = {"the file": path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        raw |= {name: archive.read(name) for name in archive.namelist()}
    assert {"collections/cases.bson", "collections/attachment_files.chunks.bson", "manifest.json"} <= raw.keys()
    key = json.loads((tmp_path / "keys" / "master.key").read_text())["key"][0]["keyData"]["value"]
    secrets = {**SECRETS, "master key": key}
    assert [(name, what) for name, kept in raw.items() for what, each in secrets.items() if each.encode() in kept] == []
