import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, load
from bot.settings_sources import SettingsError
from channels.errors import SettingsRejected

CHANNELS = {"wechat"}


def read(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    file = tmp_path / "bot.toml"
    file.write_text(text, "utf-8")
    return load([file], environment, channels=CHANNELS)


def problems(tmp_path: Path, text: str = "", **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text, **environment)
    return str(caught.value).splitlines()


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.http.port == 8080
    assert settings.storage.mongodb_uri is None
    assert settings.notices.quiet_span() == (time(22), time(7))


WRONG = [
    ('[http]\nport = "abc"', "http.port", "整数"),
    ("[http]\nport = 0", "http.port", "1"),
    ("[http]\nport = 70000", "http.port", "65535"),
    ("[http]\nprot = 1", "http.prot", "port"),
    ('[http]\npublic_url = "petition.example"', "http.public_url", "https://"),
    ("http = 1", "http", "一节"),
    ('[office]\nname = ""', "office.name", "不能为空"),
    ('[office]\nprefix = "wf1"', "office.prefix", "[A-Z]"),
    ('[api]\ntokens = "x"', "api.tokens", "一节"),
    ('[api]\ntokens = { a = " " }', "api.tokens.a", "不能为空"),
    ('[storage]\nmongodb_uri = "http://h"', "storage.mongodb_uri", "mongodb://"),
    ('[storage]\ndriver = "sync"', "storage.driver", "motor 或 pymongo"),
    ("[storage]\ndata_dir = 1", "storage.data_dir", "路径"),
    ('[redis]\nurl = "localhost"', "redis.url", "redis://"),
    ('[keys]\nmaster_key_file = "a"\nkms_uri = "b"', "keys", "只能设一个"),
    ('[notices]\nquiet_hours = "22-7-9"', "notices.quiet_hours", "22:00-07:00"),
    ('[notices]\nquiet_hours = "22:00-22:00"', "notices.quiet_hours", "不能相同"),
    ('[dialog]\nengine = "rules"', "dialog.engine", "embedded"),
    ("[dialog]\ngather_seconds = -1", "dialog.gather_seconds", "0"),
    ('[log]\nlevel = "loud"', "log.level", "debug"),
    ("[logg]\nlevel = 1", "logg", "log"),
    ("[sms.main]\nprovider = 1", "sms.main", "没有安装"),
    ('[wechat]\napp_id = "x"', "wechat.app_id", "[wechat.main]"),
    ('[wechat."Main Street"]\napp_id = "x"', "wechat.Main Street", "小写"),
    ("[origins]\na = 1", "origins", "没有这一节"),
    ("[channels.wechat.main]\na = 1", "channels.wechat", "没有安装"),
]


@pytest.mark.parametrize(("text", "key", "hint"), WRONG)
def test_a_wrong_setting_is_one_line_with_its_key_and_its_file(tmp_path: Path, text: str, key: str, hint: str) -> None:
    (line,) = problems(tmp_path, text)
    assert line.startswith(f"{key}（来自 {tmp_path / 'bot.toml'}）：")
    assert hint in line


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("BOT_HTTP__PORT", "abc", "http.port"),
        ("BOT_MONGODB_URI", "abc", "storage.mongodb_uri"),
        ("BOT_REDIS_URL", "abc", "redis.url"),
        ("BOT_NONSENSE", "1", "nonsense"),
        ("BOT_API__TOKENS__X", "", "api.tokens.x"),
        ("BOT_SMS__MAIN__NUMBER", "1", "sms.main"),
        ("BOT_API__TOKENS__X_FILE", "/nowhere/secret", "api.tokens.x"),
    ],
)
def test_a_wrong_variable_is_one_line_that_names_it(tmp_path: Path, name: str, value: str, key: str) -> None:
    (line,) = problems(tmp_path, **{name: value})
    assert line.startswith(f"{key}（来自 环境变量 {name}）：")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = '[http]\nport = 0\n[log]\nlevel = "x"\n[nothing]\na = 1'
    assert len(problems(tmp_path, text, BOT_DIALOG__ENGINE="rules", BOT_REDIS_URL="x")) == 5


def test_broken_toml_and_a_missing_file_are_clear_lines(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "[http")
    assert "TOML" in line
    with pytest.raises(SettingsError, match="没有这个文件"):
        load([tmp_path / "none.toml"], {}, channels=CHANNELS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[http", "文件末尾，少了右方括号"),
        ("a", "名字后面要有等号"),
        ("a = ", "要放在英文引号里"),
        ("a = 中文", "第 1 行第 5 个字符处，这个值要放在英文引号里"),
        ('a = "x', "引号没有成对"),
        ("a = 1\na = 2\nb = 1", "第 2 行第 6 个字符处，这一项写了两次"),
        ("[a]\n[a]", "这一节写了两次"),
        ("a = [1", "少了右方括号"),
        ("a = 1 b = 2", "值后面多出了内容"),
        ("中文 = 1", "这一行认不得"),
        ('a = "C:\\x"', "反斜杠"),
    ],
)
def test_broken_toml_is_told_in_chinese(tmp_path: Path, text: str, told: str) -> None:
    (line,) = problems(tmp_path, text)
    assert told in line
    assert not re.search(r"[a-z]+ [a-z]+", line.partition("TOML")[2]), line


