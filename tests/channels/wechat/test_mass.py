"""Mass messages: one call for many followers, taken once however often it is asked."""

import pytest

from channels.base import SendsToMany
from channels.errors import OutcomeUnknown, WayShut

MASS = "/cgi-bin/message/mass/send"
TAKEN = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 34182, "msg_data_id": 206227730}


@pytest.fixture
def channel(make_channel, platform):
    return make_channel(api_base=platform.base, mass_monthly=4, call_seconds=0.5)


async def test_a_mass_message_names_its_people_and_carries_our_key(channel, platform):
    platform.script[MASS].append(TAKEN)
    sent = await channel.send_to_many("明天停水", ["o1", "o2"], key="abc")
    [call] = [each for each in platform.calls if each.path == MASS]
    assert call.json == {
        "touser": ["o1", "o2"],
        "msgtype": "text",
        "text": {"content": "明天停水"},
        "clientmsgid": "abc",
    }
    assert sent.provider_id == "34182"
    assert isinstance(channel, SendsToMany)
    assert channel.capabilities.mass_monthly == 4


async def test_where_the_answer_was_lost_the_same_key_asks_again_and_what_was_taken_is_sent(channel, platform):
    async def cut(request):
        request.transport.abort()
        return {}

    platform.script[MASS].extend([cut, {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182}])
    assert (await channel.send_to_many("明天停水", ["o1", "o2"], key="abc")).provider_id == "34182"
    first, second = [each.json for each in platform.calls if each.path == MASS]
    assert first == second


async def test_an_answer_that_is_lost_twice_leaves_it_in_doubt(channel, platform):
    async def cut(request):
        request.transport.abort()
        return {}

    platform.script[MASS].extend([cut, cut])
    with pytest.raises(OutcomeUnknown):
        await channel.send_to_many("明天停水", ["o1", "o2"], key="abc")


async def test_one_alone_takes_another_way_without_a_call(channel, platform):
    with pytest.raises(WayShut):
        await channel.send_to_many("明天停水", ["o1"], key="abc")
    assert not platform.calls


@pytest.mark.parametrize("code", [45028, 40130, 48001])
async def test_an_account_that_may_not_leaves_the_other_ways(channel, platform, code):
    platform.fail(MASS, code)
    with pytest.raises(WayShut):
        await channel.send_to_many("明天停水", ["o1", "o2"], key="abc")


def test_without_the_setting_an_account_sends_none(make_channel):
    assert make_channel().capabilities.mass_monthly == 0
