"""``units``, ``staff`` and ``audit`` at the command line, on a real store."""

import json
import re
import uuid
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.failures import explain
from bot.cli.main import app
from storage.embedded import Endpoints

TABLE = """单位代码,单位名称,上级代码,级别,负责区县,在用
city,某市信访局,,市,,是
kw,奎文区信访局,city,县区,奎文区,
cg,市城管局,city,部门,,
"""


class Terminal:
    """Commands on a database of their own."""

    def __init__(self, servers: Endpoints, folder: Path) -> None:
        self._env = {
            "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/s_{uuid.uuid4().hex}?"),
            "BOT_DATA_DIR": str(folder / "data"),
        }
        self.folder = folder

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env=self._env)

    def refused(self, *words: str) -> str:
        """What a command that failed tells."""
        result = self.run(*words)
        assert result.exception is not None
        told = explain(result.exception)
        assert told is not None, result.exception
        return "\n".join(told.lines)

    def table(self, text: str = TABLE) -> str:
        file = self.folder / f"{uuid.uuid4().hex}.csv"
        file.write_text(text, "utf-8-sig")
        return str(file)


@pytest.fixture(scope="module")
def terminal(servers, tmp_path_factory) -> Terminal:
    made = Terminal(servers, tmp_path_factory.mktemp("staff"))
    assert "新增 3 个" in made.run("units", "import", made.table()).output
    return made


def test_who_starts_web_and_worker_by_themselves_gets_the_first_administrator_from_a_command(servers, tmp_path):
    fresh = Terminal(servers, tmp_path)
    assert "petition-bot staff first" in fresh.run("staff", "list").output
    assert "账号 admin，一次性密码 " in fresh.run("staff", "first").output
    assert "admin" in fresh.run("staff", "list").output
    assert fresh.run("units", "list").output.startswith("office  ")
    assert "已经有工作人员" in fresh.refused("staff", "first")


@pytest.mark.parametrize("words", [("staff", "add"), ("broadcast",)])
def test_what_may_be_given_several_times_is_explained_without_the_name_of_a_type(words):
    told = CliRunner().invoke(app, [*words, "--help"]).output
    assert "几次" in told
    assert "list[" not in told


def test_a_category_that_no_case_is_filed_under_is_told_when_units_are_imported(terminal):
    table = terminal.table("单位代码,单位名称,上级代码,负责类别\nlight,路灯所,kw,城乡建设；路灯照明；路灯们\n")
    done = terminal.run("units", "import", table, "--dry-run")
    assert done.exception is None, done.exception
    told = done.output
    assert "提醒：路灯所（light）的负责类别“路灯们”不在诉求类别里" in told
    assert told.count("提醒") == 1


def test_a_level_that_is_none_of_the_usual_is_told_when_units_are_imported(terminal):
    table = terminal.table("单位代码,单位名称,上级代码,级别\nlight,路灯所,kw,0536-8000000\nwater,水务所,kw,镇街\n")
    told = terminal.run("units", "import", table, "--dry-run").output
    assert "提醒：路灯所（light）的级别“0536-8000000”不是常用的（市、县区、镇街、社区、部门）" in told
    assert told.count("提醒") == 1


def test_a_state_is_understood_as_residents_read_it_and_a_wrong_one_is_answered_with_those_there_are(terminal):
    assert "没有“办好了”这个状态。有：submitted（待受理）、" in terminal.refused("cases", "list", "--state", "办好了")
    assert "accepted（已受理）" in terminal.refused("cases", "move", "WF2603010001", "受理")
    # Understood: it goes on to what this office lacks.
    assert "接口令牌" in terminal.refused("cases", "list", "--state", "待受理")


def test_an_export_whose_ending_says_no_kind_of_table_writes_nothing(terminal, tmp_path):
    for words in (("units",), ("staff",), ("places",), ("cases",)):
        assert "以 .csv 或 .xlsx 结尾" in terminal.refused(*words, "export", str(tmp_path / "out.pdf"))
    assert list(tmp_path.glob("out*")) == []


def test_units_come_back_as_they_were_imported(terminal, tmp_path):
    out = tmp_path / "units.xlsx"
    assert "3 个单位" in terminal.run("units", "export", str(out)).output
    assert "新增 0 个，更新 3 个" in terminal.run("units", "import", str(out)).output
    assert "  kw  奎文区信访局" in terminal.run("units", "list").output


def test_every_wrong_line_is_named_and_nothing_is_imported(terminal):
    table = TABLE + "!!,坏代码,city,,,\nok,好单位,city,,,\nx,,city,,,也许\n"
    told = terminal.refused("units", "import", terminal.table(table))
    assert "第 5 行" in told
    assert "第 7 行：单位名称要填" in told
    assert "第 7 行：“在用”" in told
    assert "好单位" not in terminal.run("units", "list").output


def test_a_dry_run_saves_nothing(terminal):
    told = terminal.run("units", "import", terminal.table(TABLE + "new,新单位,kw,,,\n"), "--dry-run").output
    assert "将新增 1 个" in told
    assert "新单位" not in terminal.run("units", "list").output


def test_units_that_were_imported_stand_in_the_audit_log(terminal):
    def lines() -> int:
        return int(re.search(r"(\d+) 条操作记录完好", terminal.run("audit", "verify").output)[1])

    before = lines()
    terminal.run("units", "import", terminal.table(), "--dry-run")
    assert lines() == before
    terminal.run("units", "import", terminal.table())
    assert lines() == before + 1


