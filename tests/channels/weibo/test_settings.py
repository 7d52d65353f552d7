"""The settings of an account: what may be there, and one sentence for each that is wrong."""

import pytest

from channels.base import Channel
from channels.errors import SettingsRejected
from channels.messages import Via
from channels.weibo.settings import read_settings


def test_an_account_needs_four_things_and_no_more(kit) -> None:
    needed = {name: kit.SETTINGS[name] for name in ("app_key", "app_secret", "access_token", "uid")}
    made = read_settings(needed)
    assert made.api_base == "https://api.weibo.com"
    with pytest.raises(SettingsRejected) as caught:
        read_settings({})
    assert dict(caught.value.problems) == dict.fromkeys(needed, "缺少")


WRONG = {
    "uid": ({"uid": "某市信访局"}, "写法不对"),
    "uid from zero": ({"uid": "0"}, "写法不对"),
    "app_secret": ({"app_secret": " "}, "不能为空"),
    "api_base": ({"api_base": "api.weibo.com"}, "http"),
    "rip": ({"rip": "localhost"}, "IP 地址"),
    "safe_domains.0": ({"safe_domains": ["https://example.gov.cn"]}, "只写域名"),
    "public_daily": ({"public_daily": 90, "daily_calls": 100}, "daily_calls"),
    "daily_calls": ({"daily_calls": 0}, "不能小于"),
    "call_seconds": ({"call_seconds": 61}, "不能大于"),
    "tokn": ({"tokn": "x"}, "没有这个设置"),
}


@pytest.mark.parametrize("key", WRONG)
def test_what_is_wrong_is_named_with_a_sentence_and_never_repeated(kit, key) -> None:
    values, words = WRONG[key]
    with pytest.raises(SettingsRejected) as caught:
        read_settings({**kit.SETTINGS, **values})
    [(named, sentence)] = caught.value.problems
    assert named == key.partition(" ")[0]
    assert words in sentence
    assert kit.SECRET not in str(caught.value)


def test_domains_may_stand_in_one_text_as_the_environment_gives_them(kit) -> None:
    made = read_settings({**kit.SETTINGS, "safe_domains": "example.gov.cn, WWW.example.org"})
    assert made.safe_domains == ("example.gov.cn", "www.example.org")


def test_the_channel_says_what_it_can(make_channel) -> None:
    channel = make_channel(rip="203.0.113.5", public_daily=7)
    assert isinstance(channel, Channel)
    said = channel.capabilities
    assert (channel.name, channel.account) == ("weibo", "main")
    assert (said.passive, said.answer_within, said.text_limit, said.text_unit) == (True, 4.5, 300, "characters")
    assert said.ways == (Via.CUSTOMER_SERVICE, Via.PUBLIC)
    assert said.public_daily == 7


def test_nobody_is_invited_where_the_office_wants_it_so(make_channel) -> None:
    assert make_channel(rip="203.0.113.5", public_daily=0).capabilities.ways == (Via.CUSTOMER_SERVICE,)
