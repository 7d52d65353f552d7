"""A moment answered at once equals the one read later: the store keeps milliseconds."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.api import make_api
from bot.casework.service import Casework
from bot.wiring import utc_now


@pytest.fixture
async def live_api(office):
    """The API on the service's own clock."""
    root = web.Application()

    class Codes:
        def query_code(self):
            return "246810"

    casework = Casework(store=office.store, clock=utc_now, chance=Codes(), office="某市信访局", kick=office.kick)
    root.add_subapp("/api", make_api(store=office.store, casework=casework, tokens={"x": "t" * 16}, clock=utc_now))
    async with TestClient(TestServer(root), headers={"Authorization": f"Bearer {'t' * 16}"}) as client:
        yield client


async def test_created_at_is_the_same_when_created_and_when_read(live_api):
    made = await (await live_api.post("/api/v1/cases", json={"content": "路灯坏了"})).json()
    read = await (await live_api.get(f"/api/v1/cases/{made['number']}")).json()
    assert (made["created_at"], made["updated_at"]) == (read["created_at"], read["updated_at"])
    moved = await (await live_api.post(f"/api/v1/cases/{made['number']}/transitions", json={"to": "accepted"})).json()
    again = await (await live_api.get(f"/api/v1/cases/{made['number']}")).json()
    assert moved["updated_at"] == again["updated_at"]
