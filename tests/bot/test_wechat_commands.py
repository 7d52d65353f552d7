"""``wechat menu`` and ``wechat qr`` against the sandbox, as people call them."""

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner

from bot.cli.failures import explain
from bot.cli.main import app
from channels.sandbox import SandboxSettings, make_sandbox

PLAY = {"app_id": "wx0123456789abcdef", "app_secret": "secret", "token": "token"}
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Office:
    """A folder with settings of an account whose platform is the sandbox."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self.config = folder / "bot.toml"
        lines = [f'{key} = "{value}"' for key, value in PLAY.items()]
        places = [f'api_base = "{base}"', f'qr_base = "{base}"', f'encoding_aes_key = "{AES_KEY}"']
        self.config.write_text("\n".join(["[wechat.main]", *lines, *places, ""]), "utf-8")

    async def call(self, *words: str, says: str = "") -> tuple[int, str]:
        """Exit code, and all that was said, a failure's sentence included."""
        whole = ["--config", str(self.config), "wechat", *words]
        done = await asyncio.to_thread(CliRunner().invoke, app, whole, input=says)
        told = explain(done.exception) if isinstance(done.exception, Exception) else None
        return done.exit_code, done.output + "\n".join(told.lines if told else ())

    def keep(self, text: str) -> str:
        path = self.folder / "menu.yml"
        path.write_text(text, "utf-8")
        return str(path)


@pytest.fixture
async def office(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = SandboxSettings(**PLAY, encoding_aes_key=AES_KEY, bot_url="http://127.0.0.1:9", mode="safe")
    async with TestServer(make_sandbox(settings)) as server:
        yield Office(tmp_path, str(server.make_url("/wechat")))


async def test_the_example_is_published_after_a_yes_shown_and_removed(office):
    assert "还没有菜单" in (await office.call("menu", "show"))[1]
    example = (await office.call("menu", "example"))[1]
    file = office.keep(example)
    code, said = await office.call("menu", "publish", file, says="y\n")
    assert (code, "已发布" in said) == (0, True)
    assert "【我的诉求】\n    查进度  → click progress" in said
    shown = (await office.call("menu", "show"))[1]
    assert "name: 反映问题" in shown
    again = office.keep(shown)
    assert (await office.call("menu", "publish", again, "--yes"))[0] == 0
    assert (await office.call("menu", "show"))[1] == shown
    assert (await office.call("menu", "delete", says="y\n"))[0] == 0
    assert "还没有菜单" in (await office.call("menu", "show"))[1]


async def test_nothing_happens_without_a_yes(office):
    file = office.keep((await office.call("menu", "example"))[1])
    code, said = await office.call("menu", "publish", file, says="n\n")
    assert (code, "没有发布" in said) == (1, True)
    assert "还没有菜单" in (await office.call("menu", "show"))[1]
    await office.call("menu", "publish", file, "--yes")
    assert (await office.call("menu", "delete", says="n\n"))[0] == 1
    assert "反映问题" in (await office.call("menu", "show"))[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("button: [{name: 反映城市问题, type: click, key: a}]", "第 1 个按钮（反映城市问题）：name 最多 16 字节"),
        ("button: [", "不是正确的 YAML"),
        ("a: 1", "最外层应为 button"),
        ("#" * 70_000, "太大了"),
    ],
)
async def test_a_wrong_menu_is_refused_with_file_and_place(office, text, words):
    code, said = await office.call("menu", "publish", office.keep(text), "--yes")
    assert (code, words in said, "menu.yml" in said) == (1, True, True), said


async def test_a_missing_file_and_an_unknown_account_are_one_line(office):
    assert "读不了" in (await office.call("menu", "publish", "no.yml"))[1]
    file = office.keep((await office.call("menu", "example"))[1])
    code, said = await office.call("menu", "publish", file, "--account", "other", says="y\n")
    assert (code, "设置里没有 [wechat.other]" in said, "换掉" in said) == (1, True, False)


async def test_a_code_is_kept_as_what_it_is_and_overwrites_nothing(office):
    code, said = await office.call("qr", "阳光花园2.0期", "--district", "奎文区")
    assert (code, "奎文区阳光花园2.0期" in said) == (0, True)
    made = office.folder / "二维码-阳光花园2.0期.png"
    assert made.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert "已经存在" in (await office.call("qr", "阳光花园2.0期"))[1]
    assert (await office.call("qr", "阳光花园", "--out", "door.jpg"))[0] == 0
    assert (office.folder / "door.png").exists()
    assert not (office.folder / "door.jpg").exists()


async def test_a_place_that_fits_no_code_is_refused_before_anybody_is_asked(office):
    assert "请缩短" in (await office.call("qr", "字" * 70))[1]
    assert "--out" in (await office.call("qr", "../a"))[1]
