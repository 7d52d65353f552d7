"""Members of staff and their sessions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.errors import AlreadyThere, Conflict
from storage.staff import Member, Role, Session


@pytest.fixture
def member(now):
    return Member(
        login="Wang.Fang",
        unit="city",
        roles=(Role.OPERATOR, Role.NOTICE_EDITOR),
        created_at=now,
        name="王芳",
        password="$argon2id$v=19$…",
        phone="13800138000",
        totp="JBSWY3DPEHPK3PXP",
    )


async def test_a_member_is_found_by_login_however_it_is_typed(store, member):
    await store.committer.commit([store.staff.put(member)])
    found = await store.staff.of_login(" WANG.fang ")
    assert found == replace(member, login="wang.fang")
    assert await store.staff.get(member.id) == found
    assert await store.staff.exist()


async def test_a_login_is_taken_once(store, member, now):
    await store.committer.commit([store.staff.put(member)])
    other = Member(login="wang.fang", unit="kw", roles=(), created_at=now, name="另", password="x")
    with pytest.raises(AlreadyThere):
        await store.committer.commit([store.staff.put(other)])


async def test_two_who_change_a_member_at_once_do_not_overwrite_each_other(store, member):
    await store.committer.commit([store.staff.put(member)])
    changed = await store.staff.change(replace(member, failures=1))
    assert changed.version == 2
    with pytest.raises(Conflict):
        await store.staff.change(replace(member, failures=0))


async def test_nothing_of_a_person_is_readable_in_the_store(store, member, database):
    await store.committer.commit([store.staff.put(member)])
    kept = repr(await database["staff"].find_one({}))
    for secret in (member.name, member.phone, member.password, member.totp):
        assert secret not in kept


async def test_a_session_ends_in_time_or_where_nobody_uses_it(store, now):
    session = Session(member_id="m", created_at=now, seen_at=now, expires_at=now + timedelta(hours=12))
    await store.sessions.open("token", session)
    at = now + timedelta(minutes=40)
    assert await store.sessions.get("token", now=at, idle_since=at - timedelta(hours=1)) == session
    assert await store.sessions.get("token", now=at, idle_since=at - timedelta(minutes=30)) is None
    await store.sessions.seen("token", at)
    assert await store.sessions.get("token", now=at, idle_since=at - timedelta(minutes=30)) is not None
    late = now + timedelta(hours=12)
    assert await store.sessions.get("token", now=late, idle_since=now) is None


async def test_signing_out_everywhere_else_keeps_the_session_at_hand(store, now):
    for token in ("here", "there", "elsewhere"):
        ends = now + timedelta(hours=12)
        await store.sessions.open(token, Session(member_id="m", created_at=now, seen_at=now, expires_at=ends))
    assert await store.sessions.close_all("m", but="here") == 2
    assert await store.sessions.get("here", now=now, idle_since=now - timedelta(hours=1)) is not None
    await store.sessions.close("here")
    assert await store.sessions.get("here", now=now, idle_since=now - timedelta(hours=1)) is None


async def test_a_token_is_kept_by_its_digest_alone(store, database, now):
    session = Session(member_id="m", created_at=now, seen_at=now, expires_at=now + timedelta(hours=12))
    await store.sessions.open("secret-token", session)
    assert "secret-token" not in repr(await database["staff_sessions"].find_one({}))
