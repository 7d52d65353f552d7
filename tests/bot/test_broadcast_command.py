"""``broadcast`` at the command line: a file becomes a draft, or is tried on whom it would reach."""

import uuid

import pytest
from typer.testing import CliRunner

from bot.cli.failures import explain
from bot.cli.main import app


@pytest.fixture
def terminal(servers, tmp_path):
    config = tmp_path / "bot.toml"
    config.write_text(
        """[broadcasts]
topics = ["供暖"]

[sms.main]
provider = "kannel"
number = "1069001"
sign = "某市信访局"
webhook_key = "some-webhook-key"
sendsms_url = "http://127.0.0.1:9/cgi-bin/sendsms"
username = "u"
password = "p"
""",
        "utf-8",
    )
    (tmp_path / "notice.txt").write_text("停水通知\n\n明日8时至18时停水，请提前储水。\n", "utf-8")
    (tmp_path / "list.csv").write_text("手机号\n13800138000\n13900139000\n", "utf-8")
    environment = {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/b_{uuid.uuid4().hex}?"),
        "BOT_DATA_DIR": str(tmp_path / "data"),
    }

    def run(*words):
        result = CliRunner().invoke(app, ["--config", str(config), "broadcast", *words], env=environment)
        told = explain(result.exception) if isinstance(result.exception, Exception) else None
        return "\n".join(told.lines) if told else result.output

    return run


def test_a_dry_run_counts_and_keeps_nothing_and_then_a_draft_is_kept(terminal, tmp_path):
    file, listed = str(tmp_path / "notice.txt"), f"list={tmp_path / 'list.csv'}"
    assert terminal(file, "--segment", listed, "--dry-run").strip().endswith("短信：会发给 2 个收件人")
    assert "现在没有人会收到" in terminal(file, "--segment", "all", "--dry-run")
    assert "现在没有人会收到" in terminal(file, "--segment", "topic=供暖", "--dry-run")
    assert "草稿已保存" in terminal(file, "--segment", listed, "--at", "2027-01-01T09:00")


def test_where_no_account_is_set_up_it_is_said_what_to_do(terminal, tmp_path):
    (tmp_path / "bot.toml").write_text("", "utf-8")
    told = terminal(str(tmp_path / "notice.txt"), "--segment", "all", "--dry-run")
    assert told.startswith("设置里还没有能发通知的账号")


def test_what_is_wrong_is_told(terminal, tmp_path):
    file = str(tmp_path / "notice.txt")
    assert "应为 all、district" in terminal(file, "--segment", "everybody")
    assert "没有“供水”这个主题，可以选：供暖" in terminal(file, "--segment", "topic=供水")
    assert "应写成" in terminal(file, "--segment", "all", "--at", "soon")
    assert "没有微信账号" in terminal(file, "--segment", "all", "--channel", "wechat")
    assert "无法读取" in terminal(str(tmp_path / "none.txt"), "--segment", "all")
    (tmp_path / "bad.csv").write_text("手机号\n123\n", "utf-8")
    assert "第 2 行" in terminal(file, "--segment", f"list={tmp_path / 'bad.csv'}")
