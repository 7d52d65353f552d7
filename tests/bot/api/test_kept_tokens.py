"""Tokens that were given out: kept as digests, each with a role and a unit, taken back at once."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from console_client import UNITS

from bot.api import make_api
from bot.api.kept_tokens import KeptTokens
from storage.api_tokens import ApiToken
from storage.cases import Assignment
from storage.errors import AlreadyThere, Conflict
from storage.staff import Role


@pytest.fixture
async def system(office):
    """Another system, which shows whatever token it is told to."""
    await office.store.units.put(UNITS)
    book = KeptTokens(office.store, {"demo": "the-secret-of-the-settings"}, office.clock)
    root = web.Application()
    root.add_subapp("/api", make_api(store=office.store, casework=office.casework, tokens=book, clock=office.clock))
    async with TestClient(TestServer(root)) as client:

        async def call(secret, method, path, **given):
            headers = {"Authorization": f"Bearer {secret}"}
            return await client.request(method, f"/api/v1{path}", headers=headers, **given)

        yield call


async def give(office, role: Role, unit: str, name: str = "") -> str:
    secret = f"secret-of-{role.value}-{unit}"
    token = ApiToken(name=name or f"{role.value} {unit}", role=role, unit=unit, made_at=office.clock())
    await office.store.committer.commit([office.store.tokens.put(token, secret)])
    return secret


async def assigned(office, unit: str, **facts):
    """A case that a unit works on."""
    case = await office.filed(await office.resident(), content="我是王小明，电话13800138000", **facts)
    given = Assignment(unit=unit, unit_id=unit, at=office.clock())
    case = await office.store.cases.get(case.number)
    entry = (await office.store.cases.timeline(case.number))[0]
    await office.store.committer.commit(office.store.cases.append(case, entry, assignments=(given,)))
    return case


async def test_the_offices_token_works_as_one_of_the_settings_does(system, office):
    case = await assigned(office, "kw")
    for secret in ("the-secret-of-the-settings", await give(office, Role.OPERATOR, "city")):
        assert (await system(secret, "GET", f"/cases/{case.number}")).status == 200
        assert (await system(secret, "POST", "/cases", json={"content": "路灯坏了"})).status == 201
        assert (await system(secret, "GET", "/conversations")).status == 200


async def test_a_units_token_reaches_its_own_and_what_is_below(system, office):
    own, below, beside = [await assigned(office, unit) for unit in ("kw", "kw-dg", "wc")]
    secret = await give(office, Role.HANDLER, "kw")
    listed = (await (await system(secret, "GET", "/cases")).json())["items"]
    assert {each["number"] for each in listed} == {own.number, below.number}
    for path in ("", "/timeline", "/attachments"):
        assert (await system(secret, "GET", f"/cases/{own.number}{path}")).status == 200, path
        assert (await system(secret, "GET", f"/cases/{below.number}{path}")).status == 200, path
        assert (await system(secret, "GET", f"/cases/{beside.number}{path}")).status == 404, path
    for path in ("/conversations", "/contacts", "/broadcasts", "/deliveries/dead"):
        assert (await system(secret, "GET", path)).status in {403, 404}, path


async def test_a_units_token_moves_nothing_and_files_nothing(system, office):
    case = await assigned(office, "kw")
    for role in (Role.OPERATOR, Role.HANDLER):
        secret = await give(office, role, "kw")
        moved = await system(secret, "POST", f"/cases/{case.number}/transitions", json={"to": "accepted"})
        assert moved.status == 403
        assert (await system(secret, "POST", "/cases", json={"content": "x"})).status == 403


async def test_of_a_confidential_case_the_unit_learns_nobody(system, office):
    case = await assigned(office, "kw", confidential=True)
    secret, offices = await give(office, Role.HANDLER, "kw"), await give(office, Role.OPERATOR, "city")
    assert "13800138000" not in await (await system(secret, "GET", f"/cases/{case.number}")).text()
    assert "13800138000" not in await (await system(secret, "GET", f"/cases/{case.number}/timeline")).text()
    assert "13800138000" in await (await system(offices, "GET", f"/cases/{case.number}")).text()


async def test_an_accusation_is_nobodys_by_token(system, office):
    case = await assigned(office, "kw", accusation=True)
    for role in (Role.OPERATOR, Role.HANDLER, Role.SUPERVISOR, Role.LEADER):
        secret = await give(office, role, "city")
        assert (await system(secret, "GET", f"/cases/{case.number}")).status == 404


async def test_a_token_that_was_taken_back_is_none(system, office):
    secret = await give(office, Role.OPERATOR, "city", name="平台")
    assert (await system(secret, "GET", "/cases")).status == 200
    gone = office.store.tokens.revoked("平台", at=office.clock())
    await office.store.committer.commit([gone])
    with pytest.raises(Conflict):
        await office.store.committer.commit([gone])
    assert (await system(secret, "GET", "/cases")).status == 401
    with pytest.raises(AlreadyThere):
        await give(office, Role.OPERATOR, "kw", name="平台")


async def test_the_store_holds_no_secret(system, office):
    secret = await give(office, Role.LEADER, "city")
    kept = [str(each) async for each in office.store.database["api_tokens"].each({})]
    assert kept
    assert not any(secret in text for text in kept)