def test_settings_that_are_no_text_are_told_so(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        load([tmp_path / "w.toml"], {}, channels=CHANNELS)


def test_the_environment_wins_and_adds_keys_to_tables(tmp_path: Path) -> None:
    text = '[http]\nport = 1\n[api.tokens]\na = "one"\n[wechat.main]\napp_id = "wx1"'
    settings = read(tmp_path, text, BOT_HTTP__PORT="2", BOT_API__TOKENS__B="two", BOT_WECHAT__MAIN__TOKEN="t")
    assert settings.http.port == 2
    assert {name: token.get_secret_value() for name, token in settings.api.tokens.items()} == {"a": "one", "b": "two"}
    assert settings.channels == {"wechat": {"main": {"app_id": "wx1", "token": "t"}}}
    assert settings.origin("http.port") == "环境变量 BOT_HTTP__PORT"
    assert settings.origin("http.host") == ""


def test_a_later_file_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "1.toml", tmp_path / "2.toml"
    first.write_text('[office]\nname = "甲"\ndistrict = "乙"', "utf-8")
    second.write_text('[office]\nname = "丙"', "utf-8")
    office = load([first, second], {}, channels=CHANNELS).office
    assert (office.name, office.district) == ("丙", "乙")


def test_short_forms_stand_for_their_keys(tmp_path: Path) -> None:
    settings = read(
        tmp_path, BOT_MONGODB_URI="mongodb://h/", BOT_REDIS_URL="unix:///s", BOT_DATA_DIR="/var/lib/petition"
    )
    assert settings.storage.mongodb_uri is not None
    assert settings.redis.url is not None
    assert settings.storage.data_dir == Path("/var/lib/petition")


def test_a_key_said_in_two_ways_is_refused(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, BOT_REDIS_URL="redis://a", BOT_REDIS__URL="redis://b")
    assert "只能留一个" in line


def test_an_empty_address_means_not_set(tmp_path: Path) -> None:
    settings = read(tmp_path, BOT_MONGODB_URI="", BOT_REDIS_URL="")
    assert settings.storage.mongodb_uri is None
    assert settings.redis.url is None


def test_empty_quiet_hours_switch_them_off(tmp_path: Path) -> None:
    assert read(tmp_path, BOT_NOTICES__QUIET_HOURS="").notices.quiet_span() is None


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-a-file\n")
    settings = read(tmp_path, BOT_WECHAT__MAIN__APP_SECRET_FILE=str(secret), BOT_API__TOKENS__X_FILE=str(secret))
    assert settings.channels["wechat"]["main"] == {"app_secret": "from-a-file"}
    assert settings.api.tokens["x"].get_secret_value() == "from-a-file"


def test_a_key_that_ends_in_file_is_no_secret_file(tmp_path: Path) -> None:
    assert read(tmp_path, BOT_KEYS__MASTER_KEY_FILE="/etc/key").keys.master_key_file == Path("/etc/key")


def test_a_secret_file_has_a_bound(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * 70_000)
    (line,) = problems(tmp_path, BOT_REDIS_URL_FILE=str(big))
    assert "太大" in line


@given(st.text("abcdefXYZ0123456789", min_size=8, max_size=20))
def test_no_secret_is_seen_in_repr_or_message(secret: str) -> None:
    environment = {
        "BOT_API__TOKENS__X": secret,
        "BOT_MONGODB_URI": f"mongodb://u:{secret}@h/",
        "BOT_REDIS_URL": f"redis://:{secret}@h/",
        "BOT_WECHAT__MAIN__APP_SECRET": secret,
    }
    settings = load([], environment, channels=CHANNELS)
    assert secret not in repr(settings) + str(settings)
    assert secret in settings.secrets()
    with pytest.raises(SettingsError) as caught:
        load([], dict.fromkeys(environment, secret) | {"BOT_HTTP__PORT": secret}, channels=CHANNELS)
    assert secret not in str(caught.value) + repr(caught.value)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.http.port = 1  # type: ignore[misc]


def test_what_a_channel_refuses_is_told_like_any_wrong_setting(tmp_path: Path) -> None:
    settings = read(tmp_path, '[wechat.main]\napp_id = "x"', BOT_WECHAT__MAIN__MODE="odd")
    (refused,) = settings.rejected("wechat.main", SettingsRejected("mode", "只能是 safe"))
    assert str(refused) == "wechat.main.mode（来自 环境变量 BOT_WECHAT__MAIN__MODE）：只能是 safe"
    (missing,) = settings.rejected("wechat.main", SettingsRejected("token", "缺少"))
    assert str(missing) == f"wechat.main.token（来自 {tmp_path / 'bot.toml'}）：缺少"


def test_exchanged_workdays_are_read_from_the_file_and_from_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_text('[calendar]\nworkdays = [2027-02-07, "2027-02-20"]\n', "utf-8")
    calendar = load([file], {"BOT_CALENDAR__DAYS_OFF": "2027-02-09, 2027-02-10"}, channels=()).calendar
    assert calendar.exchanged() == {
        date(2027, 2, 7): True,
        date(2027, 2, 20): True,
        date(2027, 2, 9): False,
        date(2027, 2, 10): False,
    }


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('workdays = ["2027-2-7"]', "应为日期"),
        ("workdays = [2027-02-07T10:00:00]", "应为日期"),
        ("workdays = 7", "应为日期"),
        ("workdays = [2027-02-07]\ndays_off = [2027-02-07]", "2027-02-07 不能又上班又放假"),
    ],
)
def test_a_wrong_day_is_told_with_its_key(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "bot.toml"
    file.write_text(f"[calendar]\n{text}\n", "utf-8")
    with pytest.raises(SettingsError, match="calendar") as told:
        load([file], {}, channels=())
    assert hint in str(told.value)