def test_a_member_is_added_listed_reset_and_disabled(terminal):
    words = ("--name", "李强", "--unit", "奎文区信访局", "--role", "承办人", "--role", "handler")
    first = terminal.run("staff", "add", "li", *words).output
    assert "一次性密码：" in first
    assert "已经有人用了" in terminal.refused("staff", "add", "LI", *words)
    assert "li " in terminal.run("staff", "list").output
    again = terminal.run("staff", "passwd", "li").output
    assert again.splitlines()[1] != first.splitlines()[1]
    terminal.run("staff", "disable", "li")
    assert "已停用" in terminal.run("staff", "list").output
    terminal.run("staff", "enable", "li")
    assert "已停用" not in terminal.run("staff", "list").output
    told = terminal.run("audit", "verify").output
    assert "条操作记录完好" in told
    mark = re.search(r"校验码 (\d+-[0-9a-f]{20})", told)[1]
    assert f"校验码 {mark} 的那一条还在" in terminal.run("audit", "verify", "--mark", mark).output
    number = mark.partition("-")[0]
    assert "可能被删" in terminal.refused("audit", "verify", "--mark", f"{number}-{'0' * 20}")
    assert "不是校验码" in terminal.refused("audit", "verify", "--mark", "60")


PEOPLE = "账号,姓名,单位代码,角色,手机,在岗\n"


def test_people_are_imported_with_their_passwords_in_a_file_for_its_owner_alone(terminal, tmp_path):
    table = terminal.table(PEOPLE + "chen,陈晨,kw,承办人,13800138000,\nsun,孙阳,市城管局,坐席、领导,,是\n")
    assert "没有问题，将新增 2 人" in terminal.run("staff", "import", table, "--dry-run").output
    assert "chen" not in terminal.run("staff", "list").output
    given = tmp_path / "passwords.csv"
    told = terminal.run("staff", "import", table, "--passwords", str(given)).output
    assert "已新增 2 人" in told
    kept = given.read_text("utf-8-sig").splitlines()
    assert kept[0] == "账号,姓名,单位,一次性密码"
    assert kept[1].startswith("chen,陈晨,奎文区信访局,")
    assert kept[1].rpartition(",")[2] not in told
    assert given.stat().st_mode & 0o077 == 0
    assert "2 人没有变化" in terminal.run("staff", "import", table, "--passwords", str(given)).output
    more = terminal.table(PEOPLE + "zhou,周周,kw,承办人,,\n")
    assert "已经存在" in terminal.refused("staff", "import", more, "--passwords", str(given))
    assert "zhou" not in terminal.run("staff", "list").output, "nobody whose password nothing could take"
    shown = terminal.run("staff", "import", more).output
    assert "zhou  " in shown
    out = tmp_path / "people.xlsx"
    assert "人到" in terminal.run("staff", "export", str(out)).output
    assert "更新 0 人" in terminal.run("staff", "import", str(out), "--dry-run").output


def test_every_wrong_line_of_people_is_named_at_the_command_line_too(terminal):
    told = terminal.refused("staff", "import", terminal.table(PEOPLE + "wu,吴,kw,局长,,\nxx,,kw,坐席,,\n"))
    assert "第 2 行：没有角色“局长”" in told
    assert "第 3 行：姓名要填" in told
    assert "wu " not in terminal.run("staff", "list").output


def test_places_are_imported_exported_and_dropped(terminal, tmp_path):
    table = terminal.table("区县,街道或镇,地名\n奎文区,东关街道,新城枫景\n坊子区,,王家庄\n")
    assert "没有问题，共 2 行" in terminal.run("places", "import", table, "--dry-run").output
    assert "没有单位负责的区县：坊子区" in terminal.run("places", "import", table).output
    out = tmp_path / "places.csv"
    assert "已导出 2 行" in terminal.run("places", "export", str(out)).output
    assert "坊子区,,王家庄" in out.read_text("utf-8-sig")
    assert "第 2 行：区县没有填" in terminal.refused("places", "import", terminal.table("区县,镇,村\n,甲镇,乙村\n"))
    assert "用回" in terminal.run("places", "drop").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("x", "--name", "某", "--unit", "city", "--role", "管理员"), "账号应为"),
        (("fang", "--name", "", "--unit", "city", "--role", "管理员"), "姓名"),
        (("fang", "--name", "方", "--unit", "nowhere", "--role", "管理员"), "没有单位“nowhere”"),
        (("fang", "--name", "方", "--unit", "city", "--role", "局长"), "没有角色“局长”"),
    ],
)
def test_what_is_wrong_with_a_new_member_is_named(terminal, words, sentence):
    assert sentence in terminal.refused("staff", "add", *words)
    assert json.dumps(words[0]) not in terminal.run("staff", "list").output


def test_a_token_for_another_system_is_given_once_listed_and_taken_back(terminal):
    given = terminal.run("staff", "token", "12345平台", "--role", "坐席", "--unit", "city")
    assert given.output.startswith("令牌：")
    secret = given.output.splitlines()[0].removeprefix("令牌：")
    assert len(secret) > 40
    listed = terminal.run("staff", "tokens").output
    assert "12345平台  坐席  city" in listed
    assert secret not in listed
    assert "用过了" in terminal.refused("staff", "token", "12345平台", "--role", "领导", "--unit", "kw")
    assert "已收回" in terminal.run("staff", "token", "12345平台", "--revoke").output
    assert "没有在用的令牌" in terminal.refused("staff", "token", "12345平台", "--revoke")
    assert "--role 要写" in terminal.refused("staff", "token", "另一个", "--role", "纪检", "--unit", "city")
    assert "没有单位" in terminal.refused("staff", "token", "另一个", "--role", "领导", "--unit", "nope")
