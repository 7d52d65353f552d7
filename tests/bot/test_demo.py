import socket
import stat
import tomllib
from pathlib import Path

import pytest
from ports import free_port

from bot.sandbox_process import sandbox_settings
from bot.settings import load
from bot.settings_sources import SettingsError
from bot.supervisor.banner import banner
from bot.supervisor.demo import plan_demo
from bot.supervisor.plan import Plan
from channels.sandbox import PROGRESS_TEMPLATE_ID
from channels.wechat.settings import read_settings
from dialogs.checking.check import check_dialogs
from dialogs.files import DialogFiles
from dialogs.nlu.gazetteer import Gazetteer


def test_a_demo_makes_lawful_settings_that_only_their_owner_reads(tmp_path: Path) -> None:
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    assert stat.S_IMODE((tmp_path / "demo.toml").stat().st_mode) == 0o600
    wechat = read_settings(plan.settings.channels["wechat"]["main"])
    assert wechat.api_base == f"{plan.sandbox_url}/wechat"
    assert wechat.templates["progress"].id == PROGRESS_TEMPLATE_ID
    assert plan.settings.office.name == "某市信访局"
    assert plan.settings.notices.quiet_span() is None
    assert plan.settings.api.tokens


def test_a_demo_has_three_platforms_and_their_addresses_are_the_sandboxs(tmp_path: Path) -> None:
    from channels.sms.settings import read_settings as read_sms
    from channels.weibo.settings import read_settings as read_weibo

    port = free_port()
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)}, sandbox_port=port)
    sms, _ = read_sms(plan.settings.channels["sms"]["main"])
    weibo = read_weibo(plan.settings.channels["weibo"]["main"])
    assert sms.sendsms_url == f"http://127.0.0.1:{port}/sms/cgi-bin/sendsms"
    assert (weibo.api_base, weibo.upload_base) == (f"http://127.0.0.1:{port}/weibo",) * 2
    played, made_up = sandbox_settings(plan.settings, "main", bot_url=plan.bot_url, seed=1)
    assert not made_up
    assert played.sms is not None
    assert played.weibo is not None
    assert (played.sms.password, played.weibo.access_token) == (
        sms.password.get_secret_value(),
        weibo.access_token.get_secret_value(),
    )


def test_an_older_demos_settings_go_on_without_the_platforms_they_do_not_name(tmp_path: Path) -> None:
    plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    file = tmp_path / "demo.toml"
    whole = file.read_text("utf-8")
    file.write_text(whole[: whole.index("[sms.main]")] + whole[whole.index("[api.tokens]") :], "utf-8")
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    assert set(plan.settings.channels) == {"wechat"}
    played, _ = sandbox_settings(plan.settings, "main", bot_url=plan.bot_url, seed=1)
    assert (played.sms, played.weibo) == (None, None)


def test_a_demo_knows_a_few_invented_places_unless_dialog_files_are_set(tmp_path: Path) -> None:
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    folder = plan.settings.dialog.files
    assert folder is not None
    assert Gazetteer.load(DialogFiles(folder=folder).gazetteer).complete("新城枫景") == "奎文区柳荫街道新城枫景"
    assert not check_dialogs(DialogFiles(folder=folder))
    own = tmp_path / "own"
    own.mkdir()
    assert plan_demo((), {"BOT_DATA_DIR": str(tmp_path), "BOT_DIALOG__FILES": str(own)}).settings.dialog.files == own


def test_a_restart_keeps_the_credentials(tmp_path: Path) -> None:
    first, again = (plan_demo((), {"BOT_DATA_DIR": str(tmp_path)}).settings for _ in range(2))
    assert first.channels == again.channels
    assert first.api == again.api


def test_two_demos_share_no_credential(tmp_path: Path) -> None:
    one, two = (plan_demo((), {"BOT_DATA_DIR": str(tmp_path / name)}).settings for name in "ab")
    assert set(one.secrets()).isdisjoint(two.secrets())


def test_what_is_set_goes_over_the_demos_own(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text('[office]\nname = "甲市信访局"', "utf-8")
    plan = plan_demo((file,), {"BOT_DATA_DIR": str(tmp_path), "BOT_API__TOKENS__MORE": "more-more-more"})
    assert plan.settings.office.name == "甲市信访局"
    assert set(plan.settings.api.tokens) == {"demo", "more"}
    assert plan.config == (tmp_path / "demo.toml", file)


def test_the_children_read_what_the_parent_read(tmp_path: Path) -> None:
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    assert load(plan.config, plan.parts({})[0].env) == plan.settings


@pytest.fixture
def taken() -> object:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]


def test_a_port_that_nobody_set_moves_on_and_one_that_was_set_does_not(tmp_path: Path, taken: int) -> None:
    from bot.supervisor.ports import PortTaken

    with pytest.raises(PortTaken):
        plan_demo((), {"BOT_DATA_DIR": str(tmp_path), "BOT_HTTP__PORT": str(taken)})
    with pytest.raises(PortTaken):
        plan_demo((), {"BOT_DATA_DIR": str(tmp_path)}, sandbox_port=taken)
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    assert plan.settings.http.port != plan.sandbox_port


def test_a_broken_demo_file_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_text("[http", "utf-8")
    with pytest.raises(SettingsError, match=r"demo\.toml"):
        plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})


def test_the_banner_shows_the_token_of_a_demo_alone(tmp_path: Path) -> None:
    plan = plan_demo((), {"BOT_DATA_DIR": str(tmp_path)})
    token = tomllib.loads((tmp_path / "demo.toml").read_text("utf-8"))["api"]["tokens"]["demo"]
    assert token in banner(plan, 1.0)
    assert plan.sandbox_url in banner(plan, 1.0)
    assert "只供试用" in banner(plan, 1.0)
    service = Plan(settings=load(plan.config, {"BOT_MONGODB_URI": "mongodb://h", "BOT_REDIS_URL": "redis://h"}))
    assert token not in banner(service, 1.0)
    assert "只供试用" not in banner(service, 1.0)


def test_a_wildcard_address_is_reached_on_loopback() -> None:
    for host, url in (("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("10.0.0.1", "10.0.0.1")):
        assert Plan(settings=load((), {"BOT_HTTP__HOST": host})).bot_url == f"http://{url}:8080"


def test_up_says_what_to_set_next_where_nothing_is_set() -> None:
    told = banner(Plan(settings=load([], {})), 1.0)
    assert "还没有接口令牌：在 [api] tokens" in told
    assert "还没有渠道账号：在 [wechat.main]" in told
