"""One token for everybody, renewed by one, and never an endless repeat."""

import asyncio
import json

import pytest
from aiohttp import web

from channels.errors import AccountBroken, Busy

CUSTOM = "/cgi-bin/message/custom/send"
STABLE = "/cgi-bin/stable_token"


@pytest.fixture
def channel(make_channel, platform):
    return make_channel(api_base=platform.base)


async def test_fifty_sends_at_once_fetch_one_token(channel, platform, kit):
    await asyncio.gather(*(channel.send(kit.outbound()) for _ in range(50)))
    assert (platform.count("stable_token"), platform.count("custom/send")) == (1, 50)
    assert platform.calls[0].json == {
        "grant_type": "client_credential",
        "appid": kit.APP_ID,
        "secret": "the-app-secret",
        "force_refresh": False,
    }


async def test_two_processes_that_share_state_fetch_one_token(make_channel, platform, kit):
    processes = [make_channel(api_base=platform.base) for _ in range(2)]
    await asyncio.gather(*(each.send(kit.outbound()) for each in processes for _ in range(10)))
    assert (platform.count("stable_token"), platform.count("custom/send")) == (1, 20)


async def test_without_shared_state_each_process_fetches_its_own(make_channel, platform, kit):
    processes = [make_channel(api_base=platform.base, state=kit.AwayState()) for _ in range(2)]
    for _ in range(3):
        await asyncio.gather(*(each.send(kit.outbound()) for each in processes))
    assert platform.count("stable_token") == 2


async def test_the_shared_token_is_short_lived_and_named_by_app_and_host(channel, platform, kit, shared):
    await channel.send(kit.outbound())
    (key,) = shared.values
    assert key.startswith(f"wechat:token:{kit.APP_ID}@127.0.0.1:")
    assert shared.seconds[key] == 7200 - 240


async def test_a_shared_value_of_another_kind_is_ignored(make_channel, platform, kit, shared):
    first, *others = (make_channel(api_base=platform.base) for _ in range(5))
    await first.send(kit.outbound())
    (key,) = shared.values
    for other, left in zip(others, ["not json", "[1]", "null", '["x","y","z"]'], strict=True):
        shared.values[key] = left
        await other.send(kit.outbound())
    assert platform.count("stable_token") == 5


async def test_a_token_is_renewed_before_it_dies(channel, platform, kit, clock):
    await channel.send(kit.outbound())
    clock.advance(7200 - 241)
    await channel.send(kit.outbound())
    assert platform.count("stable_token") == 1
    clock.advance(2)
    platform.script[STABLE].append({"access_token": "NEXT", "expires_in": 7200})
    await channel.send(kit.outbound())
    assert platform.calls[-1].token == "NEXT"


async def test_an_early_renewal_that_fails_costs_nothing_until_the_token_dies(channel, platform, kit, clock):
    await channel.send(kit.outbound())
    clock.advance(7200 - 200)
    platform.fail(STABLE, -1, -1)
    assert await channel.send(kit.outbound())
    clock.advance(201)
    with pytest.raises(Busy):
        await channel.send(kit.outbound())


@pytest.mark.parametrize("code", [40001, 40014, 42001, 41001])
async def test_a_dead_token_is_renewed_once_and_the_call_repeated_once(channel, platform, kit, code):
    await channel.send(kit.outbound())
    platform.fail(CUSTOM, code)
    await channel.send(kit.outbound())
    # normal mode gave the same dead one, so it was forced
    assert [call.json["force_refresh"] for call in platform.calls if call.path == STABLE] == [False, False, True]
    assert [call.token for call in platform.calls if call.path == CUSTOM] == ["TOKEN-1", "TOKEN-1", "TOKEN-2"]


async def test_no_refresh_is_forced_where_normal_mode_gives_another(channel, platform, kit):
    platform.script[STABLE].extend({"access_token": name, "expires_in": 7200} for name in ("A", "B"))
    platform.fail(CUSTOM, 40001)
    await channel.send(kit.outbound())
    assert [call.token for call in platform.calls if call.path == CUSTOM] == ["A", "B"]
    assert not any(call.json["force_refresh"] for call in platform.calls if call.path == STABLE)


