"""Staff hand the filer of a case a file, over HTTP: what is taken, what is kept, who is told, what a repeat does."""

import io
import os
from datetime import timedelta

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.api.tokens import Caller, Scope
from bot.media.fetching import Limits
from storage.attachment_records import ATTACHMENTS
from storage.cases import Actor, ActorKind, EntryKind, TimelineEntry

STAFF = Actor(kind=ActorKind.STAFF, name="李科长")
PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(1_500_000)
PDF = b"%PDF-1.7\n" + os.urandom(2_000)


def form(content: bytes = PNG, name: str = "x.png", **words: str) -> FormData:
    made = FormData()
    for field, value in words.items():
        made.add_field(field, value)
    made.add_field("file", io.BytesIO(content), filename=name)
    return made


@pytest.fixture
async def case(office):
    return await office.filed(await office.resident())


def path(case) -> str:
    return f"/api/v1/cases/{case.number}/attachments"


async def test_a_picture_is_kept_stands_in_the_timeline_and_goes_to_the_filer(api, office, case):
    answer = await api.post(path(case), data=form(note="电工明天来，先看看是不是这一盏"))
    assert answer.status == 201
    shown = await answer.json()
    assert (shown["kind"], shown["state"], shown["type"]) == ("image", "kept", "image/png")
    assert (shown["by_staff"], shown["public"]) == (True, True)
    assert await (await api.get(shown["url"])).read() == PNG
    step = (await (await api.get(f"/api/v1/cases/{case.number}/timeline")).json())["items"][-1]
    assert step["public"]
    assert "电工明天来" in step["note"]
    assert [each["id"] for each in step["attachments"]] == [shown["id"]]
    assert len(step["told"]) == 1
    (entry,) = await office.notices(case.number)
    assert (entry.attachment, entry.conversation_id) == (shown["id"], case.filer.conversation_id)
    assert entry.id in office.kicked
    assert "电工明天来" in entry.text
    assert await office.store.attachments.drop_expired(office.clock() + timedelta(days=9), limit=9) == 0


async def test_bare_bytes_are_a_file_as_well(api, case):
    answer = await api.post(path(case), data=PDF, headers={"Content-Type": "application/pdf"})
    assert answer.status == 201
    assert (await answer.json())["kind"] == "file"


async def test_what_is_not_public_stays_inside(api, office, case):
    answer = await api.post(path(case), data=form(public="false", note="内部用"))
    assert (await answer.json())["public"] is False
    assert await office.notices(case.number) == []
    assert not (await office.store.cases.timeline(case.number))[-1].public


async def test_a_repeat_under_the_same_key_sends_nothing_again(api, office, case):
    key = {"Idempotency-Key": "k-1"}
    first = await api.post(path(case), data=form(note="请看"), headers=key)
    # another boundary each time, as clients have it
    again = await api.post(path(case), data=form(note="请看"), headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await first.json() == await again.json()
    assert len(await office.notices(case.number)) == 1
    other = await api.post(path(case), data=form(PDF, note="请看"), headers=key)
    assert other.status == 422
    assert (await other.json())["type"].endswith("#key-reused")


HOSTILE = {
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "exe": b"MZ\x90\x00" + bytes(2_000),
    "zip": b"PK\x03\x04" + bytes(2_000),
    "nothing": b"",
}


async def test_what_could_run_or_hide_something_is_refused_whatever_it_is_called(api, office, case):
    for what, content in HOSTILE.items():
        bare = await api.post(path(case), data=content, headers={"Content-Type": "image/png"})
        assert bare.status == 422, what
        assert (await api.post(path(case), data=form(content, "photo.png"))).status == 422, what
    assert await office.notices(case.number) == []
    assert (await (await api.get(path(case))).json())["items"] == []


async def test_other_fields_are_checked(api, office, case):
    wrong = ({"public": "maybe"}, {"more": "x"}, {"note": "字" * 5_001}, {"a": "1", "b": "2", "c": "3"})
    for fields in wrong:
        assert (await api.post(path(case), data=form(PDF, **fields))).status == 422
    assert await office.notices(case.number) == []


async def test_a_broken_form_is_the_callers_fault(api, case):
    for body, kind in (
        (b"nothing of the kind", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", "multipart/form-data; boundary=x"),
    ):
        answer = await api.post(path(case), data=body, headers={"Content-Type": kind})
        assert answer.status == 422, body


class Book:
    """Each token is a comma-separated list of its scopes."""

    async def caller(self, token):
        return Caller(name="someone", scopes=frozenset(Scope(each) for each in token.split(",") if each != "read"))


@pytest.fixture
async def scoped(office):
    root = web.Application()
    limits = Limits(largest={"image": 1, "file": 2}, daily=1)
    root.add_subapp(
        "/api",
        make_api(store=office.store, casework=office.casework, tokens=Book(), clock=office.clock, limits=limits),
    )
    async with TestClient(TestServer(root)) as client:
        yield lambda scopes, case, data: client.post(
            path(case), data=data, headers={"Authorization": f"Bearer {scopes}"}
        )


async def test_too_large_is_told_by_kind_and_by_the_whole(scoped, office, case):
    assert (await scoped("write", case, form())).status == 413, "1.5 MB picture, 1 MiB allowed"
    assert (await scoped("write", case, io.BytesIO(PDF + bytes(3_000_000)))).status == 413
    assert (await scoped("write", case, form(PDF + bytes(3_000_000)))).status == 413
    assert (await scoped("write", case, io.BytesIO(PDF + bytes(1_500_000)))).status == 201


async def test_who_may_not_write_or_know_of_an_accusation_hands_nothing(scoped, office, case):
    assert (await scoped("personal", case, form(PDF))).status == 403
    accusation = await office.filed(await office.resident("oSomebody-else-00000000000002"), accusation=True)
    assert (await scoped("write", accusation, form(PDF))).status == 404
    refused = await scoped("write,accusations", accusation, form(PDF))
    assert refused.status == 403
    assert (await scoped("write,accusations", accusation, form(PDF, public="false"))).status == 201
    assert [entry for entry in await office.notices(accusation.number) if entry.attachment] == []


async def test_who_follows_a_case_is_not_sent_what_is_for_its_filer(api, office, case):
    other = await office.resident("oSomebody-else-00000000000002")
    joined = TimelineEntry(at=office.clock(), actor=STAFF, kind=EntryKind.NOTED)
    both = (case.filer.conversation_id, other.id)
    await office.store.committer.commit(office.store.cases.append(case, joined, followers=both))
    await api.post(path(case), data=form(PDF))
    assert [entry.conversation_id for entry in await office.notices(case.number)] == [case.filer.conversation_id]


async def test_what_never_became_the_cases_leaves_nothing_behind(office, case):
    given = await office.store.attachments.give(
        "k", PDF, kind="file", type="application/pdf", public=True, now=office.clock()
    )
    assert await office.store.attachments.of_case(case.number) == []
    assert await office.store.attachments.drop_expired(office.clock() + timedelta(hours=2), limit=9) == 1
    assert await office.store.attachments.get(given.id) is None
    assert await office.store.database[ATTACHMENTS].count({}, limit=9) == 0


async def test_an_erased_one_is_said_to_be_the_staffs(api, office, case):
    shown = await (await api.post(path(case), data=form(PDF))).json()
    assert (await api.delete(shown["url"])).status == 200
    assert "工作人员给的" in (await office.store.cases.timeline(case.number))[-1].note
    assert (await api.get(shown["url"])).status == 404
