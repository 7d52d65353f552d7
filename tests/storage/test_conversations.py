"""Conversations, on both drivers: one holder at a time, and no stale write."""

import asyncio
from datetime import timedelta

import pytest

from channels.messages import Address, Grant
from storage.conversations import STATE_LIMIT
from storage.errors import BadCursor, Conflict, TooLarge
from storage.inbox import arrived_id

BOTH = pytest.mark.parametrize("driver", ["motor", "pymongo"])


async def _advance(store, held, now, *, release=False, **facts):
    facts = {"state": {"step": 1}} | facts
    await store.committer.commit([store.conversations.advance(held, release=release, now=now, **facts)])
    return await store.conversations.get(held.id)


@BOTH
async def test_the_first_taking_begins_the_conversation(store, address, inbound, vault, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    assert (held.address, held.version, held.state, held.reachable) == (address, 0, {}, True)
    assert held.created_at == now
    assert arrived_id(vault, inbound()).startswith(f"{held.id}:")
    assert await store.conversations.find("wechat", "main", address.sender) == held
    assert await store.conversations.find("wechat", "other", address.sender) is None


@BOTH
async def test_a_held_lease_is_refused_a_lapsed_or_released_one_is_given(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    assert await store.conversations.take(address, token="b", seconds=10, now=now) is None
    again = await store.conversations.take(address, token="a", seconds=10, now=now)
    assert again == held
    later = now + timedelta(seconds=10)
    assert (await store.conversations.take(address, token="b", seconds=10, now=later)).lease_token == "b"
    await store.conversations.release(held.id, "a")  # no longer ours: nothing happens
    assert await store.conversations.take(address, token="c", seconds=10, now=later) is None
    await store.conversations.release(held.id, "b")
    assert (await store.conversations.take(address, token="c", seconds=10, now=later)).lease_token == "c"


@BOTH
async def test_a_lease_is_renewed_by_its_holder_only(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    assert await store.conversations.renew(held.id, "a", 60, now)
    assert not await store.conversations.renew(held.id, "b", 60, now)
    soon = now + timedelta(seconds=30)
    assert await store.conversations.take(address, token="b", seconds=10, now=soon) is None


@BOTH
async def test_the_state_advances_with_its_version_and_facts(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    grant = Grant(messages=5, until=now + timedelta(hours=48))
    after = await _advance(
        store, held, now, state={"名": ["张三", 1, None]}, grant=grant, last_inbound_at=now, consent_version="1",
        consent_sensitive=True, reachable=False, release=True,
    )  # fmt: skip
    assert after.state == {"名": ["张三", 1, None]}
    assert (after.version, after.lease_token, after.reachable) == (1, None, False)
    assert (after.grant_left, after.grant_until, after.last_inbound_at) == (5, grant.until, now)
    assert (after.consent_version, after.consent_at, after.consent_sensitive) == ("1", now, True)
    unchanged = await _advance(store, await store.conversations.take(address, token="b", seconds=1, now=now), now)
    assert (unchanged.consent_version, unchanged.reachable, unchanged.grant_left) == ("1", False, 5)


@BOTH
async def test_a_stalled_holder_cannot_overwrite_a_newer_turn(store, address, now):
    stalled = await store.conversations.take(address, token="a", seconds=10, now=now)
    later = now + timedelta(seconds=11)
    newer = await store.conversations.take(address, token="b", seconds=10, now=later)
    with pytest.raises(Conflict):
        await _advance(store, stalled, later, state={"by": "stalled"})
    after = await _advance(store, newer, later, state={"by": "newer"})
    with pytest.raises(Conflict):
        await _advance(store, stalled, later, state={"by": "stalled"})
    with pytest.raises(Conflict):
        await _advance(store, newer, later, state={"by": "a second write of one version"})
    assert after.state == {"by": "newer"}


async def test_twenty_fight_for_one_conversation_and_none_comes_between(store, address, now):
    inside = 0

    async def turn(name):
        nonlocal inside
        while (held := await store.conversations.take(address, token=name, seconds=60, now=now)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        change = store.conversations.advance(
            held, state={"heard": [*held.state.get("heard", []), name]}, release=True, now=now
        )
        inside -= 1
        await store.committer.commit([change])

    names = [f"t{i}" for i in range(20)]
    await asyncio.gather(*map(turn, names))
    found = await store.conversations.find("wechat", "main", address.sender)
    assert found.version == 20
    assert sorted(found.state["heard"]) == sorted(names)


async def test_a_state_beyond_its_bound_is_a_clear_error(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    with pytest.raises(TooLarge, match=str(STATE_LIMIT)):
        store.conversations.advance(held, state={"x": "长" * STATE_LIMIT}, release=True, now=now)


@BOTH
async def test_a_grant_is_spent_once_each_and_not_beyond(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    assert not await store.conversations.spend_grant(held.id, now=now)
    await _advance(store, held, now, grant=Grant(messages=5, until=now + timedelta(hours=48)))
    spent = await asyncio.gather(*(store.conversations.spend_grant(held.id, now=now) for _ in range(12)))
    assert sum(spent) == 5
    assert (await store.conversations.get(held.id)).grant_left == 0


async def test_a_grant_ends_with_its_window_and_may_be_without_number(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    held = await _advance(store, held, now, grant=Grant(messages=None, until=now + timedelta(minutes=1)))
    assert all([await store.conversations.spend_grant(held.id, now=now) for _ in range(9)])
    assert held.grant_left is None
    assert not await store.conversations.spend_grant(held.id, now=now + timedelta(minutes=1))


@BOTH
async def test_what_the_platform_never_took_is_given_back_to_its_own_grant(store, address, now):
    first, second = now + timedelta(hours=48), now + timedelta(hours=50)
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    held = await _advance(store, held, now, grant=Grant(messages=1, until=first))
    assert await store.conversations.spend_grant(held.id, now=now)
    await store.conversations.restore_grant(held.id, until=first)
    held = await store.conversations.get(held.id)
    assert held.grant_left == 1
    held = await _advance(store, held, now, grant=Grant(messages=5, until=second))
    await store.conversations.restore_grant(held.id, until=first)
    assert (await store.conversations.get(held.id)).grant_left == 5


async def test_a_lesser_grant_does_not_end_a_better_one(store, address, now):
    days, minute = now + timedelta(hours=48), now + timedelta(minutes=1)
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    held = await _advance(store, held, now, grant=Grant(messages=2, until=days))
    await store.conversations.spend_grant(held.id, now=now)
    held = await _advance(store, held, now, grant=Grant(messages=3, until=minute))
    assert (held.grant_left, held.grant_until) == (1, days)
    await store.conversations.spend_grant(held.id, now=now)
    held = await store.conversations.get(held.id)
    held = await _advance(store, held, now, grant=Grant(messages=3, until=minute))
    assert (held.grant_left, held.grant_until) == (3, minute)


@BOTH
async def test_a_window_is_closed_and_a_person_is_gone(store, address, now):
    held = await store.conversations.take(address, token="a", seconds=10, now=now)
    await _advance(store, held, now, grant=Grant(messages=None, until=now + timedelta(hours=48)))
    await store.conversations.close_window(held.id)
    await store.conversations.mark_unreachable(held.id)
    assert not await store.conversations.spend_grant(held.id, now=now)
    assert not (await store.conversations.get(held.id)).reachable


@BOTH
async def test_lists_go_on_where_they_ended(store, now):
    for i in range(7):
        who = Address(channel="wechat" if i % 2 else "sms", account="main", sender=str(i))
        await store.conversations.take(who, token="a", seconds=1, now=now + timedelta(seconds=i // 2))
    seen, cursor = [], None
    while True:
        page = await store.conversations.list(limit=3, cursor=cursor)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert len({each.id for each in seen}) == len(seen) == 7
    assert [each.created_at for each in seen] == sorted((each.created_at for each in seen), reverse=True)
    assert {each.address.sender for each in (await store.conversations.list(channel="wechat")).items} == set("135")
    assert not (await store.conversations.list(channel="wechat", account="x")).items


@pytest.mark.parametrize("cursor", ["x", "????", "eHl6", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5IHg", "é"])
async def test_a_made_up_cursor_is_refused(store, cursor):
    with pytest.raises(BadCursor):
        await store.conversations.list(cursor=cursor)
