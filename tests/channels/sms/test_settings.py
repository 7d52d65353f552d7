"""``[sms.<account>]``: every wrong key is named at once, in Chinese, and no value is repeated."""

import pytest

from channels.errors import SettingsRejected


def problems(kit, *without, **settings):
    given = {key: value for key, value in (dict(kit.settings) | settings).items() if key not in without}
    kit.settings = given
    with pytest.raises(SettingsRejected) as caught:
        kit.channel()
    return dict(caught.value.problems)


def test_what_the_manual_shows_is_accepted(kit):
    channel = kit.channel()
    assert (channel.name, channel.account) == ("sms", "main")


def test_everything_that_is_wrong_is_told_at_once(kit):
    found = problems(
        kit,
        "number",
        "username",
        password="",
        sendsms_url="ftp://kannel/x",
        webhook_key="有字",
        sign="太长" * 20,
        call_seconds="soon",
        colour="red",
    )
    assert set(found) == {
        "number",
        "username",
        "password",
        "sendsms_url",
        "webhook_key",
        "sign",
        "call_seconds",
        "colour",
    }
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in sentence) for sentence in found.values())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("number", "106-900"),
        ("number", ""),
        ("number", "1" * 30),
        ("sendsms_url", "http://"),
        ("sendsms_url", "http://127.0.0.1:99999/x"),
        ("sendsms_url", "http://127.0.0.1/x?username=a"),
        ("callback_base", "petition.example"),
        ("webhook_key", "short"),
        ("webhook_key", "with&ampersand"),
        ("webhook_key", "with%percent"),
        ("sign", "某市[信访局"),
        ("call_seconds", 0),
        ("call_seconds", 61),
        ("username", ["a"]),
        ("provider", "twilio"),
        ("provider", 7),
        ("provider", ["kannel"]),
    ],
)
def test_each_wrong_value_is_named(kit, key, value):
    assert list(problems(kit, **{key: value})) == [key]


def test_no_provider_is_told_with_those_there_are(kit):
    found = problems(kit, "provider")
    assert all(name in found["provider"] for name in ("kannel", "smpp", "aliyun", "tencent"))


def test_a_provider_whose_module_is_not_there_is_refused_clearly(kit, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "还不支持" in problems(kit, provider="smpp")["provider"]


def test_a_provider_whose_package_is_not_installed_names_the_package(kit, monkeypatch):
    def missing(_name):
        raise ModuleNotFoundError(name="somesmpp")

    monkeypatch.setattr("importlib.import_module", missing)
    assert "somesmpp" in problems(kit)["provider"]


def test_brackets_around_the_signature_are_taken_off(kit):
    assert kit.channel(sign="【某市信访局】").capabilities.text_limit == kit.channel().capabilities.text_limit


def test_a_number_may_be_written_as_a_number(kit):
    kit.channel(number=1069001)


def test_no_secret_is_shown(kit):
    kit.settings = dict(kit.settings) | {"colour": "red", "password": "do-not-show-this"}
    with pytest.raises(SettingsRejected) as caught:
        kit.channel()
    assert "do-not-show-this" not in repr(caught.value) + str(caught.value.problems)
    shown = repr(vars(kit.__class__().channel()))
    assert "foobar-3f9a" not in shown
    assert kit.key not in shown
