"""What a token without every scope may do and see."""

import asyncio
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.api.tokens import Caller, Scope
from storage.commit import Update
from storage.outbox_documents import OUTBOX
from storage.records import Call as PersonCall


class Book:
    """Each token is a comma-separated list of its scopes."""

    async def caller(self, token):
        return Caller(name="someone", scopes=frozenset(Scope(each) for each in token.split(",") if each != "read"))


@pytest.fixture
async def scoped(office):
    root = web.Application()
    root.add_subapp("/api", make_api(store=office.store, casework=office.casework, tokens=Book(), clock=office.clock))
    async with TestClient(TestServer(root)) as client:

        async def call(scopes, method, path, **given):
            headers = {"Authorization": f"Bearer {scopes}"}
            return await client.request(method, f"/api/v1{path}", headers=headers, **given)

        yield call


async def test_reading_is_not_writing(scoped, office):
    case = await office.filed(await office.resident())
    for path, body in (("/cases", {"content": "x"}), (f"/cases/{case.number}/transitions", {"to": "accepted"})):
        answer = await scoped("read,personal", "POST", path, json=body)
        assert answer.status == 403
        assert (await answer.json())["type"] == "/api/docs#forbidden"
    assert (await scoped("write", "POST", "/cases", json={"content": "x"})).status == 201


async def test_without_the_scope_personal_data_stay_masked_even_in_one_case(scoped, office):
    conversation = await office.resident()
    case = await office.filed(conversation, content="我是王小明，电话13800138000")
    for path in (f"/cases/{case.number}", f"/cases/{case.number}/timeline"):
        words = await (await scoped("read", "GET", path)).text()
        assert "王小明" not in words
        assert "13800138000" not in words
    assert "王小明" in await (await scoped("personal", "GET", f"/cases/{case.number}")).text()


async def test_how_somebody_was_understood_is_personal(scoped, office):
    conversation = await office.resident()
    path = f"/conversations/{conversation.id}/explanation"
    assert (await scoped("read,write", "GET", path)).status == 403
    assert (await scoped("personal", "GET", path)).status == 200
    await office.filed(conversation, accusation=True)
    assert (await scoped("personal", "GET", path)).status == 404
    assert (await scoped("personal,accusations", "GET", path)).status == 200


async def test_an_accusation_is_the_discipline_roles_alone(scoped, office):
    conversation = await office.resident()
    case = await office.filed(conversation, accusation=True)
    hidden = [
        ("GET", f"/cases/{case.number}", {}),
        ("GET", f"/cases/{case.number}/timeline", {}),
        ("POST", f"/cases/{case.number}/transitions", {"json": {"to": "accepted"}}),
        ("GET", f"/conversations/{conversation.id}/messages", {}),
    ]
    for method, path, given in hidden:
        assert (await scoped("write,personal", method, path, **given)).status == 404, path
        assert (await scoped("write,accusations", method, path, **given)).status == 200, path
    assert (await (await scoped("personal", "GET", "/cases")).json())["items"] == []
    assert len((await (await scoped("accusations", "GET", "/cases")).json())["items"]) == 1
    answer = await scoped("write", "POST", "/cases", json={"content": "某科长收钱", "accusation": True})
    assert answer.status == 403


async def test_where_somebody_was_accused_is_not_even_listed(scoped, office):
    plain, accused = [await office.resident(f"oSomebody-000000000000000{each}") for each in (1, 2)]
    await office.filed(plain)
    case = await office.filed(accused, accusation=True)
    call = PersonCall(id="c1", conversation_id=accused.id, reason="asked", at=office.clock(), case_number=case.number)
    await office.store.committer.commit([office.store.calls.add(call)])
    lists = ["/conversations", "/calls", "/conversations?channel=wechat&account=main&sender=oSomebody-0000000000000002"]
    for path in lists:
        hidden = await (await scoped("read,personal", "GET", path)).text()
        known = await (await scoped("read,accusations", "GET", path)).text()
        assert accused.id not in hidden, path
        assert accused.id in known, path
    assert plain.id in await (await scoped("read", "GET", "/conversations")).text()


