"""A wrong setting is one sentence that names the key."""

import pytest

from channels.base import Channel
from channels.errors import SettingsRejected
from channels.wechat.settings import DEFAULT_FIELDS, Mode, read_settings

WRONG = {
    "app_id missing": ({"app_id": None}, "app_id"),
    "app_id empty": ({"app_id": ""}, "app_id"),
    "app_secret empty": ({"app_secret": " "}, "app_secret"),
    "token empty": ({"token": ""}, "token"),
    "key too short": ({"encoding_aes_key": "abc"}, "encoding_aes_key"),
    "key with a stranger": ({"encoding_aes_key": "=" * 43}, "encoding_aes_key"),
    "key missing": ({"encoding_aes_key": ""}, "encoding_aes_key"),
    "previous key": ({"previous_encoding_aes_key": "x"}, "previous_encoding_aes_key"),
    "mode": ({"mode": "clear"}, "mode"),
    "api_base": ({"api_base": "api.weixin.qq.com"}, "api_base"),
    "api_base port": ({"api_base": "http://localhost:99999"}, "api_base"),
    "a typing error": ({"app_secrt": "x"}, "app_secrt"),
    "template id": ({"templates": {"progress": ""}}, "templates.progress.id"),
    "template table": ({"templates": {"progress": {"fields": {}}}}, "templates.progress.id"),
    "template key": ({"templates": {"progress": {"id": "T", "field": {}}}}, "templates.progress.field"),
    "subscribe": ({"subscribe_templates": {"progress": {}}}, "subscribe_templates.progress.id"),
    "tap_links": ({"tap_links": "perhaps"}, "tap_links"),
    "time limit": ({"call_seconds": 0}, "call_seconds"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named(make_channel, name):
    settings, key = WRONG[name]
    with pytest.raises(SettingsRejected) as refused:
        make_channel(**settings)
    assert refused.value.key == key
    assert refused.value.detail


def test_a_missing_setting_is_named(kit):
    for key in ("app_id", "app_secret", "token"):
        values = {name: value for name, value in kit.SETTINGS.items() if name != key}
        with pytest.raises(SettingsRejected) as refused:
            read_settings(values)
        assert (refused.value.key, refused.value.detail) == (key, "缺少")


def test_all_that_is_wrong_is_told_together():
    with pytest.raises(SettingsRejected) as refused:
        read_settings({"app_id": "", "app_secrt": "x", "token": " ", "tap_links": "perhaps", "call_seconds": 61})
    problems = dict(refused.value.problems)
    assert problems == {
        "app_id": "不能为空",
        "app_secret": "缺少",
        "token": "不能为空",
        "tap_links": "只能是 true 或 false",
        "call_seconds": "不能大于 60",
        "app_secrt": "没有这个设置",
        "encoding_aes_key": "缺少（mode 不是 plain 时必须填写）",
    }
    assert len(refused.value.problems) == len(problems)


def test_no_secret_is_in_an_error_or_a_repr(kit):
    secrets = ("the-app-secret", kit.TOKEN, kit.AES_KEY)
    with pytest.raises(SettingsRejected) as refused:
        read_settings(kit.SETTINGS | {"encoding_aes_key": kit.AES_KEY + "x"})
    told = repr(refused.value) + repr(refused.value.__cause__) + repr(read_settings(kit.SETTINGS))
    assert not [secret for secret in secrets if secret in told]


def test_a_template_is_an_id_or_a_table(kit):
    settings = read_settings(
        kit.SETTINGS
        | {"templates": {"progress": "T1", "reply": {"id": "T2", "fields": {"thing1": "title"}}}, "app_id": 5}
    )
    assert settings.templates["progress"].fields == DEFAULT_FIELDS
    assert settings.templates["reply"].fields == {"thing1": "title"}
    assert settings.app_id == "5"


def test_defaults_are_the_safe_ones(kit):
    settings = read_settings(kit.SETTINGS)
    assert (settings.mode, settings.max_skew_seconds, settings.tap_links) == (Mode.SAFE, 600, True)
    assert read_settings(kit.SETTINGS | {"api_base": "http://stub:1/"}).api_base == "http://stub:1"
    assert read_settings({**kit.SETTINGS, "mode": "plain", "encoding_aes_key": ""}).aes_keys() == ()


def test_the_factory_gives_a_channel(make_channel):
    channel = make_channel()
    assert isinstance(channel, Channel)
    assert (channel.name, channel.account) == ("wechat", "main")
