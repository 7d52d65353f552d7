"""Broadcasts over the API: a draft by one token, let pass by another, sent to each once, followed to its end."""

import asyncio
from collections import Counter

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from broadcast_kit import Phones, now, office_of, phone, runs_of, texters
from waiting import soon

from bot.api import make_api
from storage.audit import AuditFilter

AUTHOR, OTHER = {"Authorization": "Bearer author-secret"}, {"Authorization": "Bearer other-secret"}
NOTICE = {
    "title": "停水通知",
    "text": "明日8时至18时停水，请提前储水。",
    "channels": ["sms"],
    "segment": {"all": True},
}


@pytest.fixture
def phones(tmp_path):
    return Phones(tmp_path / "taken")


@pytest.fixture
async def client(office, phones):
    root = web.Application()
    root.add_subapp(
        "/api",
        make_api(
            store=office.store,
            casework=office.casework,
            tokens={"孙丽": "author-secret", "周涛": "other-secret"},
            clock=now,
            broadcasts=office_of(office.store, {("sms", "main"): phones}),
        ),
    )
    async with TestClient(TestServer(root), headers=AUTHOR) as made:
        yield made


async def call(client, method, path, status=200, **more):
    async with client.request(method, f"/api/v1/broadcasts{path}", **more) as answer:
        told = await answer.json()
        assert answer.status == status, told
        return told


async def test_from_draft_to_done_by_two_tokens(client, office, phones):
    await texters(office.store, range(5))
    made = await call(client, "POST", "", 201, json=NOTICE)
    assert (made["state"], made["author"], made["counts"]["total"]) == ("draft", "孙丽", 0)
    one = f"/{made['id']}"
    assert (await call(client, "POST", f"{one}/dry-run"))["to_send"] == {"sms": 5}
    assert "已批准" not in (await call(client, "POST", f"{one}/start", 409))["detail"]
    assert "不能审批自己" in (await call(client, "POST", f"{one}/approve", 403))["detail"]
    approved = await call(client, "POST", f"{one}/approve", headers=OTHER)
    assert (approved["state"], approved["approver"]) == ("approved", "周涛")
    await call(client, "POST", f"{one}/approve", 409, headers=OTHER)
    assert (await call(client, "POST", f"{one}/start"))["state"] == "running"
    assert (await call(client, "POST", f"{one}/pause"))["state"] == "paused"
    assert (await call(client, "POST", f"{one}/resume"))["state"] == "running"
    stop = asyncio.Event()
    working = asyncio.create_task(runs_of(office.store, {("sms", "main"): phones}).run(stop))

    async def done():
        read = await call(client, "GET", one)
        return read if read["state"] == "done" else None

    read = await soon(done, "it is done")
    stop.set()
    await working
    assert read["counts"] == {"total": 5, "excluded": 0, "queued": 0, "sent": 5, "delivered": 0, "failed": 0}
    assert Counter(phones.taken()) == {phone(number): 1 for number in range(5)}
    first = await call(client, "GET", f"{one}/recipients?limit=3&state=sent")
    rest = await call(client, "GET", f"{one}/recipients?limit=3&cursor={first['next_cursor']}")
    shown = [*first["items"], *rest["items"]]
    assert len({each["id"] for each in shown}) == 5
    assert {each["phone"] for each in shown} == {f"139****{number:04d}" for number in range(5)}
    assert rest["next_cursor"] is None
    await call(client, "POST", f"{one}/cancel", 409)
    actions = {line.action for line in await office.store.audit.newest(20, wanted=AuditFilter(target=made["id"]))}
    assert actions >= {"broadcast.written", "broadcast.approved", "broadcast.started", "broadcast.paused"}


async def test_a_repeat_with_the_same_key_makes_no_second_broadcast(client):
    keyed = {"headers": {**AUTHOR, "Idempotency-Key": "k1"}, "json": NOTICE}
    first, second = [await call(client, "POST", "", 201, **keyed) for _ in range(2)]
    assert first["id"] == second["id"]
    assert [each["id"] for each in (await call(client, "GET", ""))["items"]] == [first["id"]]


async def test_what_cannot_be_taken_is_named(client):
    for change, field in (
        ({"segment": {}}, "segment"),
        ({"segment": {"all": True, "tag": "x"}}, "segment"),
        ({"segment": {"topic": "没有的主题"}}, "segment"),
        ({"channels": ["wechat"]}, "channels"),
        ({"channels": []}, "channels"),
        ({"text": "长" * 501}, "text"),
        ({"title": ""}, "title"),
        ({"send_at": "2031-01-01T00:00:00"}, "send_at"),
        ({"send_at": "2051-01-01T00:00:00Z"}, "send_at"),
    ):
        told = await call(client, "POST", "", 422, json=NOTICE | change)
        assert told["errors"][0]["field"].split(".")[0] == field, told
    await call(client, "GET", "/nobody", 404)
    await call(client, "POST", "/nobody/start", 404)
