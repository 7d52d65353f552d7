import json
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor.backups import check_backups
from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Level, as_json, as_text, error, healthy, ok, warning
from bot.doctor.local import check_calendar
from bot.doctor.servers import clock_finding
from bot.master_key import master_key
from bot.settings import Settings, load
from bot.supervisor.demo_settings import account
from storage.backups import mark
from storage.driver import Database, connect
from storage.embedded import Endpoints
from storage.migrations import INDEXES, migrate
from storage.personal_data import open_vault

TODAY = date(2026, 3, 2)


@pytest.fixture
def environment(servers: Endpoints, tmp_path: Path) -> dict[str, str]:
    """Of a healthy deployment with a database of its own."""
    return {
        "BOT_MONGODB_URI": servers.mongodb_uri.replace("/?", f"/d_{uuid.uuid4().hex}?"),
        "BOT_REDIS_URL": servers.redis_url,
        "BOT_DATA_DIR": str(tmp_path / "data"),
        "BOT_HTTP__PUBLIC_URL": "https://petition.example.gov.cn",
        "BOT_API__TOKENS__X": "long-enough-to-be-safe",
    } | {f"BOT_WECHAT__MAIN__{key.upper()}": value for key, value in account().items()}


async def examined(environment: dict[str, str]) -> list[Finding]:
    settings = load([], environment, channels={"wechat"})
    return [finding async for finding in examine(settings, ask_platforms=False, today=TODAY)]


def of(findings: list[Finding], area: str) -> list[Finding]:
    return [finding for finding in findings if finding.area == area]


def key_file(settings: Settings) -> Path:
    return Path(master_key(settings).where)


async def used(settings: Settings, *, leave_out: str = "") -> None:
    """As after a first start."""
    assert settings.storage.mongodb_uri is not None
    database = await connect(settings.storage.mongodb_uri.get_secret_value(), timeout_ms=10_000)
    await migrate(database, at=datetime.now(UTC))
    await open_vault(database, master_key(settings))
    for index in INDEXES:
        if index.name == leave_out:
            await database.command("dropIndexes", index.collection, index=index.name)
    await database.close()


async def test_a_healthy_deployment_has_nothing_wrong(environment: dict[str, str]) -> None:
    await used(load([], environment))
    findings = await examined(environment)
    assert [finding for finding in findings if finding.level is not Level.OK] == []
    assert {finding.area for finding in findings} >= {"mongodb", "redis", "indexes", "clock", "master_key", "data_dir"}
    assert as_text(findings).endswith("一切正常")


async def test_before_the_first_start_nothing_is_wrong_either(environment: dict[str, str]) -> None:
    findings = await examined(environment)
    assert healthy(findings)
    assert "首次启动" in of(findings, "indexes")[0].message
    assert "首次启动" in of(findings, "master_key")[0].message


async def test_a_lost_master_key_is_an_error_where_there_are_data(environment: dict[str, str]) -> None:
    settings = load([], environment)
    await used(settings)
    key_file(settings).unlink()
    (finding,) = of(await examined(environment), "master_key")
    assert finding.level is Level.ERROR
    assert "备份" in finding.cure


async def test_a_master_key_that_others_may_read_is_an_error(environment: dict[str, str]) -> None:
    settings = load([], environment)
    await used(settings)
    key_file(settings).chmod(0o644)
    (finding,) = of(await examined(environment), "master_key")
    assert finding.level is Level.ERROR
    assert "chmod 600" in finding.message


async def test_a_missing_index_is_named(environment: dict[str, str]) -> None:
    index = next(index for index in INDEXES if index.options.get("unique"))
    await used(load([], environment), leave_out=index.name)
    (finding,) = of(await examined(environment), "indexes")
    assert finding.level is Level.ERROR
    assert f"{index.collection}.{index.name}" in finding.message


async def test_servers_that_do_not_answer_are_errors_with_a_cure(environment: dict[str, str]) -> None:
    away = {"BOT_MONGODB_URI": "mongodb://127.0.0.1:1/", "BOT_REDIS_URL": "redis://127.0.0.1:1"}
    findings = await examined(environment | away)
    for area in ("mongodb", "redis"):
        (finding,) = of(findings, area)
        assert finding.level is Level.ERROR
        assert finding.cure
    assert not healthy(findings)