async def test_a_message_of_an_accusation_that_was_given_up_is_the_discipline_roles_alone(scoped, office):
    accused = await office.resident()
    case = await office.filed(accused, accusation=True)
    await scoped("write,accusations", "POST", f"/cases/{case.number}/transitions", json={"to": "accepted"})
    (entry,) = await office.notices(case.number)
    dead = Update(
        collection=OUTBOX, filter={"_id": entry.id}, update={"$set": {"state": "dead", "dead_at": office.clock()}}
    )
    await office.store.committer.commit([dead])
    assert (await (await scoped("read", "GET", "/deliveries")).json())["items"] == []
    assert len((await (await scoped("accusations", "GET", "/deliveries")).json())["items"]) == 1
    assert (await scoped("write", "POST", f"/deliveries/{entry.id}/replay")).status == 404
    assert (await scoped("write,accusations", "POST", f"/deliveries/{entry.id}/replay")).status == 200


async def test_each_look_at_a_person_stands_in_the_audit_log(scoped, office):
    conversation = await office.resident()
    case = await office.filed(conversation)
    paths = (f"/cases/{case.number}", f"/cases/{case.number}/timeline", f"/conversations/{conversation.id}/messages")
    for path in (*paths, "/cases"):
        assert (await scoped("read,write", "GET", path)).status == 200
    assert await office.store.audit.newest(10) == []
    for path in (*paths, f"/conversations/{conversation.id}/explanation", "/cases"):
        assert (await scoped("personal", "GET", path)).status == 200
    lines = await office.store.audit.newest(10)
    assert {(line.actor, line.name) for line in lines} == {("api:someone", "someone")}
    assert sorted((line.action, line.target, line.details["how"]) for line in lines) == [
        ("case.revealed", case.number, "接口：案件"),
        ("case.revealed", case.number, "接口：经过"),
        ("conversation.revealed", conversation.id, "接口：对话进行到哪里"),
        ("conversation.revealed", conversation.id, "接口：往来消息"),
    ]
    assert (await office.store.audit.check())[1] is None


async def test_many_looks_at_once_are_all_noted(scoped, office):
    case = await office.filed(await office.resident())
    answers = await asyncio.gather(*(scoped("personal", "GET", f"/cases/{case.number}") for _ in range(60)))
    assert {answer.status for answer in answers} == {200}
    assert await office.store.audit.check() == (60, None)


async def test_whoever_accused_is_a_contact_for_the_discipline_role_alone(scoped, office):
    accused, other = await office.resident(), await office.resident("oSomebody-else-0000000000002")
    await office.filed(accused, accusation=True)
    one = f"/contacts/{quote(accused.id, safe='')}"
    known = (await (await scoped("read,accusations", "GET", "/contacts")).json())["items"]
    assert {each["id"] for each in known} == {accused.id, other.id}
    assert (await scoped("accusations", "GET", one)).status == 200
    listed = (await (await scoped("read", "GET", "/contacts")).json())["items"]
    assert [each["id"] for each in listed] == [other.id]
    assert (await scoped("read", "GET", one)).status == 404
    reason = {"reason": "本人来电说明"}
    for path, body, status in (
        (f"{one}/merge", {"other": other.id, **reason}, 404),
        (f"/contacts/{quote(other.id, safe='')}/merge", {"other": accused.id, **reason}, 422),
        (f"{one}/unmerge", reason, 404),
    ):
        assert (await scoped("write,personal", "POST", path, json=body)).status == status, path


async def test_of_a_contact_that_accused_somebody_on_one_account_the_other_account_is_seen(scoped, office):
    accused, other = await office.resident(), await office.resident("oSomebody-else-0000000000002")
    joined = {"other": accused.id, "reason": "本人来电说明"}
    one = f"/contacts/{quote(other.id, safe='')}"
    assert (await scoped("write,personal", "POST", f"{one}/merge", json=joined)).status == 200
    await office.filed(accused, accusation=True)
    for scopes, ids in (("read", {other.id}), ("read,accusations", {other.id, accused.id})):
        read = await (await scoped(scopes, "GET", one)).json()
        assert {each["id"] for each in read["conversations"]} == ids
        text = await (await scoped(scopes, "GET", "/contacts")).text()
        assert (accused.id in text) is (accused.id in ids)
