"""What a token without every scope may do and see."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.api.tokens import Caller, Scope


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