async def test_what_is_lawful_but_unwise_is_a_warning(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    unwise = {
        "BOT_HTTP__PUBLIC_URL": "http://petition.example.gov.cn",
        "BOT_API__TOKENS__X": "short",
        "BOT_STORAGE__EMBEDDED": "true",
    }
    findings = await examined(environment | unwise)
    warned = {finding.area for finding in findings if finding.level is Level.WARNING}
    assert warned == {"public_url", "api", "embedded", "data_dir"}
    assert healthy(findings)


async def test_a_data_folder_that_is_a_file_is_an_error(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert of(await examined(environment), "data_dir")[0].level is Level.ERROR


async def test_one_app_under_two_names_is_a_warning(environment: dict[str, str]) -> None:
    again = {name.replace("MAIN", "SECOND"): value for name, value in environment.items() if "WECHAT" in name}
    (finding,) = of(await examined(environment | again), "channels")
    assert finding.level is Level.WARNING
    assert "wechat.main、wechat.second 的 app_id 相同" in finding.message


async def test_without_servers_it_says_that_up_brings_its_own(tmp_path: Path) -> None:
    findings = await examined({"BOT_DATA_DIR": str(tmp_path)})
    assert healthy(findings)
    assert "试用" in of(findings, "embedded")[0].message


async def test_a_server_of_its_own_that_would_not_start_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text(
        "#!/bin/sh\necho 'mongod: error while loading shared libraries: libcurl.so.4: cannot open' >&2; exit 127\n"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("MONGOD_BIN", str(broken))
    (finding,) = of(await examined({"BOT_DATA_DIR": str(tmp_path)}), "embedded")
    assert finding.level is Level.ERROR
    assert "apt-get install" in finding.message


async def test_no_secret_is_told(environment: dict[str, str]) -> None:
    told = as_text(await examined(environment)) + json.dumps(as_json(await examined(environment)))
    for secret in load([], environment).secrets():
        assert secret not in told


DAY = timedelta(days=1)


async def test_it_says_when_the_last_backup_was_made(database: Database) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    schema = database["schema"]
    await migrate(database, at=now)
    await schema.delete_one({"_id": "last_backup"})
    await schema.update_one({"_id": "indexes"}, {"$set": {"at": now - DAY}})
    [new] = await check_backups(database, now=now)
    assert (new.level, new.message) == (Level.OK, "还没有做过备份")
    [old] = await check_backups(database, now=now + 30 * DAY)
    assert old.level is Level.WARNING
    await schema.update_one({"_id": "last_backup"}, {"$set": {"at": now}}, upsert=True)
    [fresh] = await check_backups(database, now=now + DAY)
    assert fresh.level is Level.OK
    assert "2026年11月22日 08:00（1 天前）" in fresh.message  # the office's time, whatever the machine's is
    [late] = await check_backups(database, now=now + 9 * DAY)
    assert late.level is Level.WARNING
    await schema.delete_one({"_id": "last_backup"})


@pytest.mark.parametrize("held", [True, False])
async def test_a_restore_that_was_broken_off_is_told(database: Database, held: bool) -> None:
    await mark.note(database, held=held, at=datetime.now(UTC))
    [found] = [each for each in await check_backups(database) if each.area == "restore"]
    assert found.level is (Level.ERROR if held else Level.WARNING)
    assert "petition-bot restore" in found.cure


@pytest.mark.parametrize(("seconds", "level"), [(0.1, Level.OK), (-5, Level.WARNING), (300, Level.ERROR)])
def test_a_clock_that_is_wrong_is_found(seconds: float, level: Level) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert clock_finding(now + timedelta(seconds=seconds), "MongoDB", now=now).level is level


def test_the_report_counts_and_names() -> None:
    findings = [ok("a", "好"), warning("b", "差", "改"), error("c", "坏", "修")]
    text = as_text(findings)
    assert "1 处错误，1 处提醒" in text
    assert "办法：修" in text
    assert as_json(findings)["ok"] is False
    assert as_json(findings)["findings"][2] == {"area": "c", "level": "error", "message": "坏", "cure": "修"}


def test_a_year_without_its_exchanged_workdays_is_told_from_november_on_until_they_are_set() -> None:
    settings = load([], {}, channels={"wechat"})
    assert check_calendar(settings, date(2098, 10, 31)).message.startswith("没有 2098 年的放假调休安排")
    assert check_calendar(settings, date(2026, 10, 31)).level is Level.OK
    known = load([], {"BOT_CALENDAR__DAYS_OFF": "2098-02-04"}, channels={"wechat"})
    assert check_calendar(known, date(2098, 10, 31)).level is Level.OK
    assert check_calendar(known, date(2098, 11, 1)).message.startswith("没有 2099 年的放假调休安排")


def test_the_longest_name_of_what_was_looked_at_stands_apart_from_what_is_said():
    assert "transactions 残留" in as_text([ok("transactions", "残留的事务 5 秒内结束")])
