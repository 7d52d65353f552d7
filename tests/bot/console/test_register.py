"""The register (台账) as a file: texts that open as texts, masked unless asked for with a reason, audited, by reach."""

import io
import stat
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from case_office import NAME, PHONE, open_case_office
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli.errors import NotDone
from bot.cli.failures import explain
from bot.cli.main import app
from bot.cli.register import Asked, exported
from bot.console.cases.register import HEADINGS
from bot.tables import read_table
from storage.cases import Filer
from storage.staff import Role


@pytest.fixture
async def office(database, vault, clock, passwords):
    async with open_case_office(database, vault, clock, passwords) as made:
        yield made


async def test_masked_it_needs_no_reason_and_in_full_it_does(office):
    number = await office.file()
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    masked = (await operator.get("/cases/export?as=csv&state=all")).text
    assert number in masked
    assert "138****8000" in masked
    assert NAME not in masked
    without = await operator.post("/cases/export", {"as": "csv", "reason": " "})
    assert without.says("要写明原因")
    assert PHONE not in without.text
    full = await operator.post("/cases/export", {"as": "csv", "state": "all", "reason": "年终回访"})
    assert PHONE in full.text
    assert f"{NAME}反映路灯不亮" in full.text
    assert "default-src 'none'" in full.headers["Content-Security-Policy"]
    [line] = await office.store.audit.newest(1)
    assert line.action == "cases.exported"
    assert line.details == {"count": 1, "filter": {"state": "all"}, "full": True, "reason": "年终回访"}


async def test_who_may_not_see_who_filed_gets_nothing_in_full(office):
    number = await office.file(confidential=True)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    await operator.post(f"/cases/{number}/accept")
    await operator.post(f"/cases/{number}/assign", {"lead": "kw"})
    district = await office.console.signed_in("quxian", Role.OPERATOR, unit="kw")
    text = (await district.post("/cases/export", {"as": "csv", "state": "all", "reason": "回访"})).text
    assert number in text, "it is theirs to work on"
    assert PHONE not in text, "who filed it asked for confidence"
    beside = await office.console.signed_in("bieqv", Role.OPERATOR, unit="wc")
    assert number not in (await beside.get("/cases/export?as=csv&state=all")).text
    for role in (Role.HANDLER, Role.LEADER, Role.ADMINISTRATOR, Role.DISCIPLINE):
        browser = await office.console.signed_in(f"x-{role.value}", role)
        assert (await browser.get("/cases/export")).status == 403
        assert (await browser.post("/cases/export", {"reason": "x"})).status == 403


async def test_filters_are_those_of_the_list_and_a_unit_means_what_is_below_it(office, clock):
    first = await office.file()
    clock.now += timedelta(days=3)
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    second = await office.file(district="潍城区", type="投诉")
    await operator.post(f"/cases/{second}/accept")
    await operator.post(f"/cases/{second}/assign", {"lead": "kw-dg"})
    for query, found in (
        ("since=2026-11-26", {second}),
        ("until=2026-11-25", {first}),
        ("type=投诉", {second}),
        ("district=奎文区", {first}),
        ("unit=kw", {second}),
        ("unit=wc", set()),
        ("state=all", {first, second}),
    ):
        text = (await operator.get(f"/cases/export?as=csv&{query}")).text
        assert {number for number in (first, second) if number in text} == found, query
    assert (await operator.get("/cases?unit=kw")).says(second)
    assert not (await operator.get("/cases?unit=kw")).says(first)


async def test_an_excel_file_holds_numbers_as_texts_and_no_formula(office):
    number = await office.file(title="=HYPERLINK(1)", filer=Filer(name="", phone="13900139000"))
    operator = await office.console.signed_in("zuoxi", Role.OPERATOR)
    content = await _bytes(operator, "/cases/export?as=xlsx&state=all")
    sheet = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    cells = {HEADINGS[at]: cell for at, cell in enumerate(sheet[2])}
    assert (cells["受理编号"].value, cells["受理编号"].data_type) == (number, "s")
    assert (cells["标题"].value, cells["标题"].data_type) == ("=HYPERLINK(1)", "s")


async def _bytes(browser, path: str) -> bytes:
    async with browser._client.get(f"/console{path}") as answer:
        return await answer.read()


@pytest.fixture
def at_hand(office, monkeypatch):
    """The command line reads the store of the test."""

    @asynccontextmanager
    async def opened(_options):
        yield office.store

    monkeypatch.setattr("bot.cli.register.opened", opened)
    return office


def asked(**facts) -> Asked:
    fields = {"state": "all"} | facts.pop("fields", {})
    return Asked(**({"fields": fields, "unit": "", "full": False, "reason": ""} | facts))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_the_command_writes_what_only_its_owner_reads(at_hand, tmp_path: Path, ending: str):
    number = await at_hand.file()
    accused = await at_hand.file(accusation=True)
    file = tmp_path / f"register.{ending}"
    assert await exported(None, file, asked()) == 1
    [row] = read_table(file.read_bytes(), {"number": ("受理编号",), "phone": ("电话",)}, ("number",))
    assert row.cells == {"number": number, "phone": "138****8000"}
    assert accused not in str(row.cells)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(NotDone, match="已经存在"):
        await exported(None, file, asked())
    again = tmp_path / f"full.{ending}"
    await exported(None, again, asked(full=True, reason="市审计局调阅", unit="city"))
    [line] = await at_hand.store.audit.newest(1)
    assert (line.actor, line.details["reason"]) == ("console", "市审计局调阅")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x.txt",), "以 .csv 或 .xlsx 结尾"),
        (("x.csv", "--full"), "要用 --reason"),
        (("x.csv", "--state", "nope"), "没有“nope”"),
        (("x.csv", "--since", "昨天"), "没有“昨天”"),
    ],
    ids=["ending", "no reason", "state", "day"],
)
def test_the_command_says_what_makes_no_sense(words: tuple[str, ...], told: str):
    result = CliRunner().invoke(app, ["cases", "export", *words])
    assert result.exception is not None
    explained = explain(result.exception)
    assert explained is not None, result.exception
    assert told in "\n".join(explained.lines)
