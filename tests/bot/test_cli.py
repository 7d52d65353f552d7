"""The commands as people call them: exit codes and what they say."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner
from waiting import ended

from bot.cli.main import app

COMMANDS = ["up", "demo", "web", "worker", "chat", "doctor", "sandbox", "keys", "cases"]
ROOT = Path(__file__).parents[2]


def call(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return ended(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={**env, **environment},
        stdin=subprocess.DEVNULL,
    )


def test_help_names_every_command_and_loads_none_of_them(tmp_path: Path) -> None:
    done = call("--help", folder=tmp_path)
    assert done.returncode == 0
    assert [word for word in COMMANDS if f"  {word} " not in done.stdout] == []
    program = "import sys; import bot.cli.main; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded).isdisjoint({"aiohttp", "pydantic", "pymongo", "motor", "redis", "structlog", "rich.console"})


@pytest.mark.parametrize("command", [*COMMANDS, "keys rotate", "cases list", "cases move"])
def test_every_command_explains_itself(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert any("一" <= char <= "龥" for char in done.stdout)


def test_the_version_is_the_projects(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert call("--version", folder=tmp_path).stdout.strip() == f"petition-bot {project['version']}"


@pytest.mark.parametrize("command", ["up", "web", "demo", "cases list"])
def test_wrong_settings_are_clear_lines_and_exit_2(tmp_path: Path, command: str) -> None:
    done = call(*command.split(), folder=tmp_path, BOT_HTTP__PORT="abc", BOT_LOG__LEVEL="loud")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "设置有误 http.port（来自 环境变量 BOT_HTTP__PORT）：应为整数",
        "设置有误 log.level（来自 环境变量 BOT_LOG__LEVEL）：只能是 debug, info, warning 或 error",
    ]


@pytest.mark.parametrize(
    "words", [["--config", "a.toml", "web"], ["web", "--config", "a.toml"], ["web", "--config=a.toml"]]
)
def test_config_may_stand_before_or_after_the_command(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "a.toml").write_text("[http]\nport = 0\n")
    done = call(*words, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("设置有误 http.port（来自 a.toml）")


def test_bot_toml_is_read_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text("[http]\nport = 0\n")
    assert "来自 bot.toml" in call("web", folder=tmp_path).stderr
    (tmp_path / "other.toml").write_text("[http]\nhost = 1\n")
    assert "http.port" not in call("web", "--config", "other.toml", folder=tmp_path).stderr


def test_up_refuses_a_channels_wrong_setting_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text('[wechat.main]\napp_id = "wx1"\ntoken = "t"\napp_secret = "hush-hush"\n')
    done = call("up", folder=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("设置有误 wechat.main.encoding_aes_key（来自 bot.toml）")
    assert "hush" not in line
    assert not (tmp_path / "data").exists()


WRONG_ACCOUNTS = """
[wechat.main]
app_secret = "hush-hush"
token = ""
encoding_aes_key = "hush-hush"
[wechat.second]
app_id = "wx2"
app_secret = "hush-hush"
token = "t"
mode = "clear"
"""


@pytest.mark.parametrize(
    "words", [["up"], ["web"], ["worker"], ["doctor", "--no-platforms"]], ids=lambda words: words[0]
)
def test_wrong_keys_of_all_accounts_are_told_at_once_with_all_else(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "bot.toml").write_text(WRONG_ACCOUNTS)
    done = call(*words, folder=tmp_path, BOT_HTTP__PORT="abc", BOT_WECHAT__SECOND__TAP_LINKS="perhaps")
    assert done.returncode == (1 if words[0] == "doctor" else 2)
    said = done.stdout + done.stderr
    for problem in (
        "http.port（来自 环境变量 BOT_HTTP__PORT）：应为整数",
        "wechat.main.app_id（来自 bot.toml）：缺少",
        "wechat.main.token（来自 bot.toml）：不能为空",
        "wechat.main.encoding_aes_key（来自 bot.toml）：必须",
        "wechat.second.mode（来自 bot.toml）：只能是",
        "wechat.second.tap_links（来自 环境变量 BOT_WECHAT__SECOND__TAP_LINKS）：只能是",
    ):
        assert said.count(problem) == 1
    assert said.count("（来自") == 6
    assert "hush" not in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "words", [["nonsense"], ["up", "--nonsense"], ["web", "--config"], ["chat", "--channel", "fax"]]
)
def test_wrong_words_exit_2(tmp_path: Path, words: list[str]) -> None:
    done = call(*words, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_doctor_exits_1_on_an_error_and_0_without(tmp_path: Path) -> None:
    assert call("doctor", "--no-platforms", folder=tmp_path).returncode == 0
    done = call("doctor", "--json", folder=tmp_path, BOT_HTTP__PORT="0", BOT_API__TOKENS__X="")
    assert done.returncode == 1
    assert "http.port" in done.stdout
    assert "api.tokens.x" in done.stdout


def test_a_client_of_a_bot_that_is_not_there_says_so(tmp_path: Path) -> None:
    done = call("cases", "list", folder=tmp_path, BOT_HTTP__PORT="1", BOT_API__TOKENS__X="x")
    assert done.returncode == 1
    assert "连不上 http://127.0.0.1:1" in done.stderr


def test_a_taken_port_is_a_clear_line(tmp_path: Path, unused_port_taken: int) -> None:
    done = call("up", folder=tmp_path, BOT_HTTP__PORT=str(unused_port_taken))
    assert done.returncode == 1
    assert str(unused_port_taken) in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def unused_port_taken() -> object:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize("command", ["up", "demo"])
def test_what_up_logs_itself_is_json_where_nobody_looks(tmp_path: Path, command: str) -> None:
    program = f"""
import structlog, sys
import bot.supervisor.up
async def run_up(plan, **more):
    structlog.get_logger().warning("up.noted", entry="e1")
    return 0
bot.supervisor.up.run_up = run_up
sys.argv = ["petition-bot", "{command}"]
from bot.cli.main import run
run()
"""
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    done = ended([sys.executable, "-c", program], cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(done.stderr)["event"] == "up.noted"