async def test_another_processs_newer_token_is_taken_instead_of_a_refresh(make_channel, platform, kit):
    first, second = (make_channel(api_base=platform.base) for _ in range(2))
    await first.send(kit.outbound())
    await second.send(kit.outbound())
    platform.fail(CUSTOM, 40001)
    await first.send(kit.outbound())
    fetched = platform.count("stable_token")
    platform.fail(CUSTOM, 40001)
    await second.send(kit.outbound())
    assert platform.count("stable_token") == fetched
    assert platform.calls[-1].token == "TOKEN-2"


async def test_a_token_that_is_refused_twice_ends_it(channel, platform, kit):
    platform.fail(CUSTOM, 40001, 40001, 40001)
    with pytest.raises(AccountBroken) as failed:
        await channel.send(kit.outbound())
    assert failed.value.provider_code == "40001"
    assert (platform.count("custom/send"), platform.count("stable_token")) == (2, 3)


async def test_a_platform_that_refuses_for_ever_is_asked_a_bounded_number_of_times(channel, platform, kit, clock):
    platform.fail(CUSTOM, *[40001] * 1000)
    for _ in range(60):  # an hour of deliveries, one a minute
        with pytest.raises(AccountBroken):
            await channel.send(kit.outbound())
        clock.advance(61)
    forced = sum(call.json["force_refresh"] for call in platform.calls if call.path == STABLE)
    assert forced == 1, "the platform allows 20 a day"
    assert len(platform.calls) <= 60 * 2 + 3


async def test_fifty_sends_with_a_dead_token_renew_it_once(channel, platform, kit):
    await channel.send(kit.outbound())
    platform.fail(CUSTOM, *[40001] * 50)
    await asyncio.gather(*(channel.send(kit.outbound()) for _ in range(50)))
    assert platform.count("stable_token") == 3
    assert platform.count("custom/send") == 1 + 50 + 50


async def test_all_who_wait_for_a_token_share_its_failure(channel, platform, kit):
    platform.fail(STABLE, -1)
    outcomes = await asyncio.gather(*(channel.send(kit.outbound()) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(each, Busy) for each in outcomes)
    assert platform.count("stable_token") == 1
    assert await channel.send(kit.outbound())


@pytest.mark.parametrize(
    "answer",
    [{"expires_in": 7200}, {"access_token": ""}, {"access_token": 5}, {"access_token": "x" * 3000}],
)
async def test_an_answer_without_a_usable_token_is_busy(channel, platform, kit, answer):
    platform.script[STABLE].append(answer)
    with pytest.raises(Busy):
        await channel.send(kit.outbound())


@pytest.mark.parametrize("seconds", [None, "soon", 0, -5, 10**12])
async def test_a_strange_lifetime_is_taken_as_usual(channel, platform, kit, shared, seconds):
    platform.script[STABLE].append({"access_token": "T", "expires_in": seconds})
    await channel.send(kit.outbound())
    assert list(shared.seconds.values()) == [7200 - 240]


async def test_closing_ends_a_request_under_way(channel, platform, kit):
    asked = asyncio.Event()

    async def hang(request):
        asked.set()
        await asyncio.sleep(30)
        return web.Response()

    platform.script[STABLE].append(hang)
    sending = asyncio.ensure_future(channel.send(kit.outbound()))
    await asked.wait()
    await channel.aclose()
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(channel, platform, kit):
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request):
        asked.set()
        await go_on.wait()
        return web.json_response({"access_token": "T", "expires_in": 7200})

    platform.script[STABLE].append(slow)
    impatient, patient = (asyncio.ensure_future(channel.send(kit.outbound())) for _ in range(2))
    await asked.wait()
    impatient.cancel()
    go_on.set()
    assert await patient
    assert json.loads(platform.calls[0].body)["force_refresh"] is False
    assert platform.count("stable_token") == 1
